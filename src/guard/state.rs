//! What the guard remembers. Plain data; the rules that change it are in [`super::rules`].
#![cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "no file keeps the state there"))]

use std::collections::{BTreeMap, BTreeSet};

use super::rules::PLACE_KEPT;
use super::schedule::rest;
use super::timeline::Boot;
use super::window::Windows;
use super::{Failure, HOUR, MINUTE, Millis, Owner, Ticket};

/// Salted hash of an origin and a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 16]);

/// Whose 401 answers are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Every origin that is not loopback: they see one source address.
    Network,
    /// One loopback origin, by a hash of its name: a test server of its own.
    Loopback(u64),
}

/// Which share of the budget a request draws on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Its token was never accepted.
    Untried,
    /// Its token was rejected and never accepted.
    Probe,
    /// Its token was rejected and accepted before that.
    Retry,
    /// Its token was accepted before.
    Accepted,
    /// A person asked for it.
    Unblocked,
}

/// One 401 of the last 60 minutes, or one request that must be taken for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Charge {
    pub(super) at: Millis,
    pub(super) class: Class,
    /// The unanswered request behind it: its late answer, or a later acceptance of its token, takes it back.
    pub(super) lost: Option<(Ticket, Fingerprint)>,
}

/// A request on the wire.
#[derive(Clone, Debug)]
pub(super) struct Reservation {
    pub(super) token: Fingerprint,
    pub(super) owner: Owner,
    pub(super) class: Class,
    pub(super) expires: Millis,
    pub(super) lasts: Millis,
}

/// What everybody behind one address shares.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared {
    pub(super) charges: Vec<Charge>,
    pub(super) in_flight: BTreeMap<Ticket, Reservation>,
    pub(super) blocked: Option<Block>,
    pub(super) retry_after: Option<Millis>,
    /// When the last part of the budget was drawn on, and by which request if it is still on the wire.
    pub(super) reserve_used: Option<Millis>,
    pub(super) reserve_ticket: Option<Ticket>,
    /// Who gets the next place that comes free.
    pub(super) next_in_line: Option<NextInLine>,
}

/// An owner that waits for a place while others hold them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NextInLine {
    pub(super) owner: Owner,
    pub(super) token: Fingerprint,
    /// It must have asked again by then.
    pub(super) until: Millis,
}

/// A probable block of the source IP.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) since: Millis,
    pub(super) next_probe: Millis,
    pub(super) probe: Option<Ticket>,
}

/// What is known of one token.
#[derive(Clone, Debug, Default)]
pub(super) struct Token {
    pub(super) accepted: Option<Millis>,
    pub(super) rejected: Option<Rejection>,
    /// The ticket counter when it last changed between never tried, accepted and rejected.
    pub(super) changed: Ticket,
    /// The request that everybody waits for.
    pub(super) trial: Option<Ticket>,
    /// An answer was lost: single file until the token is accepted again.
    pub(super) in_doubt: bool,
    pub(super) in_flight: u32,
    pub(super) failed: Option<Failed>,
    pub(super) unblocked: Vec<Millis>,
    pub(super) one_more_try: bool,
    pub(super) windows: Windows,
    pub(super) used: Millis,
}

/// A try that could not be sent: the answer of those who waited for it.
#[derive(Clone, Debug)]
pub(super) struct Failed {
    pub(super) ticket: Ticket,
    pub(super) route: u64,
    pub(super) at: Millis,
    pub(super) failure: Failure,
}

/// Since when a token is answered 401, and how long it rests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rejection {
    pub(super) since: Millis,
    pub(super) next_probe: Millis,
    pub(super) probes: u32,
}

/// The most tokens remembered; the one used longest ago goes first.
const MOST_TOKENS: usize = 256;
/// The most loopback origins remembered; the one with the fewest 401 answers goes first.
const MOST_LOOPBACK: usize = 32;
/// Everybody who waited for a failed try has asked again by then.
const FAILURE_LASTS: Millis = MINUTE;

