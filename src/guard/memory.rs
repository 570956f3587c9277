//! The store of one process: a state behind a mutex, shared by all clients over the same state directory.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Caller, Decision, Event, Owner, Patience, Report, State, Stopped, Store, rules};
use crate::sys::fork::{self, Step};
use crate::sys::{clock, futex};

/// Shared by the threads of one process.
pub struct MemoryStore {
    inner: Mutex<Inner>,
    generation: AtomicU64,
    /// What waiters sleep on, and how many do.
    changed: AtomicU32,
    waiting: AtomicU32,
}

struct Inner {
    state: State,
    /// In which process of a family of forks it was used last.
    used_in: u64,
}

impl Default for MemoryStore {
    fn default() -> Self {
        let inner = Inner { state: State::default(), used_in: fork::generation() };
        Self {
            inner: Mutex::new(inner),
            generation: AtomicU64::new(0),
            changed: AtomicU32::new(0),
            waiting: AtomicU32::new(0),
        }
    }
}

impl MemoryStore {
    /// Only within a [`Step`], so that no forked child finds the mutex taken.
    fn lock<'a>(&'a self, _: &'a Step) -> MutexGuard<'a, Inner> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.used_in != fork::generation() {
            inner.used_in = fork::generation();
            // The answers to what was on the wire reach the parent only.
            rules::apply(&mut inner.state, &Event::Died { owner: self.owner() }, clock::now());
        }
        inner
    }
}

impl Store for MemoryStore {
    fn step(&self, event: &Event, _: &dyn Patience) -> Result<Decision, Stopped> {
        let decision = {
            let step = Step::begin();
            let mut inner = self.lock(&step);
            rules::apply(&mut inner.state, event, clock::now())
        };
        if !matches!(event, Event::Reserve { .. }) {
            self.generation.fetch_add(1, Ordering::SeqCst);
            self.changed.fetch_add(1, Ordering::SeqCst);
            if self.waiting.load(Ordering::SeqCst) > 0 {
                futex::wake(&self.changed);
            }
        }
        Ok(decision)
    }

    /// It dies with what it owns.
    fn owner(&self) -> Owner {
        0
    }

    fn wait(&self, seen: u64, longest: Duration) {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let changed = self.changed.load(Ordering::SeqCst);
        if self.generation() == seen {
            futex::wait(&self.changed, changed, longest);
        }
        self.waiting.fetch_sub(1, Ordering::SeqCst);
    }

    fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    fn report(&self, caller: &Caller) -> Report {
        let step = Step::begin();
        rules::report(&mut self.lock(&step).state, caller, clock::now())
    }

    fn is_shared(&self) -> bool {
        false
    }

    fn describe(&self) -> (&'static str, String) {
        ("memory", "shared by the threads of this process only, as it was set, and gone when it ends".to_owned())
    }
}
