//! A clock that never goes back and goes on while the machine sleeps: a laptop's hour is an hour.

use crate::guard::Millis;

/// Milliseconds since some moment of this boot.
#[cfg(not(feature = "test-hooks"))]
pub(crate) fn now() -> Millis {
    boot_clock()
}

/// The boot clock, moved by what a test asked for.
#[cfg(feature = "test-hooks")]
pub(crate) fn now() -> Millis {
    boot_clock() + MOVED.load(std::sync::atomic::Ordering::SeqCst)
}

#[cfg(feature = "test-hooks")]
pub(crate) static MOVED: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(0);

#[cfg(any(target_os = "linux", target_os = "android"))]
fn boot_clock() -> Millis {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a live timespec, and this clock exists on every Linux since 2.6.39.
    unsafe { libc::clock_gettime(libc::CLOCK_BOOTTIME, &raw mut time) };
    Millis::from(time.tv_sec) * 1000 + Millis::from(time.tv_nsec) / 1_000_000
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn boot_clock() -> Millis {
    use std::sync::LazyLock;
    use std::time::Instant;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    Millis::try_from(START.elapsed().as_millis()).unwrap_or(Millis::MAX / 2)
}
