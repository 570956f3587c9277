//! The exported functions, called from Rust in the process of the test: for checkers that need the library's own build.

use std::ffi::{CStr, CString, c_void};
use std::sync::{Mutex, MutexGuard, PoisonError};

use thousandeyes::ffi::call::te_call_new;
use thousandeyes::ffi::client::te_client_new;
use thousandeyes::ffi::object::{te_free, te_live_handles, te_message, te_status_of};
use thousandeyes::ffi::options::{te_options_new, te_options_set_base_url, te_options_set_state_dir};

use super::stand_in::StandIn;

pub const TOKEN: &CStr = c"capi-token";

/// One test at a time: handles are counted for the whole process. At its end none is alive.
pub struct Alone(#[allow(dead_code, reason = "held")] MutexGuard<'static, ()>);

pub fn alone() -> Alone {
    static ONE: Mutex<()> = Mutex::new(());
    Alone(ONE.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Drop for Alone {
    fn drop(&mut self) {
        let live = te_live_handles();
        assert!(std::thread::panicking() || live == 0, "{live} handles are alive");
    }
}

/// A handle that is freed when it is dropped.
pub struct Owned(pub *mut c_void);

impl Drop for Owned {
    fn drop(&mut self) {
        te_free(self.0);
    }
}

impl Owned {
    pub fn status(&self) -> i32 {
        te_status_of(self.0)
    }

    pub fn message(&self) -> String {
        // SAFETY: never NULL, and borrowed from a handle that lives.
        unsafe { CStr::from_ptr(te_message(self.0)) }.to_string_lossy().into_owned()
    }
}

/// A new client of the stand-in; the guard's state is in memory.
pub fn client(server: &StandIn) -> *mut c_void {
    client_in(server, "")
}

/// A new client of the stand-in; the guard's state is in a directory.
pub fn client_in(server: &StandIn, state_dir: &str) -> *mut c_void {
    let (url, state_dir) = (CString::new(server.base_url()).unwrap(), CString::new(state_dir).unwrap());
    let options = Owned(te_options_new().cast());
    // SAFETY: C strings.
    unsafe {
        assert_eq!(te_options_set_base_url(options.0.cast(), url.as_ptr()), 0);
        assert_eq!(te_options_set_state_dir(options.0.cast(), state_dir.as_ptr()), 0);
        te_client_new(TOKEN.as_ptr(), options.0.cast()).cast()
    }
}

/// A new call.
pub fn call(method: &CStr, path: &CStr) -> *mut c_void {
    // SAFETY: C strings.
    unsafe { te_call_new(method.as_ptr(), path.as_ptr()) }.cast()
}

/// Ends the process when a test hangs, which a deadlock in a signal handler would do for ever.
pub struct Watchdog(#[allow(dead_code, reason = "its end is the sign")] std::sync::mpsc::Sender<()>);

impl Watchdog {
    pub fn new(seconds: u64) -> Self {
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let waited = receiver.recv_timeout(std::time::Duration::from_secs(seconds));
            if waited == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                eprintln!("the test hangs");
                std::process::abort();
            }
        });
        Self(sender)
    }
}
