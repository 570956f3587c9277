//! What is said of each kind of answer, word for word where a person relies on it.
// quick

mod support;

use serde_json::json;
use support::client::{client, status};
use support::stand_in::{Answer, StandIn};
use thousandeyes::{Call, Client, Config, Status};

const TOKEN: &str = "good-token";

fn server() -> StandIn {
    let server = StandIn::start();
    server.accept(TOKEN);
    server
}

/// A client of a stand-in for an account group.
fn client_of_group(server: &StandIn, account_group: &str) -> Client {
    let config = Config {
        base_url: Some(server.base_url()),
        state_dir: Some(String::new()),
        account_group: Some(account_group.to_owned()),
        ..Config::default()
    };
    Client::new(Some(TOKEN), config).expect("a client")
}

/// What is told of an answer to "METHOD PATH" in account group 17.
fn told(request: &str, answer: Answer) -> (Status, String) {
    let server = server();
    server.script_any(vec![answer]);
    let (method, path) = request.split_once(' ').expect("a method and a path");
    let call = Call::new(method, path).expect("a call");
    let result = client_of_group(&server, "17").perform(&call);
    assert_eq!(server.requests(), 1);
    let message = result.as_ref().map_or_else(thousandeyes::Error::message, thousandeyes::Answer::message);
    (status(&result), message.to_owned())
}

const GROUP: &str = "Account group 17 must be one of the user's: GET /account-groups lists them.";
const POST: &str = "POST /v7/things (account group 17)";
const GET: &str = "GET /v7/things (account group 17)";

