//! The store of one process: a state behind a mutex, shared by all clients over the same state directory.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Caller, Decision, Event, Owner, Patience, Report, State, Stopped, Store, rules};
use crate::sys::clock;

/// Shared by the threads of one process.
#[derive(Default)]
pub struct MemoryStore {
    inner: Mutex<Inner>,
    changed: Condvar,
    /// Changed under the mutex only; outside of it, so that a caller can read it without a second lock.
    generation: AtomicU64,
}

#[derive(Default)]
struct Inner {
    state: State,
    waiting: u32,
}

impl MemoryStore {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn step(&self, event: &Event, _: &dyn Patience) -> Result<Decision, Stopped> {
        let mut inner = self.lock();
        let decision = rules::apply(&mut inner.state, event, clock::now());
        if !matches!(event, Event::Reserve { .. }) {
            self.generation.fetch_add(1, Ordering::AcqRel);
            if inner.waiting > 0 {
                self.changed.notify_all();
            }
        }
        Ok(decision)
    }

    /// It dies with what it owns.
    fn owner(&self) -> Owner {
        0
    }

    fn wait(&self, seen: u64, longest: Duration) {
        let mut inner = self.lock();
        inner.waiting += 1;
        let (mut inner, _) = self
            .changed
            .wait_timeout_while(inner, longest, |_| self.generation() == seen)
            .unwrap_or_else(PoisonError::into_inner);
        inner.waiting -= 1;
    }

    fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    fn report(&self, caller: &Caller) -> Report {
        rules::report(&mut self.lock().state, caller, clock::now())
    }

    fn describe(&self) -> (&'static str, String) {
        ("memory", "shared by the threads of this process only, as it was set, and gone when it ends".to_owned())
    }
}