/// Everything the guard remembers.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub(super) latest: Millis,
    /// Until when it must be taken for possible that much happened which is not known here.
    pub(super) cautious_until: Option<Millis>,
    pub(super) tickets: Ticket,
    pub(super) tokens: BTreeMap<Fingerprint, Token>,
    pub(super) shared: BTreeMap<Scope, Shared>,
    /// How the clocks of the boots that shared the state lie to its own time; the latest seen comes last.
    pub(super) boots: Vec<Boot>,
    /// Records of a later version, kept as they are.
    pub(super) unknown: Vec<u8>,
}

impl State {
    /// Brings the state to `now`: old charges go, expired reservations count as lost, and where the clock went
    /// back, times that would lie in the future become now.
    pub(super) fn settle(&mut self, now: Millis) {
        if now < self.latest {
            self.pull_back(now);
        }
        self.latest = now;
        for shared in self.shared.values_mut() {
            // As of the time it expired: who comes a day later finds nothing that still counts.
            while let Some((&ticket, expired)) = shared.in_flight.iter().find(|(_, r)| r.expires <= now) {
                let at = expired.expires;
                lose(shared, &mut self.tokens, ticket, at);
            }
            shared.charges.retain(|charge| charge.at > now - HOUR);
            shared.retry_after = shared.retry_after.filter(|&until| until > now);
            shared.next_in_line = shared.next_in_line.filter(|next| next.until > now);
            shared.reserve_used = shared.reserve_used.filter(|&at| at > now - HOUR);
        }
        self.shared.retain(|_, shared| !shared.says_nothing());
        for token in self.tokens.values_mut() {
            token.failed.take_if(|failed| failed.at <= now - FAILURE_LASTS);
            token.windows.settle(token.in_flight, now);
        }
    }

    /// Who has requests on the wire.
    pub(super) fn owners(&self) -> BTreeSet<Owner> {
        self.shared
            .values()
            .flat_map(|shared| shared.in_flight.values())
            .map(|reservation| reservation.owner)
            .collect()
    }

    /// Forgets what can be spared, a little at a time; `false` when nothing is left to forget.
    pub(super) fn forget_something(&mut self) -> bool {
        let idle = self.tokens.iter().filter(|(_, token)| token.in_flight == 0).min_by_key(|(_, token)| token.used);
        if let Some((&oldest, _)) = idle {
            return self.tokens.remove(&oldest).is_some();
        }
        !std::mem::take(&mut self.unknown).is_empty()
    }

    /// What everybody at one origin shares, made if it is new.
    pub(super) fn shared(&mut self, scope: Scope) -> &mut Shared {
        if !self.shared.contains_key(&scope) && self.shared.len() > MOST_LOOPBACK {
            let loopback = self.shared.iter().filter(|(scope, _)| **scope != Scope::Network);
            let idle = loopback.filter(|(_, shared)| shared.in_flight.is_empty());
            if let Some((&least, _)) = idle.min_by_key(|(_, shared)| shared.charges.len()) {
                self.shared.remove(&least);
            }
        }
        self.shared.entry(scope).or_default()
    }

    pub(super) fn is_cautious(&self, now: Millis) -> bool {
        self.cautious_until.is_some_and(|until| until > now)
    }

