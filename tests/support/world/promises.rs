//! What the guard promises, written down a second time from its text alone, in true time: a clock that steps back may
//! make the guard slower, never bolder.

mod ends;

use std::collections::BTreeMap;

use thousandeyes::guard::{Awaited, Caller, Decision, Fingerprint, Millis, Refusal, Scope, Ticket};

use super::{HOUR, MINUTE, WINDOW};

const FRESH: Millis = 10 * MINUTE;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Untried,
    Probe,
    Retry,
    Accepted,
    Unblocked,
}

#[derive(Clone, Debug, Default)]
struct Token {
    ever_accepted: bool,
    /// By the store's clock: what it takes for fresh depends on it.
    accepted_at: Millis,
    /// Until when it rests, and how many probes failed.
    rejected: Option<(Millis, u32)>,
    changed: Ticket,
    in_doubt: bool,
    one_more_try: bool,
    /// The last try that could not be sent, and its route.
    failed: Option<(Ticket, u64)>,
    unblocked: Vec<Millis>,
}

#[derive(Clone, Copy, Debug)]
struct Charge {
    at: Millis,
    class: Class,
    lost: Option<(Ticket, Fingerprint)>,
}

#[derive(Clone, Debug, Default)]
struct Origin {
    charges: Vec<Charge>,
    wire: BTreeMap<Ticket, (Fingerprint, Class, bool)>,
    /// When the next look at a blocked address is due, and the request that looks.
    blocked: Option<(Millis, Option<Ticket>)>,
    retry_after: Millis,
    last_reserve: Option<Millis>,
    /// The 401 answers that were read.
    unauthorized: Vec<Millis>,
}

pub(crate) struct Promises {
    budget: usize,
    now: Millis,
    store_now: Millis,
    stepped_back: bool,
    latest: Ticket,
    tokens: BTreeMap<Fingerprint, Token>,
    origins: BTreeMap<Scope, Origin>,
}

fn rest(ever_accepted: bool, probes: u32) -> Millis {
    let minutes: &[Millis] =
        if ever_accepted { &[1, 5, 15, 30, 60] } else { &[15, 30, 60, 120, 240, 480, 960, 1440] };
    minutes[(probes as usize).min(minutes.len() - 1)] * MINUTE
}

impl Promises {
    pub(crate) fn new(budget: u32, store_now: Millis) -> Self {
        Self {
            budget: budget as usize,
            now: 0,
            store_now,
            stepped_back: false,
            latest: 0,
            tokens: BTreeMap::new(),
            origins: BTreeMap::new(),
        }
    }

    pub(crate) fn pass(&mut self, time: Millis, store_now: Millis) {
        self.now += time;
        self.store_now = store_now;
        for origin in self.origins.values_mut() {
            origin.charges.retain(|charge| charge.at > self.now - HOUR);
        }
    }

    pub(crate) fn clock_stepped_back(&mut self, store_now: Millis) {
        self.stepped_back = true;
        self.store_now = store_now;
        for token in self.tokens.values_mut() {
            token.accepted_at = token.accepted_at.min(store_now);
        }
    }

    fn reserve(&self) -> usize {
        (self.budget / 6).max(1).min(self.budget - 1)
    }

    fn class(token: &Token) -> Class {
        match token {
            Token { one_more_try: true, .. } => Class::Unblocked,
            Token { rejected: Some(_), ever_accepted: false, .. } => Class::Probe,
            Token { rejected: Some(_), .. } => Class::Retry,
            Token { ever_accepted: true, .. } => Class::Accepted,
            Token { .. } => Class::Untried,
        }
    }

    fn is_fresh(&self, token: &Token) -> bool {
        let recent = token.ever_accepted && self.store_now - token.accepted_at < FRESH;
        recent && token.rejected.is_none() && !token.in_doubt
    }

    /// A request goes out: every promise about what is sent is checked here.
    pub(crate) fn go(&mut self, caller: &Caller, ticket: Ticket) {
        assert!(ticket > self.latest, "tickets grow");
        self.latest = ticket;
        let now = self.now;
        let token = self.tokens.entry(caller.token).or_default().clone();
        let fresh = self.is_fresh(&token);
        let (budget, reserve) = (self.budget, self.reserve());
        let origin = self.origins.entry(caller.scope).or_default();
        let class = Self::class(&token);

        let mine = origin.wire.values().filter(|(other, ..)| *other == caller.token).count();
        assert!(mine < 16, "more than 16 requests of one token");
        assert!(fresh || mine == 0, "a token that is not fresh goes single file");
        if let (Some((until, _)), false) = (token.rejected, class == Class::Unblocked) {
            assert!(now >= until, "a rejected token was sent {} ms too early", until - now);
        }
        assert!(now >= origin.retry_after, "sent although the API asked to wait");
        if let Some((due, probe)) = &mut origin.blocked {
            assert!(now >= *due && probe.is_none(), "sent from a blocked address");
            (*due, *probe) = (now + 15 * MINUTE, Some(ticket));
        }

        let charges = origin.charges.iter().map(|charge| charge.class);
        let used: Vec<_> = charges.chain(origin.wire.values().map(|(_, class, _)| *class)).collect();
        let of = |class: Class| used.iter().filter(|&&other| other == class).count() + 1;
        assert!(used.len() < budget, "over the budget");
        let over = class != Class::Unblocked && used.len() >= budget - reserve;
        match class {
            Class::Untried => assert!(of(class) <= (budget / 2).max(1), "over the share of new tokens"),
            Class::Probe | Class::Retry => {
                let both = of(Class::Probe) + of(Class::Retry) - 1;
                assert!(both <= (budget / 4).max(1), "over the share of probes");
                let left = (budget / 4).max(1).saturating_sub((budget / 12).max(1)).max(1);
                assert!(class == Class::Retry || of(class) <= left, "over what tokens that never worked may probe");
            }
            Class::Accepted | Class::Unblocked => {}
        }
        if over {
            assert_eq!(class, Class::Accepted, "the last part is for tokens that worked before");
            let interval = HOUR / Millis::try_from(reserve).expect("small");
            assert!(origin.last_reserve.is_none_or(|at| now - at >= interval), "the last part was drawn on too soon");
            assert!(!origin.wire.values().any(|(.., over)| *over), "the last part goes single file");
            origin.last_reserve = Some(now);
        }
        origin.wire.insert(ticket, (caller.token, class, over));
        self.tokens.entry(caller.token).or_default().one_more_try = false;
    }

