//! The stand-in itself: tokens, counters, routes, limits and control.
// quick

mod support;

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use support::raw::{Client, TOKEN, get, server};
use support::stand_in::{Family, StandIn};

#[test]
fn tokens_are_judged_and_counted() {
    let server = server();
    assert_eq!(get(&server, "/v7/tests").status, 200);
    let wrong = Client::new(&server).call("GET", "/v7/tests", Some("bad"), "");
    assert_eq!((wrong.status, wrong.json()["error"].as_str()), (401, Some("invalid_token")));
    assert_eq!(wrong.header("content-type"), Some("application/problem+json"));
    let missing = Client::new(&server).call("GET", "/v7/tests", None, "");
    assert_eq!(missing.json(), json!({"errorMessage": "401 Not Authorized"}));
    server.revoke(TOKEN);
    assert_eq!(get(&server, "/v7/tests").status, 401);
    server.accept(TOKEN).lock(TOKEN);
    assert_eq!(get(&server, "/v7/tests").status, 401);
    assert_eq!((server.requests(), server.unauthorized()), (5, 4));
    assert_eq!((server.seen(TOKEN), server.seen("bad"), server.connections()), (3, 1, 5));
    let log = server.log();
    assert_eq!((log.len(), log[1].status_answered), (5, 401));
    assert_eq!(log[1].header("authorization"), Some("Bearer bad"));
    server.reset_counts();
    assert_eq!((server.requests(), server.seen(TOKEN), server.log().len()), (0, 0, 0));
}

#[test]
fn a_source_with_too_many_refusals_is_blocked() {
    let server = server();
    let mut client = Client::new(&server);
    for _ in 0..120 {
        assert_eq!(client.call("GET", "/v7/tests", Some("bad"), "").status, 401);
    }
    server.limit(Family::Organization, 9, Duration::from_secs(60));
    let blocked = client.call("GET", "/v7/tests", Some(TOKEN), "");
    assert_eq!(blocked.status, 429);
    assert!(!blocked.head.to_lowercase().contains("rate-limit"));
    assert_eq!((server.unauthorized(), server.blocked(), server.connections()), (120, 1, 1));
    server.unblock();
    assert_eq!(client.call("GET", "/v7/tests", Some(TOKEN), "").status, 200);
    server.block_after(None);
    for _ in 0..130 {
        assert_eq!(client.call("GET", "/v7/tests", None, "").status, 401);
    }
}

#[test]
fn pages_follow_their_links() {
    let server = server();
    let whole = get(&server, "/v7/tests").json();
    assert_eq!(whole["tests"].as_array().map(Vec::len), Some(3));
    assert!(whole["_links"]["next"].is_null());
    server.tests(7, 50);
    let mut target = "/v7/tests?max=3&aid=12".to_owned();
    let mut ids = Vec::new();
    loop {
        let page = get(&server, &target).json();
        for test in page["tests"].as_array().expect("tests") {
            ids.push(test["testId"].as_str().expect("an id").to_owned());
        }
        let Some(next) = page["_links"]["next"]["href"].as_str() else {
            break;
        };
        target = next.strip_prefix(&server.origin()).expect("an absolute URL").to_owned();
        assert!(target.contains("aid=12"));
    }
    assert_eq!(ids, ["1", "2", "3", "4", "5", "6", "7"]);
    assert_eq!(server.requests(), 4);
    let filter = |target: &str| Client::new(&server).call("POST", target, Some(TOKEN), "{}").json();
    let first = filter("/v7/endpoint/agents/filter?max=4");
    let next = first["_links"]["next"]["href"].as_str().expect("a second page");
    let second = filter(next.strip_prefix(&server.origin()).expect("an absolute URL"));
    assert_eq!((&first["agents"][3]["testId"], &second["agents"][2]["testId"]), (&json!("4"), &json!("7")));
    assert!(second["_links"]["next"].is_null());
    assert_eq!(get(&server, "/v7/tests?cursor=zz").status, 400);
    assert_eq!(get(&server, "/v7/tests?cursor=0000000000000000").status, 400);
}

