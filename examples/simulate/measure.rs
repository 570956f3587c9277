//! What a run came to, seen from both ends: what the API counted, and what the callers with a good token got.

use std::collections::{BTreeMap, BTreeSet};

use thousandeyes::guard::Millis;

use super::HOUR;
use super::api::Api;
use super::plan::Plan;

/// Why a call came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    /// Refused: the token was answered 401.
    TokenRefused,
    /// Refused: too many 401 answers in the last hour.
    BudgetExhausted,
    /// Refused: the address is known to be blocked.
    BlockKnown,
    /// The call's time was over before the guard let it through.
    Waited,
    /// Sent, and answered 401.
    Unauthorized,
    /// Sent, and answered 429 by the block.
    Blocked,
    /// Sent, and answered 503.
    Unavailable,
    /// Sent, and never answered.
    Lost,
    /// No connection.
    Unreachable,
}

/// How the good calls of one place that holds a token went.
#[derive(Clone, Default)]
struct Place {
    good: bool,
    /// Since when its token is good again, until the first success.
    repaired: Option<Millis>,
    /// Since when all good calls failed.
    unserved: Option<Millis>,
    /// What the good calls were last refused for, with no success since; whether the token had worked in this store.
    refused: Option<(Why, bool, Millis)>,
}

pub(crate) struct Measure {
    places: Vec<Place>,
    stores: Vec<usize>,
    /// Tokens that worked, by store.
    proven: BTreeSet<(usize, usize)>,
    calls: u64,
    good_calls: u64,
    /// Calls that ended with their process.
    pub(crate) died: u64,
    unserved: BTreeMap<Why, u64>,
    longest_unserved: Millis,
    longest_refused: BTreeMap<(Why, bool), Millis>,
    repairs: Vec<Millis>,
}

/// The result of one run.
pub(crate) struct Outcome {
    pub(crate) calls: u64,
    pub(crate) good_calls: u64,
    /// Good calls that came to nothing.
    pub(crate) unserved: BTreeMap<Why, u64>,
    /// The longest row of failures among the good calls of one place, from the first to the last.
    pub(crate) longest_unserved: Millis,
    /// The longest time in which good calls of one place were refused for one reason, by whether their token had
    /// worked in that store before.
    pub(crate) longest_refused: BTreeMap<(Why, bool), Millis>,
    /// The longest time from a repair to the first success of a place. `None`: nothing was repaired.
    pub(crate) recovery: Option<Millis>,
    /// Places that were repaired and never worked again.
    pub(crate) unrecovered: usize,
    pub(crate) worst_hour: usize,
    pub(crate) worst_hour_of_a_store: usize,
    pub(crate) blocked_for: Millis,
    pub(crate) api: Api,
}

impl Measure {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self {
            places: vec![Place::default(); plan.secrets.len()],
            stores: plan.secrets.iter().map(|secret| secret.store).collect(),
            proven: BTreeSet::new(),
            calls: 0,
            good_calls: 0,
            died: 0,
            unserved: BTreeMap::new(),
            longest_unserved: 0,
            longest_refused: BTreeMap::new(),
            repairs: Vec::new(),
        }
    }

    /// The token of a place became good or bad.
    pub(crate) fn changed(&mut self, place: usize, good: bool, now: Millis) {
        let place = &mut self.places[place];
        if place.good == good {
            return;
        }
        place.good = good;
        place.repaired = (good && now > 0).then_some(now);
        place.refused = None;
        place.unserved = None;
    }

    /// What kept good calls from the API, or its answers from them, is over.
    pub(crate) fn repaired(&mut self, now: Millis) {
        for place in self.places.iter_mut().filter(|place| place.good && place.unserved.is_some()) {
            place.repaired.get_or_insert(now);
        }
    }

    /// A call ended. Good: its token was, from its start to its end.
    pub(crate) fn over(
        &mut self,
        (place, token): (usize, usize),
        (started, now): (Millis, Millis),
        good: bool,
        result: Result<(), Why>,
    ) {
        self.calls += 1;
        let proven = (self.stores[place], token);
        let place = &mut self.places[place];
        match result {
            Ok(()) => {
                self.proven.insert(proven);
                self.good_calls += u64::from(good);
                place.refused = None;
                place.unserved = None;
                self.repairs.extend(place.repaired.take().map(|at| now - at));
            }
            Err(why) if good => {
                self.good_calls += 1;
                *self.unserved.entry(why).or_default() += 1;
                let since = *place.unserved.get_or_insert(started);
                self.longest_unserved = self.longest_unserved.max(now - since);
                let proven = self.proven.contains(&proven);
                let since = match place.refused {
                    Some((before, was, since)) if (before, was) == (why, proven) => since,
                    _ => started,
                };
                place.refused = Some((why, proven, since));
                let longest = self.longest_refused.entry((why, proven)).or_default();
                *longest = (*longest).max(now - since);
            }
            Err(_) => {}
        }
    }

    pub(crate) fn outcome(self, api: Api, plan: &Plan, ends: Millis) -> Outcome {
        // Repaired in the last minutes says nothing.
        let open = self.places.iter().filter(|place| place.repaired.is_some_and(|at| at < ends - HOUR));
        Outcome {
            calls: self.calls + self.died,
            good_calls: self.good_calls,
            unrecovered: open.count(),
            recovery: self.repairs.into_iter().max(),
            unserved: self.unserved,
            longest_unserved: self.longest_unserved,
            longest_refused: self.longest_refused,
            worst_hour: api.worst_hour(None),
            worst_hour_of_a_store: (0..plan.stores.len()).map(|s| api.worst_hour(Some(s))).max().unwrap_or(0),
            blocked_for: api.blocked_for(ends),
            api,
        }
    }
}
