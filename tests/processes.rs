//! The guard across processes, counted at the server.

mod support;

use support::client::Directory;
use support::processes::{at_once, call};
use support::stand_in::StandIn;

const HOUR_MS: &str = "3600000";

fn thousand(server: &StandIn, token: &str, directory: &Directory, clock_ms: &str) -> support::processes::Told {
    let one = |_| {
        let mut caller = call(server, token, directory.name(), &["--calls", "10"]);
        caller.env("TE_TEST_BOOT_CLOCK_MS", clock_ms).env("TE_TEST_WALL_CLOCK_MS", clock_ms);
        caller
    };
    at_once((0..1000).map(one).collect())
}

#[test]
fn a_thousand_processes_with_one_bad_token_cost_one_request() {
    for run in 0..3 {
        let server = StandIn::start();
        let directory = Directory::new();
        let told = thousand(&server, "bad-token", &directory, "0");
        assert_eq!(server.requests(), 1, "run {run}: {told:?}");
        assert_eq!((told.count("TE_E_UNAUTHORIZED"), told.count("TE_E_TOKEN_REFUSED")), (1, 9999), "{told:?}");
        let five_minutes_later = thousand(&server, "bad-token", &directory, "300000");
        assert_eq!(server.requests(), 1, "run {run}: {five_minutes_later:?}");
        assert_eq!(five_minutes_later.count("TE_E_TOKEN_REFUSED"), 10_000);
    }
}

#[test]
fn a_thousand_processes_with_a_token_that_died_within_the_hour_cost_one_request() {
    for run in 0..3 {
        let server = StandIn::start();
        server.accept("old-token");
        let directory = Directory::new();
        at_once(vec![call(&server, "old-token", directory.name(), &[])]);
        server.revoke("old-token").reset_counts();
        let told = thousand(&server, "old-token", &directory, HOUR_MS);
        assert_eq!(server.requests(), 1, "run {run}: {told:?}");
        assert_eq!((told.count("TE_E_LOCKOUT_SUSPECTED"), told.count("TE_E_TOKEN_REFUSED")), (1, 9999), "{told:?}");
    }
}

#[test]
fn two_hundred_bad_tokens_leave_four_good_ones_alone() {
    let server = StandIn::start();
    let directory = Directory::new();
    let good: Vec<String> = (0..4).map(|number| format!("good-token-{number}")).collect();
    for token in &good {
        server.accept(token);
        at_once(vec![call(&server, token, directory.name(), &[])]);
    }
    let for_a_minute =
        |token: &str, pause: &str| call(&server, token, directory.name(), &["--seconds", "60", "--pause-ms", pause]);
    let (bad_told, good_told) = std::thread::scope(|scope| {
        let flood = (0..200).map(|number| for_a_minute(&format!("bad-token-{number}"), "300")).collect();
        let flood = scope.spawn(|| at_once(flood));
        let good = good.iter().map(|token| for_a_minute(token, "20")).collect();
        let good = scope.spawn(|| at_once(good));
        (flood.join().expect("no panic"), good.join().expect("no panic"))
    });
    assert!(server.unauthorized() <= 18, "{} of a budget of 36", server.unauthorized());
    assert_eq!(bad_told.count("TE_E_UNAUTHORIZED"), server.unauthorized(), "{bad_told:?}");
    assert_eq!(good_told.statuses.keys().collect::<Vec<_>>(), ["TE_OK"], "{good_told:?}");
    assert!(good_told.count("TE_OK") > 4 * 60 * 5, "they were hardly served: {good_told:?}");
    // What the guard makes anyone wait for takes longer; less may be the machine's doing, which has 204 processes.
    assert!(good_told.longest < 3000, "{good_told:?}");
}

#[test]
fn a_busy_program_leaves_room_for_a_small_one_with_the_same_token() {
    let server = StandIn::start();
    let directory = Directory::new();
    server.accept("good-token").delay(std::time::Duration::from_millis(10));
    let caller = |arguments: &[&str]| vec![call(&server, "good-token", directory.name(), arguments)];
    let small = std::thread::scope(|scope| {
        let busy = scope.spawn(|| at_once(caller(&["--threads", "64", "--seconds", "8"])));
        std::thread::sleep(std::time::Duration::from_secs(1));
        let small = at_once(caller(&["--seconds", "6", "--pause-ms", "50"]));
        assert_eq!(busy.join().expect("no panic").statuses.keys().collect::<Vec<_>>(), ["TE_OK"]);
        small
    });
    assert_eq!(small.statuses.keys().collect::<Vec<_>>(), ["TE_OK"]);
    // In six seconds, 50 ms apart: who has to wait for a place by chance makes a dozen.
    assert!(small.count("TE_OK") >= 30 && small.longest < 1000, "{small:?}");
    assert_eq!(server.max_in_flight_of("good-token"), 16);
}
