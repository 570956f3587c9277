//! `fork()`: no step of the guard is cut in half by it, and a child shares no lock with its parent.

use std::fs::File;
use std::os::fd::{AsRawFd, IntoRawFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, AtomicU64, AtomicUsize, Ordering};

/// Steps that run now, and threads that are about to fork.
static STEPS: AtomicUsize = AtomicUsize::new(0);
static FORKING: AtomicUsize = AtomicUsize::new(0);
/// How many forks lie between this process and the one that loaded the library.
static GENERATION: AtomicU64 = AtomicU64::new(0);
/// Descriptors that a child closes at once, or it would hold its parent's locks: one more than the number, 0 is free.
static CLOSED_IN_CHILD: [AtomicI32; 64] = [const { AtomicI32::new(0) }; 64];

/// What is done after every fork, in parent and child.
static AFTERWARDS: OnceLock<fn()> = OnceLock::new();

/// When the library is loaded, since a fork that began before the handlers were known would not call them.
#[used]
#[cfg_attr(target_os = "linux", unsafe(link_section = ".init_array"))]
static WHEN_LOADED: extern "C" fn() = {
    extern "C" fn register() {
        // SAFETY: the handlers are functions of this library and wait for steps only, which wait for nothing.
        unsafe { pthread_atfork(Some(before), Some(after_in_parent), Some(after_in_child)) };
    }
    register
};

/// A step of the guard, of the handle table, or of what else a child must not find taken. While it lives no fork begins;
/// it must not wait for anything.
pub(crate) struct Step(());

impl Step {
    /// Begins a step; waits while somebody forks. Not within another step: the fork would wait for that one.
    pub(crate) fn begin() -> Self {
        loop {
            if let Some(step) = Self::try_begin() {
                return step;
            }
            std::thread::yield_now();
        }
    }

    /// Begins a step unless somebody forks now: for a signal handler, which may have interrupted the fork.
    pub(crate) fn try_begin() -> Option<Self> {
        STEPS.fetch_add(1, Ordering::SeqCst);
        let step = Self(());
        (FORKING.load(Ordering::SeqCst) == 0).then_some(step)
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        STEPS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Has a function called after every fork, in parent and child: for what [`Step::try_begin`] put off.
#[cfg(feature = "capi")]
pub(crate) fn afterwards(call: fn()) {
    // The same function every time.
    AFTERWARDS.get_or_init(|| call);
}

/// Changes in a child.
pub(crate) fn generation() -> u64 {
    GENERATION.load(Ordering::SeqCst)
}

/// Has a child close its copy of this file at once. Called within a [`Step`].
pub(crate) fn close_in_child(file: &File) {
    let entry = file.as_raw_fd() + 1;
    for place in &CLOSED_IN_CHILD {
        if place.compare_exchange(0, entry, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
            return;
        }
    }
}

/// Closes a file that was named to [`close_in_child`]: here, or not at all when this is a child, where it is closed
/// and its number may be another file's. Called within a [`Step`].
pub(crate) fn close(file: File, opened_in: u64) {
    if generation() != opened_in {
        // The number belongs to nobody here.
        let _closed_already = file.into_raw_fd();
        return;
    }
    let entry = file.as_raw_fd() + 1;
    for place in &CLOSED_IN_CHILD {
        if place.compare_exchange(entry, 0, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
            break;
        }
    }
}

unsafe extern "C" {
    // In every libc of a Unix; the libc crate leaves it out for Linux.
    fn pthread_atfork(
        prepare: Option<extern "C" fn()>,
        parent: Option<extern "C" fn()>,
        child: Option<extern "C" fn()>,
    ) -> libc::c_int;
}

extern "C" fn before() {
    FORKING.fetch_add(1, Ordering::SeqCst);
    while STEPS.load(Ordering::SeqCst) != 0 {
        std::thread::yield_now();
    }
}

extern "C" fn after_in_parent() {
    FORKING.fetch_sub(1, Ordering::SeqCst);
    AFTERWARDS.get().iter().for_each(|call| call());
}

extern "C" fn after_in_child() {
    for place in &CLOSED_IN_CHILD {
        let entry = place.swap(0, Ordering::SeqCst);
        if entry != 0 {
            // SAFETY: a descriptor that this library opened; the child has one thread, which does not use it.
            unsafe { libc::close(entry - 1) };
        }
    }
    // The other threads of the parent are not here.
    STEPS.store(0, Ordering::SeqCst);
    FORKING.store(0, Ordering::SeqCst);
    GENERATION.fetch_add(1, Ordering::SeqCst);
    AFTERWARDS.get().iter().for_each(|call| call());
}
