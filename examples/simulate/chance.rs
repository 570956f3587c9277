//! Random numbers that are the same on every machine, and the virtual time's list of what comes next.

use std::collections::BTreeMap;

use thousandeyes::guard::Millis;

/// A number made of a seed and of what it is for: one more draw in one place changes none in another, so the guarded
/// and the naive run of a scenario meet the same weather.
#[derive(Clone, Copy)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// The chance of one thing among others.
    pub(crate) fn of(self, what: u64) -> Self {
        Self(mix(self.0 ^ mix(what.wrapping_add(0x9e37_79b9_7f4a_7c15))))
    }

    pub(crate) fn below(self, limit: u64) -> u64 {
        self.0 % limit.max(1)
    }

    pub(crate) fn per_mille(self, part: u64) -> bool {
        self.below(1000) < part
    }

    pub(crate) fn between(self, from: Millis, to: Millis) -> Millis {
        from + self.below((to - from).max(1).unsigned_abs()).cast_signed()
    }
}

/// The finalizer of `SplitMix64`: every bit of the input reaches every bit of the output.
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// What comes next: by time, and at the same time in the order in which it was put in.
pub(crate) struct Queue<T> {
    entries: BTreeMap<(Millis, u64), T>,
    count: u64,
}

impl<T> Queue<T> {
    pub(crate) fn new() -> Self {
        Self { entries: BTreeMap::new(), count: 0 }
    }

    pub(crate) fn put(&mut self, at: Millis, what: T) {
        self.count += 1;
        self.entries.insert((at, self.count), what);
    }

    pub(crate) fn next(&mut self) -> Option<(Millis, T)> {
        self.entries.pop_first().map(|((at, _), what)| (at, what))
    }
}