#[test]
fn routes_answer_as_documented() {
    let server = server();
    let mut client = Client::new(&server);
    let mut status = |method: &str, target: &str, body: &str| client.call(method, target, Some(TOKEN), body).status;
    assert_eq!(status("POST", "/v7/tests/http-server", "{\"url\":\"x\"}"), 201);
    assert_eq!(status("POST", "/v7/tests/http-server", "no json"), 400);
    assert_eq!(status("PUT", "/v7/tests/http-server/4", "{}"), 200);
    assert_eq!(status("PATCH", "/v7/tests/http-server/4", "{}"), 200);
    assert_eq!(status("DELETE", "/v7/tests/http-server/4", ""), 204);
    assert_eq!(status("DELETE", "/v7/tests", ""), 405);
    assert_eq!(status("POST", "/v7/tags/bulk", "{}"), 400);
    assert_eq!(status("POST", "/v7/tags/bulk", "{\"tags\":[{\"key\":\"a\"}]}"), 207);
    assert_eq!(status("GET", "/v7/forbidden", ""), 403);
    assert_eq!(status("GET", "/v6/tests", ""), 301);
    assert_eq!(status("GET", "/v7/agents?aid=1", ""), 200);
    assert_eq!(status("GET", "/v7/account-groups", ""), 200);
    let missing = get(&server, "/v7/none");
    assert_eq!((missing.status, missing.json()["instance"].as_str()), (404, Some("/v7/none")));
    let echo = client.call("PUT", "/v7/echo?a=b", Some(TOKEN), "hello").json();
    assert_eq!((&echo["body"], &echo["target"]), (&json!("hello"), &json!("/v7/echo?a=b")));
    assert_eq!(echo["headers"]["authorization"], "…");
    let big = client.call("GET", "/v7/big?bytes=100000", Some(TOKEN), "").json();
    assert_eq!(big["data"].as_str().map(str::len), Some(100_000));
    let started = Instant::now();
    assert_eq!(get(&server, "/v7/slow?ms=60").status, 200);
    assert!(started.elapsed() >= Duration::from_millis(60));
}

#[test]
fn limits_are_announced_and_end() {
    let server = server();
    let window = Duration::from_millis(1500);
    server.clock_skew(-86_400).limit(Family::Organization, 2, window);
    server.limit(Family::TemplateDeploy, 1, Duration::from_secs(30));
    let first = get(&server, "/v7/status");
    assert_eq!(first.header("x-organization-rate-limit-limit"), Some("2"));
    assert_eq!(first.header("x-organization-rate-limit-remaining"), Some("1"));
    assert_eq!(first.header("x-template-deploy-rate-limit-reset"), None);
    let reset: u64 = first.header("x-organization-rate-limit-reset").expect("a time").parse().expect("a number");
    let now = std::time::UNIX_EPOCH.elapsed().expect("a clock").as_secs();
    assert!((now - 86_405..now - 86_390).contains(&reset), "{reset} is not the server's own time");
    let deploy = Client::new(&server).call("POST", "/v7/templates/1/deploy", Some(TOKEN), "");
    assert_eq!((deploy.status, deploy.header("x-template-deploy-rate-limit-reset")), (201, Some("30")));
    let over = get(&server, "/v7/status");
    assert_eq!((over.status, over.header("x-organization-rate-limit-remaining")), (429, Some("0")));
    thread::sleep(window);
    assert_eq!(get(&server, "/v7/status").status, 200);
}

#[test]
fn other_languages_have_control_too() {
    let server = StandIn::start();
    let mut client = Client::new(&server);
    let mut post =
        |command: &str, body: &str| client.call("POST", &format!("/_stand_in/{command}"), None, body).status;
    assert_eq!(post("accept?token=good%2Dtoken", ""), 204);
    let script = json!({"path": "/v7/x", "answers": [
        {"status": 500, "headers": {"X-A": "b"}, "body": "broken", "times": 2},
        {"html": true, "status": 502},
        {"reset": true},
    ]});
    assert_eq!(post("script", &script.to_string()), 204);
    assert_eq!(post("script", "{\"answers\":[{\"stauts\":500}]}"), 400);
    assert_eq!(post("delay?ms=1", ""), 204);
    assert_eq!(post("limit?family=organization&per_window=99&window_ms=60000", ""), 204);
    assert_eq!(post("nothing", ""), 400);
    assert_eq!((get(&server, "/v7/x").status, get(&server, "/v7/x").status), (500, 500));
    assert_eq!(get(&server, "/v7/x").header("content-type"), Some("text/html; charset=utf-8"));
    let mut cut = Client::new(&server);
    cut.write(&format!("GET /v7/x HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"));
    assert!(cut.read().is_none());
    let counts = Client::new(&server).call("GET", "/_stand_in/counts", None, "").json();
    assert_eq!((&counts["requests"], &counts["unauthorized"]), (&json!(4), &json!(0)));
    assert_eq!(counts["tokens"][TOKEN]["seen"], 4);
    assert_eq!(post("reset?all=1", ""), 204);
    assert_eq!(server.requests(), 0);
}
