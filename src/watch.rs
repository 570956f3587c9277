//! How long a call still runs: its deadline, the ways to cancel it, and the caller's interrupt.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::config::{Interrupt, Log};
use crate::guard::{Patience, SLICE, Stopped};

/// Watches over one call, on the thread that makes it.
#[derive(Clone)]
pub(crate) struct Watch {
    pub(crate) deadline: Instant,
    pub(crate) cancelled: [Arc<AtomicBool>; 2],
    pub(crate) interrupt: Option<Interrupt>,
}

impl Watch {
    /// Sleeps until a time, in slices, or says what ended the sleep before.
    pub(crate) fn rest(&self, until: Instant) -> Result<(), Stopped> {
        while let Ok(left) = until.left() {
            std::thread::sleep(left.min(self.left()?).min(SLICE));
        }
        Ok(())
    }
}

thread_local! {
    static IN_CALLBACK: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside one of the caller's callbacks, where no call may be made.
pub(crate) fn in_callback() -> bool {
    IN_CALLBACK.get()
}

fn calling_back<T>(callback: impl FnOnce() -> T) -> T {
    struct Leave(bool);
    impl Drop for Leave {
        fn drop(&mut self) {
            IN_CALLBACK.set(self.0);
        }
    }
    let _leave = Leave(IN_CALLBACK.replace(true));
    callback()
}

/// Hands a line to the caller's log.
pub(crate) fn tell(log: &Log, level: crate::config::Level, text: &str) {
    calling_back(|| log(level, text));
}

impl Patience for Watch {
    fn left(&self) -> Result<Duration, Stopped> {
        if self.cancelled.iter().any(|flag| flag.load(Ordering::Relaxed)) {
            return Err(Stopped::Cancelled);
        }
        if self.interrupt.as_ref().is_some_and(|interrupt| calling_back(|| interrupt())) {
            return Err(Stopped::Cancelled);
        }
        self.deadline.left()
    }
}
