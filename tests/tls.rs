//! TLS with nginx: which versions are spoken, sessions that are taken up again, connections that the server ends.
// needs: nginx nginx-light
// needs: openssl openssl

mod support;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use support::net::origin::Origin;
use thousandeyes::{Call, Config, Error, Status};

#[test]
fn servers_of_tls_1_2_and_of_1_3_are_called() {
    for version in ["TLSv1.2", "TLSv1.3"] {
        let origin = Origin::on_loopback(&format!("ssl_protocols {version};"));
        origin.client().get("/tests").expect("an answer");
        let log = origin.nginx.log(1);
        assert_eq!((log[0].protocol.as_str(), log[0].status), (version, 200));
        assert_eq!(origin.api.requests(), 1);
    }
}

#[test]
fn a_server_that_shares_no_version_or_cipher_is_not_called() {
    for (settings, told) in [
        ("ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;", "TLS 1.2"),
        ("ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES128-SHA256;", "nothing in common"),
    ] {
        let origin = Origin::on_loopback(settings);
        let error = origin.refused(origin.trusting());
        assert_eq!(error.status(), Status::Tls, "{error}");
        assert!(error.message().contains(told), "{error}");
        assert!(!error.message().contains("CA file"), "no CA file helps here: {error}");
    }
}

/// What listens there takes the connection, and then does this.
fn strange(origin: &Origin, does: fn(TcpStream)) -> (Error, Duration) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let base_url = Some(format!("https://{}", listener.local_addr().expect("an address")));
    let serving = std::thread::spawn(move || does(listener.accept().expect("a connection").0));
    let begun = Instant::now();
    let connect_timeout = Duration::from_millis(500);
    let error = origin.refused(Config { base_url, connect_timeout, ..origin.trusting() });
    let took = begun.elapsed();
    serving.join().expect("no panic");
    (error, took)
}

#[test]
fn what_is_no_tls_is_told_as_such() {
    let origin = Origin::on_loopback("");
    let (error, _) = strange(&origin, |mut stream| {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").expect("written");
        let _until_closed = stream.read_to_end(&mut Vec::new());
    });
    assert_eq!(error.status(), Status::Tls, "{error}");
    assert!(error.message().contains("is not TLS"), "{error}");
}

#[test]
fn a_server_that_closes_or_is_silent_before_tls_is_agreed() {
    let origin = Origin::on_loopback("");
    let (error, _) = strange(&origin, drop);
    assert_eq!(error.status(), Status::Connect, "{error}");
    assert!(error.message().contains("was closed while TLS was being agreed"), "{error}");
    let (error, took) = strange(&origin, |mut stream| {
        let _until_closed = stream.read_to_end(&mut Vec::new());
    });
    assert_eq!(error.status(), Status::Timeout, "{error}");
    assert!(error.message().contains("TLS was not agreed with 127.0.0.1 within the time allowed"), "{error}");
    assert!((Duration::from_millis(450)..Duration::from_secs(1)).contains(&took), "{took:?}");
}

#[test]
fn a_second_connection_resumes_the_session_of_the_first() {
    for version in ["TLSv1.2", "TLSv1.3"] {
        let origin = Origin::on_loopback(&format!("ssl_protocols {version}; keepalive_requests 1;"));
        let client = origin.client();
        for _ in 0..3 {
            client.get("/tests").expect("an answer");
        }
        let log = origin.nginx.log(3);
        let connections: BTreeSet<_> = log.iter().map(|request| request.connection).collect();
        assert_eq!(connections.len(), 3, "{log:?}");
        let resumed: Vec<_> = log.iter().map(|request| request.resumed).collect();
        assert_eq!(resumed, [false, true, true], "{log:?}");
    }
}

#[test]
fn a_server_that_ends_connections_after_some_requests_loses_none() {
    let origin = Origin::on_loopback("keepalive_requests 3;");
    let client = origin.client();
    for _ in 0..20 {
        client.get("/tests").expect("an answer");
    }
    assert_eq!(origin.api.requests(), 20);
    let log = origin.nginx.log(20);
    let numbers: Vec<_> = log.iter().map(|request| request.number).collect();
    assert_eq!(numbers, [1, 2, 3].repeat(7)[..20]);
}

#[test]
fn a_connection_that_the_server_ended_while_it_was_idle_is_not_used() {
    let origin = Origin::on_loopback("keepalive_timeout 1s;");
    let client = origin.client();
    client.get("/tests").expect("an answer");
    for (method, path) in [("POST", "/tests/http-server"), ("GET", "/tests")] {
        std::thread::sleep(Duration::from_secs(2));
        let mut call = Call::new(method, path).expect("a call");
        call.timeout(Duration::from_secs(5));
        client.perform(&call).expect("an answer");
    }
    let log = origin.nginx.log(3);
    let requests: Vec<_> = log.iter().map(|seen| seen.request.split(' ').next().expect("a method")).collect();
    assert_eq!(requests, ["GET", "POST", "GET"]);
    assert!(log.iter().all(|seen| seen.number == 1), "{log:?}");
    assert_eq!(origin.api.requests(), 3);
}

#[test]
fn a_packed_body_is_unpacked() {
    let origin = Origin::on_loopback("gzip on; gzip_min_length 1;");
    origin.api.tests(500, 500);
    let answer = origin.client().get("/tests").expect("an answer");
    let body = answer.json().expect("JSON");
    assert_eq!(body["tests"].as_array().map(Vec::len), Some(500));
    assert!(origin.nginx.log(1)[0].packed, "the server packed it");
}
