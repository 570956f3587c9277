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

/// What may be on the wire, or answered 401, of some classes together.
struct Share {
    classes: &'static [Class],
    most: u32,
}

/// The shares that a class of requests has to fit into, besides the whole.
fn shares(budget: u32, class: Class) -> [Option<Share>; 2] {
    let probes = (budget / 4).max(1);
    // A flood of tokens that never worked leaves a part of the probes to those that did.
    let never_accepted = (probes - (budget / 12).max(1).min(probes)).max(1);
    let all_probes = Some(Share { classes: &[Class::Probe, Class::Retry], most: probes });
    match class {
        Class::Untried => [Some(Share { classes: &[Class::Untried], most: (budget / 2).max(1) }), None],
        Class::Probe => [Some(Share { classes: &[Class::Probe], most: never_accepted }), all_probes],
        Class::Retry => [None, all_probes],
        Class::Accepted | Class::Unblocked => [None, None],
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

/// Whether one more request of this class may go out at `now`. `left`: places that are somebody else's.
pub(super) fn room(shared: &Shared, class: Class, budget: u32, left: usize, now: Millis) -> Room {
    let budget = budget.clamp(1, 110);
    let ordinary = if class == Class::Unblocked { budget } else { budget - reserve(budget) };
    let whole = check(shared, None, ordinary, now);
    if whole == Room::Ordinary && shared.charges.len() + shared.in_flight.len() + left >= ordinary as usize {
        return Room::Later(Awaited::Others);
    }
    if class == Class::Accepted && whole != Room::Ordinary {
        return from_reserve(shared, budget, whole, now);
    }
    let own =
        shares(budget, class).into_iter().flatten().map(|share| check(shared, Some(share.classes), share.most, now));
    own.fold(whole, narrower)
}

/// What holds back longer.
fn narrower(one: Room, other: Room) -> Room {
    match (one, other) {
        (Room::Exhausted(one), Room::Exhausted(other)) => Room::Exhausted(later(one, other)),
        (exhausted @ Room::Exhausted(_), _) | (_, exhausted @ Room::Exhausted(_)) => exhausted,
        (wait @ Room::Later(_), _) | (_, wait @ Room::Later(_)) => wait,
        (room, _) => room,
    }
}

/// The refusal that lasts longer.
fn later(one: Refusal, other: Refusal) -> Refusal {
    if one.retry_in() >= other.retry_in() { one } else { other }
}

/// Counts the requests of some classes, or all of them, against a limit.
fn check(shared: &Shared, classes: Option<&[Class]>, limit: u32, now: Millis) -> Room {
    let counts = |of: Class| classes.is_none_or(|classes| classes.contains(&of));
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
        Room::Later(_) => Room::Later(Awaited::Others),
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
        let shared = charged(&[(Class::Untried, 18), (Class::Probe, 6)]);
        assert!(matches!(room(&shared, Class::Untried, 36, 0, 1), Room::Exhausted(_)));
        assert!(matches!(room(&shared, Class::Probe, 36, 0, 1), Room::Exhausted(_)));
        assert_eq!(room(&shared, Class::Retry, 36, 0, 1), Room::Ordinary);
        assert_eq!(room(&shared, Class::Accepted, 36, 0, 1), Room::Ordinary);
    }

    #[test]
    fn the_reserve_gives_one_try_every_ten_minutes() {
        let mut shared = charged(&[(Class::Accepted, 30)]);
        assert_eq!(room(&shared, Class::Accepted, 36, 0, 1), Room::Reserve);
        shared.reserve_used = Some(1);
        let Room::Exhausted(Refusal::BudgetExhausted { retry_in, .. }) = room(&shared, Class::Accepted, 36, 0, 1)
        else {
            panic!("expected a refusal")
        };
        assert_eq!(retry_in, 10 * 60_000);
        assert_eq!(room(&shared, Class::Accepted, 36, 0, 1 + 10 * 60_000), Room::Reserve);
    }

    #[test]
    fn a_budget_of_one_still_lets_one_request_out() {
        for class in [Class::Untried, Class::Probe, Class::Retry, Class::Accepted, Class::Unblocked] {
            assert_eq!(room(&Shared::default(), class, 1, 0, 0), Room::Ordinary);
        }
    }
}
