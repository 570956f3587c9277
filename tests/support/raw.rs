//! A client that is nothing but a socket, to test the stand-in without the library.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "every test compiles its own copy and uses a part of it"
)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use super::stand_in::StandIn;

/// The token that [`server`] accepts.
pub const TOKEN: &str = "good-token";

/// A stand-in that accepts [`TOKEN`].
pub fn server() -> StandIn {
    let server = StandIn::start();
    server.accept(TOKEN);
    server
}

/// An answer as it came over the wire.
pub struct Got {
    /// The status.
    pub status: u16,
    /// The status line and headers.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Got {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|l| l.split_once(": "));
        let mut found = lines.filter(|(n, _)| n.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value)
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

/// One connection.
pub struct Client(pub TcpStream);

impl Client {
    /// Connects.
    pub fn new(server: &StandIn) -> Self {
        let stream = TcpStream::connect(server.address()).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
        Self(stream)
    }

    /// Sends text as it is.
    pub fn write(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).expect("a sent request");
    }

    /// Sends a request and reads its answer.
    pub fn call(&mut self, method: &str, target: &str, token: Option<&str>, body: &str) -> Got {
        let token = token.map_or(String::new(), |t| format!("Authorization: Bearer {t}\r\n"));
        let length = body.len();
        self.write(&format!(
            "{method} {target} HTTP/1.1\r\nHost: x\r\n{token}Content-Length: {length}\r\n\r\n{body}"
        ));
        self.read().expect("an answer")
    }

    /// Nothing if the connection ends before the answer does.
    pub fn read(&mut self) -> Option<Got> {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
                break end + 4;
            }
            let mut byte = [0];
            if self.0.read(&mut byte).ok()? == 0 {
                return None;
            }
            bytes.push(byte[0]);
        };
        let head = String::from_utf8(bytes[..end].to_vec()).expect("a text head");
        let mut got = Got { status: head[9..12].parse().expect("a status"), head, body: Vec::new() };
        let length = got.header("content-length").map_or(0, |l| l.parse().expect("a length"));
        got.body = vec![0; length];
        self.0.read_exact(&mut got.body).ok()?;
        Some(got)
    }
}

/// One request on a connection of its own, with the good token.
pub fn get(server: &StandIn, target: &str) -> Got {
    Client::new(server).call("GET", target, Some(TOKEN), "")
}
