//! The API's harmless 429: so many requests per window, announced in headers.

use std::time::{Duration, Instant};

use super::date;

/// A family of requests with a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Every request, of every token.
    Organization,
    /// `/v7/tests/.../instant` and `/v7/tests/{id}/run`.
    InstantTest,
    /// `/v7/templates/{id}/deploy`.
    TemplateDeploy,
    /// `/v7/dashboard-snapshots` and below.
    DashboardSnapshot,
}

impl Family {
    /// The family that the control endpoints call by this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "organization" => Some(Self::Organization),
            "instant-test" => Some(Self::InstantTest),
            "template-deploy" => Some(Self::TemplateDeploy),
            "dashboard-snapshot" => Some(Self::DashboardSnapshot),
            _ => None,
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Organization => "X-Organization-Rate-Limit",
            Self::InstantTest => "X-Instant-Test-Rate-Limit",
            Self::TemplateDeploy => "X-Template-Deploy-Rate-Limit",
            Self::DashboardSnapshot => "X-Dashboard-Snapshot-Rate-Limit",
        }
    }

    fn covers(self, path: &str) -> bool {
        match self {
            Self::Organization => true,
            Self::InstantTest => {
                path.starts_with("/v7/tests/") && (path.contains("/instant") || path.ends_with("/run"))
            }
            Self::TemplateDeploy => path.starts_with("/v7/templates/") && path.ends_with("/deploy"),
            Self::DashboardSnapshot => path.starts_with("/v7/dashboard-snapshots"),
        }
    }

    /// The two older families say when, the two newer ones say how long.
    fn tells_time(self) -> bool {
        matches!(self, Self::Organization | Self::InstantTest)
    }
}

/// One family's fixed window, which starts with the first request in it.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) family: Family,
    allowed: u32,
    length: Duration,
    started: Instant,
    used: u32,
}

impl Window {
    pub(super) fn new(family: Family, per_window: u32, length: Duration) -> Self {
        Self { family, allowed: per_window, length, started: Instant::now(), used: 0 }
    }

    /// Counts a request, and tells whether it is within the limit.
    fn take(&mut self, now: Instant) -> bool {
        if self.used == 0 || now.duration_since(self.started) >= self.length {
            self.started = now;
            self.used = 0;
        }
        self.used = self.used.saturating_add(1);
        self.used <= self.allowed
    }

    fn headers(&self, now: Instant, skew: i64, round: fn(f64) -> f64, into: &mut Vec<(String, String)>) {
        let left = self.length.saturating_sub(now.duration_since(self.started)).as_secs_f64();
        let reset = if self.family.tells_time() {
            date::whole(round(date::epoch(skew) + left))
        } else {
            date::whole(round(left))
        };
        let prefix = self.family.prefix();
        let remaining = self.allowed.saturating_sub(self.used);
        into.push((format!("{prefix}-Limit"), self.allowed.to_string()));
        into.push((format!("{prefix}-Remaining"), remaining.to_string()));
        into.push((format!("{prefix}-Reset"), reset.to_string()));
    }
}

/// Counts a request in every window that covers it: whether it may pass, and the headers of its answer.
pub(super) fn take(
    windows: &mut [Window],
    path: &str,
    skew: i64,
    round: fn(f64) -> f64,
) -> (bool, Vec<(String, String)>) {
    let now = Instant::now();
    let mut passes = true;
    let mut headers = Vec::new();
    for window in windows.iter_mut().filter(|w| w.family.covers(path)) {
        passes &= window.take(now);
        window.headers(now, skew, round, &mut headers);
    }
    (passes, headers)
}
