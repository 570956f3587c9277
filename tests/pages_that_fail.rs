//! Lists whose pages fail: what was read before stays, the failure names its page, and asking again goes on.
// quick

mod support;

use std::time::{Duration, Instant};

use support::client::{client, status};
use support::pages::{SECOND, TOKEN, fault, ids, next, numbers, server, targets};
use support::stand_in::Answer;
use thousandeyes::{Call, Client, Config, Pages, Result, Sent, Status};

#[test]
fn a_page_that_fails_in_the_middle_is_named_and_asked_for_again() {
    let server = server();
    let client = client(&server, TOKEN, "");
    server.script("/v7/tests", vec![Answer::pass(), fault(), Answer::pass(), fault(), fault(), Answer::pass()]);
    let mut items = client.items("/tests");
    let first: Vec<_> = items.by_ref().take(10).collect();
    assert_eq!(ids(first.into_iter()), numbers(1..=10));
    let started = Instant::now();
    let error = items.next().expect("an error").expect_err("page 2");
    let cursor = targets(&server)[1].clone();
    assert!(error.message().starts_with(&format!("Page 2 (GET {cursor}): ")), "{error}");
    assert_eq!(error.message().matches("GET ").count(), 1, "the call is named once: {error}");
    assert_eq!((error.status(), error.was_sent()), (Status::Server, Sent::Yes));
    assert_eq!(error.response().map(thousandeyes::Answer::http_status), Some(500));
    assert!(started.elapsed() < SECOND / 2, "nothing is waited for before there is a reason");

    // Asked again it goes on; what came before is not sent again.
    let second: Vec<_> = items.by_ref().take(10).collect();
    assert_eq!(ids(second.into_iter()), numbers(11..=20));
    assert!(started.elapsed() >= SECOND, "{:?}", started.elapsed());
    assert_eq!(targets(&server)[2], cursor);
    // A success in between: two more failures are not final.
    for _ in 0..2 {
        let error = items.next().expect("an error").expect_err("page 3");
        assert!(error.message().starts_with("Page 3 (GET /v7/tests?cursor="), "{error}");
    }
    assert_eq!(ids(items), numbers(21..=25));
    assert_eq!(server.requests(), 6);
}

#[test]
fn the_third_failure_in_a_row_is_final_and_a_loop_that_does_not_look_does_not_spin() {
    let server = server();
    let client = client(&server, TOKEN, "");
    server.script("/v7/tests", vec![Answer::pass(), fault(), fault(), fault()]);
    let mut pages = client.pages("/tests");
    assert_eq!(next(&mut pages).0, Status::Ok);
    let mut messages = Vec::new();
    let started = Instant::now();
    for _ in 0..5 {
        messages.push(pages.next().expect("an answer").expect_err("page 2").to_string());
    }
    assert!(started.elapsed() >= 4 * SECOND, "{:?}", started.elapsed());
    assert_eq!(server.requests(), 4, "nothing is sent after the third");
    assert_eq!((&messages[3], &messages[4]), (&messages[2], &messages[2]));
    // Iterators of items end there instead: filter_map must not run for ever.
    server.script("/v7/tests", vec![fault(), fault(), fault()]);
    assert_eq!(client.items("/tests").filter_map(Result::ok).count(), 0);
    assert_eq!(server.requests(), 7);
}

#[test]
fn a_rejected_token_is_sent_once_however_often_its_page_is_asked_for() {
    let server = server();
    let client = client(&server, TOKEN, "");
    let mut pages = client.pages("/tests");
    assert_eq!(next(&mut pages).0, Status::Ok);
    server.revoke(TOKEN);
    let started = Instant::now();
    let told: Vec<_> = (0..4).map(|_| next(&mut pages).0).collect();
    let refused = Status::TokenRefused;
    assert_eq!(told, [Status::LockoutSuspected, refused, refused, refused]);
    assert!(started.elapsed() >= 3 * SECOND && started.elapsed() < 30 * SECOND, "{:?}", started.elapsed());
    assert_eq!((server.requests(), server.unauthorized()), (2, 1));
}

