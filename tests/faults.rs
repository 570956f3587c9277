//! Whatever a server does to a connection: a status that says what happened, within the call's time, in words, and a next
//! call that gets its own answer.

mod support;

use std::time::{Duration, Instant};

use support::client::status;
use support::faults::{IDLE, Outcome, Row, TIME, World, check_all, guard, in_words, rows, silences};
use support::stand_in::{Answer, StandIn, Step};
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
    check_all(&silences::all(), usize::MAX, World::plain);
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
    check_all(&silences::all().into_iter().map(idle).collect::<Vec<_>>(), usize::MAX, World::plain);
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

/// What the head of a 401 says of the token is true, however its body ends; without a whole head nothing is.
#[test]
fn a_401_that_breaks_is_a_verdict_once_its_head_is_whole() {
    let head = "HTTP/1.1 401 No\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n";
    let rest = [vec![], vec![Step::Reset], vec![Step::Silence]];
    for (bytes, rest) in [head.len(), head.len() - 2, 12].into_iter().flat_map(|n| rest.clone().map(|rest| (n, rest)))
    {
        let what = format!("{bytes} bytes, then {rest:?}");
        let world = World::plain();
        let client = world.client("broken-token", Duration::from_millis(500), IDLE);
        let fault = Answer::wire([vec![rows::send(&head[..bytes])], rest.clone()].concat());
        world.server.script("/v7/tests", vec![fault]);
        let told = status(&client.get("/tests"));
        let next = status(&client.get("/status"));
        if bytes == head.len() {
            assert_eq!((told, next), (Status::Unauthorized, Status::TokenRefused), "{what}");
            assert_eq!((guard(&client), world.server.requests()), (("rejected".to_owned(), 1), 1), "{what}");
        } else {
            let broken = if rest == [Step::Silence] { Status::Timeout } else { Status::Io };
            assert_eq!((told, next), (broken, Status::Ok), "{what}");
            assert_eq!((guard(&client), world.server.requests()), (("accepted".to_owned(), 0), 2), "{what}");
        }
    }
}
