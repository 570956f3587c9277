//! Who may draw how much on the 401 answers that one hour allows.

use super::state::{Class, Shared};
use super::{Awaited, HOUR, Millis, Refusal};

/// What the budget says to one more request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// There is room among the ordinary requests.
    Ordinary,
    /// Only the last part is left, and this request may draw on it.
    Reserve,
    /// Not now: requests on the wire hold the rest; it may come free when they end.
    Later(Awaited),
    /// Not before the oldest 401 is an hour old.
    Exhausted(Refusal),
}

/// The share of `budget` that a class of requests has, with all that its class used.
fn share(budget: u32, class: Class) -> u32 {
    match class {
        Class::Untried => (budget / 2).max(1),
        Class::Probe => (budget / 4).max(1),
        Class::Accepted => budget - reserve(budget),
        Class::Unblocked => budget,
    }
}

/// The part of the budget that ordinary requests leave alone.
pub(super) fn reserve(budget: u32) -> u32 {
    (budget / 6).max(1).min(budget - 1)
}

/// How often the reserve gives one try.
fn reserve_interval(budget: u32) -> Millis {
    HOUR / Millis::from(reserve(budget).max(1))
}

/// Whether one more request of this class may go out at `now`.
pub(super) fn room(shared: &Shared, class: Class, budget: u32, now: Millis) -> Room {
    let budget = budget.clamp(1, 110);
    let ordinary = if class == Class::Unblocked { budget } else { budget - reserve(budget) };
    let whole = check(shared, None, ordinary, now);
    let own = match class {
        Class::Untried | Class::Probe => check(shared, Some(class), share(budget, class), now),
        Class::Accepted | Class::Unblocked => Room::Ordinary,
    };
    match (whole, own) {
        (Room::Ordinary, own) => own,
        (full, _) if class == Class::Accepted => from_reserve(shared, budget, full, now),
        (Room::Exhausted(one), Room::Exhausted(other)) => Room::Exhausted(later(one, other)),
        (exhausted @ Room::Exhausted(_), _) | (_, exhausted @ Room::Exhausted(_)) => exhausted,
        (later, _) => later,
    }
}

/// The refusal that lasts longer.
fn later(one: Refusal, other: Refusal) -> Refusal {
    if one.retry_in() >= other.retry_in() { one } else { other }
}

/// Counts the requests of one class, or all of them, against a limit.
fn check(shared: &Shared, class: Option<Class>, limit: u32, now: Millis) -> Room {
    let counts = |of: Class| class.is_none_or(|class| class == of);
    let answered = shared.charges.iter().filter(|charge| counts(charge.class)).count();
    let waiting = shared.in_flight.values().filter(|reservation| counts(reservation.class)).count();
    let limit_here = limit as usize;
    if answered >= limit_here {
        let mut ends: Vec<Millis> = shared.charges.iter().filter(|c| counts(c.class)).map(|c| c.at + HOUR).collect();
        ends.sort_unstable();
        let retry_at = ends.get(answered - limit_here).copied().unwrap_or(now + HOUR);
        let lost = shared.charges.iter().filter(|charge| counts(charge.class) && charge.lost.is_some()).count();
        let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
        let (used, unanswered) = (number(answered), number(lost));
        return Room::Exhausted(Refusal::BudgetExhausted { used, unanswered, limit, retry_in: retry_at - now });
    }
    if answered + waiting >= limit_here {
        return Room::Later(Awaited::Others);
    }
    Room::Ordinary
}

/// The last part: one try of a token that worked before, single file for the store, once an interval.
fn from_reserve(shared: &Shared, budget: u32, full: Room, now: Millis) -> Room {
    let open = shared.charges.len() + shared.in_flight.len() < budget as usize && reserve(budget) > 0;
    let next = shared.reserve_used.map_or(now, |at| at + reserve_interval(budget));
    match full {
        Room::Later(_) if open && shared.reserve_ticket.is_none() && next <= now => Room::Reserve,
        Room::Later(_) => Room::Later(if next > now { Awaited::Reserve(next - now) } else { Awaited::Others }),
        _ if !open => full,
        _ if shared.reserve_ticket.is_some() => Room::Later(Awaited::Others),
        _ if next <= now => Room::Reserve,
        Room::Exhausted(Refusal::BudgetExhausted { used, unanswered, limit, retry_in }) => {
            let retry_in = retry_in.min(next - now);
            Room::Exhausted(Refusal::BudgetExhausted { used, unanswered, limit, retry_in })
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::state::Charge;

    fn charged(classes: &[(Class, usize)]) -> Shared {
        let charges = classes.iter().flat_map(|&(class, count)| {
            std::iter::repeat_with(move || Charge { at: 0, class, lost: None }).take(count)
        });
        Shared { charges: charges.collect(), ..Shared::default() }
    }

    #[test]
    fn a_flood_of_bad_tokens_leaves_room_for_a_good_one() {
        let shared = charged(&[(Class::Untried, 18), (Class::Probe, 9)]);
        assert!(matches!(room(&shared, Class::Untried, 36, 1), Room::Exhausted(_)));
        assert!(matches!(room(&shared, Class::Probe, 36, 1), Room::Exhausted(_)));
        assert_eq!(room(&shared, Class::Accepted, 36, 1), Room::Ordinary);
    }

    #[test]
    fn the_reserve_gives_one_try_every_ten_minutes() {
        let mut shared = charged(&[(Class::Accepted, 30)]);
        assert_eq!(room(&shared, Class::Accepted, 36, 1), Room::Reserve);
        shared.reserve_used = Some(1);
        let Room::Exhausted(Refusal::BudgetExhausted { retry_in, .. }) = room(&shared, Class::Accepted, 36, 1) else {
            panic!("expected a refusal")
        };
        assert_eq!(retry_in, 10 * 60_000);
        assert_eq!(room(&shared, Class::Accepted, 36, 1 + 10 * 60_000), Room::Reserve);
    }

    #[test]
    fn a_budget_of_one_still_lets_one_request_out() {
        for class in [Class::Untried, Class::Probe, Class::Accepted, Class::Unblocked] {
            assert_eq!(room(&Shared::default(), class, 1, 0), Room::Ordinary);
        }
    }
}
