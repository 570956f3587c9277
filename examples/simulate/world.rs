//! Virtual time over one source address: hosts with stores, jobs that start, processes that end, wrong clocks.

use std::collections::{BTreeMap, BTreeSet};

use thousandeyes::guard::{Event, Millis, Owner, State, rules};

use super::api::{Api, Reply};
use super::calls::Call;
use super::chance::{Chance, Queue};
use super::measure::{Measure, Outcome};
use super::plan::{Plan, Rhythm, Settings, Turn};
use super::{DAY, SECOND};

/// Something on the list of what comes next. A number names a call, or a place in the plan.
#[derive(Clone, Copy)]
pub(crate) enum Next {
    Fire(usize),
    /// The next call of a run: its job, its process, how many follow.
    Begin(usize, Owner, u32),
    /// A waiting call asks the guard again, if it did not in between.
    Ask(u64, u32),
    Arrive {
        call: u64,
        token: usize,
        store: usize,
    },
    Read(u64, Reply),
    Unsent(u64),
    GiveUp(u64),
    Crash(u64),
    /// Somebody finds a store's process dead.
    Notice(usize, Owner),
    /// A place's token may have become good or bad.
    Changed(usize),
    /// The network may be back, or the block over.
    Repaired,
    Turn(usize),
}

/// One state directory.
pub(crate) struct Store {
    pub(crate) state: State,
    /// How far its clock is ahead of the true time.
    pub(crate) clock: Millis,
    pub(crate) up_from: Millis,
    /// Processes with a smaller number ended with the host.
    pub(crate) oldest: Owner,
    pub(crate) waiting: BTreeSet<u64>,
}

pub(crate) struct World<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) budget: u32,
    pub(crate) guarded: bool,
    pub(crate) chance: Chance,
    pub(crate) now: Millis,
    pub(crate) queue: Queue<Next>,
    pub(crate) api: Api,
    pub(crate) stores: Vec<Store>,
    pub(crate) calls: BTreeMap<u64, Call>,
    /// How many calls each job began.
    pub(crate) begun: Vec<u64>,
    pub(crate) measure: Measure,
    ids: u64,
}

/// A store's time line when the world starts: any time of a boot clock.
const CLOCK: Millis = 1000 * DAY;

/// Runs a scenario to its end.
pub(crate) fn run(plan: &Plan, settings: &Settings, guarded: bool) -> Outcome {
    let ends = settings.days.unwrap_or(plan.lasts_days) * DAY;
    let name = plan.name.bytes().fold(0, |sum: u64, byte| sum.wrapping_mul(257).wrapping_add(byte.into()));
    let stores = plan.stores.iter().map(|_| Store {
        state: State::default(),
        clock: CLOCK,
        up_from: 0,
        oldest: 0,
        waiting: BTreeSet::new(),
    });
    let mut world = World {
        plan,
        budget: settings.budget,
        guarded,
        chance: Chance::new(settings.seed).of(name),
        now: 0,
        queue: Queue::new(),
        api: Api::new(plan, settings),
        stores: stores.collect(),
        calls: BTreeMap::new(),
        begun: vec![0; plan.jobs.len()],
        measure: Measure::new(plan),
        ids: 0,
    };
    world.prepare();
    while let Some((at, next)) = world.queue.next() {
        if at >= ends {
            break;
        }
        world.now = at;
        world.happen(next);
    }
    world.measure.outcome(world.api, plan, ends)
}

