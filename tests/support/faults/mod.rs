//! Faults of servers, what is to come of each, and the one check that all of them go through.

pub mod rows;
pub mod silences;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use rustls::SupportedProtocolVersion;
use thousandeyes::{Call, Client, Config, Sent, Status};

use super::client::status;
use super::stand_in::{Answer, StandIn, Step};
use super::tls_front::{self, Manner, TlsFront};

/// The time of a call, and the silence that it allows, where they do not matter.
pub const TIME: Duration = Duration::from_secs(8);
pub const IDLE: Duration = Duration::from_secs(60);
/// A call ends at most so long after its time.
const LATE: Duration = Duration::from_millis(100);

/// What becomes of a call. The guard's part follows from it: what was sent and not answered is lost, which counts as a
/// 401, and whatever follows a whole head leaves that head's verdict alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    Success,
    /// It failed before anything was sent.
    Unsent(Status),
    /// It failed before the head was read.
    Unanswered(Status),
    /// It failed after that.
    Incomplete(Status),
}

/// A fault.
#[derive(Clone, Debug)]
pub struct Row {
    pub what: String,
    pub steps: Vec<Step>,
    pub outcome: Outcome,
    /// What becomes of the connection, where it is one of TLS.
    pub tls: Manner,
    /// The time that the call has.
    pub time: Duration,
    /// The longest silence that it allows.
    pub idle: Duration,
    /// Words of the message.
    pub says: &'static str,
}

impl Row {
    pub fn new(what: impl Into<String>, steps: Vec<Step>, outcome: Outcome, says: &'static str) -> Self {
        let tls = Manner::Relay { goodbye: true };
        let (time, idle) = (TIME, IDLE);
        Self { what: what.into(), steps, outcome, tls, time, idle, says }
    }

    #[must_use]
    pub fn within(self, ms: u64) -> Self {
        Self { time: Duration::from_millis(ms), ..self }
    }

    #[must_use]
    pub fn over(self, tls: Manner) -> Self {
        Self { tls, ..self }
    }
}

/// How clients reach a stand-in.
pub struct World {
    pub server: StandIn,
    pub base_url: String,
    front: Option<TlsFront>,
}

impl World {
    pub fn plain() -> Self {
        let server = StandIn::start();
        let base_url = server.base_url();
        Self { server, base_url, front: None }
    }

    pub fn over_tls(version: &'static SupportedProtocolVersion) -> Self {
        let server = StandIn::start();
        let front = TlsFront::start(server.address(), version);
        Self { server, base_url: format!("https://{}", front.address), front: Some(front) }
    }

    fn set(&self, manner: &Manner) {
        if let Some(front) = &self.front {
            front.set(manner.clone());
        }
    }

    pub fn client(&self, token: &str, time: Duration, idle: Duration) -> Client {
        self.server.accept(token);
        let config = Config {
            base_url: Some(self.base_url.clone()),
            ca_file: self.front.as_ref().map(|_| tls_front::ca_file()),
            state_dir: Some(String::new()),
            account_group: Some(String::new()),
            proxy: Some(String::new()),
            timeout: time,
            idle_timeout: idle,
            ..Config::default()
        };
        Client::new(Some(token), config).expect("a client")
    }

    /// Meets the fault, and then a server that behaves.
    pub fn check(&self, row: &Row, number: usize) {
        let token = format!("faults-token-{number}");
        let client = self.client(&token, row.time, row.idle);
        let path = format!("/v7/things/{number}");
        self.server.script(&path, vec![Answer::wire(row.steps.clone())]);
        self.set(&row.tls);
        let begun = Instant::now();
        let result = client.get(&path);
        let took = begun.elapsed();
        self.set(&Manner::Relay { goodbye: true });
        let what = format!("{}: {result:?}", row.what);

        let (expected, sent) = match row.outcome {
            Outcome::Success => (Status::Ok, Sent::Yes),
            Outcome::Unsent(status) => (status, Sent::No),
            Outcome::Unanswered(status) => (status, Sent::Perhaps),
            Outcome::Incomplete(status) => (status, Sent::Yes),
        };
        assert_eq!(status(&result), expected, "{what}");
        let ends = expected == Status::Timeout;
        let limit = if ends { row.time.min(row.idle) } else { row.time };
        assert!(took < limit + LATE, "{took:?}, {what}");
        assert!(took >= limit || !ends, "{took:?}, {what}");
        if let Err(error) = &result {
            assert_eq!(error.was_sent(), sent, "{what}");
            let message = error.message();
            assert!(message.starts_with(&format!("GET {path}")) && message.ends_with('.'), "{what}");
            assert!(message.contains(row.says), "{what}");
            in_words(message);
        }
        let lost = matches!(row.outcome, Outcome::Unanswered(_));
        let sent = sent != Sent::No;
        let verdict = if lost || !sent { "never tried" } else { "accepted" };
        assert_eq!(guard(&client), (verdict.to_owned(), u64::from(lost)), "{what}");
        assert_eq!(self.server.seen(&token), u64::from(sent), "{what}");
        check_next(&client, number, &what);
        assert_eq!(self.server.seen(&token), 2 + u64::from(sent), "{what}");
    }
}

/// The next calls are answered, and with their own answers.
fn check_next(client: &Client, number: usize, what: &str) {
    for round in 0..2 {
        let mut call = Call::new("GET", &format!("/echo?own={number}-{round}")).expect("a call");
        call.timeout(TIME);
        let answer = client.perform(&call).unwrap_or_else(|error| panic!("{error}, after {what}"));
        let own = format!("\"/v7/echo?own={number}-{round}\"");
        assert_eq!(answer.raw_json("/target"), Some(own.as_str()), "after {what}");
    }
    assert_eq!(guard(client), ("accepted".to_owned(), 0), "after {what}");
}

/// Checks rows at most so many at a time, each with a server of its own, and tells of all that fail.
pub fn check_all(rows: &[Row], at_once: usize, world: impl Fn() -> World + Sync) {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..at_once.min(rows.len()) {
            scope.spawn(|| {
                while let Some((number, row)) = Some(next.fetch_add(1, Relaxed)).and_then(|n| Some((n, rows.get(n)?)))
                {
                    if catch_unwind(AssertUnwindSafe(|| world().check(row, number))).is_err() {
                        wrong.lock().expect("no panic here").push(row.what.as_str());
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no panic here");
    assert!(wrong.is_empty(), "{} of {} are wrong: {wrong:#?}", wrong.len(), rows.len());
}

/// The token's standing, and what counts as a 401.
pub fn guard(client: &Client) -> (String, u64) {
    let report = client.guard().expect("what the guard knows");
    let report: serde_json::Value = serde_json::from_slice(report.body()).expect("JSON");
    let word = report["token"].as_str().expect("a word").to_owned();
    (word, report["unauthorized_last_hour"].as_u64().expect("a number"))
}

/// Nothing of how Rust programs print their values.
pub fn in_words(message: &str) {
    let camel = message.as_bytes().windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
    assert!(!camel, "a name of the program's: {message}");
    for mark in ["::", " { ", "Some(", "None", "Error(", "\\\"", "..", "  ", " ."] {
        assert!(!message.contains(mark), "{mark:?} in {message}");
    }
}
