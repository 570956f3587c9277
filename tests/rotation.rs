//! A new token for the old one's user: asked for once, handed over first, and used from then on.
// quick

mod support;

use std::time::Duration;

use serde_json::json;
use support::client::{client, each_store};
use support::stand_in::{Answer, StandIn};
use thousandeyes::{Call, Client, Result, Sent, Status};

const OLD: &str = "the-old-token";
const PATH: &str = "/v7/api-tokens";

fn server() -> StandIn {
    let server = StandIn::start();
    server.accept(OLD);
    server
}

/// What was handed over, and what came of it.
fn rotate(client: &Client) -> (Option<(String, Option<String>)>, Result<thousandeyes::Answer>) {
    let mut kept = None;
    let result = client.rotate_token(|token, until| kept = Some((token.to_owned(), until.map(str::to_owned))));
    (kept, result)
}

#[test]
fn the_client_goes_on_with_the_new_token() {
    each_store(|client| {
        let server = server();
        let client = client(&server, OLD);
        let copy = client.clone();
        client.get("/tests").unwrap();
        let (kept, answer) = rotate(&client);
        let (new, until) = kept.unwrap();
        assert_eq!(answer.unwrap().pointer("/bearerToken"), Some(&json!(new)));
        assert_eq!(until.as_deref(), Some("2028-11-25T00:00:00Z"));
        client.get("/tests").unwrap();
        copy.get("/tests").unwrap();
        assert_eq!((server.seen(OLD), server.seen(&new)), (2, 2));
        // The new one is as secret as the old one was.
        server.script("/v7/echo", vec![Answer::problem(400, &format!("{new} is odd"), "/v7/echo")]);
        assert!(!client.get("/echo").unwrap_err().message().contains(&new));
        let (kept, third) = rotate(&client);
        let error = third.unwrap_err();
        assert_eq!((kept, error.status()), (None, Status::Http));
        assert!(error.message().contains("two API tokens"), "{}", error.message());
        assert!(!error.message().contains("may exist"), "{}", error.message());
    });
}

#[test]
fn whatever_comes_of_it_one_request_is_sent_and_a_token_that_may_exist_is_told() {
    let created = |body: &str| Answer::new(201).header("Content-Type", "application/json").body(body);
    let limited = Answer::problem(429, "Slow down", PATH).header("X-Organization-Rate-Limit-Reset", "1");
    for (answer, status, sent, may_exist) in [
        (Answer::new(503), Status::Server, Sent::Yes, true),
        (Answer::html(200), Status::BadResponse, Sent::Yes, true),
        (created("{\"bearerToken\": \"new-tok"), Status::BadResponse, Sent::Yes, true),
        (created("{}"), Status::BadResponse, Sent::Yes, true),
        (created("{\"bearerToken\": 7}"), Status::BadResponse, Sent::Yes, true),
        (Answer::silence(), Status::Timeout, Sent::Perhaps, true),
        (created("{\"bearerToken\": \"new-token\"}").cut_after(9), Status::Io, Sent::Yes, true),
        (Answer::problem(403, "No", PATH), Status::Forbidden, Sent::Yes, false),
        (limited, Status::RateLimited, Sent::Yes, false),
        (Answer::json(401, &json!({"error": "invalid_token"})), Status::Unauthorized, Sent::Yes, false),
    ] {
        let server = server();
        let config = thousandeyes::Config {
            base_url: Some(server.base_url()),
            state_dir: Some(String::new()),
            timeout: Duration::from_secs(2),
            ..thousandeyes::Config::default()
        };
        // A token of its own: those of one process share what is known of the others'.
        let token = format!("{OLD}-{}", status.name());
        server.accept(&token).script(PATH, vec![answer]);
        let client = Client::new(Some(&token), config).unwrap();
        let (kept, result) = rotate(&client);
        let error = result.unwrap_err();
        assert_eq!((kept, error.status(), error.was_sent()), (None, status, sent), "{}", error.message());
        let told = error.message().contains("A new token may exist all the same");
        assert_eq!(told, may_exist, "{}", error.message());
        assert_eq!(server.requests(), 1);
    }
}

#[test]
fn a_token_that_cannot_be_sent_is_handed_over_all_the_same() {
    let server = server();
    let client = client(&server, OLD, "");
    server.script(PATH, vec![Answer::json(201, &json!({"bearerToken": "two words"}))]);
    let (kept, result) = rotate(&client);
    assert_eq!(kept, Some(("two words".to_owned(), None)));
    let error = result.unwrap_err();
    assert_eq!(error.status(), Status::BadResponse);
    assert!(error.message().contains("handed over") && !error.message().contains("two words"), "{}", error.message());
    client.get("/tests").unwrap();
    assert_eq!(server.seen(OLD), 2);
}

#[test]
fn nothing_is_sent_for_a_token_that_is_refused() {
    let server = StandIn::start();
    let client = client(&server, "never-good", "");
    client.get("/tests").unwrap_err();
    let (kept, result) = rotate(&client);
    let error = result.unwrap_err();
    assert_eq!((kept, error.status(), error.was_sent()), (None, Status::TokenRefused, Sent::No));
    assert!(!error.message().contains("may exist"));
    assert_eq!(server.requests(), 1);
}

#[test]
fn calls_on_other_threads_go_on_through_a_rotation() {
    each_store(|client| {
        let server = server();
        let client = client(&server, OLD);
        std::thread::scope(|scope| {
            let calls = || (0..50).for_each(|_| drop(client.get("/tests").unwrap()));
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(calls)).collect();
            rotate(&client).1.unwrap();
            for thread in threads {
                thread.join().unwrap();
            }
        });
        server.revoke(OLD);
        client.perform(&Call::new("GET", "/tests").unwrap()).unwrap();
        assert_eq!(server.unauthorized(), 0);
    });
}
