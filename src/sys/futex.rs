//! Sleeping until a number changes, with no lock that a forked child could find taken.

#[cfg(target_os = "linux")]
use std::sync::atomic::AtomicU32;
#[cfg(target_os = "linux")]
use std::time::Duration;

/// Sleeps while the number is `seen`, at most so long. May wake early.
#[cfg(target_os = "linux")]
pub(crate) fn wait(number: &AtomicU32, seen: u32, longest: Duration) {
    let timeout = libc::timespec {
        tv_sec: longest.as_secs().try_into().unwrap_or(i32::MAX.into()),
        tv_nsec: longest.subsec_nanos().into(),
    };
    // SAFETY: a live number and a live timespec; the kernel compares before it sleeps.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            number.as_ptr(),
            libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
            seen,
            &raw const timeout,
        )
    };
}

/// Wakes everybody who sleeps on the number.
#[cfg(target_os = "linux")]
pub(crate) fn wake(number: &AtomicU32) {
    // SAFETY: a live number; nothing else is read.
    unsafe { libc::syscall(libc::SYS_futex, number.as_ptr(), libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG, i32::MAX) };
}

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::{wait, wake};

/// With a lock, where no fork is looked after.
#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::{Condvar, Mutex, PoisonError};
    use std::time::Duration;

    static LOCK: Mutex<()> = Mutex::new(());
    static WOKEN: Condvar = Condvar::new();

    pub(crate) fn wait(number: &AtomicU32, seen: u32, longest: Duration) {
        let guard = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
        if number.load(Ordering::SeqCst) == seen {
            drop(WOKEN.wait_timeout(guard, longest));
        }
    }

    pub(crate) fn wake(_: &AtomicU32) {
        drop(LOCK.lock());
        WOKEN.notify_all();
    }
}
