//! The rules: pure functions of a state, an event and a time. No clock, file, socket or random number in here.

use super::admission::{Permit, ask, budget_of, is_fresh, may_line_up};
use super::schedule::rest;
use super::state::{Block, Charge, Class, Failed, NextInLine, Rejection, Reservation, State, Token, lose};
use super::window::Windows;
use super::{
    Answered, Awaited, Caller, Decision, End, Event, HOUR, KnownLimit, MINUTE, Millis, Owner, Refusal, Report, Ticket,
};

/// For so long after an acceptance a token is tried by many at once.
pub const FRESH: Millis = 10 * MINUTE;
/// The most requests of one token on the wire.
pub const MOST_IN_FLIGHT: u32 = 16;
/// A reservation is given up so long after its deadline.
pub const GRACE: Millis = 10_000;
/// The first look at a blocked source IP, and every further one.
const BLOCK_PROBES: (Millis, Millis) = (2 * MINUTE, 15 * MINUTE);
/// So long a place is kept for the owner that is next in line; it asks far more often.
pub(super) const PLACE_KEPT: Millis = 1000;
/// What a person may ask for within an hour.
const MOST_UNBLOCKS: usize = 3;

/// Carries out one step at `now`.
pub fn apply(state: &mut State, event: &Event, now: Millis) -> Decision {
    state.settle(now);
    match event {
        Event::Reserve { caller, owner, waited_for, lasts } => match ask(state, caller, *owner, *waited_for, now) {
            Ok(permit) => Decision::Go(reserve(state, caller, *owner, &permit, *lasts, now)),
            Err(Decision::Wait(Awaited::Others)) if may_line_up(state, caller, *owner) => {
                let next = NextInLine { owner: *owner, token: caller.token, until: now + PLACE_KEPT };
                state.shared(caller.scope).next_in_line = Some(next);
                Decision::LinedUp
            }
            Err(decision) => decision,
        },
        Event::Finish { ticket, caller, end, limits } => {
            let decision = finish(state, *ticket, caller, end, now);
            if let Some(token) = state.tokens.get_mut(&caller.token) {
                token.windows.learn(limits, token.in_flight, now);
            }
            decision
        }
        Event::Unblock { caller } => unblock(state, caller, now),
        Event::Died { owner } => bury(state, *owner, now),
    }
}

/// What a reservation would be answered at `now` if it is not [`Decision::Go`]: nothing is changed but what time has
/// changed already.
pub fn held_back(
    state: &mut State,
    caller: &Caller,
    owner: Owner,
    waited_for: Option<Ticket>,
    now: Millis,
) -> Option<Decision> {
    state.settle(now);
    let decision = ask(state, caller, owner, waited_for, now).err();
    decision.filter(|decision| *decision != Decision::Wait(Awaited::Others) || !may_line_up(state, caller, owner))
}

fn reserve(state: &mut State, caller: &Caller, owner: Owner, permit: &Permit, lasts: Millis, now: Millis) -> Ticket {
    state.tickets += 1;
    let ticket = state.tickets;
    let lasts = lasts.clamp(0, HOUR) + GRACE;
    let shared = state.shared(caller.scope);
    let class = permit.class;
    shared.next_in_line.take_if(|next| next.owner == owner && next.token == caller.token);
    shared.in_flight.insert(ticket, Reservation { token: caller.token, owner, class, expires: now + lasts, lasts });
    if permit.from_reserve {
        shared.reserve_used = Some(now);
        shared.reserve_ticket = Some(ticket);
    }
    if let Some(block) = shared.blocked.as_mut().filter(|_| permit.looks_at_block) {
        block.probe = Some(ticket);
        block.next_probe = now + BLOCK_PROBES.1;
    }
    let token = state.token(caller.token, now);
    token.in_flight += 1;
    token.one_more_try = false;
    token.windows.take(caller.families);
    if !is_fresh(token, now) {
        token.trial = Some(ticket);
    }
    ticket
}

fn finish(state: &mut State, ticket: Ticket, caller: &Caller, end: &End, now: Millis) -> Decision {
    let known = state.tokens.get(&caller.token);
    let accepted_ago = known.and_then(|token| token.accepted).map(|at| now - at);
    let shared = state.shared.entry(caller.scope).or_default();
    let answered = match end {
        End::Lost => {
            lose(shared, &mut state.tokens, ticket, now);
            return noted(state, caller, accepted_ago, now);
        }
        End::NotSent(_) | End::GivenUp => {
            shared.give_back(ticket, now);
            let reservation = shared.leave(&mut state.tokens, ticket);
            if let Some(token) = state.tokens.get_mut(&caller.token) {
                token.one_more_try |= reservation.is_some_and(|r| r.class == Class::Unblocked);
                token.windows.give_back(caller.families);
                if let End::NotSent(failure) = end {
                    token.failed = Some(Failed { ticket, route: caller.route, at: now, failure: failure.clone() });
                }
            }
            return noted(state, caller, accepted_ago, now);
        }
        End::Answered(answered) => *answered,
    };
    let was_blocked_probe = shared.blocked.as_ref().is_some_and(|block| block.probe == Some(ticket));
    let class = shared.leave(&mut state.tokens, ticket).map_or_else(
        || {
            let late = shared.charges.iter().position(|c| c.lost.is_some_and(|(lost, _)| lost == ticket));
            late.map_or(Class::Untried, |at| shared.charges.swap_remove(at).class)
        },
        |reservation| reservation.class,
    );
    match answered {
        Answered::Rejected => shared.charges.push(Charge { at: now, class, lost: None }),
        Answered::RetryAfter(wait) => {
            let until = now + wait.clamp(0, HOUR);
            shared.retry_after = Some(shared.retry_after.map_or(until, |old| old.max(until)));
        }
        Answered::SourceIpBlocked => {
            let first = shared.blocked.is_none();
            let block = shared.blocked.get_or_insert(Block { since: now, next_probe: now, probe: None });
            if first {
                block.next_probe = now + BLOCK_PROBES.0;
            } else if was_blocked_probe {
                block.next_probe = now + BLOCK_PROBES.1;
            }
        }
        Answered::Accepted | Answered::Nothing => {}
    }
    if was_blocked_probe && matches!(answered, Answered::Accepted | Answered::Rejected) {
        shared.blocked = None;
    }
    let tickets = state.tickets;
    let token = state.token(caller.token, now);
    token.failed = None;
    let counts = ticket > token.changed;
    match answered {
        Answered::Accepted if counts => accept(state, ticket, caller, now),
        Answered::Rejected if counts => reject(token, class, tickets, now),
        _ => {}
    }
    noted(state, caller, accepted_ago, now)
}

