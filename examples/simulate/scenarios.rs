//! The scenarios. Times are from midnight of the first day.

use super::plan::{EVERY_FIVE, EVERY_MINUTE, FOREVER, Outage, Plan, Rhythm, Turn};
use super::{HOUR, MINUTE, SECOND};

/// The scenario in which a store's hour may be shorter than an hour.
pub(crate) const CLOCKS: &str = "clocks that jump";

pub(crate) fn all() -> Vec<Plan> {
    vec![
        forgotten(),
        office(),
        locked(false),
        locked(true),
        flood(),
        rotation(),
        crashes(),
        outage(),
        clocks(),
        ordinary(),
        agents(),
        neighbour(),
    ]
}

fn forgotten() -> Plan {
    let story = "One cron job, every minute, three calls a run, all ignored when they fail. Its token is revoked at \
                 01:00 of the first day, and nobody looks for three days. Another machine at the address has a good \
                 token and five jobs.";
    let mut plan = Plan::new("forgotten job", &[0, 1], story);
    plan.lasts_days = 3;
    let revoked = plan.token(0, HOUR);
    let place = plan.secret(0, &[(0, revoked)]);
    plan.job(place, EVERY_MINUTE).calls = 3;
    plan.bystander(1);
    plan
}

/// The office of the chart as well.
pub(crate) fn office() -> Plan {
    let story = "Three state directories on two hosts, 200 jobs with one token. It is revoked at 03:00; at 09:00 a \
                 new one is put where the old one was, except for five jobs that have their own copy. Each store \
                 also has five jobs of another team, whose token is good.";
    let mut plan = Plan::new("office", &[0, 0, 1], story);
    let (old, new) = (plan.token(0, 3 * HOUR), plan.token(9 * HOUR, FOREVER));
    for (store, jobs) in [(0, 75), (1, 60), (2, 60)] {
        let place = plan.secret(store, &[(0, old), (9 * HOUR, new)]);
        plan.busy(place, jobs);
        plan.bystander(store);
    }
    let copy = plan.secret(2, &[(0, old)]);
    for _ in 0..5 {
        plan.job(copy, EVERY_FIVE);
    }
    plan
}

fn locked(unblocked: bool) -> Plan {
    let (name, story) = if unblocked {
        ("unlocked and told", "As before, but at 11:05 somebody on each host calls `te_client_unblock_token`.")
    } else {
        (
            "account locked",
            "Two hosts, 80 jobs, one token. Its account is locked at 10:00 and unlocked at 11:00; nobody tells the \
             programs. Another team's token stays good.",
        )
    };
    let mut plan = Plan::new(name, &[0, 1], story);
    let token = plan.good();
    plan.lock(token, 10 * HOUR, 11 * HOUR);
    for store in 0..2 {
        let place = plan.secret(store, &[(0, token)]);
        plan.job(place, EVERY_MINUTE);
        let job = plan.last_job();
        plan.busy(place, 39);
        plan.bystander(store);
        if unblocked {
            plan.turns.push((11 * HOUR + 5 * MINUTE, Turn::Unblock { job }));
        }
    }
    plan
}

fn flood() -> Plan {
    let story = "One store. From 01:00, 200 places hold tokens that never worked, each tried every 10 minutes; \
                 beside them four good ones with jobs every minute, and from 06:00 a fifth that is new. The accounts \
                 of the four are locked for 20 minutes each, from 15:00, 16:15, 17:30 and 18:45.";
    let mut plan = Plan::new("flood of bad tokens", &[0], story);
    for number in 0..200 {
        let token = plan.bad();
        let place = plan.secret(0, &[(0, token)]);
        plan.job(place, Rhythm::Cron(10 * MINUTE)).starts = HOUR + number % 10 * MINUTE;
    }
    for number in 0..5 {
        let token = plan.good();
        let locked = 15 * HOUR + number * 75 * MINUTE;
        let from = if number < 4 { 0 } else { 6 * HOUR };
        if number < 4 {
            plan.lock(token, locked, locked + 20 * MINUTE);
        }
        let place = plan.secret(0, &[(from, token)]);
        for _ in 0..5 {
            plan.job(place, EVERY_MINUTE);
        }
    }
    plan
}

fn rotation() -> Plan {
    let story = "Three hosts, 90 jobs. A new token is made at 09:00, the old one is revoked at 15:00. The hosts \
                 change over at 09:10, 11:00 and 14:30; two jobs with their own copy of the old one do at 17:00.";
    let mut plan = Plan::new("rotation", &[0, 1, 2], story);
    let (old, new) = (plan.token(0, 15 * HOUR), plan.token(9 * HOUR, FOREVER));
    for (store, change) in [(0, 9 * HOUR + 10 * MINUTE), (1, 11 * HOUR), (2, 14 * HOUR + 30 * MINUTE)] {
        let place = plan.secret(store, &[(0, old), (change, new)]);
        plan.busy(place, 30);
    }
    let copy = plan.secret(2, &[(0, old), (17 * HOUR, new)]);
    plan.job(copy, EVERY_MINUTE);
    plan.job(copy, EVERY_MINUTE);
    plan
}

