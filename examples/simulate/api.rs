//! The virtual API: which token is good when, what it answers, and when it blocks the address.

use std::collections::BTreeMap;

use thousandeyes::guard::Millis;

use super::chance::Chance;
use super::plan::{Plan, Settings, Standing, Weather};
use super::{HOUR, MINUTE};

/// The API blocks an address that got so many 401 answers within 60 minutes.
pub(crate) const BLOCKED_AT: usize = 120;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Good,
    Unauthorized,
    /// 429 without any header.
    Blocked,
    /// 503.
    Unavailable,
}

/// What the API saw of the one source address.
pub(crate) struct Api {
    tokens: Vec<Vec<(Millis, Standing)>>,
    weather: Weather,
    block_lasts: Millis,
    block_prolonged: bool,
    pub(crate) requests: u64,
    /// When a 401 was answered, and to which store's program.
    pub(crate) unauthorized: Vec<(Millis, usize)>,
    /// The first of them that is younger than an hour.
    hour_starts: usize,
    pub(crate) blocks: Vec<(Millis, Millis)>,
    pub(crate) requests_while_blocked: u64,
}

impl Api {
    pub(crate) fn new(plan: &Plan, settings: &Settings) -> Self {
        Self {
            tokens: plan.tokens.clone(),
            weather: plan.weather.clone(),
            block_lasts: settings.block_minutes * MINUTE,
            block_prolonged: settings.block_prolonged,
            requests: 0,
            unauthorized: Vec::new(),
            hour_starts: 0,
            blocks: Vec::new(),
            requests_while_blocked: 0,
        }
    }

    pub(crate) fn is_good(&self, token: usize, now: Millis) -> bool {
        standing(&self.tokens[token], now) == Standing::Good
    }

    pub(crate) fn answer(&mut self, token: usize, store: usize, now: Millis, chance: Chance) -> Reply {
        self.requests += 1;
        if let Some((_, until)) = self.blocks.last_mut().filter(|(_, until)| *until > now) {
            self.requests_while_blocked += 1;
            if self.block_prolonged {
                *until = now + self.block_lasts;
            }
            return Reply::Blocked;
        }
        if chance.of(1).per_mille(self.weather.unavailable) {
            return Reply::Unavailable;
        }
        if self.is_good(token, now) && chance.of(2).below(1_000_000) >= self.weather.false_401_per_million {
            return Reply::Good;
        }
        self.unauthorized.push((now, store));
        while self.unauthorized[self.hour_starts].0 <= now - HOUR {
            self.hour_starts += 1;
        }
        if self.unauthorized.len() - self.hour_starts >= BLOCKED_AT {
            self.blocks.push((now, now + self.block_lasts));
        }
        Reply::Unauthorized
    }

    /// The most 401 answers within any 60 minutes, at the address or of one store.
    pub(crate) fn worst_hour(&self, of: Option<usize>) -> usize {
        let times: Vec<Millis> = self
            .unauthorized
            .iter()
            .filter(|(_, store)| of.is_none_or(|of| of == *store))
            .map(|(at, _)| *at)
            .collect();
        let mut starts = 0;
        let mut worst = 0;
        for (end, &at) in times.iter().enumerate() {
            while times[starts] <= at - HOUR {
                starts += 1;
            }
            worst = worst.max(end + 1 - starts);
        }
        worst
    }

    /// How many 401 answers the 60 minutes before each change held, with the time of the change.
    pub(crate) fn course(&self) -> Vec<(Millis, usize)> {
        let mut steps: BTreeMap<Millis, (usize, usize)> = BTreeMap::new();
        for (at, _) in &self.unauthorized {
            steps.entry(*at).or_default().0 += 1;
            steps.entry(at + HOUR).or_default().1 += 1;
        }
        let mut count = 0;
        let course = steps.into_iter().map(|(at, (more, fewer))| {
            count = count + more - fewer;
            (at, count)
        });
        course.collect()
    }

    pub(crate) fn blocked_for(&self, ends: Millis) -> Millis {
        self.blocks.iter().map(|&(from, until)| until.min(ends) - from).sum()
    }
}

pub(crate) fn standing(changes: &[(Millis, Standing)], now: Millis) -> Standing {
    changes.iter().rev().find(|(at, _)| *at <= now).map_or(Standing::Bad, |(_, standing)| *standing)
}
