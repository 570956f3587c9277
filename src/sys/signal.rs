//! Signals are the host's: none is handled on a thread of ours, and none is caused by what the library writes.

use std::mem::MaybeUninit;

/// Runs something with every signal blocked, so that a thread it starts has them all blocked for its whole life.
pub(crate) fn with_all_blocked<T>(run: impl FnOnce() -> T) -> T {
    with_blocked(all(), run)
}

/// Runs something that may write to a pipe whose reader is gone: an error then, and no signal that ends the host.
pub(crate) fn without_broken_pipes<T>(run: impl FnOnce() -> T) -> T {
    let only = only(libc::SIGPIPE);
    with_blocked(only, || {
        // One that was pending before is the host's.
        let was_pending = is_pending(libc::SIGPIPE);
        let result = run();
        if !was_pending && is_pending(libc::SIGPIPE) {
            let at_once = libc::timespec { tv_sec: 0, tv_nsec: 0 };
            // SAFETY: both point to live values; the information about the signal is not asked for.
            unsafe { libc::sigtimedwait(&raw const only, std::ptr::null_mut(), &raw const at_once) };
        }
        result
    })
}

fn with_blocked<T>(signals: libc::sigset_t, run: impl FnOnce() -> T) -> T {
    struct Restore(libc::sigset_t);
    impl Drop for Restore {
        fn drop(&mut self) {
            // SAFETY: a mask that this thread had; where the one before goes is not asked for.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, std::ptr::null_mut()) };
        }
    }
    let mut before = MaybeUninit::uninit();
    // SAFETY: a set that is filled in, and room for another.
    let _restore = unsafe {
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const signals, before.as_mut_ptr());
        Restore(before.assume_init())
    };
    run()
}

fn all() -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: room for a set, which is filled in.
    unsafe {
        libc::sigfillset(set.as_mut_ptr());
        set.assume_init()
    }
}

fn only(signal: libc::c_int) -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: room for a set, which is filled in; the signal exists.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), signal);
        set.assume_init()
    }
}

fn is_pending(signal: libc::c_int) -> bool {
    let mut set = MaybeUninit::uninit();
    // SAFETY: room for a set, which is filled in.
    unsafe {
        libc::sigpending(set.as_mut_ptr());
        libc::sigismember(set.as_ptr(), signal) == 1
    }
}
