//! Functions of the host that the library calls.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use super::options::{set, te_options};
use super::status::te_status;
use super::strings::c_string;
use crate::config::Level;

/// Called while a call blocks or waits, at least every 100 ms, on the caller's own thread. Not 0 cancels the call.
/// Inside, what calls the API or asks the guard is refused.
pub type te_interrupt = Option<unsafe extern "C" fn(user: *mut c_void) -> i32>;

/// Given one line of text, on the caller's own thread, with no lock held. `level` is one of TE_LOG_*. `text` is
/// borrowed for the time of the call. Inside, what calls the API or asks the guard is refused.
pub type te_log = Option<unsafe extern "C" fn(level: i32, text: *const c_char, user: *mut c_void)>;

/// Something failed and a person must act.
pub const TE_LOG_ERROR: i32 = 1;
/// Something a person should know.
pub const TE_LOG_WARN: i32 = 2;
/// A wait, a retry.
pub const TE_LOG_INFO: i32 = 3;
/// One line a call.
pub const TE_LOG_DEBUG: i32 = 4;

/// The host's pointer, handed back to its callbacks only.
#[derive(Clone, Copy)]
struct User(*mut c_void);

// SAFETY: never dereferenced here; the host decides on which threads it makes calls, and so gets its pointer back.
unsafe impl Send for User {}
// SAFETY: as above.
unsafe impl Sync for User {}

impl User {
    fn pointer(self) -> *mut c_void {
        self.0
    }
}

/// What to ask while a call blocks; NULL: nothing. `user` is handed to the callback and must outlive the client and its pages.
#[unsafe(no_mangle)]
pub extern "C" fn te_options_set_interrupt(
    options: *mut te_options,
    callback: te_interrupt,
    user: *mut c_void,
) -> te_status {
    set(options, |config| {
        let user = User(user);
        config.interrupt = callback.map(|callback| {
            // SAFETY: the host gave the function and the pointer for it.
            Arc::new(move || unsafe { callback(user.pointer()) } != 0) as crate::config::Interrupt
        });
        Ok(())
    })
}

/// Whom to tell what happens; NULL: standard error, down to the level that $TE_LOG names (error, warn, info, debug), and
/// nobody when it names none.
/// `user` is handed to the callback and must outlive the client and its pages.
#[unsafe(no_mangle)]
pub extern "C" fn te_options_set_log(options: *mut te_options, callback: te_log, user: *mut c_void) -> te_status {
    set(options, |config| {
        let user = User(user);
        config.log = callback.map(|callback| {
            Arc::new(move |level: Level, text: &str| {
                let text = c_string(text);
                // SAFETY: the host gave the function and the pointer for it; the text lives during the call.
                unsafe { callback(level as i32, text.as_ptr(), user.pointer()) }
            }) as crate::config::Log
        });
        Ok(())
    })
}