fn check(rows: impl IntoIterator<Item = (&'static str, Answer, Status, String)>) {
    for (request, answer, status, message) in rows {
        assert_eq!(told(request, answer), (status, message), "{request}");
    }
}

#[test]
fn a_refusal_says_why_that_nothing_was_done_and_what_to_do() {
    let problem = |status| Answer::problem(status, "Because", "");
    check([
        (
            "POST /things",
            problem(400),
            Status::Http,
            format!(
                "{POST}: the API finds a mistake in the request (400): Bad Request: Because. Nothing was carried out. \
                 Correct it before you send it again. {GROUP}"
            ),
        ),
        (
            "GET /things",
            Answer::new(404),
            Status::NotFound,
            format!("{GET}: not found (404). Check the path and the id. {GROUP}"),
        ),
        (
            "POST /things",
            problem(405).header("Allow", "GET, PUT"),
            Status::Http,
            format!(
                "{POST}: this path does not take this method (405): Method Not Allowed: Because. Nothing was carried \
                 out. It takes GET, PUT."
            ),
        ),
        (
            "POST /things",
            Answer::new(406),
            Status::Http,
            format!(
                "{POST}: the API cannot answer in the form asked for (406). Check the Accept header. Look whether it \
                 was carried out before you repeat it."
            ),
        ),
        (
            "POST /things",
            Answer::new(409),
            Status::Http,
            format!(
                "{POST}: it conflicts with what is there (409). Nothing was carried out. Read what is there, then decide."
            ),
        ),
        (
            "POST /api-tokens",
            Answer::new(409),
            Status::Http,
            "POST /v7/api-tokens (account group 17): two API tokens of this user are active, and there cannot be a third \
             (409). Nothing was carried out. Revoke one of them, or wait: the older one ends at most 14 days after the \
             newer one was made."
                .to_owned(),
        ),
        (
            "POST /things",
            Answer::new(412),
            Status::Http,
            format!(
                "{POST}: a condition in the request does not hold, most likely because of a change in between (412). \
                 Nothing was carried out. Read it anew before you change it."
            ),
        ),
        (
            "POST /things",
            Answer::new(413),
            Status::Http,
            format!(
                "{POST}: the request's body is larger than the API takes (413). Nothing was carried out. Send less at \
                 once."
            ),
        ),
        (
            "POST /things",
            Answer::new(415),
            Status::Http,
            format!(
                "{POST}: the API does not take a body of this type (415). Nothing was carried out. Set its content type, \
                 application/json for most."
            ),
        ),
    ]);
}

#[test]
fn what_may_have_been_done_is_left_open() {
    check([
        (
            "GET /things",
            Answer::new(301).header("Location", "https://api.example.com/v7/things"),
            Status::Http,
            format!(
                "{GET}: moved to https://api.example.com/v7/things (301). Redirects are not \
                 followed: check the path, its version (v7) and the base URL."
            ),
        ),
        (
            "POST /things",
            Answer::json(500, &json!({"path": "/x", "errors": "Internal Server Error", "status": 500})),
            Status::Server,
            format!(
                "{POST}: a fault on the server (500): Internal Server Error. Look whether it was carried out before you \
                 repeat it."
            ),
        ),
        (
            "GET /things",
            Answer::new(502).header("Content-Type", "text/plain").body("no healthy\r\nupstream"),
            Status::Server,
            format!(
                "{GET}: a gateway got no usable answer from the server behind it (502): no healthy upstream. The answer \
                 is not in the API's form: a proxy may have made it. Try again later."
            ),
        ),
        (
            "GET /things",
            Answer::new(503).header("Retry-After", "600"),
            Status::Server,
            format!("{GET}: the service is not available: maintenance, or too much load (503). Try again in 10 min."),
        ),
        (
            "GET /things",
            Answer::new(400).header("Content-Type", "application/problem+json").body(r#"{"title":"Bad Re"#),
            Status::Http,
            format!(
                "{GET}: the API finds a mistake in the request (400). The answer's JSON is cut off or damaged. Correct it before you send it again. {GROUP}"
            ),
        ),
        (
            "GET /things",
            Answer::new(407),
            Status::Proxy,
            format!(
                "{GET}: the proxy wants a user and a password (407). The API saw nothing. Set them in the proxy's URL."
            ),
        ),
        (
            "GET /things",
            Answer::html(302).header("Location", "https://portal.example.com/"),
            Status::BadResponse,
            format!(
                "{GET}: a web page came instead of the API's answer (HTTP 302, leading to https://portal.example.com/), \
                 as from a proxy or a log-in portal. Whether the API saw the request is not known. Log in where the page \
                 leads, or have the API's host let through. Look at the body."
            ),
        ),
    ]);
}

#[test]
fn a_403_says_that_the_token_is_fine_and_what_is_missing() {
    let server = server();
    let refuse = || Answer::problem(403, "Forbidden", "");
    let needs = |request: &str| {
        let (status, message) = told(request, refuse());
        assert_eq!(status, Status::Forbidden);
        assert!(message.contains("The token is fine: it was accepted."), "{message}");
        assert_ne!(message.contains("Nothing was carried out."), request.starts_with("GET"), "{message}");
        message
    };
    for (request, needed) in [
        ("GET /usage", "The API's reference says what it needs: the permission View Billing."),
        ("GET /v7/users?max=3", "what it needs: all of the permissions API Access; View all users."),
        ("PUT /users/12", "what it needs: one of the permissions Edit users in all account groups; Edit users."),
        ("DELETE /tests/http-server/5", "what it needs: Account Admin."),
        ("GET /tests", "The API's reference names none for this operation."),
        ("GET /users/current", "The API's reference names none for this operation."),
    ] {
        let message = needs(request);
        assert!(message.contains(needed), "{message}");
        assert!(message.contains("lacks a permission in account group 17"), "{message}");
    }
    server.script_any(vec![refuse()]);
    let own = client(&server, TOKEN, "").get("/usage").expect_err("not allowed");
    assert!(own.message().contains("lacks a permission in the user's login account group."), "{own}");
    // From whom it is nobody knows.
    let (status, message) = told("GET /usage", Answer::new(403).header("Content-Type", "text/plain").body("Denied"));
    assert_eq!(status, Status::Forbidden);
    assert!(message.contains("Nothing is known of the token.") && !message.contains("is fine"), "{message}");
}

#[test]
fn a_207_says_which_items_failed_and_no_more_than_it_knows() {
    let items = json!({"items": [
        {"status": 201}, {"status": 404, "title": "Not Found", "detail": "No such agent"}, {"status": 201},
        {"httpStatus": 403}, {"status": 409, "detail": "Twice"}, {"status": 500},
    ]});
    let post = "POST /v7/tags/bulk (account group 17)";
    let unknown = format!(
        "{post}: some items may have failed (207): the answer does not say of each in a form that is known. Look at the \
         body before you repeat anything."
    );
    let rows = [
        (
            Answer::json(207, &items),
            Status::Partial,
            format!(
                "{post}: 4 of 6 items failed (207): /items/1: 404: Not Found: No such agent; /items/3: 403; /items/4: \
                 409: Twice; and 1 more. Repeat only those that failed."
            ),
        ),
        (
            Answer::json(
                207,
                &json!({"tags": [{"id": "1"}], "errors": [{"responseCode": 400, "message": "No key"}]}),
            ),
            Status::Partial,
            format!("{post}: 1 item failed (207): /errors/0: 400: No key. Repeat only those that failed."),
        ),
        (
            Answer::json(207, &json!([{"id": 1}, {"id": 2, "error": "No"}])),
            Status::Partial,
            format!(
                "{post}: at least 1 of 2 items failed (207): /1: No. Look at the body for the others, of which it is not \
                 known."
            ),
        ),
        (Answer::json(207, &json!({"tags": [{"tagId": "1"}]})), Status::Partial, unknown.clone()),
        (Answer::new(207), Status::Partial, unknown.clone()),
        (Answer::new(207).header("Content-Type", "text/csv").body("a,b"), Status::Partial, unknown),
        (Answer::json(207, &json!([{"status": 200}, {"status": 202}])), Status::Ok, String::new()),
        (Answer::json(207, &json!({"tags": [{"id": "1"}], "errors": []})), Status::Ok, String::new()),
    ];
    for (answer, status, message) in rows {
        assert_eq!(told("POST /tags/bulk", answer), (status, message));
    }
    let server = server();
    server.script_any(vec![Answer::json(207, &items)]);
    let answer = client(&server, TOKEN, "").get("/tags").expect("a success with news");
    assert_eq!(answer.pointer("/items/5/status"), Some(&json!(500)), "the body is whole");
}

#[test]
fn what_has_no_body_is_a_success() {
    for (request, code) in
        [("DELETE /tests/1", 204), ("POST /endpoint/agents/transfer/bulk", 202), ("GET /tests", 200)]
    {
        assert_eq!(told(request, Answer::new(code)), (Status::Ok, String::new()), "{code}");
    }
}

/// A page at 401 is no verdict on the token, and still uses up the budget: the API may have counted it.
#[test]
fn pages_at_401_are_held_back_by_the_budget() {
    let server = server();
    server.script_any((0..80).map(|_| Answer::html(401)).collect());
    let client = client(&server, TOKEN, "");
    let mut last = Status::Ok;
    for _ in 0..80 {
        last = status(&client.get("/tests"));
        if last != Status::BadResponse {
            break;
        }
    }
    assert_eq!(last, Status::BudgetExhausted);
    assert!(server.requests() <= 36, "{}", server.requests());
    thousandeyes::move_clock(std::time::Duration::from_secs(3700));
    server.reset_behaviour();
    assert_eq!(status(&client.get("/tests")), Status::Ok, "the token was not judged");
}

#[test]
fn two_account_groups_are_refused_before_anything_is_sent() {
    let server = server();
    let client = client_of_group(&server, "17");
    let get = |path: &str, group: Option<&str>| {
        let mut call = Call::new("GET", path).expect("a call");
        if let Some(group) = group {
            call.account_group(group);
        }
        client.perform(&call)
    };
    for (path, group) in [("/tests?aid=18", "19"), ("/tests?%61id=18", "19"), ("/tests?aid=18&aid=18", "18")] {
        let error = get(path, Some(group)).expect_err("two groups");
        assert_eq!(error.status(), Status::InvalidArgument, "{error}");
        assert!(error.message().ends_with("Nothing was sent."), "{error}");
    }
    assert_eq!(server.requests(), 0);
    for (path, group) in [
        ("/tests", None),
        ("/tests", Some("18")),
        ("/tests?aid=18", None),
        ("/tests?aid=18", Some("18")),
        ("/tests", Some("")),
    ] {
        assert_eq!(status(&get(path, group)), Status::Ok, "{path} {group:?}");
    }
    let targets: Vec<_> = server.log().into_iter().map(|seen| seen.target).collect();
    let (own, other) = ("/v7/tests?aid=17", "/v7/tests?aid=18");
    assert_eq!(targets, [own, other, other, other, "/v7/tests"]);
}

#[test]
fn a_long_path_leaves_room_for_the_rest() {
    let (_, message) = told(&format!("GET /{}", "a".repeat(7000)), Answer::new(404));
    assert!(
        message.starts_with("GET /v7/aaa") && message.contains("… (account group 17): not found (404)."),
        "{message}"
    );
    assert!(message.ends_with("lists them."), "{message}");
}

#[test]
fn an_answer_that_breaks_off_is_told_with_its_status() {
    let cut = || Answer::new(201).header("Content-Type", "application/json").body("{\"a\": 1}").cut_after(3);
    for (request, advice) in
        [("GET", "Try again later."), ("POST", "Look whether it was carried out before you repeat it.")]
    {
        let (status, message) = told(&format!("{request} /things"), cut());
        assert_eq!(status, Status::Io);
        assert!(message.starts_with(&format!("{request} /v7/things (account group 17) at 127.0.0.1:")), "{message}");
        let end = format!(". The request was answered with HTTP 201, but the answer is not complete. {advice}");
        assert!(message.ends_with(&end), "{message}");
    }
    let (status, message) = told("POST /things", Answer::reset());
    assert_eq!(status, Status::Io);
    assert!(
        message.ends_with(
            ". The request may have been carried out. Look whether it was carried out before you repeat it."
        ),
        "{message}"
    );
}
