//! Who may call, who has called, and which source has been refused too often.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// What the server thinks of a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Standing {
    #[default]
    Unknown,
    Accepted,
    Revoked,
    Locked,
}

#[derive(Debug, Default)]
struct Record {
    standing: Standing,
    seen: u64,
    in_flight: u64,
    max_in_flight: u64,
}

/// Every token that was set or presented.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    known: HashMap<String, Record>,
    /// Tokens made anew, and those they were made for.
    renewed: Vec<(String, String)>,
}

impl Tokens {
    pub(super) fn set(&mut self, token: &str, standing: Standing) {
        self.known.entry(token.into()).or_default().standing = standing;
    }

    /// A second token for the user of this one; none while two are active.
    pub(super) fn renew(&mut self, token: &str) -> Option<String> {
        let active = |token: &String| self.known.get(token).is_some_and(|r| r.standing == Standing::Accepted);
        let pair =
            self.renewed.iter().find(|(old, new)| (old == token || new == token) && active(old) && active(new));
        if pair.is_some() {
            return None;
        }
        let new = format!("renewed-token-{}", self.renewed.len() + 1);
        self.renewed.push((token.to_owned(), new.clone()));
        self.set(&new, Standing::Accepted);
        Some(new)
    }

    /// Notes that a request with this token is being answered, and tells whether it is good.
    pub(super) fn enter(&mut self, token: &str) -> bool {
        let record = self.known.entry(token.into()).or_default();
        record.seen += 1;
        record.in_flight += 1;
        record.max_in_flight = record.max_in_flight.max(record.in_flight);
        record.standing == Standing::Accepted
    }

    pub(super) fn leave(&mut self, token: &str) {
        if let Some(record) = self.known.get_mut(token) {
            record.in_flight = record.in_flight.saturating_sub(1);
        }
    }

    pub(super) fn seen(&self, token: &str) -> u64 {
        self.known.get(token).map_or(0, |r| r.seen)
    }

    pub(super) fn max_in_flight(&self, token: &str) -> u64 {
        self.known.get(token).map_or(0, |r| r.max_in_flight)
    }

    pub(super) fn reset_counts(&mut self) {
        for record in self.known.values_mut() {
            record.seen = 0;
            record.max_in_flight = record.in_flight;
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let describe = |r: &Record| {
            let standing = format!("{:?}", r.standing).to_ascii_lowercase();
            json!({"standing": standing, "seen": r.seen, "max_in_flight": r.max_in_flight})
        };
        self.known.iter().map(|(t, r)| (t.clone(), describe(r))).collect()
    }
}

/// The block of a source that collected too many 401 answers.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) after: Option<usize>,
    recent: HashMap<IpAddr, VecDeque<Instant>>,
    blocked: HashSet<IpAddr>,
}

impl Default for Block {
    fn default() -> Self {
        Self { after: Some(120), recent: HashMap::new(), blocked: HashSet::new() }
    }
}

impl Block {
    const WINDOW: Duration = Duration::from_secs(3600);

    pub(super) fn holds(&self, source: IpAddr) -> bool {
        self.after.is_some() && self.blocked.contains(&source)
    }

    /// Notes a 401. How long a block lasts is not documented: here, until it is lifted.
    pub(super) fn note(&mut self, source: IpAddr) {
        let Some(after) = self.after else { return };
        let now = Instant::now();
        let recent = self.recent.entry(source).or_default();
        while recent.front().is_some_and(|t| now.duration_since(*t) >= Self::WINDOW) {
            recent.pop_front();
        }
        recent.push_back(now);
        if recent.len() >= after {
            self.blocked.insert(source);
        }
    }

    pub(super) fn lift(&mut self) {
        self.recent.clear();
        self.blocked.clear();
    }
}

/// The token of an `Authorization` header, or nothing where it is missing, doubled or of another form.
pub(super) fn bearer(headers: &[(String, String)]) -> Option<&str> {
    let mut values = headers.iter().filter(|(name, _)| name == "authorization");
    let (_, value) = values.next()?;
    let (scheme, token) = value.split_once(' ')?;
    let good = scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && !token.contains(' ');
    (good && values.next().is_none()).then_some(token)
}