fn accept(state: &mut State, ticket: Ticket, caller: &Caller, now: Millis) {
    let tickets = state.tickets;
    let Some(token) = state.tokens.get_mut(&caller.token) else { return };
    if token.accepted.is_none() || token.rejected.is_some() {
        token.changed = tickets;
    }
    token.accepted = Some(now);
    token.rejected = None;
    token.in_doubt = false;
    // Nobody has to wait for a verdict that is known.
    token.trial = None;
    let shared = state.shared.entry(caller.scope).or_default();
    shared.charges.retain(|c| c.lost.is_none_or(|(lost, token)| token != caller.token || lost > ticket));
}

fn reject(token: &mut Token, class: Class, tickets: Ticket, now: Millis) {
    let was_accepted = token.accepted.is_some();
    token.in_doubt = false;
    match &mut token.rejected {
        None => {
            token.changed = tickets;
            token.rejected = Some(Rejection { since: now, next_probe: now + rest(was_accepted, 0), probes: 0 });
        }
        Some(rejection) => {
            if class != Class::Unblocked {
                rejection.probes = rejection.probes.saturating_add(1);
            }
            rejection.next_probe = now + rest(was_accepted, rejection.probes);
        }
    }
}

fn noted(state: &State, caller: &Caller, accepted_ago: Option<Millis>, now: Millis) -> Decision {
    let rejected = state.tokens.get(&caller.token).and_then(|token| token.rejected);
    Decision::Noted { accepted_ago, next_try_in: rejected.map(|r| (r.next_probe - now).max(0)) }
}

fn unblock(state: &mut State, caller: &Caller, now: Millis) -> Decision {
    if ask(state, caller, Owner::MAX, None, now).is_ok() {
        // Nothing holds it back: nothing is used up.
        return Decision::Unblocked;
    }
    let token = state.token(caller.token, now);
    token.unblocked.retain(|&at| at > now - HOUR);
    if !token.one_more_try {
        if token.unblocked.len() >= MOST_UNBLOCKS {
            let oldest = token.unblocked.first().copied().unwrap_or(now);
            return Decision::Refuse(Refusal::UnblockedTooOften { retry_in: oldest + HOUR - now });
        }
        token.unblocked.push(now);
        token.one_more_try = true;
    }
    token.failed = None;
    state.shared(caller.scope).blocked = None;
    Decision::Unblocked
}

fn bury(state: &mut State, owner: Owner, now: Millis) -> Decision {
    for shared in state.shared.values_mut() {
        while let Some((&ticket, _)) = shared.in_flight.iter().find(|(_, r)| r.owner == owner) {
            lose(shared, &mut state.tokens, ticket, now);
        }
    }
    Decision::Buried
}

/// What is known of one caller, for people.
pub fn report(state: &mut State, caller: &Caller, now: Millis) -> Report {
    state.settle(now);
    let token = state.tokens.get(&caller.token);
    let shared = state.shared.get(&caller.scope);
    let rejection = token.and_then(|token| token.rejected);
    let accepted = token.and_then(|token| token.accepted);
    let one_more_try = token.is_some_and(|token| token.one_more_try);
    Report {
        token: match (rejection, accepted) {
            (Some(_), _) => "rejected",
            (None, Some(_)) => "accepted",
            (None, None) => "never tried",
        },
        accepted_ms_ago: accepted.map(|at| now - at),
        rejected_ms_ago: rejection.map(|r| now - r.since),
        next_try_in_ms: rejection.map(|r| if one_more_try { 0 } else { (r.next_probe - now).max(0) }),
        in_flight: token.map_or(0, |token| token.in_flight),
        unauthorized_last_hour: shared.map_or(0, |s| u32::try_from(s.charges.len()).unwrap_or(u32::MAX)),
        budget: budget_of(state, caller, now),
        source_ip_blocked_ms_ago: shared.and_then(|s| s.blocked.as_ref()).map(|block| now - block.since),
        retry_after_ms: shared.and_then(|s| s.retry_after).map(|until| until - now),
        rate_limits: token.map(|token| known_limits(&token.windows, now)).unwrap_or_default(),
    }
}

fn known_limits(windows: &Windows, now: Millis) -> Vec<KnownLimit> {
    let known = windows.0.iter().map(|window| KnownLimit {
        name: window.family.to_string(),
        limit: window.limit,
        remaining: window.left,
        resets_in_ms: window.told.then_some(window.ends - now),
    });
    known.collect()
}
