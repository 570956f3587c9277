//! The way of one call: through the guard as `src/guard/wait.rs` goes it, to the API, and back. The naive client
//! sends.

use thousandeyes::Status;
use thousandeyes::guard::{
    Answered, Awaited, Caller, Decision, End, Event, Failure, Families, Fingerprint, Millis, Owner, Refusal, Scope,
    Ticket,
};

use super::SECOND;
use super::api::Reply;
use super::measure::Why;
use super::plan::{Outage, Rhythm};
use super::world::{Next, World};

/// The library's default for a whole call, waits included.
const CALL_LASTS: Millis = 120 * SECOND;
/// Who waits looks at least so often. The library does every 100 ms; nothing here is as short as the difference.
const LOOKS_EVERY: Millis = SECOND;
/// Of a thousand dead processes, how many are found dead by those who ask after them. The others' requests expire, as
/// where a network's file system does not show the locks of another machine.
const FOUND_DEAD: u64 = 900;

pub(crate) struct Call {
    job: usize,
    token: usize,
    pub(crate) store: usize,
    pub(crate) owner: Owner,
    guarded: bool,
    started: Millis,
    was_good: bool,
    /// Calls of the same run that follow.
    more: u32,
    waited_for: Option<Ticket>,
    ticket: Option<Ticket>,
    /// How often it asked the guard.
    pub(crate) asked: u32,
    chance: super::chance::Chance,
}

