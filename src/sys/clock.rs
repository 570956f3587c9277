//! Three answers to "when": the boot clock for everything within one boot, the boot it is of, and the wall clock to
//! get from one boot or host to another.

use crate::guard::Millis;

/// A moment on both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Milliseconds since some moment of this boot.
    pub(crate) now: Millis,
    /// Milliseconds since 1970, as far as the clock is right.
    pub(crate) wall: Millis,
    /// Which boot; zeros where that cannot be told.
    pub(crate) boot: [u8; 16],
}

/// Milliseconds since some moment of this boot: a clock that never goes back and goes on while the machine sleeps.
pub(crate) fn now() -> Millis {
    boot_clock() + moved::BOOT_CLOCK.get()
}

/// Now, on both clocks.
pub(crate) fn moment() -> Moment {
    let since = std::time::UNIX_EPOCH.elapsed();
    let wall = since.map_or(0, |since| Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX / 4));
    Moment { now: now(), wall: wall + moved::WALL_CLOCK.get(), boot: moved::boot().unwrap_or_else(boot) }
}

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

/// random(4): a UUID that the kernel makes at boot.
fn boot() -> [u8; 16] {
    use std::sync::LazyLock;
    static BOOT: LazyLock<[u8; 16]> = LazyLock::new(|| {
        let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let digits = text.trim().replace('-', "");
        u128::from_str_radix(&digits, 16).unwrap_or(0).to_be_bytes()
    });
    *BOOT
}

/// What tests move; nothing in a shipped build.
#[cfg(not(feature = "test-hooks"))]
mod moved {
    pub(super) struct Nothing;
    pub(super) const BOOT_CLOCK: Nothing = Nothing;
    pub(super) const WALL_CLOCK: Nothing = Nothing;

    impl Nothing {
        #[allow(clippy::unused_self, reason = "the same call as on a moved clock")]
        pub(super) const fn get(&self) -> i64 {
            0
        }
    }

    pub(super) const fn boot() -> Option<[u8; 16]> {
        None
    }
}

/// What tests move: the clocks of this process, by a call, and of one that is started, by its environment.
#[cfg(feature = "test-hooks")]
pub(crate) mod moved {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicI64, Ordering};

    pub(crate) struct Clock {
        by: AtomicI64,
        from_environment: LazyLock<i64>,
    }

    pub(crate) static BOOT_CLOCK: Clock =
        Clock { by: AtomicI64::new(0), from_environment: LazyLock::new(|| milliseconds("TE_TEST_BOOT_CLOCK_MS")) };
    pub(crate) static WALL_CLOCK: Clock =
        Clock { by: AtomicI64::new(0), from_environment: LazyLock::new(|| milliseconds("TE_TEST_WALL_CLOCK_MS")) };

    fn milliseconds(name: &str) -> i64 {
        std::env::var(name).map_or(0, |text| text.parse().expect("a number of milliseconds"))
    }

    impl Clock {
        pub(super) fn get(&self) -> i64 {
            self.by.load(Ordering::SeqCst) + *self.from_environment
        }

        pub(crate) fn add(&self, millis: i64) {
            self.by.fetch_add(millis, Ordering::SeqCst);
        }
    }

    pub(super) fn boot() -> Option<[u8; 16]> {
        static BOOT: LazyLock<Option<[u8; 16]>> =
            LazyLock::new(|| std::env::var("TE_TEST_BOOT").ok().map(|number| [number.parse().expect("a byte"); 16]));
        *BOOT
    }
}
