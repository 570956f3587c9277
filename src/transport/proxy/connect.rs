//! A tunnel through an HTTP proxy: CONNECT, RFC 9110 section 9.3.6.

use std::io::{self, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use super::LATER;
use super::url::{Proxy, host_and_port};
use crate::status::Status;
use crate::transport::failure::Fault;
use crate::transport::tcp::Stream;

/// The largest head of an answer, and the most headers in it.
const LARGEST: usize = 64 * 1024;
const MOST_HEADERS: usize = 128;
/// Those that proxies name; others are not told, since a proxy may say anything.
const SCHEMES: [&str; 6] = ["Basic", "Digest", "NTLM", "Negotiate", "Kerberos", "Bearer"];

/// Asks for a tunnel to a host.
pub(in crate::transport) fn tunnel(
    stream: &mut dyn Stream,
    proxy: &Proxy,
    host: &str,
    port: u16,
    user_agent: &str,
) -> io::Result<()> {
    let target = host_and_port(host, port);
    let mut request = Zeroizing::new(Vec::with_capacity(2048));
    write!(request, "CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: {user_agent}\r\n")?;
    if let Some(login) = &proxy.credentials {
        let pair = Zeroizing::new(format!("{}:{}", *login.user, *login.password));
        let pair = Zeroizing::new(BASE64_STANDARD.encode(&*pair));
        write!(request, "Proxy-Authorization: Basic {}\r\n", *pair)?;
    }
    request.extend_from_slice(b"\r\n");
    stream.write_all(&request)?;
    stream.flush()?;
    read_answer(stream, proxy, &target)
}

fn read_answer(stream: &mut dyn Stream, proxy: &Proxy, target: &str) -> io::Result<()> {
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    loop {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        match response.parse(&answer) {
            Ok(httparse::Status::Complete(head)) => {
                judge(response.code.unwrap_or_default(), response.headers, proxy, target)?;
                // In the tunnel the client speaks first: what follows the head is nobody's.
                return if head == answer.len() { Ok(()) } else { Err(not_http(proxy)) };
            }
            Ok(httparse::Status::Partial) if answer.len() < LARGEST => {}
            _ => return Err(not_http(proxy)),
        }
        match stream.read(&mut part)? {
            0 => {
                let text = format!("the proxy {} closed the connection without an answer", proxy.address());
                return Err(Fault::new(Status::Connect, text).advice(LATER).into());
            }
            read => answer.extend_from_slice(&part[..read]),
        }
    }
}

fn judge(code: u16, headers: &[httparse::Header], proxy: &Proxy, target: &str) -> io::Result<()> {
    let address = proxy.address();
    let fault = |text: String, advice: &'static str| Err(Fault::new(Status::Proxy, text).advice(advice).into());
    match code {
        200..300 => Ok(()),
        // 401 by mistake: tinyproxy does so.
        401 | 407 => log_in(&address, code, &schemes(headers), proxy.credentials.is_some()),
        403 => fault(
            format!("the proxy {address} does not let {target} through (HTTP 403)"),
            "Ask whoever runs the proxy to allow it.",
        ),
        502..=504 => {
            let text = format!("the proxy {address} could not reach {target} (HTTP {code})");
            Err(Fault::new(Status::Connect, text).advice(LATER).into())
        }
        _ => fault(
            format!("the proxy {address} made no tunnel to {target} (HTTP {code})"),
            "Check that it is a proxy and takes CONNECT.",
        ),
    }
}

fn log_in(address: &str, code: u16, schemes: &[&str], has_login: bool) -> io::Result<()> {
    let wanted = if schemes.is_empty() { "no known scheme named".to_owned() } else { schemes.join(", ") };
    let takes_basic = schemes.is_empty() || schemes.contains(&"Basic");
    let (text, advice) = match (takes_basic, has_login) {
        (true, true) => (
            format!("the proxy {address} does not accept user and password (HTTP {code})"),
            "Check both in the proxy's URL; percent-encode what is not a letter or a digit.",
        ),
        (true, false) => (
            format!("the proxy {address} asks for a log-in (HTTP {code}, {wanted})"),
            "Put user and password into the proxy's URL: http://user:password@host:port.",
        ),
        (false, _) => (
            format!("the proxy {address} takes only log-ins that are not supported here (HTTP {code}, {wanted})"),
            "Ask for Basic, or run a local proxy that logs in there, and name that one.",
        ),
    };
    Err(Fault::new(Status::Proxy, text).advice(advice).into())
}

/// The authentication schemes of RFC 9110 section 11.7.1, one a header or several in one.
fn schemes(headers: &[httparse::Header]) -> Vec<&'static str> {
    let values = headers.iter().filter(|header| header.name.eq_ignore_ascii_case("proxy-authenticate"));
    let challenges = values.flat_map(|value| value.value.split(|&byte| byte == b','));
    // Most parts after a comma are parameters of the challenge before.
    let scheme = |challenge: &[u8]| {
        let word = challenge.trim_ascii().split(u8::is_ascii_whitespace).next().unwrap_or_default();
        SCHEMES.into_iter().find(|scheme| scheme.as_bytes().eq_ignore_ascii_case(word))
    };
    let mut found: Vec<_> = challenges.filter_map(scheme).collect();
    found.dedup();
    found.truncate(SCHEMES.len());
    found
}

fn not_http(proxy: &Proxy) -> io::Error {
    let text = format!("what {} answers is not HTTP", proxy.address());
    Fault::new(Status::Proxy, text)
        .advice("Check the proxy's host and port, and its kind (http, https, socks5).")
        .into()
}
