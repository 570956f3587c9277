//! Keeps every program that shares a store from burning the account or the source IP with a dead token.
//!
//! [`rules`] decides, as pure functions; a [`Store`] makes one decision atomic for everybody who shares it;
//! [`Guard`] is what a client holds: it asks, waits and reports.

mod admission;
mod budget;
#[cfg(target_os = "linux")]
mod file;
mod memory;
pub mod rules;
mod schedule;
mod state;
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only a file is shared by several boots"))]
mod timeline;
mod wait;
mod window;

#[cfg(target_os = "linux")]
pub use file::FileStore;
#[cfg(fuzzing)]
pub(crate) use file::fuzzing;
pub use memory::MemoryStore;
pub use state::{Fingerprint, Scope, State};
pub use wait::{Denied, Guard, Noted, Passage, Patience, Stopped};
pub(crate) use wait::{SLICE, pause};
pub use window::{Families, Family, Limit};

use std::time::Duration;

/// Milliseconds on the store's own time line. Only differences mean anything.
pub type Millis = i64;

/// A minute, in [`Millis`].
pub(crate) const MINUTE: Millis = 60_000;
/// An hour, in [`Millis`].
pub(crate) const HOUR: Millis = 60 * MINUTE;

/// One reservation of one attempt on the wire. Numbers only grow, so a greater one was reserved later.
pub type Ticket = u64;

/// Whoever makes reservations and can die: a process, with one store open. Chosen at random.
pub type Owner = u64;

/// Who asks: a token at an origin, and the way its requests take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The token at its origin, as a salted hash.
    pub token: Fingerprint,
    /// Whose budget and block the requests count against.
    pub scope: Scope,
    /// The most 401 answers in 60 minutes that this caller allows its store, 1 to 110.
    pub budget: u32,
    /// Proxy and CA settings, hashed: callers with the same share the failure to connect.
    pub route: u64,
    /// The rate limits that the request counts against.
    pub families: Families,
}

/// Something that happens to the guard's state. Plain data: one event is one atomic step of a store, and one
/// round trip where the store is on another machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A caller wants to send one request.
    Reserve {
        /// Who asks.
        caller: Caller,
        /// From [`Store::owner`]: whose end is the reservation's.
        owner: Owner,
        /// The trial this caller already waited for, if any: its failure to connect is this caller's answer too.
        waited_for: Option<Ticket>,
        /// How long the attempt can take at most; after that and 10 seconds it counts as lost.
        lasts: Millis,
    },
    /// The attempt's status line was read, or it ended without one.
    Finish {
        /// From [`Decision::Go`].
        ticket: Ticket,
        /// Who reserved it.
        caller: Caller,
        /// What came of it.
        end: End,
        /// The rate limits that its answer told of.
        limits: Vec<Limit>,
    },
    /// A person says: try this token once more now.
    Unblock {
        /// Whose token.
        caller: Caller,
    },
    /// An owner died: what it had on the wire is lost.
    Died {
        /// The owner.
        owner: Owner,
    },
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// A status line came.
    Answered(Answered),
    /// It failed before anything of the request was sent.
    NotSent(Failure),
    /// The caller gave up (cancel, deadline) before anything was sent.
    GivenUp,
    /// It was sent, or perhaps sent, and no status line came; or a 401 that may not be the API's.
    Lost,
}

/// What an answer says about the token, and about the source IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// 2xx that calls itself something other than HTML, the API's own 403, or a 429 with rate-limit headers.
    Accepted,
    /// 401 that does not call itself HTML.
    Rejected,
    /// 429 with `Retry-After` only: everybody waits.
    RetryAfter(Millis),
    /// 429 with nothing: the source IP is probably blocked.
    SourceIpBlocked,
    /// Anything else.
    Nothing,
}

/// Why nothing could be sent, kept so that those who waited for the attempt get the same answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The status of the error, as a number of the public list.
    pub status: crate::Status,
    /// One sentence for a person.
    pub text: String,
}

/// What a store answers to an [`Event`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Send. The attempt must be ended with [`Event::Finish`].
    Go(Ticket),
    /// Ask again when something changed, or after the given time at the latest.
    Wait(Awaited),
    /// Do not send.
    Refuse(Refusal),
    /// The attempt that this caller waited for could not be sent; here is why.
    Share(Failure),
    /// As [`Decision::Wait`] for others, and the next place is this owner's.
    LinedUp,
    /// To [`Event::Finish`]: what the state knew of the token before the answer.
    Noted {
        /// How long ago the token was accepted last, before this answer.
        accepted_ago: Option<Millis>,
        /// When it will be tried again, after a 401.
        next_try_in: Option<Millis>,
    },
    /// To [`Event::Unblock`]: one more try is allowed.
    Unblocked,
    /// To [`Event::Died`].
    Buried,
}

