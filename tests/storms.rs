//! Many threads, one bad token: what the server saw of it.
// quick

mod support;

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use support::client::{each_store, status};
use support::stand_in::{Answer, StandIn};
use thousandeyes::{Client, Status};

const THREADS: usize = 64;
const CALLS: usize = 50;

/// Calls `/tests` on every client from a thread of its own, as often as asked, all starting at once.
fn storm(clients: &[&Client], calls: usize) -> Vec<Status> {
    let start = Barrier::new(clients.len());
    let one = |client: &Client| {
        start.wait();
        (0..calls).map(|_| status(&client.get("/tests"))).collect::<Vec<_>>()
    };
    let one = &one;
    std::thread::scope(|scope| {
        let threads: Vec<_> = clients.iter().map(|&client| scope.spawn(move || one(client))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    })
}

fn count(statuses: &[Status], status: Status) -> usize {
    statuses.iter().filter(|&&other| other == status).count()
}

#[test]
fn one_bad_token_on_one_client_costs_one_request() {
    each_store(|client| {
        let server = StandIn::start();
        let bad = client(&server, "bad-token");
        let statuses = storm(&[&bad; THREADS], CALLS);
        assert_eq!(server.requests(), 1);
        assert_eq!(count(&statuses, Status::Unauthorized), 1);
        assert_eq!(count(&statuses, Status::TokenRefused), THREADS * CALLS - 1);
    });
}

#[test]
fn one_bad_token_on_many_clients_costs_one_request() {
    each_store(|client| {
        let server = StandIn::start();
        let clients: Vec<_> = (0..THREADS).map(|_| client(&server, "bad-token")).collect();
        let statuses = storm(&clients.iter().collect::<Vec<_>>(), CALLS);
        assert_eq!(server.requests(), 1);
        assert_eq!(count(&statuses, Status::Unauthorized), 1);
        assert_eq!(count(&statuses, Status::TokenRefused), THREADS * CALLS - 1);
    });
}

#[test]
fn a_good_token_goes_alone_until_its_first_verdict_and_then_sixteen_at_once() {
    each_store(|client| {
        let server = StandIn::start();
        let first = Answer::json(200, &serde_json::json!({})).wait(Duration::from_millis(400));
        server.accept("good-token").script("/v7/tests", vec![first]);
        let good = client(&server, "good-token");
        let statuses = std::thread::scope(|scope| {
            let all = scope.spawn(|| storm(&[&good; THREADS], CALLS));
            std::thread::sleep(Duration::from_millis(250));
            assert_eq!(server.requests(), 1, "one in flight before the first verdict");
            server.delay(Duration::from_millis(2));
            all.join().expect("no panic")
        });
        assert_eq!(count(&statuses, Status::Ok), THREADS * CALLS);
        assert_eq!(server.requests(), (THREADS * CALLS) as u64);
        let most = server.max_in_flight_of("good-token");
        assert!((2..=16).contains(&most), "{most} at once");
    });
}

#[test]
fn a_token_revoked_under_many_calls_ends_them_all() {
    each_store(|client| {
        let server = StandIn::start();
        server.accept("revoked-token").delay(Duration::from_millis(5));
        let revoked = client(&server, "revoked-token");
        let succeeded = AtomicUsize::new(0);
        let endings: Vec<_> = std::thread::scope(|scope| {
            let until_failure = || loop {
                match status(&revoked.get("/tests")) {
                    Status::Ok => succeeded.fetch_add(1, Ordering::Relaxed),
                    failure => return failure,
                };
            };
            let threads: Vec<_> = (0..32).map(|_| scope.spawn(until_failure)).collect();
            while succeeded.load(Ordering::Relaxed) < 200 {
                std::thread::sleep(Duration::from_millis(1));
            }
            server.revoke("revoked-token");
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        let told = count(&endings, Status::LockoutSuspected) + count(&endings, Status::TokenRefused);
        assert_eq!(told, 32, "{endings:?}");
        assert!((1..=16).contains(&server.unauthorized()), "{} answers of 401", server.unauthorized());
        let before = server.requests();
        storm(&[&revoked; 8], CALLS);
        assert_eq!(server.requests(), before, "nothing follows");
    });
}

#[test]
fn a_flood_of_bad_tokens_leaves_a_good_one_alone() {
    each_store(|client| {
        let server = StandIn::start();
        server.accept("good-token");
        let good = client(&server, "good-token");
        assert_eq!(status(&good.get("/tests")), Status::Ok);
        for number in 0..300 {
            let bad = client(&server, &format!("bad-token-{number}"));
            let status = status(&bad.get("/tests"));
            assert!(matches!(status, Status::Unauthorized | Status::BudgetExhausted), "{status:?}");
        }
        assert_eq!(server.unauthorized(), 18, "half of the budget of 36");
        assert_eq!(status(&good.get("/tests")), Status::Ok);
        assert_eq!(server.blocked(), 0);
    });
}

#[test]
fn a_late_success_does_not_wake_a_rejected_token() {
    each_store(|client| {
        let server = StandIn::start();
        server.accept("late-token");
        let late = client(&server, "late-token");
        assert_eq!(status(&late.get("/tests")), Status::Ok);
        std::thread::scope(|scope| {
            let slow = scope.spawn(|| status(&late.get("/slow?ms=400")));
            while server.requests() < 2 {
                std::thread::yield_now();
            }
            server.revoke("late-token");
            assert_eq!(status(&late.get("/tests")), Status::LockoutSuspected);
            assert_eq!(slow.join().expect("no panic"), Status::Ok, "answered before the token was revoked");
        });
        assert_eq!(status(&late.get("/tests")), Status::TokenRefused);
        assert_eq!(server.requests(), 3);
    });
}

#[test]
fn who_waits_for_a_verdict_keeps_its_own_deadline() {
    each_store(|client| {
        let server = StandIn::start();
        server.script("/v7/tests", vec![Answer::silence()]);
        server.accept("slow-token");
        let slow = client(&server, "slow-token");
        std::thread::scope(|scope| {
            let mut first = thousandeyes::Call::new("GET", "/tests").expect("a call");
            first.timeout(Duration::from_secs(2));
            let first = scope.spawn({
                let slow = &slow;
                move || status(&slow.perform(&first))
            });
            while server.requests() == 0 {
                std::thread::yield_now();
            }
            let mut second = thousandeyes::Call::new("GET", "/tests").expect("a call");
            second.timeout(Duration::from_millis(300));
            let started = Instant::now();
            let waited = slow.perform(&second).expect_err("no time");
            assert_eq!(waited.status(), Status::Timeout);
            assert!(waited.message().contains("Nothing was sent"), "{waited}");
            assert!(started.elapsed() < Duration::from_millis(600), "{:?}", started.elapsed());
            assert_eq!(first.join().expect("no panic"), Status::Timeout);
        });
        assert_eq!(server.requests(), 1);
        assert_eq!(status(&slow.get("/tests")), Status::Ok, "the next in line tries");
    });
}

#[test]
fn who_waits_shares_a_failure_to_connect() {
    each_store(|client| {
        let closed = StandIn::start();
        let nowhere = client(&closed, "any-token");
        drop(closed);
        let statuses = storm(&[&nowhere; THREADS], 1);
        assert_eq!(count(&statuses, Status::Connect), THREADS, "{statuses:?}");
    });
}
