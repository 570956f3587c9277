//! What hosts, proxies and the API may do to a program that uses the library.
// quick

mod support;

use std::cell::RefCell;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;
use std::sync::mpsc;

use serde_json::json;
use support::client::{client, status};
use support::installed::{cleaned, output, text};
use support::processes::caller;
use support::stand_in::{Answer, StandIn};
use thousandeyes::{Client, Config, Kind, Status};

#[test]
fn settings_that_are_not_utf8_are_errors() {
    let server = StandIn::start();
    server.accept("good-token");
    for name in ["TE_BASE_URL", "TE_AID", "HTTPS_PROXY", "no_proxy"] {
        let mut command: Command = cleaned(caller());
        command.env("TE_BASE_URL", server.base_url()).env("TE_TOKEN", "good-token").env("TE_STATE_DIR", "");
        command.env(name, std::ffi::OsStr::from_bytes(b"12\xff"));
        let told = text(&output(&mut command));
        assert!(told.contains(&format!("{name} is not UTF-8")), "{told}");
    }
    assert_eq!(server.requests(), 0);
}

#[test]
fn calls_work_while_a_thread_ends() {
    struct AtTheEnd(Client, mpsc::Sender<Status>);
    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            self.1.send(status(&self.0.get("/tests"))).expect("a listener");
        }
    }
    thread_local! {
        static LAST: RefCell<Option<AtTheEnd>> = const { RefCell::new(None) };
    }
    let server = StandIn::start();
    server.accept("good-token");
    let (sender, receiver) = mpsc::channel();
    let last = client(&server, "good-token", "");
    std::thread::spawn(move || {
        LAST.with(|place| *place.borrow_mut() = Some(AtTheEnd(client_used(last), sender)));
    })
    .join()
    .expect("no panic");
    assert_eq!(receiver.recv(), Ok(Status::Ok));
}

/// Used once on this thread, so that what the library keeps for a thread is there before the host's own.
fn client_used(client: Client) -> Client {
    assert_eq!(status(&client.get("/tests")), Status::Ok);
    client
}

#[test]
fn no_message_or_log_line_says_the_token_back() {
    const TOKEN: &str = "said+back/token==";
    let server = StandIn::start();
    server.accept(TOKEN);
    let lines = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = std::sync::Arc::clone(&lines);
    let config = Config {
        base_url: Some(server.base_url()),
        state_dir: Some(String::new()),
        account_group: Some(String::new()),
        log: Some(std::sync::Arc::new(move |_, line: &str| log.lock().unwrap().push(line.to_owned()))),
        ..Config::default()
    };
    let client = Client::new(Some(TOKEN), config).expect("a client");
    let said = format!("token {TOKEN} lacks scope");
    let moved = Answer::new(302).header("Location", &format!("/login?token={TOKEN}"));
    server.script_any(vec![
        Answer::problem(400, &said, ""),
        Answer::problem(403, &said, ""),
        moved,
        Answer::problem(500, &said, ""),
        Answer::json(401, &json!({"error": "invalid_token", "error_description": said})),
    ]);
    for _ in 0..5 {
        let error = client.get(&format!("/tests/{TOKEN}")).expect_err("a failure");
        lines.lock().unwrap().push(format!("{error} {error:?}"));
    }
    let lines = lines.lock().unwrap();
    assert!(lines.len() >= 10, "{lines:?}");
    for line in lines.iter() {
        assert!(!line.contains(TOKEN) && !line.contains("said%2Bback"), "{line}");
    }
    assert!(lines.iter().any(|line| line.contains("token (the token) lacks scope")), "{lines:?}");
}

#[test]
fn a_fault_of_the_api_may_be_tried_again_and_a_change_must_be_looked_at() {
    let server = StandIn::start();
    server.accept("good-token").script_any(vec![Answer::new(500), Answer::new(503), Answer::html(403)]);
    let config =
        Config { base_url: Some(server.base_url()), state_dir: Some(String::new()), retries: 0, ..Config::default() };
    let client = Client::new(Some("good-token"), config).expect("a client");
    let get = client.get("/tests").expect_err("a fault");
    assert_eq!((get.status(), get.kind()), (Status::Server, Kind::Retry));
    assert!(get.message().ends_with("Try again later."), "{get}");
    let post = thousandeyes::Call::new("POST", "/tests/http-server").expect("a call");
    let post = client.perform(&post).expect_err("a fault");
    assert!(post.message().ends_with("before you repeat it."), "{post}");
    assert_eq!(client.get("/tests").expect_err("a page").status(), Status::BadResponse, "a proxy's page is no 403");
}
