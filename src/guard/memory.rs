//! The store of one process: a state behind a mutex, shared by all clients over the same state directory.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Caller, Decision, Event, Report, State, Store, rules};
use crate::sys::clock;

/// Shared by the threads of one process.
#[derive(Default)]
pub struct MemoryStore {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    state: State,
    generation: u64,
    waiting: u32,
}

impl MemoryStore {
    /// The store of everybody in this process who names the same state directory. It outlives its clients: a
    /// token stays rejected when the last client that saw it is gone.
    pub fn of(directory: &str) -> Arc<Self> {
        static STORES: LazyLock<Mutex<HashMap<String, Arc<MemoryStore>>>> = LazyLock::new(Mutex::default);
        let mut stores = STORES.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(stores.entry(directory.to_owned()).or_default())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn step(&self, event: &Event) -> Decision {
        let mut inner = self.lock();
        let decision = rules::apply(&mut inner.state, event, clock::now());
        if !matches!(event, Event::Reserve { .. }) {
            inner.generation += 1;
            if inner.waiting > 0 {
                self.changed.notify_all();
            }
        }
        decision
    }

    fn wait(&self, seen: u64, longest: Duration) {
        let mut inner = self.lock();
        inner.waiting += 1;
        let (mut inner, _) = self
            .changed
            .wait_timeout_while(inner, longest, |inner| inner.generation == seen)
            .unwrap_or_else(PoisonError::into_inner);
        inner.waiting -= 1;
    }

    fn generation(&self) -> u64 {
        self.lock().generation
    }

    fn report(&self, caller: &Caller) -> Report {
        rules::report(&mut self.lock().state, caller, clock::now())
    }

    fn describe(&self) -> (&'static str, String) {
        ("memory", "shared by the threads of this process only, and gone when it ends".to_owned())
    }
}
