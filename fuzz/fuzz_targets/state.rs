//! A state file that anybody may have written, and what the guard's rules do with it.
//!
//! An input is this boot's clock in milliseconds (5 bytes), a number of events (1 byte), the events (4 bytes each) and the
//! state.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use thousandeyes::Status;
use thousandeyes::fuzzing::{decode, encode, is_out_of_tickets, offset};
use thousandeyes::guard::{
    Answered, Awaited, Caller, Decision, End, Event, Failure, Families, Family, Fingerprint, Limit, Millis, Owner,
    Refusal, Scope, State, Ticket, rules,
};

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;
const BOOT: u8 = 1;

const TOKENS: u8 = 4;
const BUDGET: u32 = 36;
const STEPS: [Millis; 8] = [0, 1, 1000, MINUTE, 10 * MINUTE, HOUR, DAY, -5 * MINUTE];

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&[a, b, c, d, e], rest)) = data.split_first_chunk() else { return Corpus::Reject };
    let Some((&count, rest)) = rest.split_first() else { return Corpus::Reject };
    let Some((events, state)) = rest.split_at_checked(4 * usize::from(count)) else { return Corpus::Reject };

    let state = decode(state);
    // Once more: a time line that began anew may have put what is long ago beyond what can be read.
    let written = encode(&decode(&encode(&state).0)).0;
    let mut state = decode(&written);
    assert_eq!(encode(&state).0, written, "what is written and read again is the same");
    let clock = Millis::from_le_bytes([a, b, c, d, e, 0, 0, 0]);
    let now = clock + offset(&mut state, BOOT, clock, Millis::from(a) * HOUR);
    let mut world = World { state, now, clock_ahead: clock - now, wire: Vec::new(), unauthorized: Vec::new() };
    for event in events.chunks_exact(4) {
        world.step(event[0], event[1], event[2], event[3]);
    }
    world.is_whole_when_written();
    world.recovers();
    Corpus::Keep
});

struct World {
    state: State,
    now: Millis,
    clock_ahead: Millis,
    wire: Vec<(Ticket, Caller)>,
    /// When the API answered 401.
    unauthorized: Vec<Millis>,
}

fn caller(token: u8) -> Caller {
    let scope = if token % TOKENS == 3 { Scope::Loopback(7) } else { Scope::Network };
    let mut families = Families::default();
    families.add(Family::new("instant-test"));
    Caller { token: Fingerprint([token % TOKENS; 16]), scope, budget: BUDGET, route: 1, families }
}

impl World {
    fn step(&mut self, kind: u8, token: u8, argument: u8, step: u8) {
        let by = STEPS[usize::from(step) % STEPS.len()];
        self.now += by;
        if by < 0 {
            // It takes what was in the last hours for newer than it is: slower, never bolder. Not counted here.
            self.unauthorized.clear();
        }
        let (caller, owner) = (caller(token), Owner::from(token / TOKENS));
        match kind % 8 {
            0..=2 => {
                let waited_for = argument.is_multiple_of(4).then_some(u64::from(argument));
                self.reserve(caller, owner, waited_for, Millis::from(argument) * MINUTE);
            }
            3..=5 if !self.wire.is_empty() => {
                let (ticket, caller) = self.wire.swap_remove(usize::from(token) % self.wire.len());
                self.finish(ticket, caller, argument);
            }
            6 => {
                let decision = rules::apply(&mut self.state, &Event::Unblock { caller }, self.now);
                self.check(&decision);
            }
            7 => {
                let decision = rules::apply(&mut self.state, &Event::Died { owner }, self.now);
                assert_eq!(decision, Decision::Buried);
            }
            _ => {}
        }
        let report = rules::report(&mut self.state, &caller, self.now);
        let past = [report.accepted_ms_ago, report.rejected_ms_ago, report.source_ip_blocked_ms_ago];
        assert!(past.into_iter().flatten().all(|ago| ago >= 0), "{report:?}");
        assert!(report.next_try_in_ms.is_none_or(|wait| (0..=DAY).contains(&wait)), "{report:?}");
        assert!(report.retry_after_ms.is_none_or(|wait| (0..=HOUR).contains(&wait)), "{report:?}");
        let resets = report.rate_limits.iter().filter_map(|limit| limit.resets_in_ms);
        assert!(resets.into_iter().all(|wait| (0..=HOUR).contains(&wait)), "{report:?}");
    }

    fn reserve(&mut self, caller: Caller, owner: Owner, waited_for: Option<Ticket>, lasts: Millis) -> bool {
        let known = rules::report(&mut self.state, &caller, self.now);
        let held_back = rules::held_back(&mut self.state.clone(), &caller, owner, waited_for, self.now);
        let event = Event::Reserve { caller, owner, waited_for, lasts };
        let decision = rules::apply(&mut self.state, &event, self.now);
        self.check(&decision);
        let Decision::Go(ticket) = decision else {
            assert!(held_back.is_none_or(|told| told == decision), "the same without a lock");
            return false;
        };
        assert_eq!(held_back, None);
        assert!(known.unauthorized_last_hour < BUDGET, "the budget is used up: {known:?}");
        assert!(known.in_flight < rules::MOST_IN_FLIGHT, "as many are on the wire as may be: {known:?}");
        assert!(self.wire.iter().all(|(other, _)| *other != ticket), "a ticket twice");
        self.wire.push((ticket, caller));
        true
    }

