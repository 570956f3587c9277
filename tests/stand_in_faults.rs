//! The stand-in itself: scripted answers, broken connections and many of them.
// quick

mod support;

use std::io::Read;
use std::net::TcpStream;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use support::raw::{Client, TOKEN, get, server};
use support::stand_in::Answer;

#[test]
fn scripts_come_first_and_run_out() {
    let server = server();
    let path = "/v7/status";
    server.script(
        path,
        vec![
            Answer::new(500).header("X-Mine", "yes").body("broken"),
            Answer::html(200),
            Answer::new(200).body("0123456789").slowly(4, Duration::from_millis(10)),
            Answer::json(200, &json!({"a": 1})).gzip(),
        ],
    );
    let mut client = Client::new(&server);
    assert_eq!(client.call("GET", path, Some("bad"), "").status, 401, "scripts come after the token");
    let mut next = || client.call("GET", path, Some(TOKEN), "");
    let broken = next();
    assert_eq!((broken.status, broken.header("x-mine")), (500, Some("yes")));
    assert!(next().body.starts_with(b"<!DOCTYPE html>"));
    assert_eq!(next().body, b"0123456789");
    let packed = next();
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*packed.body).read_to_string(&mut text).expect("gzip");
    assert_eq!((packed.header("content-encoding"), text.as_str()), (Some("gzip"), "{\"a\":1}"));
    assert!(next().json()["timestamp"].is_string());
    server.script(path, vec![Answer::pass(), Answer::new(500)]);
    assert!(next().json()["timestamp"].is_string(), "the route's own answer comes first");
    assert_eq!((next().status, next().status), (500, 200));
    server.script_any(vec![Answer::new(503).before_auth()]);
    assert_eq!(Client::new(&server).call("GET", "/v7/x", None, "").status, 503);
}

#[test]
fn broken_answers_end_the_connection() {
    let server = server();
    server.script_any(vec![
        Answer::reset(),
        Answer::new(200).body("0123456789").cut_after(4),
        Answer::raw("not http at all"),
        Answer::raw("HTTP/1.1 401 No\r\n\r\n"),
        Answer::new(200).hanging_up(),
        Answer::new(200).closing(),
    ]);
    let request = format!("GET /v7/tests HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
    let mut texts = Vec::new();
    for _ in 0..6 {
        let mut client = Client::new(&server);
        client.write(&request);
        let mut text = String::new();
        client.0.read_to_string(&mut text).expect("an orderly close");
        texts.push(text);
    }
    assert_eq!(texts[0], "");
    assert!(texts[1].contains("Content-Length: 10\r\n") && texts[1].ends_with("\r\n0123"));
    assert_eq!(texts[2], "not http at all");
    assert_eq!(server.unauthorized(), 1);
    assert!(texts[4].starts_with("HTTP/1.1 200") && !texts[4].contains("Connection"));
    assert!(texts[5].contains("Connection: close"));
}

#[test]
fn silence_and_delay_end_with_the_stand_in() {
    let server = server();
    server.script("/v7/tests", vec![Answer::silence()]).delay(Duration::from_secs(60));
    let mut client = Client::new(&server);
    client.write("GET /v7/status HTTP/1.1\r\nAuthorization: Bearer good-token\r\n\r\n");
    let mut other = Client::new(&server);
    while server.requests() == 0 {
        thread::yield_now();
    }
    server.delay(Duration::ZERO);
    other.write("GET /v7/tests HTTP/1.1\r\nAuthorization: Bearer good-token\r\n\r\n");
    while server.log().len() < 2 {
        thread::yield_now();
    }
    let started = Instant::now();
    let address = server.address();
    drop(server);
    assert!(client.read().is_none() && other.read().is_none());
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn many_connections_are_answered_at_once() {
    let server = server();
    server.delay(Duration::from_millis(300));
    let ready = Barrier::new(300);
    thread::scope(|scope| {
        for _ in 0..300 {
            scope.spawn(|| {
                let mut client = Client::new(&server);
                ready.wait();
                assert_eq!(client.call("GET", "/v7/status", Some(TOKEN), "").status, 200);
            });
        }
    });
    assert_eq!(server.requests(), 300);
    assert!(server.max_in_flight() > 50, "{}", server.max_in_flight());
    assert_eq!(server.max_in_flight_of(TOKEN), server.max_in_flight());
    server.delay(Duration::ZERO).reset_counts();
    for _ in 0..300 {
        assert_eq!(get(&server, "/v7/big?bytes=40000").status, 200);
    }
    assert_eq!(server.max_in_flight(), 1, "requests in a row are never two at once");
}

#[test]
fn bodies_in_chunks_and_requests_in_a_row_are_read() {
    let server = server();
    let mut client = Client::new(&server);
    let head =
        format!("POST /v7/echo HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.write(&format!("{head}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n{head}0\r\n\r\n"));
    assert_eq!(client.read().expect("an answer").json()["body"], "abcde");
    assert_eq!(client.read().expect("an answer").json()["body"], "");
    assert_eq!(server.connections(), 1);
    client.write("nonsense\r\n\r\n");
    assert_eq!(client.read().expect("an answer").status, 400);
    let mut client = Client::new(&server);
    client.write("POST /v7/echo HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n");
    assert_eq!(client.read().expect("an answer").status, 413);
}
