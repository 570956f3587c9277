//! Whether a request may go out: the questions that a reservation is asked, in their order. Changes nothing.

use super::budget::{self, Room};
use super::rules::{FRESH, MOST_IN_FLIGHT};
use super::state::{Class, Shared, State, Token};
use super::{Awaited, Caller, Decision, Failure, MINUTE, Millis, Owner, Refusal, Ticket};

/// So long a token that was never accepted leaves a due look to one that was.
const BLOCK_PROBE_PRECEDENCE: Millis = MINUTE;
/// The budget while it is not known what the last hour held.
const CAUTIOUS_BUDGET: u32 = 12;

/// What a request that may go out draws on.
pub(super) struct Permit {
    pub(super) class: Class,
    pub(super) from_reserve: bool,
    pub(super) looks_at_block: bool,
}

/// The most 401 answers in an hour that a caller counts on now.
pub(super) fn budget_of(state: &State, caller: &Caller, now: Millis) -> u32 {
    if state.is_cautious(now) { caller.budget.min(CAUTIOUS_BUDGET) } else { caller.budget }
}

/// The permission to send, or what the caller is told instead.
pub(super) fn ask(
    state: &State,
    caller: &Caller,
    owner: Owner,
    waited_for: Option<Ticket>,
    now: Millis,
) -> Result<Permit, Decision> {
    let budget = budget_of(state, caller, now);
    let known = state.tokens.get(&caller.token);
    if let Some(failure) = known.and_then(|token| shared_failure(token, caller, waited_for)) {
        return Err(Decision::Share(failure));
    }
    let class = known.map_or(Class::Untried, class_of);
    if class != Class::Unblocked
        && let Some(refusal) = known.and_then(|token| refused(token, now))
    {
        return Err(Decision::Refuse(refusal));
    }
    let accepted_somewhere = known.is_some_and(|token| token.accepted.is_some() && token.rejected.is_none());
    let nothing = Shared::default();
    let shared = state.shared.get(&caller.scope).unwrap_or(&nothing);
    if let Some(block) = &shared.blocked {
        let due = block.next_probe + if accepted_somewhere { 0 } else { BLOCK_PROBE_PRECEDENCE };
        if block.probe.is_some() || due > now {
            let retry_in = (due - now).max(1000);
            return Err(Decision::Refuse(Refusal::SourceIpBlocked { since: now - block.since, retry_in }));
        }
    }
    if let Some(until) = shared.retry_after {
        return Err(Decision::Wait(Awaited::RetryAfter(until - now)));
    }
    if let Some(awaited) = known.and_then(|token| token.windows.wait(caller.families, token.in_flight, now)) {
        return Err(Decision::Wait(awaited));
    }
    // A place that comes free; where nothing is on the wire, none does.
    let left_for = shared.next_in_line.filter(|next| next.owner != owner && !shared.in_flight.is_empty());
    if let Some(token) = known {
        if let Some(trial) = token.trial {
            return Err(Decision::Wait(Awaited::Trial(trial)));
        }
        let left = u32::from(left_for.is_some_and(|next| next.token == caller.token));
        if !is_fresh(token, now) && token.in_flight > 0 || token.in_flight + left >= MOST_IN_FLIGHT {
            return Err(Decision::Wait(Awaited::Others));
        }
    }
    let from_reserve = match budget::room(shared, class, budget, usize::from(left_for.is_some()), now) {
        Room::Ordinary => false,
        Room::Reserve => true,
        Room::Later(awaited) => return Err(Decision::Wait(awaited)),
        Room::Exhausted(refusal) => return Err(Decision::Refuse(refusal)),
    };
    Ok(Permit { class, from_reserve, looks_at_block: shared.blocked.is_some() })
}

/// Whether an owner that has to wait for others gets the next place: when nobody else is to get it, and it has nothing
/// of this token on the wire. So a program with many threads does not take every place that comes free.
pub(super) fn may_line_up(state: &State, caller: &Caller, owner: Owner) -> bool {
    state.shared.get(&caller.scope).is_some_and(|shared| {
        let mut on_wire = shared.in_flight.values();
        shared.next_in_line.is_none() && !on_wire.any(|r| r.owner == owner && r.token == caller.token)
    })
}

fn shared_failure(token: &Token, caller: &Caller, waited_for: Option<Ticket>) -> Option<Failure> {
    let failed = token.failed.as_ref()?;
    let waited = waited_for.is_some_and(|waited| failed.ticket >= waited);
    (waited && failed.route == caller.route).then(|| failed.failure.clone())
}

fn class_of(token: &Token) -> Class {
    match token {
        Token { one_more_try: true, .. } => Class::Unblocked,
        Token { rejected: Some(_), accepted: None, .. } => Class::Probe,
        Token { rejected: Some(_), .. } => Class::Retry,
        Token { accepted: Some(_), .. } => Class::Accepted,
        _ => Class::Untried,
    }
}

pub(super) fn is_fresh(token: &Token, now: Millis) -> bool {
    let recent = token.accepted.is_some_and(|at| now - at < FRESH);
    recent && token.rejected.is_none() && !token.in_doubt
}

/// A rejected token answers at once, also while it is being probed.
fn refused(token: &Token, now: Millis) -> Option<Refusal> {
    let rejection = token.rejected?;
    let waits = token.trial.is_some() || token.in_flight > 0 || rejection.next_probe > now;
    waits.then(|| Refusal::TokenRefused {
        since: now - rejection.since,
        accepted_ago: token.accepted.map(|at| now - at),
        retry_in: (rejection.next_probe - now).max(1000),
    })
}
