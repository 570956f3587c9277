//! Bodies that are not what their headers say: never a success with a part of the answer.
// quick

mod support;

use serde_json::json;
use support::client::{client, status};
use support::stand_in::{Answer, StandIn};
use thousandeyes::{Sent, Status};

const TOKEN: &str = "bodies-token";

fn server() -> StandIn {
    let server = StandIn::start();
    server.accept(TOKEN);
    server
}

fn typed(kind: &str, body: impl Into<Vec<u8>>) -> Answer {
    Answer::new(200).header("Content-Type", kind).body(body)
}

#[test]
fn what_should_be_json_and_is_not_is_a_bad_response_whose_body_can_be_read() {
    let server = server();
    let client = client(&server, TOKEN, "");
    let deep = [vec![b'['; 600], vec![b']'; 600]].concat();
    let rows: [(&str, Vec<u8>, &str); 9] = [
        ("application/json", b"{\"tests\": [{\"testId\": \"1\"}, {\"te".to_vec(), "EOF"),
        ("application/hal+json", b"{\"tests\": [], \"_links\": {}".to_vec(), "EOF"),
        ("Application/JSON; charset=utf-8", b"{\"a\": 1} {".to_vec(), "trailing"),
        ("application/json", b"ok".to_vec(), "expected"),
        ("application/json", b"\0".to_vec(), "expected"),
        ("application/json", b"[\"\xff\"]".to_vec(), "unicode"),
        ("application/json", b"[01]".to_vec(), "number"),
        ("application/json", deep, "deeper than 512"),
        ("application/json", vec![b'['; 5_000_000], "deeper than 512"),
    ];
    let count = rows.len();
    for (kind, body, why) in rows {
        server.script("/v7/tests", vec![typed(kind, body.clone())]);
        let error = client.get("/tests").expect_err(why);
        assert_eq!((error.status(), error.was_sent()), (Status::BadResponse, Sent::Yes), "{why}");
        assert!(error.message().contains(why), "{}", error.message());
        let answer = error.response().expect("an answer");
        assert_eq!((answer.http_status(), answer.body()), (200, body.as_slice()));
        assert!(answer.json().is_none() && answer.raw_json("").is_none());
    }
    assert_eq!(server.requests(), count as u64);
}

#[test]
fn no_body_and_what_is_not_said_to_be_json_are_fine() {
    let server = server();
    let client = client(&server, TOKEN, "");
    for answer in [
        typed("application/json", ""),
        typed("application/json", " \r\n"),
        Answer::new(204).header("Content-Type", "application/json"),
        typed("text/csv", "a,b\n1,2"),
        typed("application/json", "[\"half a pair: \\ud800\", 1e999]"),
        Answer::new(200).body("{"),
    ] {
        server.script("/v7/tests", vec![answer]);
        assert_eq!(status(&client.get("/tests")), Status::Ok);
    }
    // Of an answer that failed anyway the body says what it can.
    server
        .script("/v7/tests", vec![Answer::new(404).header("Content-Type", "application/problem+json").body("{\"ti")]);
    assert_eq!(status(&client.get("/tests")), Status::NotFound);
}

/// Each with what follows it on the same client: a rest that was left in a connection must not be the next answer.
#[test]
fn a_length_that_is_a_lie_is_no_success() {
    let server = server();
    let client = client(&server, TOKEN, "");
    let whole = json!({"tests": [{"testId": "1", "testName": "x".repeat(200)}]}).to_string();
    let json = |body: &str| typed("application/json", body);
    let chunks = |end: &str| {
        let size = whole.len();
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
        Answer::raw(format!("{head}{size:x}\r\n{whole}\r\n{end}"))
    };
    let shorter = format!("{whole}{whole}");
    for (what, answer, expected) in [
        ("cut off", json(&whole).cut_after(100), Status::Io),
        ("cut off before its first byte", json(&whole).cut_after(0), Status::Io),
        ("cut off in gzip", json(&whole).gzip().cut_after(20), Status::Io),
        ("cut off and closed, with no length", raw(&whole[..100]), Status::BadResponse),
        ("gzip cut off, its length right", cut_gzip(&whole), Status::BadResponse),
        ("a length that is too small", json(&whole).header("Content-Length", "100").closing(), Status::BadResponse),
        ("no last chunk", chunks(""), Status::Io),
        ("a second chunk cut off", chunks("ff\r\nabc"), Status::Io),
        ("the first of two documents", json(&shorter).header("Content-Length", &whole.len().to_string()), Status::Ok),
        ("all chunks", chunks("0\r\n\r\n"), Status::Ok),
    ] {
        server.script("/v7/tests", vec![answer]);
        let result = client.get("/tests");
        assert_eq!(status(&result), expected, "{what}: {result:?}");
        if let Err(error) = result {
            assert_eq!(error.was_sent(), Sent::Yes, "{what}: {error}");
        }
        let next = client.get("/status").expect(what);
        assert!(next.raw_json("/timestamp").is_some(), "after {what}");
    }
    assert_eq!(server.requests(), 20);
}

fn raw(body: &str) -> Answer {
    Answer::raw(format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{body}"))
}

/// Gzip without its end, announced as long as it is.
fn cut_gzip(body: &str) -> Answer {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body.as_bytes()).expect("memory");
    let mut bytes = encoder.finish().expect("memory");
    bytes.truncate(bytes.len() - 12);
    typed("application/json", bytes).header("Content-Encoding", "gzip")
}

#[cfg(target_os = "linux")]
#[test]
fn hostile_arrays_take_little_more_than_their_body() {
    let server = server();
    let client = client(&server, TOKEN, "");
    server.script(
        "/v7/tests",
        vec![typed("application/json", [b"[".as_slice(), &b"0,".repeat(10_000_000), b"0]"].concat())],
    );
    let answer = client.get("/tests").expect("JSON");
    let before = peak_memory();
    assert_eq!(answer.raw_json("/10000000"), Some("0"));
    // 40 MB of places, and as much again while they grow; the parser's tree takes 320 and more.
    assert!(peak_memory() - before < 150 << 20, "{} bytes", peak_memory() - before);
}

/// The most memory this process ever had, in bytes.
#[cfg(target_os = "linux")]
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
}
