//! What is said of each kind of answer, word for word where a person relies on it.
// quick

mod support;

use serde_json::json;
use support::answers::told;
use support::stand_in::Answer;
use thousandeyes::Status;

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
fn what_has_no_body_is_a_success() {
    for (request, code) in
        [("DELETE /tests/1", 204), ("POST /endpoint/agents/transfer/bulk", 202), ("GET /tests", 200)]
    {
        assert_eq!(told(request, Answer::new(code)), (Status::Ok, String::new()), "{code}");
    }
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
