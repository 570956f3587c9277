//! Lists of several pages: what is asked for, and what becomes of a list whose pages fail. Requests are counted as the
//! server saw them.
// quick

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::client::{client, status};
use support::stand_in::{Answer, StandIn};
use thousandeyes::{Call, Client, Config, Pages, Result, Sent, Status};

const TOKEN: &str = "pages-token";

fn server() -> StandIn {
    let server = StandIn::start();
    server.accept(TOKEN).tests(25, 10);
    server
}

fn targets(server: &StandIn) -> Vec<String> {
    server.log().into_iter().map(|seen| seen.target).collect()
}

fn ids(pages: impl Iterator<Item = Result<Value>>) -> Vec<String> {
    pages.map(|item| item.expect("an item")["testId"].as_str().expect("an id").to_owned()).collect()
}

fn numbers(range: std::ops::RangeInclusive<u32>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

fn fault() -> Answer {
    Answer::problem(500, "Out of order", "/v7/tests")
}

/// The next page's status, or `Done`, and how long it took.
fn next(pages: &mut Pages) -> (Status, Duration) {
    let started = Instant::now();
    let status = pages.next().map_or(Status::Done, |page| status(&page));
    (status, started.elapsed())
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn pages_and_items_come_in_their_order_and_one_call_each() {
    let server = server();
    let client = client(&server, TOKEN, "");
    let pages: Vec<_> = client.pages("/tests").map(|page| page.expect("a page")).collect();
    let counts: Vec<_> = pages.iter().map(|page| page.items(None).expect("items").count()).collect();
    assert_eq!((counts, server.requests()), (vec![10, 10, 5], 3));
    assert_eq!(ids(client.items("/tests")), numbers(1..=25));
    assert_eq!(server.requests(), 6);

    let mut items = client.items("/tests");
    assert_eq!(items.next().expect("an item").expect("a value")["testId"], "1");
    assert_eq!(server.requests(), 7, "the second page is not asked for yet");
    assert_eq!(ids(items), numbers(2..=25));

    server.tests(0, 10).reset_counts();
    let mut empty = client.pages("/tests");
    assert_eq!(
        (next(&mut empty).0, next(&mut empty).0, next(&mut empty).0),
        (Status::Ok, Status::Done, Status::Done)
    );
    assert_eq!((client.items("/tests").count(), server.requests()), (0, 2));
}

#[test]
fn what_the_call_says_goes_with_every_page_and_its_query_with_the_first() {
    let server = server();
    let client = client(&server, TOKEN, "");
    let mut call = Call::new("GET", "/tests?window=1d").expect("a call");
    call.query("max", "9").expect("a query");
    call.header("x-check", "yes").expect("a header");
    call.account_group("12");
    assert_eq!(ids(client.pages_of(&call).expect("pages").items(Some("tests"))), numbers(1..=25));
    let seen = server.log();
    assert_eq!((seen.len(), seen[0].target.as_str()), (3, "/v7/tests?window=1d&max=9&aid=12"));
    for request in &seen {
        assert_eq!(request.target.matches("aid=12").count(), 1, "{}", request.target);
        assert_eq!(request.target.contains("max="), request.target == seen[0].target);
        assert_eq!(request.header("x-check"), Some("yes"));
    }

    // A link that lacks the account group gets it.
    server.reset_counts();
    let page = |links: Value| Answer::json(200, &json!({"tests": [], "_links": links}));
    server.script("/v7/bare", vec![page(json!({"next": {"href": "/v7/bare?page=2"}})), page(json!({}))]);
    let mut call = Call::new("GET", "/bare").expect("a call");
    call.account_group("12");
    assert_eq!(client.pages_of(&call).expect("pages").count(), 2);
    assert_eq!(targets(&server), ["/v7/bare?aid=12", "/v7/bare?page=2&aid=12"]);
}

#[test]
fn filters_page_through_post_with_the_same_body() {
    let server = server();
    let client = client(&server, TOKEN, "");
    let mut call = Call::new("POST", "/endpoint/agents/filter").expect("a call");
    call.body(b"{\"platform\":\"linux\"}", "application/json").expect("a body");
    call.account_group("3");
    assert_eq!(ids(client.pages_of(&call).expect("pages").items(None)), numbers(1..=25));
    let seen = server.log();
    assert_eq!(seen.len(), 3);
    for request in seen {
        assert_eq!((request.method.as_str(), request.body.as_slice()), ("POST", &b"{\"platform\":\"linux\"}"[..]));
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.target.matches("aid=3").count(), 1, "{}", request.target);
    }
    for method in ["PUT", "PATCH", "DELETE"] {
        let refused = client.pages_of(&Call::new(method, "/tests").expect("a call"));
        assert_eq!(refused.expect_err("no list").status(), Status::InvalidArgument);
    }
    assert_eq!(server.requests(), 3);
}

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

#[test]
fn links_are_followed_to_the_same_origin_only_and_never_in_a_circle() {
    let server = server();
    let client = client(&server, TOKEN, "");
    let origin = server.origin();
    let here = |path: &str| json!({"next": {"href": format!("{origin}{path}")}});
    for (links, expected, why) in [
        (json!({"next": {"href": "https://evil.example.com/v7/list?page=2"}}), Status::ForeignLink, "evil"),
        (json!({"next": {"href": format!("{}0/v7/list", server.origin())}}), Status::ForeignLink, "is not one of"),
        (json!({"next": {"href": "//evil.example.com/v7/list"}}), Status::ForeignLink, "evil"),
        (here("/v7/list"), Status::BadResponse, "circle"),
        (json!({"next": {"href": "/v7/list"}}), Status::BadResponse, "circle"),
        (json!({"next": {"href": "/v7/a|b"}}), Status::BadResponse, "U+007C"),
        (json!({"next": {"href": 7}}), Status::BadResponse, "_links.next.href"),
        (json!({"next": "/v7/list?page=2"}), Status::BadResponse, "_links.next "),
        (json!(["x"]), Status::BadResponse, "_links "),
        (json!({"next": {"href": "list?page=2"}}), Status::Ok, ""),
        (here("/v7/list?page=2"), Status::Ok, ""),
        (json!({"next": {"href": null}}), Status::Done, ""),
        (json!({"next": {"href": ""}}), Status::Done, ""),
        (json!({"next": {}}), Status::Done, ""),
        (json!({"next": null}), Status::Done, ""),
        (json!({}), Status::Done, ""),
        (Value::Null, Status::Done, ""),
    ] {
        server.reset_counts();
        server.script("/v7/list?page=2", vec![Answer::json(200, &json!([]))]);
        server.script("/v7/list", vec![Answer::json(200, &json!({"a": [], "_links": links}))]);
        let mut pages = client.pages("list");
        assert_eq!(next(&mut pages).0, Status::Ok, "{links}");
        let second = pages.next();
        assert_eq!(second.as_ref().map_or(Status::Done, status), expected, "{links}: {second:?}");
        if let Some(Err(error)) = second {
            assert!(error.message().starts_with("Page 2") && error.message().contains(why), "{links}: {error}");
            assert!(
                error.message().ends_with("Nothing was sent.") && error.was_sent() == Sent::No,
                "{links}: {error}"
            );
            // Final: the same again, a second later.
            let (again, took) = next(&mut pages);
            assert_eq!(again, expected, "{links}");
            assert!(took >= SECOND, "{links}: {took:?}");
        }
        assert_eq!(server.requests(), if expected == Status::Ok { 2 } else { 1 }, "{links}");
        server.reset_behaviour();
    }
    // A longer circle.
    let page = |to: &str| Answer::json(200, &json!({"a": [], "_links": here(to)}));
    server.reset_counts();
    server.script("/v7/c?p=1", vec![page("/v7/c?p=2")]).script("/v7/c?p=2", vec![page("/v7/c?p=3")]);
    server.script("/v7/c?p=3", vec![page("/v7/c?p=2")]);
    let mut pages = client.pages("c?p=1");
    assert_eq!([next(&mut pages).0, next(&mut pages).0, next(&mut pages).0], [Status::Ok; 3]);
    let error = pages.next().expect("an answer").expect_err("a circle");
    assert!(error.message().starts_with("Page 4 (GET ") && error.message().contains("/v7/c?p=2"), "{error}");
    assert_eq!(server.requests(), 3);
}

#[test]
fn not_even_half_a_token_in_a_link_is_told() {
    let token = "secret-in-a-link-0123456789abcdef";
    let server = StandIn::start();
    server.accept(token);
    let client = client(&server, token, "");
    // The token stands where a long link is cut.
    let link = format!("/v7/list?cursor={}{token}", "x".repeat(170));
    server.script("/v7/list", vec![Answer::json(200, &json!({"a": [1], "_links": {"next": {"href": link}}}))]);
    server.script(&link, vec![fault()]);
    let mut pages = client.pages("/list");
    assert!(pages.next().expect("a page").is_ok());
    let error = pages.next().expect("an error").unwrap_err();
    assert!(error.message().starts_with("Page 2 (GET /v7/list?cursor=xxx"), "{error}");
    assert!(!error.message().contains(&token[..8]), "{error}");
}

#[test]
fn what_is_no_json_is_the_last_page() {
    let server = server();
    let client = client(&server, TOKEN, "");
    let csv = Answer::new(200).header("Content-Type", "text/csv").body("_links,next\n1,2");
    for answer in [csv, Answer::new(204), Answer::json(200, &json!([1, 2]))] {
        server.script("/v7/list", vec![answer]);
        assert_eq!(client.pages("/list").map(|page| status(&page)).collect::<Vec<_>>(), [Status::Ok]);
    }
}

#[test]
fn an_array_that_must_be_named_ends_the_items() {
    let server = server();
    let client = client(&server, TOKEN, "");
    let two = Answer::json(200, &json!({"a": [1], "b": [2]}));
    server.script("/v7/two", vec![two.clone(), two]);
    let mut items = client.items("/two");
    let error = items.next().expect("an error").expect_err("two arrays");
    assert!(error.message().contains("several arrays: a, b"), "{error}");
    assert!(items.next().is_none());
    let named: Vec<_> = client.pages("/two").items(Some("b")).map(|item| item.expect("an item")).collect();
    assert_eq!((named, server.requests()), (vec![json!(2)], 2));
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
