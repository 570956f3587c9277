//! What the server knows, and its verdict on each request.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::answer::{Answer, Manner};
use super::limits::{self, Family, Window};
use super::request::Request;
use super::tokens::{Block, Tokens, bearer};
use super::wire::Step;

const LOGGED: usize = 10_000;
const BODY_LOGGED: usize = 64 * 1024;

/// A request as the server saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The method, as sent.
    pub method: String,
    /// The request target, as sent.
    pub target: String,
    /// The headers in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The first 64 KiB of the body.
    pub body: Vec<u8>,
    /// The status of the answer; 0 if none was to be sent.
    pub status_answered: u16,
}

impl Seen {
    /// The first value of a header, given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What is called for every request.
pub(super) type Hook = Arc<dyn Fn(&Seen) + Send + Sync>;

/// The outcome of the checks before any routing.
pub(super) struct Admission {
    /// The answer, where it is decided without routing.
    pub(super) answer: Option<Answer>,
    /// Rate limit headers for whatever the answer is.
    pub(super) headers: Vec<(String, String)>,
}

pub(super) struct State {
    pub(super) tokens: Tokens,
    pub(super) block: Block,
    pub(super) requests: u64,
    pub(super) unauthorized: u64,
    pub(super) blocked: u64,
    pub(super) connections: u64,
    in_flight: u64,
    pub(super) max_in_flight: u64,
    pub(super) log: VecDeque<Seen>,
    pub(super) open: HashMap<u64, Arc<TcpStream>>,
    pub(super) delay: Duration,
    pub(super) skew: i64,
    /// What becomes of the part of a second in a reset.
    pub(super) round: fn(f64) -> f64,
    pub(super) tests_total: usize,
    pub(super) page_size: usize,
    pub(super) on_request: Option<Hook>,
    scripts: HashMap<String, VecDeque<Answer>>,
    script_any: VecDeque<Answer>,
    /// Requests of which only so many bytes are read, and what is done then.
    breaks: VecDeque<(usize, Vec<Step>)>,
    pub(super) parts: u64,
    windows: Vec<Window>,
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            tokens: Tokens::default(),
            block: Block::default(),
            requests: 0,
            unauthorized: 0,
            blocked: 0,
            connections: 0,
            in_flight: 0,
            max_in_flight: 0,
            log: VecDeque::new(),
            open: HashMap::new(),
            delay: Duration::ZERO,
            skew: 0,
            round: f64::ceil,
            tests_total: 3,
            page_size: 50,
            on_request: None,
            scripts: HashMap::new(),
            script_any: VecDeque::new(),
            breaks: VecDeque::new(),
            parts: 0,
            windows: Vec::new(),
        }
    }

    /// Counts a request and judges it. One call under one lock, so that no two requests share a script's answer or
    /// the last place below a limit. The caller must call [`State::leave`] for it.
    pub(super) fn enter(&mut self, request: &Request, source: IpAddr) -> Admission {
        self.requests += 1;
        self.in_flight += 1;
        self.max_in_flight = self.max_in_flight.max(self.in_flight);
        let token = bearer(&request.headers);
        let accepted = token.is_some_and(|t| self.tokens.enter(t));
        let mut headers = Vec::new();
        let answer = self.scripted(request, true).or_else(|| {
            if self.block.holds(source) {
                self.blocked += 1;
                Some(Answer::problem(429, "Too many unauthorized requests", request.path()))
            } else if token.is_none() {
                Some(Answer::json(401, &json!({"errorMessage": "401 Not Authorized"})))
            } else if !accepted {
                let body = json!({"error": "invalid_token", "error_description": "Invalid access token"});
                Some(Answer::json(401, &body))
            } else {
                let passes;
                (passes, headers) = limits::take(&mut self.windows, request.path(), self.skew, self.round);
                if passes {
                    self.scripted(request, false).or_else(|| self.renewed(request, token?))
                } else {
                    Some(Answer::problem(429, "Rate limit exceeded", request.path()))
                }
            }
        });
        if answer.as_ref().is_some_and(|a| a.status == 401) {
            self.unauthorized += 1;
            self.block.note(source);
        }
        Admission { answer, headers }
    }

    /// POST /api-tokens.
    fn renewed(&mut self, request: &Request, token: &str) -> Option<Answer> {
        if request.method != "POST" || request.path() != "/v7/api-tokens" {
            return None;
        }
        let made = self
            .tokens
            .renew(token)
            .map(|new| Answer::json(201, &json!({"bearerToken": new, "validUntil": "2028-11-25T00:00:00Z"})));
        Some(made.unwrap_or_else(|| Answer::problem(409, "Two tokens are active", request.path())))
    }

    pub(super) fn leave(&mut self, request: &Request) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(token) = bearer(&request.headers) {
            self.tokens.leave(token);
        }
    }

    /// Takes the next scripted answer, if there is one and its turn is before (or after) the token's check.
    fn scripted(&mut self, request: &Request, before_auth: bool) -> Option<Answer> {
        let ready = |queue: &VecDeque<Answer>| queue.front().is_some_and(|a| !before_auth || a.before_auth);
        let own = |answer: &Answer| answer.manner != Manner::Pass;
        for path in [request.local(), request.path()] {
            if let Some(queue) = self.scripts.get_mut(path)
                && !queue.is_empty()
            {
                // A path's own script goes first even if its turn comes later.
                return if ready(queue) { queue.pop_front().filter(own) } else { None };
            }
        }
        if ready(&self.script_any) {
            return self.script_any.pop_front().filter(own);
        }
        None
    }

    pub(super) fn script(&mut self, path: Option<&str>, answers: Vec<Answer>) {
        match path {
            Some(path) => self.scripts.entry(path.into()).or_default().extend(answers),
            None => self.script_any.extend(answers),
        }
    }

    pub(super) fn break_off(&mut self, bytes: usize, steps: Vec<Step>) {
        self.breaks.push_back((bytes, steps));
    }

    /// What is to be done with the request that arrives now instead of reading it.
    pub(super) fn next_break(&mut self) -> Option<(usize, Vec<Step>)> {
        let next = self.breaks.pop_front();
        self.parts += u64::from(next.is_some());
        next
    }

    pub(super) fn limit(&mut self, family: Family, per_window: u32, window: Duration) {
        self.windows.retain(|w| w.family != family);
        self.windows.push(Window::new(family, per_window, window));
    }

    /// Logs a request, and hands it back with the function that wants to hear of it.
    pub(super) fn record(&mut self, request: &Request, status: u16) -> Option<(Hook, Seen)> {
        let seen = Seen {
            method: request.method.clone(),
            target: request.target.clone(),
            headers: request.headers.clone(),
            body: request.body[..request.body.len().min(BODY_LOGGED)].to_vec(),
            status_answered: status,
        };
        if self.log.len() == LOGGED {
            self.log.pop_front();
        }
        self.log.push_back(seen.clone());
        self.on_request.clone().map(|hook| (hook, seen))
    }

    pub(super) fn reset_counts(&mut self) {
        (self.requests, self.unauthorized, self.blocked, self.connections) = (0, 0, 0, 0);
        self.parts = 0;
        self.max_in_flight = self.in_flight;
        self.tokens.reset_counts();
        self.log.clear();
    }

    pub(super) fn reset_behaviour(&mut self) {
        self.delay = Duration::ZERO;
        self.skew = 0;
        self.round = f64::ceil;
        self.scripts.clear();
        self.script_any.clear();
        self.breaks.clear();
        self.windows.clear();
        self.block.lift();
    }
}