    /// A caller waits: only for what will end, and only when it has to.
    pub(crate) fn wait(&mut self, caller: &Caller, awaited: Awaited) {
        let token = self.tokens.entry(caller.token).or_default().clone();
        let fresh = self.is_fresh(&token);
        let reserve = self.reserve();
        let origin = self.origins.entry(caller.scope).or_default();
        match awaited {
            Awaited::Trial(ticket) => {
                let (other, ..) = origin.wire.get(&ticket).expect("a trial that is on the wire");
                assert_eq!(*other, caller.token);
            }
            Awaited::Others => assert!(!origin.wire.is_empty(), "waits for nobody"),
            Awaited::RetryAfter(wait) => {
                assert!((1..=HOUR).contains(&wait));
                assert!(self.stepped_back || self.now + wait == origin.retry_after);
                return;
            }
            Awaited::RateLimit(_, wait) => {
                let longest = if self.stepped_back { HOUR } else { WINDOW };
                assert!((1..=longest).contains(&wait));
                return;
            }
        }
        let mine = origin.wire.values().filter(|(other, ..)| *other == caller.token).count();
        // One place may be somebody else's.
        let room = origin.charges.len() + origin.wire.len() + 1 < self.budget - reserve;
        assert!(!(fresh && !token.one_more_try && mine < 15 && room && !self.stepped_back));
    }

    /// A caller is refused: only for a reason that holds, and with a time within its rule's maximum.
    pub(crate) fn refuse(&mut self, caller: &Caller, refusal: &Refusal) {
        let token = self.tokens.entry(caller.token).or_default().clone();
        let reserve = self.reserve();
        let origin = self.origins.entry(caller.scope).or_default();
        match *refusal {
            Refusal::TokenRefused { accepted_ago, retry_in, .. } => {
                assert!(token.rejected.is_some());
                assert_eq!(accepted_ago.is_some(), token.ever_accepted);
                assert!((1..=24 * HOUR).contains(&retry_in));
            }
            Refusal::BudgetExhausted { used, limit, retry_in, .. } => {
                assert!(used >= limit && (1..=HOUR).contains(&retry_in));
                let flood = (self.budget / 2).max(1) + (self.budget / 4).max(1);
                let others = origin.charges.iter().filter(|c| matches!(c.class, Class::Accepted | Class::Unblocked));
                if Self::class(&token) == Class::Accepted && !self.stepped_back {
                    assert!(flood + others.count() >= self.budget - reserve, "bad tokens stop a good one");
                }
            }
            Refusal::SourceIpBlocked { retry_in, .. } => {
                assert!(origin.blocked.is_some());
                assert!((1..=16 * MINUTE).contains(&retry_in));
            }
            Refusal::UnblockedTooOften { .. } => panic!("only a person is told so"),
        }
    }

    /// The time a refusal names is the truth, as far as nothing else happens.
    pub(crate) fn refused_then(&self, caller: &Caller, refusal: &Refusal, then: &Decision) {
        let Decision::Refuse(again) = then else { return };
        let same = std::mem::discriminant(refusal) == std::mem::discriminant(again);
        let quiet = self.origins[&caller.scope].wire.is_empty();
        assert!(!(same && quiet), "{refusal:?}, and when that time was over: {again:?}");
    }

    pub(crate) fn share(&self, caller: &Caller, waited_for: Option<Ticket>) {
        let waited_for = waited_for.expect("only who waited for a try shares its failure");
        let (ticket, route) = self.tokens[&caller.token].failed.expect("a try that failed");
        assert!(ticket >= waited_for, "it failed before this caller came");
        assert_eq!(route, caller.route, "it took another way");
    }

    pub(crate) fn unblock(&mut self, caller: &Caller, decision: &Decision, free: bool) {
        if free {
            assert_eq!(*decision, Decision::Unblocked, "nothing held it back");
            return;
        }
        let token = self.tokens.entry(caller.token).or_default();
        token.unblocked.retain(|&at| at > self.now - HOUR);
        if let Decision::Refuse(Refusal::UnblockedTooOften { retry_in }) = decision {
            assert!((1..=HOUR).contains(retry_in) && (self.stepped_back || token.unblocked.len() == 3));
            return;
        }
        assert_eq!(*decision, Decision::Unblocked);
        if !token.one_more_try {
            assert!(token.unblocked.len() < 3, "a fourth time within the hour");
            token.unblocked.push(self.now);
            token.one_more_try = true;
        }
        token.failed = None;
        self.origins.entry(caller.scope).or_default().blocked = None;
    }
}
