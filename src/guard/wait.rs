//! What a client does with the guard: ask, wait inside its deadline, send, report.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{
    Awaited, Caller, Decision, End, Event, Failure, Families, Fingerprint, Limit, Millis, Refusal, Report, Store,
    Ticket,
};
use crate::identity::random;

/// The longest a waiter sleeps before it looks whether its caller still wants to wait: well under the 100 ms that callers
/// are promised.
pub(crate) const SLICE: Duration = Duration::from_millis(60);

/// So long a call that has its answer waits for a locked store; then the store records its end later.
const LONGEST_FINISH: Duration = Duration::from_secs(1);

/// When a rate limit's window opens, not everybody comes at once: each comes up to so many milliseconds later, or a
/// fiftieth of the wait.
const JITTER: u64 = 250;

/// A wait for a window must leave a call so much of its time.
const ROOM_TO_CALL: Duration = Duration::from_millis(20);

/// Says how long a caller still waits.
pub trait Patience {
    /// Time left, or why the caller stopped. Called at least every 100 ms, on the caller's own thread.
    fn left(&self) -> Result<Duration, Stopped>;

    /// Whether the caller waits for what the API's limits ask for, so long.
    fn waits_for_limit(&self, wait: Millis) -> bool {
        let _ = wait;
        true
    }
}

/// Why a caller does not wait any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Its deadline has passed.
    Deadline,
    /// It was cancelled, or its interrupt callback said so.
    Cancelled,
}

/// One caller's view of a store.
#[derive(Clone)]
pub struct Guard {
    store: Arc<dyn Store>,
    caller: Caller,
}

/// Why there is no permission to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// The rules refuse.
    Refused(Refusal),
    /// The attempt this caller waited for could not be sent.
    Failed(Failure),
    /// The caller stopped waiting for another process that has the store's lock.
    Locked(Stopped),
    /// The caller stopped waiting.
    Stopped(Stopped),
    /// The API's limits hold it back, so long, and the caller does not wait, or has not the time.
    Limited(Awaited, Millis),
}

impl Guard {
    /// A guard for one token over a store.
    pub fn new(store: Arc<dyn Store>, caller: Caller) -> Self {
        Self { store, caller }
    }

    /// The same store for another token.
    pub(crate) fn of(&self, token: Fingerprint) -> Self {
        Self { store: Arc::clone(&self.store), caller: Caller { token, ..self.caller } }
    }

    /// Waits for permission to send one request, which counts against these rate limits.
    pub fn enter(&self, families: Families, patience: &dyn Patience) -> Result<Passage<'_>, Denied> {
        let caller = Caller { families, ..self.caller };
        let mut waited_for = None;
        loop {
            let left = patience.left().map_err(Denied::Stopped)?;
            let lasts = Millis::try_from(left.as_millis()).unwrap_or(Millis::MAX);
            let seen = self.store.generation();
            let event = Event::Reserve { caller, owner: self.store.owner(), waited_for, lasts };
            match self.store.step(&event, patience).map_err(Denied::Locked)? {
                Decision::Go(ticket) => return Ok(Passage { guard: self, caller, ticket, open: true }),
                Decision::Refuse(refusal) => return Err(Denied::Refused(refusal)),
                Decision::Share(failure) => return Err(Denied::Failed(failure)),
                Decision::Wait(awaited @ (Awaited::RateLimit(_, wait) | Awaited::RetryAfter(wait))) => {
                    let limit = Duration::from_millis(wait.max(1).unsigned_abs());
                    let room = left.checked_sub(limit + ROOM_TO_CALL);
                    let Some(room) = room.filter(|_| patience.waits_for_limit(wait)) else {
                        return Err(Denied::Limited(awaited, wait));
                    };
                    let late = jitter(wait).min(room);
                    pause(Instant::now() + limit + late, patience).map_err(|stopped| match stopped {
                        Stopped::Deadline => Denied::Limited(awaited, wait),
                        Stopped::Cancelled => Denied::Stopped(stopped),
                    })?;
                    continue;
                }
                Decision::Wait(Awaited::Trial(trial)) => waited_for = waited_for.or(Some(trial)),
                // Or no answer to a reservation: asked again, as long as the caller has time.
                Decision::Wait(Awaited::Others)
                | Decision::LinedUp
                | Decision::Noted { .. }
                | Decision::Unblocked
                | Decision::Buried => {}
            }
            self.store.wait(seen, SLICE.min(left.max(Duration::from_millis(1))));
        }
    }

    /// One more try now, because a person asked for it.
    pub fn unblock(&self, patience: &dyn Patience) -> Result<(), Denied> {
        match self.store.step(&Event::Unblock { caller: self.caller }, patience).map_err(Denied::Locked)? {
            Decision::Refuse(refusal) => Err(Denied::Refused(refusal)),
            _ => Ok(()),
        }
    }

    /// What the store knows, for people.
    pub fn report(&self) -> Report {
        self.store.report(&self.caller)
    }

    /// What a person should know who set the store up otherwise.
    pub fn complaint(&self) -> Option<String> {
        self.store.complaint()
    }

    /// Which store, and why.
    pub fn describe(&self) -> (&'static str, String) {
        self.store.describe()
    }
}

fn jitter(wait: Millis) -> Duration {
    Duration::from_millis(random() % (wait.unsigned_abs() / 50).clamp(1, JITTER))
}

/// Sleeps until a time, in slices, or says what ended the sleep before.
pub(crate) fn pause(until: Instant, patience: &dyn Patience) -> Result<(), Stopped> {
    while let Ok(left) = until.left() {
        std::thread::sleep(left.min(patience.left()?).min(SLICE));
    }
    Ok(())
}

/// Permission for one attempt. Dropped without [`Passage::end`], it counts as lost.
pub struct Passage<'a> {
    guard: &'a Guard,
    caller: Caller,
    ticket: Ticket,
    open: bool,
}

/// What the guard knew before an answer, and does after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// How long ago the token was accepted, before this answer.
    pub accepted_ago: Option<Millis>,
    /// When a rejected token is tried again.
    pub next_try_in: Option<Millis>,
    /// Whether other processes know of it.
    pub is_shared: bool,
}

impl Passage<'_> {
    /// Reports how the attempt ended, and the rate limits that its answer told of.
    pub fn end(mut self, end: End, limits: Vec<Limit>) -> Noted {
        self.open = false;
        self.finish(end, limits)
    }

    fn finish(&self, end: End, limits: Vec<Limit>) -> Noted {
        let event = Event::Finish { ticket: self.ticket, caller: self.caller, end, limits };
        match self.guard.store.step(&event, &(Instant::now() + LONGEST_FINISH)) {
            Ok(Decision::Noted { accepted_ago, next_try_in }) => {
                Noted { accepted_ago, next_try_in, is_shared: next_try_in.is_some() && self.guard.store.is_shared() }
            }
            _ => Noted::default(),
        }
    }
}

impl Drop for Passage<'_> {
    fn drop(&mut self) {
        if self.open {
            self.finish(End::Lost, Vec::new());
        }
    }
}

/// Patience with a deadline only.
impl Patience for Instant {
    fn left(&self) -> Result<Duration, Stopped> {
        self.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()).ok_or(Stopped::Deadline)
    }
}
