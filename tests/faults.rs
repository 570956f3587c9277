//! Whatever a server does to a connection: a status that says what happened, within the call's time, in words, and a next
//! call that gets its own answer.

mod support;

use std::time::{Duration, Instant};

use support::client::status;
use support::faults::{IDLE, Outcome, Row, TIME, World, check_all, guard, in_words, rows};
use support::stand_in::{StandIn, Step};
use thousandeyes::{Call, Sent, Status};

#[test]
fn lengths_that_are_wrong() {
    check_all(&rows::lengths(), 1, World::plain);
}

#[test]
fn chunks_that_are_none() {
    check_all(&rows::chunks(), 1, World::plain);
}

#[test]
fn heads_that_are_none() {
    check_all(&rows::heads(), 1, World::plain);
}

#[test]
fn gzip_that_is_damaged() {
    check_all(&rows::gzip(), 1, World::plain);
}

#[test]
fn silence_ends_with_the_calls_time() {
    check_all(&rows::silences(), usize::MAX, World::plain);
}

/// Though the call has time, and only that: what comes slowly comes.
#[test]
fn silence_ends_with_the_idle_limit() {
    let idle = |row: Row| {
        let limit = if row.outcome == Outcome::Success { 200 } else { 800 };
        Row {
            idle: Duration::from_millis(limit),
            time: Duration::from_secs(20),
            says: "800 ms, the idle limit",
            ..row
        }
    };
    check_all(&rows::silences().into_iter().map(idle).collect::<Vec<_>>(), usize::MAX, World::plain);
}

#[test]
fn a_port_that_nobody_has_takes_nothing() {
    let mut world = World::plain();
    let address = world.server.address();
    world.server = StandIn::start();
    let client = world.client("refused-token", TIME, IDLE);
    let error = client.get("/tests").expect_err("nobody is there");
    assert_eq!((error.status(), error.was_sent()), (Status::Connect, Sent::No), "{error}");
    in_words(error.message());
    assert_eq!(guard(&client), ("never tried".to_owned(), 0));
    world.server = StandIn::start_on(address).expect("the same port");
    world.server.accept("refused-token");
    assert_eq!(status(&client.get("/tests")), Status::Ok);
    assert_eq!(world.server.requests(), 1);
}

/// With a body that no buffer on the way takes whole.
#[test]
fn a_request_that_nobody_reads_ends_with_the_time_and_with_the_idle_limit() {
    let limits = [(Duration::from_secs(1), IDLE, "time"), (Duration::from_secs(20), Duration::from_secs(1), "idle")];
    for (time, idle, says) in limits {
        let world = World::plain();
        let client = world.client("deaf-token", time, idle);
        world.server.break_off(0, vec![Step::Deafness]);
        let mut call = Call::new("POST", "/echo").expect("a call");
        call.body(&vec![b' '; 32 << 20], "application/json").expect("a body");
        let begun = Instant::now();
        let error = client.perform(&call).expect_err("nobody reads");
        let took = begun.elapsed();
        assert_eq!((error.status(), error.was_sent()), (Status::Timeout, Sent::Perhaps), "{error}");
        assert!(error.message().contains(says), "{error}");
        in_words(error.message());
        assert!((Duration::from_secs(1)..Duration::from_millis(1400)).contains(&took), "{took:?}");
        assert_eq!((guard(&client).1, world.server.requests(), world.server.parts()), (1, 0, 1));
        assert_eq!(status(&client.get("/status")), Status::Ok);
    }
}
