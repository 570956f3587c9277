//! Rate limits: waited for, known to every program that shares the state, told to whoever asks.

mod support;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use support::client::{Directory, each_store, status};
use support::processes::{at_once, call};
use support::stand_in::{Answer, Family, StandIn};
use thousandeyes::{Call, Client, Config, Sent, Status};

const TOKEN: &str = "rate-limited-token";

fn server() -> StandIn {
    let server = StandIn::start();
    server.accept(TOKEN);
    server
}

/// When each request came.
fn arrivals(server: &StandIn) -> Arc<Mutex<Vec<Instant>>> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    server.on_request(move |_| kept.lock().unwrap().push(Instant::now()));
    seen
}

/// How many requests were answered so.
fn answered(server: &StandIn, status: u16) -> usize {
    server.log().iter().filter(|seen| seen.status_answered == status).count()
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

/// Eight processes in a hurry for so many windows; when each window's first request came.
fn windows_of_eight(server: &StandIn, allowed: u32, window: Duration, windows: u32) -> Vec<Instant> {
    server.limit(Family::Organization, allowed, window);
    let (arrivals, directory) = (arrivals(server), Directory::new());
    let time = (seconds(window + Duration::from_secs(2)) * f64::from(windows)).ceil();
    let arguments = ["--seconds", &time.to_string(), "--timeout-ms", "300000"];
    let told = at_once((0..8).map(|_| call(server, TOKEN, directory.name(), &arguments)).collect());
    let arrivals = arrivals.lock().unwrap();
    assert_eq!(told.statuses.keys().collect::<Vec<_>>(), ["TE_OK"]);
    assert_eq!(told.count("TE_OK"), arrivals.len() as u64);
    assert_eq!(answered(server, 429), 0);
    let firsts = arrivals.iter().step_by(allowed as usize).copied().collect::<Vec<_>>();
    assert!(firsts.len() > windows as usize, "{} requests are not {windows} windows", arrivals.len());
    firsts
}

#[test]
fn eight_processes_share_a_window_without_a_429_and_use_nearly_all_of_it() {
    let (server, window) = (server(), Duration::from_secs(30));
    let firsts = windows_of_eight(&server, 120, window, 3);
    let used = seconds(window) * 3.0 / seconds(firsts[3] - firsts[0]);
    println!("{:.1} % of what is allowed", used * 100.0);
    assert!(used >= 0.95, "only {:.1} % of what is allowed", used * 100.0);
}

#[test]
fn resets_that_are_rounded_down_are_not_believed_too_early() {
    let (server, window) = (server(), Duration::from_secs(3));
    server.round_resets_down();
    windows_of_eight(&server, 40, window, 5);
}

#[test]
fn a_clock_that_is_a_day_off_waits_the_right_time() {
    const DAY: i64 = 86_400;
    std::thread::scope(|scope| {
        for (server_off, here_off) in [(0, DAY), (0, -DAY), (DAY, 0), (-DAY, 0)] {
            scope.spawn(move || {
                let (server, directory) = (server(), Directory::new());
                server.clock_skew(server_off).limit(Family::Organization, 3, Duration::from_secs(5));
                let arrivals = arrivals(&server);
                let mut caller = call(&server, TOKEN, directory.name(), &["--calls", "4"]);
                caller.env("TE_TEST_WALL_CLOCK_MS", (here_off * 1000).to_string());
                assert_eq!(at_once(vec![caller]).count("TE_OK"), 4);
                let arrivals = arrivals.lock().unwrap();
                let waited = seconds(arrivals[3] - arrivals[0]);
                // The reset is told in whole seconds, rounded up.
                assert!((5.0..7.2).contains(&waited), "{waited} s with clocks off by {server_off} and {here_off}");
                assert_eq!((arrivals.len(), answered(&server, 429)), (4, 0));
            });
        }
    });
}

#[test]
fn what_an_earlier_answer_told_is_waited_for_before_sending() {
    each_store(|client| {
        let server = server();
        server.limit(Family::Organization, 2, Duration::from_secs(2));
        let (one, other) = (client(&server, TOKEN), client(&server, TOKEN));
        let begun = Instant::now();
        for client in [&one, &other, &one] {
            client.get("/tests").unwrap();
        }
        assert!(begun.elapsed() >= Duration::from_secs(2));
        assert_eq!((server.requests(), answered(&server, 429)), (3, 0));
    });
}

#[test]
fn every_family_that_may_come_is_learned_and_holds_back_only_its_own() {
    each_store(|client| {
        let server = server();
        let second = Duration::from_secs(1);
        for family in [Family::InstantTest, Family::TemplateDeploy, Family::DashboardSnapshot] {
            server.limit(family, 1, 2 * second);
        }
        let client = client(&server, TOKEN);
        for path in ["/tests/ID/run", "/templates/ID/deploy", "/dashboard-snapshots"] {
            server.reset_counts();
            let begun = Instant::now();
            let perform = |id: &str| {
                let path = path.replace("ID", id);
                server.script(&format!("/v7{path}"), vec![Answer::json(200, &json!({}))]);
                client.perform(&Call::new("POST", &path).unwrap()).unwrap();
            };
            perform("1");
            // Another limit's: it does not wait.
            client.get("/tests").unwrap();
            assert!(begun.elapsed() < second);
            perform("2");
            assert!(begun.elapsed() >= second);
            assert_eq!((server.requests(), answered(&server, 429)), (3, 0), "{path}");
        }
    });
}

#[test]
fn a_429_is_waited_out_for_every_method_and_sent_again() {
    let limited = || Answer::problem(429, "Slow down", "/v7/tests");
    for (answer, wait) in [
        (limited().header("X-Brand-New-Rate-Limit-Limit", "9").header("Retry-After", "2"), 2),
        (limited().header("X-Brand-New-Rate-Limit-Remaining", "0").header("X-Brand-New-Rate-Limit-Reset", "2"), 2),
        // Which says that the window is open already.
        (limited().header("X-Brand-New-Rate-Limit-Remaining", "0").header("X-Brand-New-Rate-Limit-Reset", "0"), 1),
        (limited().header("X-Brand-New-Rate-Limit-Remaining", "0"), 1),
        (limited().header("Retry-After", "2"), 2),
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let server = server();
            let client = support::client::client(&server, TOKEN, "");
            server.script("/v7/tests", vec![answer.clone(), Answer::json(200, &json!({}))]);
            let begun = Instant::now();
            client.perform(&Call::new(method, "/tests").unwrap()).unwrap();
            let waited = seconds(begun.elapsed());
            assert!((f64::from(wait)..f64::from(wait) + 0.9).contains(&waited), "{waited} s");
            assert_eq!(server.requests(), 2);
        }
    }
}