    fn finish(&mut self, ticket: Ticket, caller: Caller, argument: u8) {
        let failure = || Failure { status: Status::Dns, text: "the host name was not found".to_owned() };
        let end = match argument % 9 {
            0 => End::Lost,
            1 => End::GivenUp,
            2 => End::NotSent(failure()),
            3 => End::Answered(Answered::RetryAfter(Millis::from(argument) * MINUTE)),
            4 => End::Answered(Answered::SourceIpBlocked),
            5 => End::Answered(Answered::Nothing),
            6 => End::Answered(Answered::Accepted),
            _ => End::Answered(Answered::Rejected),
        };
        let left = if argument > 200 { u32::MAX } else { u32::from(argument % 3) };
        let resets_in = Millis::from(argument) * 1000;
        let limits = match argument / 64 {
            0 => Vec::new(),
            1 => vec![Limit { family: Family::new("instant-test"), limit: 24, left, resets_in }],
            _ => vec![Limit { family: Family::ORGANIZATION, limit: u32::MAX, left, resets_in }],
        };
        let rejected = end == End::Answered(Answered::Rejected);
        let decision = rules::apply(&mut self.state, &Event::Finish { ticket, caller, end, limits }, self.now);
        self.check(&decision);
        if rejected {
            if caller.scope == Scope::Network {
                self.unauthorized.push(self.now);
                self.unauthorized.retain(|&at| at > self.now - HOUR);
                assert!(self.unauthorized.len() <= BUDGET as usize, "the budget is overdrawn");
            }
            let report = rules::report(&mut self.state, &caller, self.now);
            assert!(report.unauthorized_last_hour > 0, "a 401 is forgotten");
        }
    }

    /// No wait is longer than the rule that it comes from, and none is over already.
    fn check(&self, decision: &Decision) {
        let within = |wait: Millis, most: Millis| assert!(wait > 0 && wait <= most, "{decision:?} at {}", self.now);
        match *decision {
            Decision::Wait(Awaited::RetryAfter(wait) | Awaited::RateLimit(_, wait)) => within(wait, HOUR),
            Decision::Refuse(refusal) => match refusal {
                Refusal::TokenRefused { since, accepted_ago, retry_in } => {
                    within(retry_in, DAY);
                    assert!(since >= 0 && accepted_ago.is_none_or(|ago| ago >= 0), "{refusal:?}");
                }
                Refusal::BudgetExhausted { used, unanswered, limit, retry_in } => {
                    within(retry_in, HOUR);
                    assert!(unanswered <= used && limit <= BUDGET, "{refusal:?}");
                }
                Refusal::SourceIpBlocked { since, retry_in } => {
                    within(retry_in, 16 * MINUTE);
                    assert!(since >= 0, "{refusal:?}");
                }
                Refusal::UnblockedTooOften { retry_in } => within(retry_in, HOUR),
            },
            Decision::Noted { accepted_ago, next_try_in } => {
                assert!(accepted_ago.is_none_or(|ago| ago >= 0), "{decision:?}");
                assert!(next_try_in.is_none_or(|wait| (0..=DAY).contains(&wait)), "{decision:?}");
            }
            _ => {}
        }
    }

    /// Another process reads what this one knows.
    fn is_whole_when_written(&mut self) {
        rules::apply(&mut self.state, &Event::Died { owner: Owner::MAX }, self.now);
        let mut read = decode(&encode(&self.state).0);
        let clock = self.now + self.clock_ahead;
        let now = clock + offset(&mut read, BOOT, clock, 0);
        for token in 0..TOKENS {
            let caller = caller(token);
            let known = rules::report(&mut self.state, &caller, self.now);
            let told = rules::report(&mut read, &caller, now);
            if is_out_of_tickets(&self.state) {
                assert!(told.unauthorized_last_hour >= known.unauthorized_last_hour, "bolder: {told:?}, {known:?}");
            } else {
                assert_eq!(told, known, "token {token}");
            }
        }
    }

    /// After a day without a word every token can be tried, whatever was in the file.
    fn recovers(&mut self) {
        for _ in 0..2 {
            self.now += 25 * HOUR;
            rules::apply(&mut self.state, &Event::Died { owner: Owner::MAX }, self.now);
        }
        self.wire.clear();
        assert!(encode(&self.state).1, "it never fits into its file again");
        for token in 0..TOKENS {
            let caller = caller(token);
            assert!(self.reserve(caller, 200, None, MINUTE), "token {token} is held back for ever");
            let (ticket, caller) = self.wire.pop().expect("reserved");
            self.finish(ticket, caller, 8);
            let report = rules::report(&mut self.state, &caller, self.now);
            assert_eq!(report.token, "rejected", "a 401 is on record");
            assert!(!self.reserve(caller, 200, None, MINUTE), "and the token is held back");
        }
    }
}
