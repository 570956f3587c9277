//! Processes killed at random instants, hundreds of them: what the guard remembers stays readable and true.

mod support;

use std::collections::VecDeque;
use std::process::Child;
use std::time::{Duration, Instant};

use support::client::{Directory, client, status};
use support::processes::call;
use support::stand_in::StandIn;
use thousandeyes::{Client, Status, move_clock};

const KILLS: usize = 500;
/// Good, good, revoked, revoked, bad, bad: a process of each runs at any time, with four threads.
const TOKENS: [&str; 6] = ["good-1", "good-2", "revoked-1", "revoked-2", "bad-1", "bad-2"];

/// A step of a generator of numbers that look random and are the same in every run.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

fn number(client: &Client, name: &str) -> i64 {
    let report = client.guard().expect("a report");
    report.pointer(&format!("/{name}")).and_then(serde_json::Value::as_i64).unwrap_or(-1)
}

/// Calls until it works, and says how long that took; ends when the count leaves no room.
fn until_ok(client: &Client, longest: Duration) -> Option<Duration> {
    let started = Instant::now();
    while started.elapsed() < longest {
        match status(&client.get("/tests")) {
            Status::Ok => return Some(started.elapsed()),
            Status::BudgetExhausted if number(client, "unauthorized_last_hour") >= 30 => break,
            _ => std::thread::sleep(Duration::from_millis(50)),
        }
    }
    None
}

#[test]
fn killing_at_any_instant_breaks_no_promise() {
    let server = StandIn::start();
    let directory = Directory::new();
    for token in &TOKENS[..4] {
        server.accept(token);
        assert_eq!(status(&client(&server, token, directory.name()).get("/tests")), Status::Ok);
    }
    server.revoke("revoked-1").revoke("revoked-2").delay(Duration::from_millis(3)).reset_counts();

    let start = |token: &str| -> Child {
        let mut caller = call(&server, token, directory.name(), &["--calls", "0", "--threads", "4"]);
        caller.spawn().expect("a process")
    };
    let mut seed = 20_261_124;
    let mut running: VecDeque<(usize, Child)> = (0..TOKENS.len()).map(|at| (at, start(TOKENS[at]))).collect();
    for kill in 0..KILLS {
        std::thread::sleep(Duration::from_micros(next(&mut seed) % 12_000));
        let (at, mut child) = running.pop_front().expect("a process");
        child.kill().expect("a signal");
        child.wait().expect("an end");
        running.push_back((at, start(TOKENS[at])));
        if kill % 50 == 0 {
            let reader = client(&server, "good-1", directory.name()).guard().expect("a report");
            assert_eq!(reader.pointer("/store").and_then(|store| store.as_str()), Some("shared"));
        }
    }
    for (_, mut child) in running {
        child.kill().expect("a signal");
        child.wait().expect("an end");
    }
    server.delay(Duration::ZERO);
    assert!(server.unauthorized() <= 36, "{} answers of 401", server.unauthorized());
    assert_eq!(server.blocked(), 0);

    for token in ["good-1", "good-2"] {
        let good = client(&server, token, directory.name());
        let took = until_ok(&good, Duration::from_secs(60));
        // What the dead had on the wire counts from when somebody looks for them.
        let counted = number(&good, "unauthorized_last_hour");
        println!("{counted} counted; {token} worked after {took:?}");
        if took.is_none() {
            assert!(counted >= 30, "{counted} counted, and {token} does not work");
            move_clock(Duration::from_secs(600));
            assert!(until_ok(&good, Duration::from_secs(60)).is_some(), "{token} does not work after ten minutes");
        }
    }
    for token in &TOKENS[2..] {
        let dead = client(&server, token, directory.name());
        let before = server.unauthorized();
        assert_ne!(status(&dead.get("/tests")), Status::Ok);
        assert!(server.unauthorized() - before <= 1 && server.unauthorized() <= 36);
    }
}