fn crashes() -> Plan {
    let story = "One store. Of every 1,000 requests 300 lose their process while they are on the wire: 10 jobs a \
                 minute with a good token, 10 with one that never worked, 10 with one that is revoked at 06:00. Of \
                 the dead processes 9 in 10 are found dead by the next who asks, the others' requests expire.";
    let mut plan = Plan::new("crashing jobs", &[0], story);
    for token in [plan.good(), plan.bad(), plan.token(0, 6 * HOUR)] {
        let place = plan.secret(0, &[(0, token)]);
        for _ in 0..10 {
            plan.job(place, EVERY_MINUTE).dies = 300;
        }
    }
    plan.bystander(0);
    plan
}

fn outage() -> Plan {
    let story = "Three hosts, 200 jobs, four good tokens on each and one dead on the first. From 10:00 to 10:20 \
                 requests arrive and no answer comes back; from 15:00 to 15:20 nothing connects.";
    let mut plan = Plan::new("network outage", &[0, 1, 2], story);
    let (ten, three) = (10 * HOUR, 15 * HOUR);
    plan.weather.outages =
        vec![(ten, ten + 20 * MINUTE, Outage::AnswersLost), (three, three + 20 * MINUTE, Outage::Unreachable)];
    let tokens = [plan.good(), plan.good(), plan.good(), plan.good()];
    let dead = plan.bad();
    let place = plan.secret(0, &[(0, dead)]);
    plan.job(place, EVERY_MINUTE);
    for store in 0..3 {
        for token in tokens {
            let place = plan.secret(store, &[(0, token)]);
            plan.busy(place, 16);
        }
    }
    plan
}

fn clocks() -> Plan {
    let story = "Two stores on one host, in each a good token with 30 jobs, and from 05:40 60 bad ones. The host \
                 reboots at 06:00 with its clock two hours behind and at 06:30 with the right time; the clock of one \
                 store steps back by an hour at 12:00, by a day at 18:00. A clock that goes forward makes the guard \
                 forget an hour that was none: this is the one scenario that may use a budget twice.";
    let mut plan = Plan::new(CLOCKS, &[0, 0], story);
    for store in 0..2 {
        let token = plan.good();
        let place = plan.secret(store, &[(0, token)]);
        plan.busy(place, 30);
        for number in 0..60 {
            let token = plan.bad();
            let place = plan.secret(store, &[(0, token)]);
            plan.job(place, EVERY_FIVE).starts = 5 * HOUR + 40 * MINUTE + number % 5 * MINUTE;
        }
    }
    let down = 3 * MINUTE;
    plan.turns = vec![
        (6 * HOUR, Turn::Reboot { host: 0, down, clock: -2 * HOUR }),
        (6 * HOUR + 30 * MINUTE, Turn::Reboot { host: 0, down, clock: 2 * HOUR }),
        (12 * HOUR, Turn::Clock { store: 1, by: -HOUR }),
        (18 * HOUR, Turn::Clock { store: 1, by: -24 * HOUR }),
    ];
    plan
}

fn ordinary() -> Plan {
    let story = "Three stores, 200 jobs, four good tokens in each. Of 1,000 requests two get a 503 and one is never \
                 answered; of a million 50 get a 401 by mistake. Three people paste a wrong token three times.";
    let mut plan = Plan::new("ordinary day", &[0, 0, 1], story);
    (plan.weather.unavailable, plan.weather.lost, plan.weather.false_401_per_million) = (2, 1, 50);
    let tokens = [plan.good(), plan.good(), plan.good(), plan.good()];
    for store in 0..3 {
        for token in tokens {
            let place = plan.secret(store, &[(0, token)]);
            plan.busy(place, 16);
        }
        let wrong = plan.bad();
        let place = plan.secret(store, &[(0, wrong)]);
        let at = (9 + 3 * i64::try_from(store).expect("few")) * HOUR;
        let job = plan.job(place, Rhythm::Cron(20 * SECOND));
        (job.starts, job.ends) = (at, at + MINUTE);
    }
    plan
}

fn agents() -> Plan {
    let story = "One store, nothing wrong anywhere. Three good tokens, each with an agent that starts every 5 \
                 minutes and makes four calls in each of 20 threads.";
    let mut plan = Plan::new("three agents", &[0], story);
    for _ in 0..3 {
        let token = plan.good();
        let place = plan.secret(0, &[(0, token)]);
        let job = plan.job(place, EVERY_FIVE);
        (job.threads, job.calls) = (20, 4);
    }
    plan
}

fn neighbour() -> Plan {
    let story = "An office of two hosts, 60 jobs and a good token. From 09:00 to 12:00 a program that does not use \
                 this library sends a dead token from the same address, three times a minute: in both runs the 401s \
                 are its own.";
    let mut plan = Plan::new("unguarded neighbour", &[0, 1, 2], story);
    let token = plan.good();
    for store in 0..2 {
        let place = plan.secret(store, &[(0, token)]);
        plan.busy(place, 30);
    }
    let dead = plan.bad();
    let place = plan.secret(2, &[(0, dead)]);
    let job = plan.job(place, EVERY_MINUTE);
    (job.calls, job.naive, job.starts, job.ends) = (3, true, 9 * HOUR, 12 * HOUR);
    plan
}
