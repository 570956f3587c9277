//! Everything that an answer can be made of, in every combination: what is told of it, and what the guard makes of it.

mod support;

use std::time::Duration;

use support::client::status;
use support::stand_in::{Answer, StandIn};
use thousandeyes::{Call, Client, Config, Result, Sent, Status};

/// How every token begins and ends.
const TOKEN: (&str, &str) = ("echoed-token/", "+0123456789abcdef==");

const STATUSES: [u16; 29] = [
    200, 201, 202, 204, 207, 301, 302, 304, 400, 401, 403, 404, 405, 406, 407, 408, 409, 410, 412, 413, 415, 418,
    422, 429, 500, 502, 503, 504, 511,
];
const METHODS: [&str; 3] = ["GET", "POST", "DELETE"];
const TYPES: [Option<&str>; 6] = [
    None,
    Some("application/json"),
    Some("application/problem+json; charset=utf-8"),
    Some("Text/HTML; charset=utf-8"),
    Some("text/plain"),
    Some("application/octet-stream"),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Body {
    Empty,
    Problem,
    OAuth,
    ErrorMessage,
    Old,
    Page,
    Cut,
    Text,
    Bytes,
    /// So long that it is quoted in part, and the token stands where it is cut.
    Long,
    ItemsPartly,
    ItemsAll,
}

const BODIES: [Body; 12] = [
    Body::Empty,
    Body::Problem,
    Body::OAuth,
    Body::ErrorMessage,
    Body::Old,
    Body::Page,
    Body::Cut,
    Body::Text,
    Body::Bytes,
    Body::Long,
    Body::ItemsPartly,
    Body::ItemsAll,
];

impl Body {
    fn bytes(self, token: &str) -> Vec<u8> {
        let text = match self {
            Self::Empty => String::new(),
            Self::Problem => format!(
                r#"{{"title":"Bad\u001b[2J","detail":"the token {token}\u2028is\u0000 \u202eodd","errors":[{{"code":"C",
                    "field":"{token}","message":"\u0007{token}"}}]}}"#
            ),
            Self::OAuth => format!(r#"{{"error":"invalid_token","error_description":"no {token}"}}"#),
            Self::ErrorMessage => format!(r#"{{"errorMessage":"{token}\n"}}"#),
            Self::Old => format!(r#"{{"timestamp":1,"httpStatus":400,"errors":["{token}","\u009b"],"path":"/x"}}"#),
            Self::Page => format!("\u{feff}\n<!DOCTYPE html>\n<html><body>{token}</body></html>"),
            Self::Cut => format!(r#"{{"title":"Bad Request","detail":"{token}"#),
            Self::Text => format!("upstream\r\n\u{1b}[31m {token} \u{202e}"),
            Self::Bytes => return [b"\xff\xfe\x00".as_slice(), token.as_bytes()].concat(),
            Self::Long => {
                let filled = format!("{}{token}", "x".repeat(290));
                format!(
                    r#"{{"title":"{0}{token}","detail":"{filled}","errors":["{1}{token}"]}}"#,
                    "y".repeat(110),
                    "z".repeat(90)
                )
            }
            Self::ItemsPartly => {
                format!(r#"{{"items":[{{"status":200}},{{"status":404,"detail":"{token}\u0007"}}]}}"#)
            }
            Self::ItemsAll => r#"[{"status":200},{"status":201}]"#.to_owned(),
        };
        text.into_bytes()
    }

    fn is_json(self) -> bool {
        !matches!(self, Self::Empty | Self::Page | Self::Cut | Self::Text | Self::Bytes)
    }
}

#[derive(Clone, Copy, Debug)]
struct Case {
    status: u16,
    method: &'static str,
    kind: Option<&'static str>,
    body: Body,
    retry_after: bool,
    limits: bool,
}

impl Case {
    /// What the status line and headers call it.
    fn declares_page(&self) -> bool {
        self.kind.is_some_and(|kind| kind.starts_with("Text/HTML"))
    }

    fn has_body(&self) -> bool {
        ![204, 304].contains(&self.status) && self.body != Body::Empty
    }

    fn is_page(&self) -> bool {
        self.declares_page() || self.has_body() && self.body == Body::Page
    }

    fn says_json(&self) -> bool {
        self.kind.is_some_and(|kind| kind.contains("json"))
    }

    fn is_damaged(&self) -> bool {
        self.says_json() && self.has_body() && !self.body.is_json()
    }

    fn expected(&self) -> Status {
        match self.status {
            401 if !self.declares_page() => Status::Unauthorized,
            407 => Status::Proxy,
            500.. => Status::Server,
            _ if self.is_page() => Status::BadResponse,
            200..300 if self.is_damaged() => Status::BadResponse,
            207 if self.body == Body::ItemsAll => Status::Ok,
            207 => Status::Partial,
            200..300 => Status::Ok,
            403 => Status::Forbidden,
            404 => Status::NotFound,
            429 if self.limits || self.retry_after => Status::RateLimited,
            429 => Status::SourceIpBlocked,
            _ => Status::Http,
        }
    }

    fn verdict(&self) -> &'static str {
        match self.status {
            401 if !self.declares_page() => "rejected",
            // Without a type it may be a page, unless there is no body.
            200..300 if !self.declares_page() && (self.kind.is_some() || !self.has_body()) => "accepted",
            403 if self.says_json() => "accepted",
            429 if self.limits => "accepted",
            _ => "never tried",
        }
    }

    fn answer(&self, token: &str) -> Answer {
        let mut answer = Answer::new(self.status).body(self.body.bytes(token));
        if let Some(kind) = self.kind {
            answer = answer.header("Content-Type", kind);
        }
        if self.retry_after {
            answer = answer.header("Retry-After", "3000");
        }
        if self.limits {
            answer = answer.header("X-Organization-Rate-Limit-Remaining", "0");
            answer = answer.header("X-Organization-Rate-Limit-Reset", "2000");
        }
        if (300..400).contains(&self.status) {
            answer = answer.header("Location", &format!("/login?token={token}"));
        }
        answer
    }
}

fn client(server: &StandIn, token: &str, account_group: &str) -> Client {
    let config = Config {
        base_url: Some(server.base_url()),
        state_dir: Some(String::new()),
        account_group: Some(account_group.to_owned()),
        timeout: Duration::from_secs(20),
        retries: 0,
        ..Config::default()
    };
    Client::new(Some(token), config).expect("a client")
}

fn check(server: &StandIn, case: &Case, number: usize) {
    // The guard must know neither the token nor, an hour later, anything of the origin.
    let token = format!("{}{number}{}", TOKEN.0, TOKEN.1);
    thousandeyes::move_clock(Duration::from_secs(3700));
    server.accept(&token).reset_counts().script("/v7/things/1", vec![case.answer(&token)]);
    let in_group = number / 4 % 2 == 1;
    let client = client(server, &token, if in_group { "17" } else { "" });
    let mut call = Call::new(case.method, "/things/1").expect("a call");
    if case.method == "POST" {
        call.body(b"{}", "application/json").expect("a body");
    }
    let result = client.perform(&call);
    let what = format!("{case:?}: {}", told(&result));

    assert_eq!(status(&result), case.expected(), "{what}");
    check_message(case, &result, in_group, &what);

    let answer = result.as_ref().unwrap_or_else(|error| error.response().expect("an answer"));
    assert_eq!(answer.http_status(), case.status, "{what}");
    let body = if case.has_body() { case.body.bytes(&token) } else { Vec::new() };
    assert_eq!(answer.body(), body, "{what}");
    if let Err(error) = &result {
        assert_eq!(error.was_sent(), Sent::Yes, "{what}");
        let waits =
            case.status >= 500 && case.retry_after && !case.is_page() || case.expected() == Status::RateLimited;
        assert!(!waits || error.retry_in().is_some(), "{what}");
    }
    check_guard(case, &client, server, &what);
    // What is blocked stays so until somebody looks, or a person says so.
    client.unblock_token().expect("once more");
}

fn told(result: &Result<thousandeyes::Answer>) -> &str {
    result.as_ref().map_or_else(thousandeyes::Error::message, thousandeyes::Answer::message)
}

fn check_message(case: &Case, result: &Result<thousandeyes::Answer>, in_group: bool, what: &str) {
    let message = told(result);
    if status(result) == Status::Ok {
        assert_eq!(message, "", "{what}");
        return;
    }
    let asked = format!("{} /v7/things/1{}: ", case.method, if in_group { " (account group 17)" } else { "" });
    assert!(message.starts_with(&asked), "{what}");
    assert!(message.chars().count() <= 1500, "{what}");
    assert!(!message.contains(|c: char| c.is_control() || matches!(c, '\u{202e}' | '\u{2028}')), "{what}");
    assert!(message.ends_with(['.', ')']) && !message.contains("  "), "{what}");
    // Not even half of it.
    assert!(!message.contains(&TOKEN.0[..8]) && !message.contains(&TOKEN.1[8..]), "{what}");
    if case.is_page() && case.status != 407 {
        assert!(message.contains("web page"), "{what}");
        for claim in ["the API rejected", "the API finds", "the API refused", "token is fine", "lacks a permission"] {
            assert!(!message.contains(claim), "{what}");
        }
    }
    let judged = [401, 407, 429].contains(&case.status) || status(result).is_ok();
    if case.method != "GET" && !judged {
        let fate = ["Nothing was carried out.", "before you repeat it.", "Nothing is known of the token."];
        assert!(fate.iter().any(|fate| message.contains(fate)), "{what}");
    }
    assert_eq!(
        message.contains("The token is fine"),
        case.status == 403 && case.says_json() && !case.is_page(),
        "{what}"
    );
}

fn check_guard(case: &Case, client: &Client, server: &StandIn, what: &str) {
    let report = client.guard().expect("what the guard knows");
    let report: serde_json::Value = serde_json::from_slice(report.body()).expect("JSON");
    let verdict = case.verdict();
    let bare = case.status == 429 && !case.limits && !case.retry_after;
    let blocked = bare && !case.declares_page();
    let waits = case.status == 429 && !case.limits && case.retry_after;
    assert_eq!(report["token"], verdict, "{what}");
    // That of a page too: the API may have counted it.
    assert_eq!(report["unauthorized_last_hour"], u8::from(case.status == 401), "{what}");
    assert_eq!(report["source_ip_blocked_ms_ago"].is_null(), !blocked, "{what}");
    assert_eq!(report["retry_after_ms"].is_null(), !waits, "{what}");
    assert_eq!(server.requests(), 1, "{what}");
    let next = status(&client.get("/status"));
    let (expected, sent) = match () {
        () if verdict == "rejected" => (Status::TokenRefused, 0),
        () if blocked => (Status::SourceIpBlocked, 0),
        // The limit is used up, whoever says so.
        () if waits || case.limits => (Status::RateLimited, 0),
        () => (Status::Ok, 1),
    };
    assert_eq!((next, server.requests()), (expected, 1 + sent), "{what}");
}

#[test]
fn every_answer_is_told_and_judged_as_what_it_is() {
    let mut cases = Vec::new();
    for status in STATUSES {
        for method in METHODS {
            for kind in TYPES {
                for body in BODIES {
                    for headers in 0..4 {
                        let (retry_after, limits) = (headers & 1 == 1, headers & 2 == 2);
                        cases.push(Case { status, method, kind, body, retry_after, limits });
                    }
                }
            }
        }
    }
    assert_eq!(cases.len(), 25_056);
    let server = StandIn::start();
    server.block_after(None);
    for (number, case) in cases.iter().enumerate() {
        check(&server, case, number);
    }
}
