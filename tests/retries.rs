//! Faults that may pass: a GET is sent again, inside its time; nothing else is.
// quick

mod support;

use std::time::{Duration, Instant};

use serde_json::json;
use support::client::{client, each_store};
use support::stand_in::{Answer, StandIn};
use thousandeyes::{Call, Client, Config, Sent, Status};

const TOKEN: &str = "retried-token";

fn server() -> StandIn {
    let server = StandIn::start();
    server.accept(TOKEN);
    server
}

fn faults(code: u16, times: usize) -> Vec<Answer> {
    vec![Answer::new(code); times]
}

#[test]
fn a_get_comes_through_two_faults() {
    each_store(|client| {
        for code in [502, 503, 504] {
            let server = server();
            server.script("/v7/tests", faults(code, 2));
            let begun = Instant::now();
            client(&server, TOKEN).get("/tests").unwrap();
            assert!((Duration::from_millis(750)..Duration::from_secs(3)).contains(&begun.elapsed()));
            assert_eq!(server.requests(), 3);
        }
    });
}

#[test]
fn the_third_fault_is_told() {
    let server = server();
    server.script("/v7/tests", faults(503, 9));
    let error = client(&server, TOKEN, "").get("/tests").unwrap_err();
    assert_eq!((error.status(), error.was_sent()), (Status::Server, Sent::Yes));
    assert_eq!(server.requests(), 3);
}

#[test]
fn what_may_have_been_carried_out_is_sent_once() {
    for (method, code) in [("POST", 503), ("PUT", 502), ("PATCH", 504), ("DELETE", 503), ("GET", 500)] {
        let server = server();
        server.script("/v7/tests", faults(code, 9));
        let error = client(&server, TOKEN, "").perform(&Call::new(method, "/tests").unwrap()).unwrap_err();
        assert_eq!((error.status(), server.requests()), (Status::Server, 1));
    }
}

#[test]
fn there_is_no_try_that_the_calls_time_has_no_room_for() {
    let server = server();
    server.script("/v7/tests", vec![Answer::new(503).header("Retry-After", "20"); 2]);
    let mut call = Call::new("GET", "/tests").unwrap();
    call.timeout(Duration::from_secs(10));
    let begun = Instant::now();
    let error = client(&server, TOKEN, "").perform(&call).unwrap_err();
    assert_eq!((error.status(), error.retry_in()), (Status::Server, Some(Duration::from_secs(20))));
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert_eq!(server.requests(), 1);
}

#[test]
fn a_pause_is_cancelled_at_once() {
    let server = server();
    server.script("/v7/tests", vec![Answer::new(503).header("Retry-After", "60")]);
    let config = Config { base_url: Some(server.base_url()), state_dir: Some(String::new()), ..Config::default() };
    let client = Client::new(Some(TOKEN), config).unwrap();
    let (error, waited) = std::thread::scope(|scope| {
        let calling = scope.spawn(|| client.get("/tests").unwrap_err());
        while server.requests() == 0 {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_millis(300));
        let cancelled = Instant::now();
        client.cancel();
        (calling.join().unwrap(), cancelled.elapsed())
    });
    assert!(waited < Duration::from_millis(150), "{waited:?}");
    assert_eq!((error.status(), server.requests()), (Status::Cancelled, 1));
    assert!(error.message().contains("(503)"), "{error}");
    let later = client.get("/tests").expect_err("a client that is over");
    assert_eq!((later.status(), server.requests()), (Status::Cancelled, 1));
    assert!(later.message().starts_with("This client was cancelled. Nothing was sent."), "{later}");
}

#[test]
fn a_token_that_dies_meanwhile_is_sent_once_more_and_not_again() {
    let server = server();
    let dead = Answer::json(401, &json!({"error": "invalid_token"}));
    server.script("/v7/tests", vec![Answer::new(502), dead]);
    let client = client(&server, TOKEN, "");
    assert_ne!(client.get("/tests").unwrap_err().status(), Status::Server);
    assert_eq!(client.get("/tests").unwrap_err().status(), Status::TokenRefused);
    assert_eq!(server.requests(), 2);
}