/// A client that does not wait, or not long.
fn impatient(server: &StandIn, wait: bool, timeout: Duration) -> Client {
    let config = Config {
        base_url: Some(server.base_url()),
        state_dir: Some(String::new()),
        wait_for_rate_limits: wait,
        timeout,
        ..Config::default()
    };
    Client::new(Some(TOKEN), config).unwrap()
}

#[test]
fn who_does_not_wait_is_told_at_once_and_for_how_long() {
    for (wait, timeout) in [(false, Duration::from_secs(120)), (true, Duration::from_secs(5))] {
        let server = server();
        server.limit(Family::Organization, 1, Duration::from_secs(30));
        let client = impatient(&server, wait, timeout);
        let answer = client.get("/tests").unwrap();
        let [limit] = answer.rate_limits() else { panic!("{:?}", answer.rate_limits()) };
        assert_eq!((limit.name.as_str(), limit.limit, limit.remaining), ("organization", Some(1), Some(0)));
        assert!([30, 31].contains(&limit.resets_in.unwrap().as_secs()));
        let begun = Instant::now();
        let error = client.get("/tests").unwrap_err();
        assert!(begun.elapsed() < Duration::from_millis(500));
        assert_eq!((error.status(), error.was_sent()), (Status::RateLimited, Sent::No));
        assert!((29..=31).contains(&error.retry_in().unwrap().as_secs()), "{:?}", error.retry_in());
        assert!(error.message().contains("organization rate limit"), "{}", error.message());
        assert_eq!(server.requests(), 1);
    }
}

#[test]
fn who_has_just_the_time_to_wait_and_none_to_call_is_told_at_once() {
    let server = server();
    server.limit(Family::Organization, 1, Duration::from_secs(2));
    let client = impatient(&server, true, Duration::from_secs(120));
    client.get("/tests").expect("one that is allowed");
    let known = client.guard().expect("a report").json().expect("JSON")["rate_limits"][0]["resets_in_ms"].as_u64();
    let window = Duration::from_millis(known.expect("a time"));
    let begun = Instant::now();
    let mut call = Call::new("GET", "/tests").unwrap();
    call.timeout(window + Duration::from_millis(5));
    let error = client.perform(&call).expect_err("no time");
    assert!(begun.elapsed() < window / 2, "{:?}", begun.elapsed());
    assert_eq!((error.status(), error.was_sent()), (Status::RateLimited, Sent::No), "{error}");
    assert_eq!(server.requests(), 1);
}

