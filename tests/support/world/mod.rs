//! A world around the guard's rules: the API as it is, callers that ask, wait, send, get answers or die, and a clock
//! that may step back. Every decision is held against [`Promises`], which know the rules only from their text.

mod promises;
mod steps;

use thousandeyes::guard::rules::{self, GRACE};
use thousandeyes::guard::{
    Answered, Awaited, Caller, Decision, End, Event, Families, Family, Fingerprint, Limit, Millis, Owner, Scope,
    State, Ticket,
};

use self::promises::Promises;
pub(crate) use self::steps::{Step, brisk, step};

pub(crate) const MINUTE: Millis = 60_000;
pub(crate) const HOUR: Millis = 60 * MINUTE;
/// Tokens of the API; the last two are of two loopback origins.
const TOKENS: usize = 14;
const OWNERS: Owner = 4;
/// The API's rate limit for each token: so many requests in so long a window, which begins with the first.
pub(crate) const WINDOW: Millis = 30_000;
const ALLOWED: u32 = 40;
/// Any time of a boot clock.
const START: Millis = 1000 * HOUR;

#[derive(Clone, Copy)]
struct Waiting {
    caller: Caller,
    owner: Owner,
    lasts: Millis,
    waited_for: Option<Ticket>,
}

struct Request {
    caller: Caller,
    owner: Owner,
    ticket: Ticket,
    expires: Millis,
    /// As long as the reservation holds at most.
    lasts: Millis,
}

/// The state under test and everything around it.
pub(crate) struct World {
    state: State,
    promises: Promises,
    good: [bool; TOKENS],
    waiting: Vec<Waiting>,
    wire: Vec<Request>,
    abandoned: Vec<Request>,
    clock: Millis,
    /// How much of each token's window is used, and when it ends: on a clock that never steps back.
    windows: [(u32, Millis); TOKENS],
    elapsed: Millis,
    /// A request ended without an answer that told of a rate limit.
    lost: bool,
    budget: u32,
}

impl World {
    pub(crate) fn new(budget: u32, good: [bool; TOKENS]) -> Self {
        Self {
            state: State::default(),
            promises: Promises::new(budget, START),
            good,
            waiting: Vec::new(),
            wire: Vec::new(),
            abandoned: Vec::new(),
            clock: START,
            windows: [(0, 0); TOKENS],
            elapsed: 0,
            lost: false,
            budget,
        }
    }

    fn caller(&self, token: usize, route: u64) -> Caller {
        let scope = if token + 2 < TOKENS { Scope::Network } else { Scope::Loopback(token as u64) };
        let name = u8::try_from(token).expect("few tokens");
        Caller { token: Fingerprint([name; 16]), scope, budget: self.budget, route, families: Families::default() }
    }

    pub(crate) fn take(&mut self, step: Step) {
        match step {
            Step::Ask { token, route, callers, lasts } => {
                let caller = self.caller(token, route);
                for number in 0..callers {
                    let owner = number as Owner % OWNERS;
                    self.ask(Waiting { caller, owner, lasts, waited_for: None });
                }
            }
            Step::AskAgain(at) if !self.waiting.is_empty() => {
                let waiting = self.waiting.swap_remove(at % self.waiting.len());
                self.ask(waiting);
            }
            Step::AllAskAgain => {
                for waiting in std::mem::take(&mut self.waiting) {
                    self.ask(waiting);
                }
            }
            Step::Answer(at) => {
                if let Some(request) = remove(&mut self.wire, at) {
                    let limits = self.count(&request);
                    self.answer(&request, limits);
                }
            }
            Step::AnswerOther(at, answered) => {
                if let Some(request) = remove(&mut self.wire, at) {
                    self.end(&request, &End::Answered(answered), Vec::new());
                }
            }
            Step::End(at, end) => {
                if let Some(request) = remove(&mut self.wire, at) {
                    self.end(&request, &end, Vec::new());
                }
            }
            Step::Abandon(at) => {
                self.lost = true;
                self.abandoned.extend(remove(&mut self.wire, at));
            }
            Step::Die(owner) => {
                self.lost = true;
                self.waiting.retain(|waiting| waiting.owner != owner);
                let decision = rules::apply(&mut self.state, &Event::Died { owner }, self.clock);
                assert_eq!(decision, Decision::Buried);
                let all = std::mem::take(&mut self.wire).into_iter().chain(std::mem::take(&mut self.abandoned));
                let (mut dead, alive): (Vec<_>, Vec<_>) = all.partition(|request| request.owner == owner);
                self.wire = alive;
                dead.sort_by_key(|request| (request.caller.scope, request.ticket));
                for request in dead {
                    self.promises.lose(&request.caller, request.ticket, 0);
                }
            }
            Step::LateAnswer(at) => {
                if let Some(request) = remove(&mut self.abandoned, at) {
                    self.answer(&request, Vec::new());
                }
            }
            Step::Pass(time) => self.pass(time),
            Step::Back(time) => {
                self.abandoned.retain(|request| request.expires > self.clock);
                self.clock -= time;
                for request in self.wire.iter_mut().chain(&mut self.abandoned) {
                    request.expires = request.expires.min(self.clock + request.lasts);
                }
                self.promises.clock_stepped_back(self.clock);
                self.settle();
            }
            Step::Turn(token, good) => self.good[token] = good,
            Step::Unblock(token) => {
                let caller = self.caller(token, 0);
                let ask = Event::Reserve { caller, owner: Owner::MAX, waited_for: None, lasts: MINUTE };
                let free = matches!(rules::apply(&mut self.state.clone(), &ask, self.clock), Decision::Go(_));
                let decision = rules::apply(&mut self.state, &Event::Unblock { caller }, self.clock);
                self.promises.unblock(&caller, &decision, free);
            }
            Step::AskAgain(_) => {}
        }
    }