impl World<'_> {
    fn prepare(&mut self) {
        for (job, what) in self.plan.jobs.iter().enumerate() {
            // Cron starts everything within seconds of the full minute; a loop was started at any time.
            let spread = if matches!(what.rhythm, Rhythm::Cron(_)) { 3 * SECOND } else { 60 * SECOND };
            let late = self.chance.of(job as u64).between(0, spread);
            self.queue.put(what.starts + late, Next::Fire(job));
        }
        for (place, secret) in self.plan.secrets.iter().enumerate() {
            self.queue.put(0, Next::Changed(place));
            for &(at, token) in &secret.tokens {
                self.queue.put(at, Next::Changed(place));
                for &(at, _) in &self.plan.tokens[token] {
                    self.queue.put(at, Next::Changed(place));
                }
            }
        }
        for (_, until, _) in &self.plan.weather.outages {
            self.queue.put(*until, Next::Repaired);
        }
        for (number, (at, _)) in self.plan.turns.iter().enumerate() {
            self.queue.put(*at, Next::Turn(number));
        }
    }

    fn happen(&mut self, next: Next) {
        match next {
            Next::Fire(job) => self.fire(job),
            Next::Begin(job, owner, more) => self.begin(job, owner, more),
            Next::Ask(call, asked) => self.ask_again(call, asked),
            Next::Arrive { call, token, store } => self.arrive(call, token, store),
            Next::Read(call, reply) => self.read(call, reply),
            Next::Unsent(call) => self.unsent(call),
            Next::GiveUp(call) => self.give_up(call),
            Next::Crash(call) => self.crash(call),
            Next::Notice(store, owner) => {
                self.step(store, &Event::Died { owner });
            }
            Next::Changed(place) => {
                let good = self.token_of(place).is_some_and(|token| self.api.is_good(token, self.now));
                self.measure.changed(place, good, self.now);
            }
            Next::Repaired => self.repaired(),
            Next::Turn(number) => self.turn(self.plan.turns[number].1),
        }
    }

    fn repaired(&mut self) {
        match self.api.blocks.last() {
            // Prolonged since.
            Some(&(_, until)) if until > self.now => self.queue.put(until, Next::Repaired),
            _ => self.measure.repaired(self.now),
        }
    }

    pub(crate) fn new_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    /// The token that a place holds now.
    pub(crate) fn token_of(&self, place: usize) -> Option<usize> {
        self.plan.secrets[place].tokens.iter().rev().find(|(at, _)| *at <= self.now).map(|(_, token)| *token)
    }

    /// One step of a store's rules. All that can let a waiter go on wakes those who wait.
    pub(crate) fn step(&mut self, store: usize, event: &Event) -> thousandeyes::guard::Decision {
        let time = self.now + self.stores[store].clock;
        let decision = rules::apply(&mut self.stores[store].state, event, time);
        if !matches!(event, Event::Reserve { .. }) {
            for &call in &self.stores[store].waiting {
                let turn = self.chance.of(call).between(0, 4);
                self.queue.put(self.now + turn, Next::Ask(call, self.calls[&call].asked));
            }
        }
        decision
    }

    fn turn(&mut self, turn: Turn) {
        match turn {
            Turn::Clock { store, by } => self.stores[store].clock += by,
            Turn::Unblock { job } => self.unblock(job),
            Turn::Reboot { host, down, clock } => {
                let back = self.now + down;
                for store in 0..self.stores.len() {
                    if self.plan.stores[store] != host {
                        continue;
                    }
                    self.stores[store].up_from = back;
                    self.stores[store].clock += clock;
                    self.stores[store].oldest = self.ids + 1;
                    let dead: Vec<u64> =
                        self.calls.iter().filter(|(_, c)| c.store == store).map(|(id, _)| *id).collect();
                    for call in dead {
                        if let Some(call) = self.vanish(call) {
                            self.queue.put(back, Next::Notice(store, call.owner));
                        }
                    }
                }
                for (job, what) in self.plan.jobs.iter().enumerate() {
                    let store = self.plan.secrets[what.secret].store;
                    if self.plan.stores[store] == host && matches!(what.rhythm, Rhythm::Loop(_)) {
                        self.queue.put(back + self.chance.of(job as u64).between(0, 30 * SECOND), Next::Fire(job));
                    }
                }
            }
        }
    }
}
