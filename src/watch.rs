//! How long a call still runs: its deadline, the ways to cancel it, and the caller's interrupt.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::config::{Interrupt, Level, Log};
use crate::error::in_words;
use crate::guard::{Millis, Patience, Stopped};

/// Watches over one call, on the thread that makes it.
#[derive(Clone)]
pub(crate) struct Watch {
    pub(crate) deadline: Instant,
    pub(crate) cancelled: [Arc<AtomicBool>; 2],
    pub(crate) interrupt: Option<Interrupt>,
    /// Whether the call waits for rate limits.
    pub(crate) waits: bool,
    pub(crate) log: Option<Log>,
}

thread_local! {
    static IN_CALLBACK: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside one of the caller's callbacks, where no call may be made.
pub(crate) fn in_callback() -> bool {
    IN_CALLBACK.get()
}

/// Runs one of the caller's callbacks.
pub(crate) fn calling_back<T>(callback: impl FnOnce() -> T) -> T {
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
pub(crate) fn tell(log: &Log, level: Level, text: &str) {
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

    fn waits_for_limit(&self, wait: Millis) -> bool {
        if let Some(log) = self.log.as_ref().filter(|_| self.waits) {
            tell(log, Level::Info, &format!("Rate limit reached: waiting {}", in_words(wait)));
        }
        self.waits
    }
}
