//! What hours change, with a clock that the tests move. One at a time: the clock is the process's.
// quick

mod support;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use support::client::{each_store, status};
use support::stand_in::{Answer, StandIn};
use thousandeyes::{Sent, Status, move_clock};

static CLOCK: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    CLOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

fn minutes(minutes: u64) {
    move_clock(Duration::from_secs(60 * minutes));
}

#[test]
fn a_token_that_died_overnight_costs_one_request() {
    each_store(|client| {
        let _alone = alone();
        let server = StandIn::start();
        server.accept("old-token");
        let old = client(&server, "old-token");
        assert_eq!(status(&old.get("/tests")), Status::Ok);
        server.revoke("old-token").reset_counts();
        minutes(60);
        let start = std::sync::Barrier::new(64);
        std::thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| {
                    start.wait();
                    let error = old.get("/tests").expect_err("a dead token");
                    assert!(matches!(error.status(), Status::LockoutSuspected | Status::TokenRefused), "{error:?}");
                    assert!(error.message().contains("was accepted 60 min ago"), "{error}");
                });
            }
        });
        assert_eq!(server.requests(), 1);
    });
}

#[test]
fn a_rejected_token_gets_a_second_chance_and_recovers() {
    each_store(|client| {
        let _alone = alone();
        let server = StandIn::start();
        let token = client(&server, "second-chance");
        assert_eq!(status(&token.get("/tests")), Status::Unauthorized);
        minutes(14);
        assert_eq!(status(&token.get("/tests")), Status::TokenRefused);
        minutes(1);
        assert_eq!(status(&token.get("/tests")), Status::Unauthorized, "the first probe");
        minutes(29);
        assert_eq!(status(&token.get("/tests")), Status::TokenRefused);
        server.accept("second-chance");
        minutes(1);
        assert_eq!(status(&token.get("/tests")), Status::Ok, "the second");
        assert_eq!(server.requests(), 3);
    });
}

#[test]
fn a_person_may_ask_for_three_tries_an_hour() {
    each_store(|client| {
        let _alone = alone();
        let server = StandIn::start();
        let token = client(&server, "unblocked");
        assert_eq!(status(&token.get("/tests")), Status::Unauthorized);
        for _ in 0..3 {
            let next_try = || token.guard().expect("a report").json().expect("JSON")["next_try_in_ms"].as_i64();
            assert!(next_try() > Some(0), "it rests");
            token.unblock_token().expect("one of three");
            assert_eq!(next_try(), Some(0), "with the next call");
            assert_eq!(status(&token.get("/tests")), Status::Unauthorized);
            assert_eq!(status(&token.get("/tests")), Status::TokenRefused);
        }
        assert!(token.unblock_token().is_err());
        assert_eq!(server.requests(), 4);
        minutes(60);
        token.unblock_token().expect("an hour later");
    });
}

#[test]
fn a_blocked_address_is_left_alone_and_looked_at_again() {
    each_store(|client| {
        let _alone = alone();
        let server = StandIn::start();
        server.accept("good-token").accept("other-token");
        let (good, other) = (client(&server, "good-token"), client(&server, "other-token"));
        assert_eq!(status(&good.get("/tests")), Status::Ok);
        server.script_any(vec![Answer::new(429), Answer::new(429)]);
        assert_eq!(status(&good.get("/tests")), Status::SourceIpBlocked);
        server.reset_counts();
        assert_eq!(status(&good.get("/tests")), Status::SourceIpBlocked);
        assert_eq!(status(&other.get("/tests")), Status::SourceIpBlocked);
        assert_eq!(server.requests(), 0, "everybody who shares the store");
        minutes(2);
        assert_eq!(status(&other.get("/tests")), Status::SourceIpBlocked, "a token that worked looks first");
        assert_eq!(status(&good.get("/tests")), Status::SourceIpBlocked, "the look");
        assert_eq!(server.requests(), 1);
        minutes(14);
        assert_eq!(status(&good.get("/tests")), Status::SourceIpBlocked);
        minutes(1);
        assert_eq!(status(&good.get("/tests")), Status::Ok);
        assert_eq!(status(&other.get("/tests")), Status::Ok);
        assert_eq!(server.requests(), 3);
    });
}

/// One look is allowed, and the connection it was sent on breaks: whether the API saw it nobody knows.
#[test]
fn a_refusal_after_a_broken_connection_does_not_claim_that_nothing_was_sent() {
    each_store(|client| {
        let _alone = alone();
        let server = StandIn::start();
        server.accept("good-token");
        let good = client(&server, "good-token");
        server.script_any(vec![Answer::pass(), Answer::new(429), Answer::reset()]);
        assert_eq!(status(&good.get("/tests")), Status::Ok);
        assert_eq!(status(&good.get("/tests")), Status::SourceIpBlocked);
        minutes(5);
        let error = good.get("/tests").expect_err("a broken connection");
        assert_eq!((error.status(), error.was_sent()), (Status::SourceIpBlocked, Sent::Perhaps));
        assert!(error.message().contains("It may have been sent before"), "{error}");
        assert!(!error.message().contains("Nothing was sent"), "{error}");
        assert_eq!(server.requests(), 3);
    });
}