impl World<'_> {
    /// A job's time has come.
    pub(crate) fn fire(&mut self, job: usize) {
        let what = &self.plan.jobs[job];
        if self.now >= what.ends {
            return;
        }
        if let Rhythm::Cron(every) = what.rhythm {
            self.queue.put(self.now + every, Next::Fire(job));
        }
        if self.now >= self.stores[self.plan.secrets[what.secret].store].up_from {
            let owner = self.new_id();
            for _ in 0..what.threads {
                self.begin(job, owner, what.calls - 1);
            }
        }
    }

    pub(crate) fn begin(&mut self, job: usize, owner: Owner, more: u32) {
        let what = &self.plan.jobs[job];
        let gone = self.now >= what.ends || owner < self.stores[self.plan.secrets[what.secret].store].oldest;
        let Some(token) = self.token_of(what.secret).filter(|_| !gone) else { return };
        self.begun[job] += 1;
        let id = self.new_id();
        let call = Call {
            job,
            token,
            store: self.plan.secrets[what.secret].store,
            owner,
            guarded: self.guarded && !what.naive,
            started: self.now,
            was_good: self.api.is_good(token, self.now),
            more,
            waited_for: None,
            ticket: None,
            asked: 0,
            chance: self.chance.of(1000 + job as u64).of(self.begun[job]),
        };
        let guarded = call.guarded;
        self.calls.insert(id, call);
        if guarded { self.ask(id) } else { self.send(id) }
    }

    pub(crate) fn ask_again(&mut self, id: u64, asked: u32) {
        if self.calls.get(&id).is_some_and(|call| call.asked == asked && call.ticket.is_none()) {
            self.ask(id);
        }
    }

    fn ask(&mut self, id: u64) {
        let budget = self.budget;
        let call = self.calls.get_mut(&id).expect("a call that asks");
        call.asked += 1;
        let (asked, store, owner, waited_for) = (call.asked, call.store, call.owner, call.waited_for);
        let left = call.started + CALL_LASTS - self.now;
        let caller = caller(call.token, budget);
        self.stores[store].waiting.remove(&id);
        if left <= 0 {
            return self.over(id, Err(Why::Waited));
        }
        let decision = match self.step(store, &Event::Reserve { caller, owner, waited_for, lasts: left }) {
            Decision::LinedUp => Decision::Wait(Awaited::Others),
            decision => decision,
        };
        match decision {
            Decision::Go(ticket) => {
                self.calls.get_mut(&id).expect("the same").ticket = Some(ticket);
                self.send(id);
            }
            Decision::Refuse(refusal) => self.over(id, Err(why(refusal))),
            Decision::Share(_) => self.over(id, Err(Why::Unreachable)),
            Decision::Wait(awaited) => {
                if let Awaited::Trial(trial) = awaited {
                    self.calls.get_mut(&id).expect("the same").waited_for.get_or_insert(trial);
                }
                let wait = awaited.ends_in().map_or(LOOKS_EVERY, |wait| wait.max(1));
                if awaited.ends_in().is_some() && wait > left {
                    return self.over(id, Err(Why::Waited));
                }
                self.stores[store].waiting.insert(id);
                self.queue.put(self.now + wait.min(LOOKS_EVERY).min(left), Next::Ask(id, asked));
            }
            other => panic!("{other:?} is no answer to a reservation"),
        }
    }

    fn send(&mut self, id: u64) {
        let call = &self.calls[&id];
        let (chance, token, store) = (call.chance, call.token, call.store);
        if self.outage() == Some(Outage::Unreachable) {
            return self.queue.put(self.now + 3 * SECOND, Next::Unsent(id));
        }
        let (from, to) = self.plan.weather.latency;
        let there = chance.of(1).between(from, to) / 2;
        self.queue.put(self.now + there, Next::Arrive { call: id, token, store });
        if chance.of(2).per_mille(self.plan.jobs[call.job].dies) {
            self.queue.put(self.now + there, Next::Crash(id));
        }
    }

    fn outage(&self) -> Option<Outage> {
        let now = self.now;
        let outages = &self.plan.weather.outages;
        outages.iter().find(|(from, until, _)| (*from..*until).contains(&now)).map(|(.., outage)| *outage)
    }

    pub(crate) fn arrive(&mut self, id: u64, token: usize, store: usize) {
        let chance = self.calls.get(&id).map_or(self.chance.of(id), |call| call.chance);
        let blocks = self.api.blocks.len();
        let reply = self.api.answer(token, store, self.now, chance.of(3));
        if let Some((_, until)) = self.api.blocks.get(blocks) {
            self.queue.put(*until, Next::Repaired);
        }
        let Some(call) = self.calls.get(&id) else { return };
        let ends = call.started + CALL_LASTS;
        let (from, to) = self.plan.weather.latency;
        let back = self.now + chance.of(4).between(from, to) / 2;
        let lost = chance.of(5).per_mille(self.plan.weather.lost) || self.outage().is_some();
        if lost || back >= ends {
            self.queue.put(ends, Next::GiveUp(id));
        } else {
            self.queue.put(back, Next::Read(id, reply));
        }
    }

    pub(crate) fn read(&mut self, id: u64, reply: Reply) {
        let (answered, result) = match reply {
            Reply::Good => (Answered::Accepted, Ok(())),
            Reply::Unauthorized => (Answered::Rejected, Err(Why::Unauthorized)),
            Reply::Blocked => (Answered::SourceIpBlocked, Err(Why::Blocked)),
            Reply::Unavailable => (Answered::Nothing, Err(Why::Unavailable)),
        };
        self.end(id, End::Answered(answered), result);
    }

    pub(crate) fn unsent(&mut self, id: u64) {
        let failure = Failure { status: Status::Connect, text: String::new() };
        self.end(id, End::NotSent(failure), Err(Why::Unreachable));
    }

    pub(crate) fn give_up(&mut self, id: u64) {
        self.end(id, End::Lost, Err(Why::Lost));
    }

    fn end(&mut self, id: u64, end: End, result: Result<(), Why>) {
        let Some(call) = self.calls.get(&id) else { return };
        let (token, store, ticket) = (call.token, call.store, call.ticket);
        // Over for its caller first: who waits is woken by the step, and a call that ended does not wait.
        self.over(id, result);
        if let Some(ticket) = ticket {
            self.step(store, &Event::Finish { ticket, caller: caller(token, self.budget), end, limits: Vec::new() });
        }
    }

    fn over(&mut self, id: u64, result: Result<(), Why>) {
        let call = self.calls.remove(&id).expect("a call that ends once");
        let what = &self.plan.jobs[call.job];
        let good = call.was_good && self.api.is_good(call.token, self.now);
        self.measure.over((what.secret, call.token), (call.started, self.now), good, result);
        if call.more > 0 {
            self.queue.put(self.now + 50, Next::Begin(call.job, call.owner, call.more - 1));
        } else if let Rhythm::Loop(pause) = what.rhythm {
            self.queue.put(self.now + pause, Next::Begin(call.job, call.owner, 0));
        }
    }

    /// A call that nobody waits for any more: its process is gone.
    pub(crate) fn vanish(&mut self, id: u64) -> Option<Call> {
        let call = self.calls.remove(&id)?;
        self.stores[call.store].waiting.remove(&id);
        self.measure.died += 1;
        Some(call)
    }

    pub(crate) fn crash(&mut self, id: u64) {
        let Some(call) = self.vanish(id) else { return };
        let others: Vec<u64> = self.calls.iter().filter(|(_, c)| c.owner == call.owner).map(|(id, _)| *id).collect();
        for other in others {
            self.vanish(other);
        }
        if call.chance.of(6).per_mille(FOUND_DEAD) {
            let later = call.chance.of(7).between(0, LOOKS_EVERY);
            self.queue.put(self.now + later, Next::Notice(call.store, call.owner));
        }
        if matches!(self.plan.jobs[call.job].rhythm, Rhythm::Loop(_)) {
            self.queue.put(self.now + 30 * SECOND, Next::Fire(call.job));
        }
    }

    pub(crate) fn unblock(&mut self, job: usize) {
        let secret = self.plan.jobs[job].secret;
        if let (Some(token), true) = (self.token_of(secret), self.guarded) {
            let event = Event::Unblock { caller: caller(token, self.budget) };
            self.step(self.plan.secrets[secret].store, &event);
        }
        let owner = self.new_id();
        self.begin(job, owner, 0);
    }
}

fn caller(token: usize, budget: u32) -> Caller {
    let mut name = [0; 16];
    name[..8].copy_from_slice(&(token as u64).to_be_bytes());
    Caller { token: Fingerprint(name), scope: Scope::Network, budget, route: 0, families: Families::default() }
}

fn why(refusal: Refusal) -> Why {
    match refusal {
        Refusal::TokenRefused { .. } => Why::TokenRefused,
        Refusal::BudgetExhausted { .. } => Why::BudgetExhausted,
        Refusal::SourceIpBlocked { .. } | Refusal::UnblockedTooOften { .. } => Why::BlockKnown,
    }
}
