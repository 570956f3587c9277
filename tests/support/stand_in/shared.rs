//! What the connections share: the state behind its lock, and the signal to stop.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::state::State;

/// Far longer than any test, and short enough to be added to a time.
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

/// The state behind its lock, and what needs none.
pub(super) struct Shared {
    pub(super) address: SocketAddr,
    pub(super) stop: Stop,
    state: Mutex<State>,
}

impl Shared {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self { address, stop: Stop::default(), state: Mutex::new(State::new()) }
    }

    /// A failed assertion in a hook must not fail every later request with it, so poison is passed over.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Sleeps that end early when the stand-in does.
#[derive(Debug, Default)]
pub(super) struct Stop {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    pub(super) fn now(&self) {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    pub(super) fn is_set(&self) -> bool {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn sleep(&self, time: Duration) {
        let until = Instant::now() + time.min(LONGEST);
        let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        while !*stopped {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let woken = self.changed.wait_timeout(stopped, left);
            stopped = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
