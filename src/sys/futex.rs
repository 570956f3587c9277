//! Sleeping until a number changes, with no lock that a forked child could find taken.

use std::sync::atomic::AtomicU32;
use std::time::Duration;

/// Sleeps while the number is `seen`, at most so long. May wake early.
pub(crate) fn wait(number: &AtomicU32, seen: u32, longest: Duration) {
    let timeout = libc::timespec {
        tv_sec: libc::time_t::try_from(longest.as_secs()).unwrap_or(libc::time_t::MAX),
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
pub(crate) fn wake(number: &AtomicU32) {
    // SAFETY: a live number; nothing else is read.
    unsafe { libc::syscall(libc::SYS_futex, number.as_ptr(), libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG, i32::MAX) };
}