#[test]
fn a_429_that_is_not_waited_for_is_the_answer() {
    let server = server();
    let limited = Answer::problem(429, "Slow down", "/v7/tests").header("X-A-Rate-Limit-Remaining", "0");
    server.script("/v7/tests", vec![limited.header("X-A-Rate-Limit-Reset", "40")]);
    let error = impatient(&server, false, Duration::from_secs(120)).get("/tests").unwrap_err();
    assert_eq!((error.status(), error.was_sent()), (Status::RateLimited, Sent::Yes));
    assert_eq!(error.retry_in(), Some(Duration::from_secs(40)));
    assert_eq!(server.requests(), 1);
}

#[test]
fn a_limit_that_the_guard_cannot_tell_from_others_is_waited_for_all_the_same() {
    each_store(|client| {
        let server = server();
        let limited = |name: u32, seconds: &str| {
            let header = format!("X-Limit-{name}-Rate-Limit-");
            let answer = Answer::problem(429, "Slow down", "/v7/tests").header(&format!("{header}Remaining"), "0");
            answer.header(&format!("{header}Reset"), seconds)
        };
        let client = client(&server, TOKEN);
        for name in 0..6 {
            server.script("/v7/tests", vec![limited(name, "1")]);
            let begun = Instant::now();
            client.get("/tests").unwrap();
            assert!(begun.elapsed() >= Duration::from_millis(990), "{name}: {:?}", begun.elapsed());
        }
        // Shorter than what was told before.
        let told = Answer::new(200).header("X-Organization-Rate-Limit-Remaining", "100");
        server.script("/v7/tests", vec![told.header("X-Organization-Rate-Limit-Reset", "1000")]);
        client.get("/tests").unwrap();
        let shorter = Answer::new(429).header("X-Organization-Rate-Limit-Remaining", "0");
        server.script("/v7/tests", vec![shorter.header("X-Organization-Rate-Limit-Reset", "1")]);
        let begun = Instant::now();
        client.get("/tests").unwrap();
        assert!(begun.elapsed() >= Duration::from_millis(990), "{:?}", begun.elapsed());
        assert_eq!((server.requests(), answered(&server, 429)), (15, 7));
        let guard: serde_json::Value = serde_json::from_slice(client.guard().unwrap().body()).unwrap();
        assert_eq!(guard["unauthorized_last_hour"], 0, "what was not sent is not lost");
    });
}

#[test]
fn a_429_that_asks_for_no_wait_is_not_repeated_at_once() {
    each_store(|client| {
        let server = server();
        server.script("/v7/tests", vec![Answer::new(429).header("Retry-After", "0"); 2]);
        let (client, begun) = (client(&server, TOKEN), Instant::now());
        client.get("/tests").unwrap();
        assert!(begun.elapsed() >= Duration::from_millis(1990), "{:?}", begun.elapsed());
        assert_eq!((server.requests(), answered(&server, 429)), (3, 2));
    });
}

#[test]
fn what_ends_the_wait_for_a_limit_does_not_claim_that_nothing_was_sent() {
    each_store(|client| {
        let server = server();
        let limited = Answer::problem(429, "Slow down", "/v7/tests").header("X-A-Rate-Limit-Remaining", "0");
        server.script("/v7/tests", vec![limited.header("X-A-Rate-Limit-Reset", "40")]);
        let (client, call) = (client(&server, TOKEN), Call::new("POST", "/tests").unwrap());
        let canceller = call.clone();
        server.on_request(move |_| {
            let call = canceller.clone();
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(500));
                call.cancel();
            });
        });
        let error = client.perform(&call).unwrap_err();
        assert_eq!((error.status(), error.was_sent()), (Status::Cancelled, Sent::Yes));
        assert_eq!(error.response().map(thousandeyes::Answer::http_status), Some(429));
        assert!(error.message().contains("not carried out"), "{error}");
        assert!(!error.message().contains("Nothing was sent"), "{error}");
        assert_eq!(server.requests(), 1);
    });
}

#[test]
fn what_is_not_sent_uses_nothing_up() {
    each_store(|client| {
        let server = server();
        server.limit(Family::Organization, 4, Duration::from_secs(60));
        let client = client(&server, TOKEN);
        client.get("/tests").unwrap();
        let mut cancelled = Call::new("GET", "/tests").unwrap();
        cancelled.timeout(Duration::from_nanos(1));
        for _ in 0..20 {
            assert_eq!(status(&client.perform(&cancelled)), Status::Timeout);
        }
        for _ in 0..3 {
            client.get("/tests").unwrap();
        }
        assert_eq!(server.requests(), 4);
        let guard: serde_json::Value = serde_json::from_slice(client.guard().unwrap().body()).unwrap();
        let known = &guard["rate_limits"][0];
        assert_eq!(
            (&known["name"], &known["limit"], &known["remaining"]),
            (&json!("organization"), &json!(4), &json!(0))
        );
        assert!(known["resets_in_ms"].as_i64().is_some_and(|wait| (58_000..=61_000).contains(&wait)), "{known}");
    });
}
