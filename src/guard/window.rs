//! The API's rate limits as its answers told them: what a window still allows to everybody with the same token.

use std::fmt;

use super::{Awaited, HOUR, MINUTE, Millis};

/// A limit's name: "organization" for `X-Organization-Rate-Limit-*`. Longer ones are cut.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Family([u8; Family::LONGEST]);

/// The limits that a request is known to count against besides the organization's, against which all do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Families([Option<Family>; 3]);

/// What an answer told of one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Which.
    pub family: Family,
    /// Requests that a window allows.
    pub limit: u32,
    /// Requests that this window still allows.
    pub left: u32,
    /// How long it lasts from the answer on.
    pub resets_in: Millis,
}

impl Family {
    /// The longest name that is told from others.
    const LONGEST: usize = 24;
    /// The limit of all requests of everybody in an organization.
    pub const ORGANIZATION: Self = Self::new("organization");

    /// The family of a name.
    pub const fn new(name: &str) -> Self {
        let (mut bytes, name) = ([0; Self::LONGEST], name.as_bytes());
        let mut at = 0;
        while at < name.len() && at < Self::LONGEST {
            bytes[at] = name[at];
            at += 1;
        }
        Self(bytes)
    }

    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "written to files only"))]
    pub(super) fn bytes(&self) -> &[u8; Self::LONGEST] {
        &self.0
    }

    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "read from files only"))]
    pub(super) fn from_bytes(bytes: [u8; Self::LONGEST]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(String::from_utf8_lossy(&self.0).trim_end_matches('\0'))
    }
}

impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Families {
    /// Adds one; those that find no room are waited for when the API says so.
    pub fn add(&mut self, family: Family) {
        if !self.has(family)
            && let Some(free) = self.0.iter_mut().find(|place| place.is_none())
        {
            *free = Some(family);
        }
    }

    fn has(self, family: Family) -> bool {
        family == Family::ORGANIZATION || self.0.contains(&Some(family))
    }
}

/// The most limits that are remembered of one token.
pub(super) const MOST: usize = 6;
/// Two ends that are closer than this are one: the API tells whole seconds.
const SAME_END: Millis = 1500;
/// So long a window that is over says how much the next allows, while no answer told of it.
const UNTOLD_LASTS: Millis = MINUTE;

/// One limit's window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) family: Family,
    pub(super) limit: u32,
    /// Counted down by every reservation, and never above what an answer told of this window.
    pub(super) left: u32,
    pub(super) ends: Millis,
    /// An answer told of it. Else the one before is over, and `ends` is when nothing is known any more.
    pub(super) told: bool,
}

/// The limits of one token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Windows(pub(super) Vec<Window>);

impl Windows {
    /// Where a window is over the next begins. What is still on the wire may count in either.
    pub(super) fn settle(&mut self, in_flight: u32, now: Millis) {
        self.0.retain_mut(|window| {
            if window.told && window.ends <= now {
                let (ends, left) = (window.ends + UNTOLD_LASTS, window.limit.saturating_sub(in_flight));
                *window = Window { left, ends, told: false, ..*window };
            }
            window.ends > now
        });
    }

    /// What a request of these families has to wait for.
    pub(super) fn wait(&self, families: Families, in_flight: u32, now: Millis) -> Option<Awaited> {
        let spent = self.0.iter().filter(|window| window.left == 0 && families.has(window.family));
        let told = spent.clone().filter(|window| window.told).max_by_key(|window| window.ends);
        // Of a window that no answer told of, the next answer does.
        let untold = || spent.clone().any(|window| !window.told) && in_flight > 0;
        let waits = told.map(|window| Awaited::RateLimit(window.family, window.ends - now));
        waits.or_else(|| untold().then_some(Awaited::Others))
    }

    /// A request goes out.
    pub(super) fn take(&mut self, families: Families) {
        self.of(families).for_each(|window| window.left = window.left.saturating_sub(1));
    }

    /// It was not sent after all.
    pub(super) fn give_back(&mut self, families: Families) {
        self.of(families).for_each(|window| window.left = window.left.saturating_add(1).min(window.limit));
    }

    fn of(&mut self, families: Families) -> impl Iterator<Item = &mut Window> {
        self.0.iter_mut().filter(move |window| families.has(window.family))
    }

    /// An answer told of limits while `in_flight` other requests are on the wire.
    pub(super) fn learn(&mut self, limits: &[Limit], in_flight: u32, now: Millis) {
        for told in limits.iter().filter(|told| told.resets_in > 0) {
            let ends = now + told.resets_in.min(HOUR);
            let known = self.0.iter_mut().find(|window| window.family == told.family);
            let limit = told.limit.max(told.left);
            match known {
                // From before this window: late.
                Some(window) if window.told && ends < window.ends - SAME_END => {}
                // The latest of the ends that whole seconds allow: nobody comes too early.
                Some(window) if window.told && ends <= window.ends + SAME_END => {
                    let left = window.left.min(told.left);
                    *window = Window { limit, left, ends: window.ends.max(ends), ..*window };
                }
                Some(window) if !window.told => {
                    *window = Window { limit, left: window.left.min(told.left), ends, told: true, ..*window };
                }
                other => {
                    // Some of what is on the wire may not be in what the answer told.
                    let left = told.left.saturating_sub(in_flight);
                    let new = Window { family: told.family, limit, left, ends, told: true };
                    match other {
                        Some(window) => *window = new,
                        None => self.add(new),
                    }
                }
            }
        }
    }