#[test]
fn a_failure_that_says_how_long_is_waited_for_inside_the_calls_time_and_not_asked_too_early() {
    let server = server();
    let client = client(&server, TOKEN, "");
    let limited = Answer::problem(429, "Slow down", "/v7/tests").header("X-Organization-Rate-Limit-Remaining", "0");
    server.script("/v7/tests", vec![Answer::pass(), limited.header("Retry-After", "4")]);
    let mut call = Call::new("GET", "/tests").expect("a call");
    call.timeout(7 * SECOND / 2);
    let mut pages = client.pages_of(&call).expect("pages");
    assert_eq!(next(&mut pages).0, Status::Ok);
    assert_eq!(next(&mut pages).0, Status::RateLimited);
    // The 4 s are longer than a call may take: nothing is sent, and a loop does not spin.
    let started = Instant::now();
    let early = pages.next().expect("an answer").expect_err("too early");
    assert_eq!((early.status(), early.was_sent(), server.requests()), (Status::RateLimited, Sent::No, 2));
    assert!(
        early.message().starts_with("Page 2 (GET /v7/tests?cursor=") && early.message().contains("Nothing was sent")
    );
    assert!(early.retry_in().is_some_and(|left| left > SECOND && left <= 4 * SECOND), "{:?}", early.retry_in());
    assert!(started.elapsed() >= SECOND);
    // The rest is shorter.
    assert_eq!(next(&mut pages).0, Status::Ok);
    assert!(started.elapsed() > Duration::from_millis(3500), "{:?}", started.elapsed());
    assert_eq!((next(&mut pages).0, next(&mut pages).0, server.requests()), (Status::Ok, Status::Done, 4));
}

#[test]
fn a_call_of_less_than_a_second_can_be_asked_again_too() {
    let server = server();
    let client = client(&server, TOKEN, "");
    server.script("/v7/tests", vec![Answer::pass(), Answer::silence()]);
    let mut call = Call::new("GET", "/tests").expect("a call");
    call.timeout(Duration::from_millis(400));
    let mut pages = client.pages_of(&call).expect("pages");
    assert_eq!((next(&mut pages).0, next(&mut pages).0), (Status::Ok, Status::Timeout));
    let (status, took) = next(&mut pages);
    assert_eq!((status, server.requests()), (Status::Ok, 3));
    assert!(took >= Duration::from_millis(150) && took < Duration::from_millis(400), "{took:?}");
}

/// Ends while another thread cancels, in a page's call and in the wait after a failure.
fn ends_soon(pages: &mut Pages, cancel: impl FnOnce() + Send) -> Duration {
    std::thread::scope(|scope| {
        scope.spawn(move || {
            std::thread::sleep(Duration::from_millis(250));
            cancel();
        });
        let (status, took) = next(pages);
        assert_eq!(status, Status::Cancelled);
        took
    })
}

#[test]
fn cancelling_ends_a_pages_call_and_its_waits() {
    for waits in [false, true] {
        for by_client in [false, true] {
            let server = server();
            let client = client(&server, TOKEN, "");
            let limited = Answer::problem(429, "Slow", "").header("X-Organization-Rate-Limit-Remaining", "0");
            let second = if waits { limited.header("Retry-After", "30") } else { Answer::silence() };
            server.script("/v7/tests", vec![Answer::pass(), second]);
            let mut call = Call::new("GET", "/tests").expect("a call");
            call.timeout(if waits { 29 * SECOND } else { 60 * SECOND });
            let mut pages = client.pages_of(&call).expect("pages");
            assert_eq!(next(&mut pages).0, Status::Ok);
            if waits {
                assert_eq!(next(&mut pages).0, Status::RateLimited);
                // Until the wait is inside the call's time.
                std::thread::sleep(SECOND + SECOND / 5);
            }
            let took = ends_soon(&mut pages, || if by_client { client.cancel() } else { call.cancel() });
            assert!(took < Duration::from_millis(600) && took > Duration::from_millis(200), "{waits}: {took:?}");
            assert_eq!(server.requests(), 2);
        }
    }
}

#[test]
fn the_interrupt_ends_a_wait_and_the_page_can_still_be_had() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
    let server = server();
    let (stop, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let (stopped, counted) = (Arc::clone(&stop), Arc::clone(&asked));
    let told = Arc::new(std::sync::Mutex::new(String::new()));
    let log = Arc::clone(&told);
    let config = Config {
        base_url: Some(server.base_url()),
        state_dir: Some(String::new()),
        interrupt: Some(Arc::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            stopped.load(Ordering::SeqCst)
        })),
        log: Some(Arc::new(move |_, line| log.lock().expect("no panic").push_str(line))),
        ..Config::default()
    };
    let client = Client::new(Some(TOKEN), config).expect("a client");
    server.script("/v7/tests", vec![Answer::pass(), fault()]);
    let mut pages = client.pages("/tests");
    drop(client);
    assert_eq!((next(&mut pages).0, next(&mut pages).0), (Status::Ok, Status::Server));
    asked.store(0, Ordering::SeqCst);
    let took = ends_soon(&mut pages, || stop.store(true, Ordering::SeqCst));
    assert!(took < Duration::from_millis(450), "{took:?}");
    let told = told.lock().expect("no panic").clone();
    assert!(told.contains("Page 2 failed: waiting "), "{told}");
    assert!(asked.load(Ordering::SeqCst) >= 3, "asked at least every 100 ms");
    stop.store(false, Ordering::SeqCst);
    let rest: Vec<_> = pages.map(|page| status(&page)).collect();
    assert_eq!((rest, server.requests()), (vec![Status::Ok; 2], 4));
}
