//! Which rate limits a call counts against, besides the organization's: learned from the answers to calls like it.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::Method;

use crate::guard::{Families, Limit};
use crate::sys::fork::Step;

/// The most kinds of calls that are told apart.
const MOST: usize = 256;

/// What one client has learned.
#[derive(Default)]
pub(crate) struct Learned {
    known: Mutex<HashMap<u64, Families>>,
    /// Most programs never meet such a limit.
    anything: AtomicBool,
}

impl Learned {
    /// The limits of a call.
    pub(crate) fn of(&self, method: &Method, path: &str) -> Families {
        if !self.anything.load(Ordering::Relaxed) {
            return Families::default();
        }
        let step = Step::begin();
        self.lock(&step).get(&kind(method, path)).copied().unwrap_or_default()
    }

    /// Keeps what the answer to a call told.
    pub(crate) fn learn(&self, method: &Method, path: &str, limits: &[Limit]) {
        let mut families = Families::default();
        for limit in limits {
            families.add(limit.family);
        }
        if families == Families::default() {
            return;
        }
        let step = Step::begin();
        let mut known = self.lock(&step);
        if known.len() >= MOST {
            known.clear();
        }
        let of_kind = known.entry(kind(method, path)).or_default();
        for limit in limits {
            of_kind.add(limit.family);
        }
        self.anything.store(true, Ordering::Relaxed);
    }

    /// Only within a [`Step`], so that no forked child finds the mutex taken.
    fn lock<'a>(&'a self, _: &'a Step) -> MutexGuard<'a, HashMap<u64, Families>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Calls that differ only in ids are of one kind: what has a digit in it is taken for an id.
fn kind(method: &Method, path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    method.hash(&mut hasher);
    for segment in path.split('/') {
        let id = segment.bytes().any(|byte| byte.is_ascii_digit());
        if id { "*" } else { segment }.hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::Family;

    #[test]
    fn calls_that_differ_in_ids_are_of_one_kind() {
        let learned = Learned::default();
        let instant = Limit { family: Family::new("instant-test"), limit: 24, left: 1, resets_in: 9 };
        let organization = Limit { family: Family::ORGANIZATION, ..instant };
        learned.learn(&Method::GET, "/v7/tests", &[organization]);
        assert_eq!(learned.of(&Method::GET, "/v7/tests"), Families::default());
        learned.learn(&Method::POST, "/v7/tests/17/run", &[organization, instant]);
        let mut expected = Families::default();
        expected.add(instant.family);
        assert_eq!(learned.of(&Method::POST, "/v7/tests/4711/run"), expected);
        assert_eq!(learned.of(&Method::GET, "/v7/tests/17/run"), Families::default());
        assert_eq!(learned.of(&Method::POST, "/v7/tests/17"), Families::default());
    }
}