    /// No time on record lies in the future of `now`, and no wait exceeds its rule's longest.
    pub(super) fn pull_back(&mut self, now: Millis) {
        self.cautious_until = self.cautious_until.map(|until| until.min(now + HOUR));
        for token in self.tokens.values_mut() {
            token.accepted = token.accepted.map(|at| at.min(now));
            token.used = token.used.min(now);
            token.unblocked.iter_mut().for_each(|at| *at = (*at).min(now));
            token.failed.iter_mut().for_each(|failed| failed.at = failed.at.min(now));
            token.windows.pull_back(now);
            if let Some(rejection) = &mut token.rejected {
                rejection.since = rejection.since.min(now);
                let longest = rest(token.accepted.is_some(), rejection.probes);
                rejection.next_probe = rejection.next_probe.min(now + longest);
            }
        }
        for shared in self.shared.values_mut() {
            shared.charges.iter_mut().for_each(|charge| charge.at = charge.at.min(now));
            for reservation in shared.in_flight.values_mut() {
                reservation.expires = reservation.expires.min(now + reservation.lasts);
            }
            shared.retry_after = shared.retry_after.map(|until| until.min(now + HOUR));
            shared.reserve_used = shared.reserve_used.map(|at| at.min(now));
            shared.next_in_line.iter_mut().for_each(|next| next.until = next.until.min(now + PLACE_KEPT));
            if let Some(block) = &mut shared.blocked {
                block.since = block.since.min(now);
                block.next_probe = block.next_probe.min(now + 15 * MINUTE);
            }
        }
    }

    /// The token's record, made if it is new. Only what goes to the wire gets one, so a flood of tokens that
    /// are refused takes no room.
    pub(super) fn token(&mut self, fingerprint: Fingerprint, now: Millis) -> &mut Token {
        if !self.tokens.contains_key(&fingerprint) && self.tokens.len() >= MOST_TOKENS {
            let oldest = self.tokens.iter().filter(|(_, t)| t.in_flight == 0).min_by_key(|(_, t)| t.used);
            if let Some((&oldest, _)) = oldest {
                self.tokens.remove(&oldest);
            }
        }
        let token = self.tokens.entry(fingerprint).or_default();
        token.used = now;
        token
    }
}

/// Ends a reservation that nobody answered: it counts as a 401, and its token goes single file.
pub(super) fn lose(shared: &mut Shared, tokens: &mut BTreeMap<Fingerprint, Token>, ticket: Ticket, at: Millis) {
    let Some(reservation) = shared.leave(tokens, ticket) else { return };
    shared.charges.push(Charge { at, class: reservation.class, lost: Some((ticket, reservation.token)) });
    let Some(token) = tokens.get_mut(&reservation.token) else { return };
    token.in_doubt = true;
    let was_accepted = token.accepted.is_some();
    // Only a probe says how the rejected token fares: not what was on the wire when it was rejected.
    let was_probe = ticket > token.changed && matches!(reservation.class, Class::Probe | Class::Retry);
    if let Some(rejection) = token.rejected.as_mut().filter(|_| was_probe) {
        rejection.probes = rejection.probes.saturating_add(1);
        rejection.next_probe = at + rest(was_accepted, rejection.probes);
    }
}

impl Shared {
    /// Whether forgetting it changes no decision.
    fn says_nothing(&self) -> bool {
        let counts_nothing = self.charges.is_empty() && self.in_flight.is_empty();
        counts_nothing && self.blocked.is_none() && self.retry_after.is_none() && self.reserve_used.is_none()
    }

    /// Nothing was sent: the rare tries that this request was may be made by the next.
    pub(super) fn give_back(&mut self, ticket: Ticket, now: Millis) {
        if self.reserve_ticket == Some(ticket) {
            self.reserve_used = None;
        }
        if let Some(block) = self.blocked.as_mut().filter(|block| block.probe == Some(ticket)) {
            block.next_probe = now;
        }
    }

    /// Takes a reservation off the wire, with every place that named it.
    pub(super) fn leave(&mut self, tokens: &mut BTreeMap<Fingerprint, Token>, ticket: Ticket) -> Option<Reservation> {
        let reservation = self.in_flight.remove(&ticket)?;
        if self.reserve_ticket == Some(ticket) {
            self.reserve_ticket = None;
        }
        if let Some(block) = &mut self.blocked {
            block.probe = block.probe.filter(|&probe| probe != ticket);
        }
        if let Some(token) = tokens.get_mut(&reservation.token) {
            token.in_flight = token.in_flight.saturating_sub(1);
            token.trial = token.trial.filter(|&trial| trial != ticket);
        }
        Some(reservation)
    }
}