    fn add(&mut self, window: Window) {
        if self.0.len() >= MOST
            && let Some(first) = (0..self.0.len()).min_by_key(|&at| self.0[at].ends)
        {
            self.0.swap_remove(first);
        }
        self.0.push(window);
    }

    pub(super) fn pull_back(&mut self, now: Millis) {
        self.0.iter_mut().for_each(|window| window.ends = window.ends.min(now + HOUR));
    }

    pub(super) fn move_by(&mut self, by: Millis) {
        self.0.iter_mut().for_each(|window| window.ends += by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Families = Families([None; 3]);

    fn told(left: u32, resets_in: Millis) -> Limit {
        Limit { family: Family::ORGANIZATION, limit: 120, left, resets_in }
    }

    fn waits(windows: &Windows, in_flight: u32, now: Millis) -> Option<Millis> {
        windows.wait(ALL, in_flight, now).map(|awaited| awaited.ends_in().unwrap_or(-1))
    }

    #[test]
    fn what_is_left_is_counted_down_and_then_waited_for() {
        let mut windows = Windows::default();
        windows.learn(&[told(3, 30_000)], 1, 0);
        windows.take(ALL);
        assert_eq!(waits(&windows, 2, 0), None);
        windows.take(ALL);
        assert_eq!(waits(&windows, 3, 10_000), Some(20_000));
        windows.give_back(ALL);
        assert_eq!(waits(&windows, 2, 10_000), None);
    }

    #[test]
    fn the_next_window_is_whole_but_for_what_is_on_the_wire() {
        let mut windows = Windows::default();
        windows.learn(&[told(0, 30_000)], 0, 0);
        windows.settle(16, 30_000);
        for _ in 0..104 {
            assert_eq!(waits(&windows, 16, 30_000), None);
            windows.take(ALL);
        }
        assert_eq!(waits(&windows, 16, 30_000), Some(-1), "until an answer tells");
        assert_eq!(waits(&windows, 0, 30_000), None, "nobody is there to tell");
        windows.learn(&[told(50, 30_000)], 15, 30_100);
        assert_eq!(waits(&windows, 15, 30_100), Some(30_000));
    }

    #[test]
    fn no_number_that_an_answer_tells_is_too_large() {
        let mut windows = Windows::default();
        windows.learn(&[Limit { limit: u32::MAX, ..told(u32::MAX, 30_000) }], 0, 0);
        windows.give_back(ALL);
        assert_eq!(waits(&windows, 0, 0), None);
    }

    #[test]
    fn others_in_the_organization_use_it_too() {
        let mut windows = Windows::default();
        windows.learn(&[told(100, 30_000)], 0, 0);
        windows.learn(&[told(7, 29_000)], 3, 1000);
        assert_eq!(windows.0[0].left, 7);
        windows.learn(&[told(9, 28_000)], 0, 2000);
        assert_eq!(windows.0[0].left, 7, "an answer that was overtaken");
    }

    #[test]
    fn whole_seconds_make_the_end_later_and_never_earlier() {
        let mut windows = Windows::default();
        for (resets_in, now, ends) in [(30_000, 100, 30_100), (29_000, 1000, 30_100), (29_000, 1900, 30_900)] {
            windows.learn(&[told(10, resets_in)], 0, now);
            assert_eq!(windows.0[0].ends, ends);
        }
        windows.learn(&[told(5, 1000)], 0, 2000);
        assert_eq!((windows.0[0].ends, windows.0[0].left), (30_900, 10), "a window that was over before");
        windows.learn(&[told(90, 40_000)], 10, 3000);
        assert_eq!((windows.0[0].ends, windows.0[0].left), (43_000, 80), "another window");
    }

    #[test]
    fn what_nobody_told_of_for_long_is_forgotten() {
        let mut windows = Windows::default();
        windows.learn(&[told(0, 30_000)], 0, 0);
        windows.settle(0, 30_000 + UNTOLD_LASTS - 1);
        assert_eq!(windows.0.len(), 1);
        windows.settle(0, 30_000 + UNTOLD_LASTS);
        assert_eq!(windows.0.len(), 0);
    }

    #[test]
    fn other_limits_hold_back_only_what_counts_against_them() {
        let instant = Family::new("instant-test");
        let mut windows = Windows::default();
        windows.learn(&[Limit { family: instant, ..told(0, 30_000) }], 0, 0);
        assert_eq!(waits(&windows, 0, 0), None);
        let mut families = Families::default();
        families.add(instant);
        assert_eq!(windows.wait(families, 0, 0), Some(Awaited::RateLimit(instant, 30_000)));
    }
}
