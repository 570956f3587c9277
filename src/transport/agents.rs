//! Connections, name lookups and TLS sessions belong to the process that made them: a forked child makes its own.

use std::sync::{Mutex, PoisonError};

use ureq::Agent;

use crate::sys::fork::{self, Step};

/// The agent of whatever process asks for it.
pub(super) struct Agents {
    make: Box<dyn Fn() -> Agent + Send + Sync>,
    current: Mutex<Current>,
}

struct Current {
    agent: Option<Agent>,
    made_in: u64,
}

impl Current {
    /// A parent's agent is never dropped: its locks may be held, and what they protect half changed, by threads that
    /// are not here; and its connections may be in use there.
    fn leave_to_parent(&mut self) {
        if self.made_in != fork::generation() {
            std::mem::forget(self.agent.take());
        }
    }
}

impl Agents {
    pub(super) fn new(make: impl Fn() -> Agent + Send + Sync + 'static) -> Self {
        Self { make: Box::new(make), current: Mutex::new(Current { agent: None, made_in: fork::generation() }) }
    }

    pub(super) fn get(&self) -> Agent {
        // So that no forked child finds the mutex taken.
        let _step = Step::begin();
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.leave_to_parent();
        current.made_in = fork::generation();
        current.agent.get_or_insert_with(&self.make).clone()
    }

    /// Closes the connections that nobody uses now.
    pub(super) fn close_idle(&self) {
        let idle = {
            let _step = Step::begin();
            let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
            current.leave_to_parent();
            current.agent.take()
        };
        drop(idle);
    }
}

impl Drop for Agents {
    fn drop(&mut self) {
        self.current.get_mut().unwrap_or_else(PoisonError::into_inner).leave_to_parent();
    }
}
