//! The few system calls that std lacks. With `src/ffi` the only place with `unsafe`.
#![allow(unsafe_code, reason = "system calls; each block says why it is sound")]

pub(crate) mod clock;
pub(crate) mod connect;
#[cfg(unix)]
pub(crate) mod descriptor;
#[cfg(target_os = "linux")]
pub(crate) mod fork;
pub(crate) mod futex;
#[cfg(all(target_os = "linux", feature = "test-hooks"))]
pub(crate) mod halt;
#[cfg(target_os = "linux")]
pub(crate) mod lock;
#[cfg(target_os = "linux")]
pub(crate) mod signal;
pub(crate) mod socket;
pub(crate) mod stack;
#[cfg(target_os = "linux")]
pub(crate) mod user;

#[cfg(feature = "capi")]
pub(crate) mod wipe;

/// Where no fork is looked after.
#[cfg(not(target_os = "linux"))]
pub(crate) mod fork {
    pub(crate) struct Step(());

    impl Step {
        pub(crate) const fn begin() -> Self {
            Self(())
        }

        #[allow(dead_code, reason = "without the C interface nothing asks")]
        pub(crate) const fn try_begin() -> Option<Self> {
            Some(Self(()))
        }
    }

    #[cfg(feature = "capi")]
    pub(crate) const fn afterwards(_: fn()) {}

    pub(crate) const fn generation() -> u64 {
        0
    }
}

/// Where no signal is looked after.
#[cfg(not(target_os = "linux"))]
pub(crate) mod signal {
    pub(crate) fn with_all_blocked<T>(run: impl FnOnce() -> T) -> T {
        run()
    }

    pub(crate) fn without_broken_pipes<T>(run: impl FnOnce() -> T) -> T {
        run()
    }
}

/// Where tests stop or kill a process; nothing in a shipped build.
#[cfg(not(all(target_os = "linux", feature = "test-hooks")))]
pub(crate) mod halt {
    pub(crate) const fn at(_: &str) {}
}
