//! What a scenario is made of: stores, tokens, the places that hold a token, jobs, weather, and what happens when.

use thousandeyes::guard::Millis;

use super::MINUTE;

/// What the command line decides for all scenarios.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) seed: u64,
    /// Instead of each scenario's own.
    pub(crate) days: Option<Millis>,
    pub(crate) budget: u32,
    pub(crate) block_minutes: Millis,
    /// Whether a block's time starts again with every request during it; otherwise it counts from the block's start.
    pub(crate) block_prolonged: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { seed: 1, days: None, budget: 36, block_minutes: 60, block_prolonged: false }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Good,
    /// Never issued, revoked, expired, or its account is locked: 401.
    Bad,
}

/// What the network and the API's machines do to requests.
#[derive(Clone, Debug)]
pub(crate) struct Weather {
    pub(crate) latency: (Millis, Millis),
    /// Of a thousand requests, how many get 503.
    pub(crate) unavailable: u64,
    /// Of a thousand requests, how many get an answer that never arrives.
    pub(crate) lost: u64,
    pub(crate) false_401_per_million: u64,
    pub(crate) outages: Vec<(Millis, Millis, Outage)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outage {
    /// Requests arrive, answers do not.
    AnswersLost,
    /// Connections fail.
    Unreachable,
}

/// A place that holds a token, such as the file `$TE_TOKEN_FILE`: which token it held from when.
#[derive(Clone, Debug)]
pub(crate) struct Secret {
    pub(crate) store: usize,
    pub(crate) tokens: Vec<(Millis, usize)>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Rhythm {
    /// A new process each time.
    Cron(Millis),
    /// One process that pauses between its calls.
    Loop(Millis),
}

#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) secret: usize,
    pub(crate) rhythm: Rhythm,
    /// Threads that start together in each run.
    pub(crate) threads: u32,
    /// Calls of each thread in a row, whatever came of the one before.
    pub(crate) calls: u32,
    pub(crate) starts: Millis,
    pub(crate) ends: Millis,
    /// Of a thousand requests, how many the process dies over.
    pub(crate) dies: u64,
    /// Has never heard of the library.
    pub(crate) naive: bool,
}

/// What happens to machines and what people do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Turn {
    /// All processes of the host end; it is back after so long, with its clock moved by so much.
    Reboot { host: usize, down: Millis, clock: Millis },
    /// A store's clock is moved.
    Clock { store: usize, by: Millis },
    /// A person says that the token of this job is worth a try, and tries it.
    Unblock { job: usize },
}

#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    pub(crate) story: &'static str,
    pub(crate) lasts_days: Millis,
    /// The host of each store.
    pub(crate) stores: Vec<usize>,
    pub(crate) tokens: Vec<Vec<(Millis, Standing)>>,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) jobs: Vec<Job>,
    pub(crate) weather: Weather,
    pub(crate) turns: Vec<(Millis, Turn)>,
}

pub(crate) const EVERY_MINUTE: Rhythm = Rhythm::Cron(MINUTE);
pub(crate) const EVERY_FIVE: Rhythm = Rhythm::Cron(5 * MINUTE);

/// After every scenario.
pub(crate) const FOREVER: Millis = Millis::MAX / 4;

impl Plan {
    /// A scenario with one store for each of these hosts, in fair weather.
    pub(crate) fn new(name: &'static str, hosts: &[usize], story: &'static str) -> Self {
        Self {
            name,
            story,
            lasts_days: 1,
            stores: hosts.to_vec(),
            tokens: Vec::new(),
            secrets: Vec::new(),
            jobs: Vec::new(),
            weather: Weather {
                latency: (80, 400),
                unavailable: 1,
                lost: 0,
                false_401_per_million: 0,
                outages: Vec::new(),
            },
            turns: Vec::new(),
        }
    }

    /// A token that is good in this time and bad otherwise.
    pub(crate) fn token(&mut self, good_from: Millis, good_until: Millis) -> usize {
        self.tokens.push(vec![(good_from, Standing::Good), (good_until, Standing::Bad)]);
        self.tokens.len() - 1
    }

    pub(crate) fn good(&mut self) -> usize {
        self.tokens.push(vec![(0, Standing::Good)]);
        self.tokens.len() - 1
    }

    pub(crate) fn lock(&mut self, token: usize, from: Millis, until: Millis) {
        self.tokens[token].extend([(from, Standing::Bad), (until, Standing::Good)]);
    }

    pub(crate) fn bad(&mut self) -> usize {
        self.tokens.push(Vec::new());
        self.tokens.len() - 1
    }

    pub(crate) fn secret(&mut self, store: usize, tokens: &[(Millis, usize)]) -> usize {
        self.secrets.push(Secret { store, tokens: tokens.to_vec() });
        self.secrets.len() - 1
    }

    /// A job that runs all the time; the caller changes what is special about it.
    pub(crate) fn job(&mut self, secret: usize, rhythm: Rhythm) -> &mut Job {
        let job = Job { secret, rhythm, threads: 1, calls: 1, starts: 0, ends: FOREVER, dies: 0, naive: false };
        self.jobs.push(job);
        self.jobs.last_mut().expect("pushed a line above")
    }

    /// Jobs of a busy place: a loop, an agent with eight threads, one job in ten every minute, the others every five.
    pub(crate) fn busy(&mut self, place: usize, jobs: usize) {
        let each_minute = jobs / 10;
        for number in 0..jobs {
            let rhythm = match number {
                0 => Rhythm::Loop(MINUTE / 2),
                1..=8 => Rhythm::Loop(2 * MINUTE),
                _ if number < 9 + each_minute => EVERY_MINUTE,
                _ => EVERY_FIVE,
            };
            self.job(place, rhythm);
        }
    }

    /// Five jobs of somebody else, with a good token.
    pub(crate) fn bystander(&mut self, store: usize) {
        let token = self.good();
        let place = self.secret(store, &[(0, token)]);
        for _ in 0..5 {
            self.job(place, EVERY_FIVE);
        }
    }

    pub(crate) fn last_job(&self) -> usize {
        self.jobs.len() - 1
    }
}