    fn pass(&mut self, time: Millis) {
        self.clock += time;
        self.elapsed += time;
        self.promises.pass(time, self.clock);
        self.settle();
    }

    /// What expired is lost, and both sides hear of it at the same time.
    fn settle(&mut self) {
        let caller = self.caller(0, 0);
        rules::report(&mut self.state, &caller, self.clock);
        let now = self.clock;
        let (expired, open) = std::mem::take(&mut self.wire).into_iter().partition(|r| r.expires <= now);
        self.wire = open;
        let expired: Vec<_> = expired;
        self.lost |= !expired.is_empty();
        self.abandoned.extend(expired);
        let mut lost: Vec<_> = self.abandoned.iter().filter(|r| r.expires <= now).collect();
        lost.sort_by_key(|request| (request.caller.scope, request.ticket));
        for request in lost {
            self.promises.lose(&request.caller, request.ticket, now - request.expires);
        }
        // No answer is read an hour after its caller gave up; it would be a 401 that nobody kept a place for.
        self.abandoned.retain(|request| now - request.expires < 50 * MINUTE);
    }

    fn ask(&mut self, waiting: Waiting) {
        let Waiting { caller, owner, lasts, waited_for } = waiting;
        let event = Event::Reserve { caller, owner, waited_for, lasts };
        let decision = rules::apply(&mut self.state, &event, self.clock);
        match &decision {
            Decision::Go(ticket) => {
                self.promises.go(&caller, *ticket);
                let lasts = lasts.min(HOUR) + GRACE;
                self.wire.push(Request { caller, owner, ticket: *ticket, expires: self.clock + lasts, lasts });
            }
            Decision::Wait(_) | Decision::LinedUp => {
                let awaited = match &decision {
                    Decision::Wait(awaited) => awaited,
                    _ => &Awaited::Others,
                };
                self.promises.wait(&caller, *awaited);
                if let Awaited::RateLimit(_, wait) = awaited {
                    let then = rules::apply(&mut self.state.clone(), &event, self.clock + wait);
                    assert!(!matches!(then, Decision::Wait(Awaited::RateLimit(..))), "the window does not open");
                    // As many as may be on the wire at its begin may have been in the window before.
                    let (used, _) = self.windows[usize::from(caller.token.0[0])];
                    let on_wire = u32::try_from(self.wire.len()).expect("few requests");
                    assert!(self.lost || used + on_wire + 15 >= ALLOWED, "held back below the rate limit");
                }
                let waited_for = waited_for.or(match awaited {
                    Awaited::Trial(ticket) => Some(*ticket),
                    _ => None,
                });
                self.waiting.push(Waiting { waited_for, ..waiting });
            }
            Decision::Refuse(refusal) => {
                self.promises.refuse(&caller, refusal);
                let mut later = self.state.clone();
                let then = rules::apply(&mut later, &event, self.clock + refusal.retry_in());
                self.promises.refused_then(&caller, refusal, &then);
            }
            Decision::Share(_) => self.promises.share(&caller, waited_for),
            other => panic!("{other:?} is no answer to a reservation"),
        }
    }

    /// The API counts a request, and tells what is left. Nobody else uses the limit, so none is ever over it.
    fn count(&mut self, request: &Request) -> Vec<Limit> {
        let (used, ends) = &mut self.windows[usize::from(request.caller.token.0[0])];
        if *ends <= self.elapsed {
            (*used, *ends) = (0, self.elapsed + WINDOW);
        }
        *used += 1;
        assert!(*used <= ALLOWED, "sent more than the rate limit allows");
        let (left, resets_in) = (ALLOWED - *used, *ends - self.elapsed);
        vec![Limit { family: Family::ORGANIZATION, limit: ALLOWED, left, resets_in }]
    }

    fn answer(&mut self, request: &Request, limits: Vec<Limit>) {
        let token = usize::from(request.caller.token.0[0]);
        let answered = if self.good[token] { Answered::Accepted } else { Answered::Rejected };
        self.end(request, &End::Answered(answered), limits);
    }

    fn end(&mut self, request: &Request, end: &End, limits: Vec<Limit>) {
        self.lost |= limits.is_empty() && !matches!(end, End::GivenUp | End::NotSent(_));
        let event = Event::Finish { ticket: request.ticket, caller: request.caller, end: end.clone(), limits };
        let before = rules::report(&mut self.state, &request.caller, self.clock);
        let decision = rules::apply(&mut self.state, &event, self.clock);
        assert!(matches!(decision, Decision::Noted { .. }), "{decision:?}");
        self.promises.end(&request.caller, request.ticket, end);
        let after = rules::report(&mut self.state, &request.caller, self.clock);
        self.promises.compare(&request.caller, &before, &after, end);
    }

    /// After a day without a word every good token works again, whatever happened before.
    pub(crate) fn everything_recovers(&mut self) {
        for request in std::mem::take(&mut self.wire) {
            self.end(&request, &End::GivenUp, Vec::new());
        }
        self.waiting.clear();
        self.pass(25 * HOUR);
        self.abandoned.clear();
        let good: Vec<usize> = (0..TOKENS).filter(|&token| self.good[token]).collect();
        for token in good {
            let caller = self.caller(token, 0);
            self.ask(Waiting { caller, owner: 0, lasts: MINUTE, waited_for: None });
            let request = self.wire.pop().unwrap_or_else(|| panic!("good token {token} is still held back"));
            self.answer(&request, Vec::new());
        }
    }
}

fn remove<T>(from: &mut Vec<T>, at: usize) -> Option<T> {
    if from.is_empty() { None } else { Some(from.swap_remove(at % from.len())) }
}
