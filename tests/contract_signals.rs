//! Signal handlers cancel calls and clients while the thread they interrupt makes and frees handles.
//! `tests/run` runs it under `AddressSanitizer` too.
// quick
#![cfg(unix)]

mod support;

use std::ffi::{c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};

use support::capi::{Owned, TOKEN, Watchdog, alone, call, client, client_in};
use support::client::Directory;
use support::stand_in::StandIn;
use thousandeyes::ffi::call::te_call_cancel;
use thousandeyes::ffi::client::{te_client_cancel, te_get, te_perform};
use thousandeyes::ffi::object::te_free;
use thousandeyes::ffi::options::te_options_new;
use thousandeyes::ffi::status::{TE_E_CANCELLED, TE_OK};

/// What the handler cancels; anything, freed handles too.
static CALL: AtomicPtr<c_void> = AtomicPtr::new(null_mut());
static CLIENT: AtomicPtr<c_void> = AtomicPtr::new(null_mut());
/// What it tries to cancel with the function for the other kind.
static STEADY_CALL: AtomicPtr<c_void> = AtomicPtr::new(null_mut());
static STEADY_CLIENT: AtomicPtr<c_void> = AtomicPtr::new(null_mut());
static SIGNALS: AtomicU64 = AtomicU64::new(0);

extern "C" fn handler(_: c_int) {
    te_call_cancel(CALL.load(Ordering::SeqCst).cast());
    te_client_cancel(CLIENT.load(Ordering::SeqCst).cast());
    te_call_cancel(STEADY_CLIENT.load(Ordering::SeqCst).cast());
    te_client_cancel(STEADY_CALL.load(Ordering::SeqCst).cast());
    SIGNALS.fetch_add(1, Ordering::SeqCst);
}

/// Ends the signals, also when the work panics.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Sends signals to the thread that calls it, as fast as they are taken, while `work` runs there.
fn interrupted(work: impl FnOnce()) {
    // SAFETY: the handler only calls functions that signal handlers may call, and atomics.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as extern "C" fn(c_int) as usize;
        // No SA_RESTART: system calls of the library see EINTR.
        assert_eq!(libc::sigaction(libc::SIGUSR1, &raw const action, null_mut()), 0);
    }
    // SAFETY: has no preconditions.
    let thread = unsafe { libc::pthread_self() };
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                let before = SIGNALS.load(Ordering::SeqCst);
                // SAFETY: the scope waits for this thread, and that one runs it.
                unsafe { libc::pthread_kill(thread, libc::SIGUSR1) };
                while SIGNALS.load(Ordering::SeqCst) == before && !over.load(Ordering::SeqCst) {
                    std::thread::yield_now();
                }
            }
        });
        let _over = Over(&over);
        work();
    });
}

/// Makes and frees handles until signals came that saw the present `CALL` and `CLIENT`.
fn busy_until_signals() -> u64 {
    let (before, mut made) = (SIGNALS.load(Ordering::SeqCst), 0);
    while SIGNALS.load(Ordering::SeqCst) < before + 2 {
        te_free(te_options_new().cast());
        made += 1;
    }
    made
}

#[test]
fn a_handler_may_cancel_while_handles_are_made_and_freed() {
    let directory = Directory::new();
    for state_dir in ["", directory.name()] {
        cancel_while_handles_are_made_and_freed(state_dir);
    }
}

fn cancel_while_handles_are_made_and_freed(state_dir: &str) {
    let _alone = alone();
    let _watchdog = Watchdog::new(120);
    let server = StandIn::start();
    server.accept(TOKEN.to_str().unwrap());
    let steady = Owned(client_in(&server, state_dir));
    let steady_call = Owned(call(c"GET", c"status"));
    STEADY_CLIENT.store(steady.0, Ordering::SeqCst);
    STEADY_CALL.store(steady_call.0, Ordering::SeqCst);
    let rounds = 300;
    let made = AtomicUsize::new(0);
    interrupted(|| {
        for _ in 0..rounds {
            let doomed = Owned(client_in(&server, state_dir));
            let doomed_call = Owned(call(c"GET", c"status"));
            CLIENT.store(doomed.0, Ordering::SeqCst);
            CALL.store(doomed_call.0, Ordering::SeqCst);
            made.fetch_add(usize::try_from(busy_until_signals()).unwrap(), Ordering::SeqCst);
            // A cancel is never lost, wherever the thread was interrupted.
            let with =
                |client: &Owned, call: &Owned| Owned(te_perform(client.0.cast(), call.0.cast()).cast()).status();
            assert_eq!(with(&steady, &doomed_call), TE_E_CANCELLED);
            assert_eq!(with(&doomed, &steady_call), TE_E_CANCELLED);
            // It hits nothing else, and a call that signals interrupt goes on.
            assert_eq!(with(&steady, &steady_call), TE_OK);
        }
    });
    CALL.store(null_mut(), Ordering::SeqCst);
    CLIENT.store(null_mut(), Ordering::SeqCst);
    assert!(made.load(Ordering::SeqCst) > rounds, "the handler hardly ever met a thread at work");
    assert_eq!(server.requests(), u64::try_from(rounds).unwrap());
}

#[test]
fn a_handler_ends_a_call_of_its_own_thread() {
    let _alone = alone();
    let _watchdog = Watchdog::new(60);
    let server = StandIn::start();
    server.accept(TOKEN.to_str().unwrap());
    let client = Owned(client(&server));
    let started = std::time::Instant::now();
    // Not before the call is on the wire.
    let handle = AtomicPtr::new(client.0);
    server.on_request(move |_| CLIENT.store(handle.load(Ordering::SeqCst), Ordering::SeqCst));
    interrupted(|| {
        // SAFETY: a C string.
        let response = Owned(unsafe { te_get(client.0.cast(), c"slow?ms=20000".as_ptr()) }.cast());
        assert_eq!(response.status(), TE_E_CANCELLED, "{}", response.message());
    });
    CLIENT.store(null_mut(), Ordering::SeqCst);
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    assert_eq!(server.requests(), 1);
}