/// What a caller waits for. Durations are from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// The verdict of the one attempt that is made with a token that is not fresh.
    Trial(Ticket),
    /// The end of other requests on the wire.
    Others,
    /// The end of the time that the API asked everybody to wait.
    RetryAfter(Millis),
    /// The next window of a rate limit.
    RateLimit(Family, Millis),
}

impl Awaited {
    /// After how long asking again is certain to be worth it; `None`: when somebody else's attempt ends.
    pub fn ends_in(self) -> Option<Millis> {
        match self {
            Self::Trial(_) | Self::Others => None,
            Self::RetryAfter(wait) | Self::RateLimit(_, wait) => Some(wait),
        }
    }
}

/// Why a request is refused without being sent. Durations are from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The token was answered 401.
    TokenRefused {
        /// How long ago it was rejected first.
        since: Millis,
        /// How long ago it was accepted last, if it ever was.
        accepted_ago: Option<Millis>,
        /// When the guard lets it through again.
        retry_in: Millis,
    },
    /// Too many 401 answers in the last 60 minutes.
    BudgetExhausted {
        /// 401 answers that count now, and requests that must be taken for such.
        used: u32,
        /// How many of them were not answered at all.
        unanswered: u32,
        /// How many this token's kind may share.
        limit: u32,
        /// When there is room again.
        retry_in: Millis,
    },
    /// The API answers this source IP with 429.
    SourceIpBlocked {
        /// How long ago that began.
        since: Millis,
        /// When one request is let through to look.
        retry_in: Millis,
    },
    /// A person already unblocked this token three times within the hour.
    UnblockedTooOften {
        /// When it is possible again.
        retry_in: Millis,
    },
}

impl Refusal {
    /// After how long it is worth asking again.
    pub fn retry_in(self) -> Millis {
        match self {
            Self::TokenRefused { retry_in, .. }
            | Self::BudgetExhausted { retry_in, .. }
            | Self::SourceIpBlocked { retry_in, .. }
            | Self::UnblockedTooOften { retry_in } => retry_in,
        }
    }
}

/// Makes one step of the rules atomic for everybody who shares it.
pub trait Store: Send + Sync {
    /// Carries out one step: reads the state, applies [`rules::apply`], writes the state. One round trip where the
    /// state is elsewhere. Fails when the caller has no more patience; the end of an attempt is then recorded later.
    fn step(&self, event: &Event, patience: &dyn Patience) -> Result<Decision, Stopped>;

    /// Who makes the reservations of this process.
    fn owner(&self) -> Owner;

    /// Sleeps until another step may have changed what a waiter was told, at most `longest`. May wake early.
    fn wait(&self, seen: u64, longest: Duration);

    /// A number that changes with every step that may let a waiter go on; read before [`Store::step`].
    fn generation(&self) -> u64;

    /// What the store knows of one caller's token and scope, for people.
    fn report(&self, caller: &Caller) -> Report;

    /// "memory", "file"...: what protects whom, in one word and one sentence.
    fn describe(&self) -> (&'static str, String);

    /// Whether other processes know what this one knows.
    fn is_shared(&self) -> bool;

    /// What a person should know who set this store up otherwise.
    fn complaint(&self) -> Option<String> {
        None
    }
}

/// What the guard knows, in words and numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// "never tried", "accepted" or "rejected".
    pub token: &'static str,
    /// Milliseconds since the last acceptance.
    pub accepted_ms_ago: Option<Millis>,
    /// Milliseconds since the first 401 after the last acceptance.
    pub rejected_ms_ago: Option<Millis>,
    /// Milliseconds until a rejected token is tried again; 0: with the next call.
    pub next_try_in_ms: Option<Millis>,
    /// Requests of this token on the wire now.
    pub in_flight: u32,
    /// 401 answers (and unanswered requests) of the last 60 minutes, all tokens.
    pub unauthorized_last_hour: u32,
    /// The most that the guard allows in 60 minutes, now: less where it is not known what the last ones held.
    pub budget: u32,
    /// Milliseconds since the source IP was found blocked.
    pub source_ip_blocked_ms_ago: Option<Millis>,
    /// Milliseconds that everybody waits because of a `Retry-After`.
    pub retry_after_ms: Option<Millis>,
    /// The rate limits that the token's answers told of.
    pub rate_limits: Vec<KnownLimit>,
}

/// A rate limit as the guard counts it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct KnownLimit {
    /// "organization" for `X-Organization-Rate-Limit-*`.
    pub name: String,
    /// Requests that a window allows.
    pub limit: u32,
    /// Requests that this window still allows.
    pub remaining: u32,
    /// Milliseconds until the next window; `None` when no answer told of this one yet.
    pub resets_in_ms: Option<Millis>,
}
