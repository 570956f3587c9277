//! A proxy that does not let a call through: told as the proxy's fault, with nothing sent, nothing counted and no
//! password said; and the next call works as soon as the proxy does.
// needs: root sudo
// needs: nginx nginx-light
// needs: openssl openssl
// needs: ip iproute2
// needs: tinyproxy tinyproxy-bin
// needs: microsocks microsocks

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use support::installed::{output, text};
use support::net::fake_proxy::FakeProxy;
use support::net::network::HERE;
use support::net::origin::{Origin, TOKEN};
use support::net::proxied::{BASIC, Caller, PASSWORD, USER, says, told, with_api};
use support::net::proxies::{Microsocks, Tinyproxy};
use support::net::server::free;
use thousandeyes::{Error, Status};

fn answered(origin: &Origin, answer: impl Into<Vec<u8>>) -> Error {
    told(origin, "http", &FakeProxy::saying(origin.nginx.address(), answer))
}

/// tinyproxy answers 401 to CONNECT where others answer 407.
#[test]
fn a_proxy_that_wants_a_password_and_gets_none_or_another() {
    with_api(|_, origin| {
        let real = Tinyproxy::start(&format!("BasicAuth {USER} {PASSWORD}"));
        let basic = "HTTP/1.1 407 Log in\r\nProxy-Authenticate: Digest realm=\"x\"\r\n\
            Proxy-Authenticate: Basic realm=\"proxy\"\r\nContent-Length: 0\r\n\r\n";
        let fake = FakeProxy::saying(origin.nginx.address(), basic);
        for address in [real.address(), fake.address()] {
            let none = Caller::new(origin, &format!("http://{address}")).fails();
            says(&none, Status::Proxy, &["user", "password", "proxy"]);
            let wrong = Caller::new(origin, &format!("http://{USER}:{PASSWORD}X@{address}")).fails();
            says(&wrong, Status::Proxy, &["user", "password", "proxy"]);
            assert_ne!(none.message(), wrong.message());
        }
        Caller::new(origin, &format!("http://{USER}:{PASSWORD}@{}", real.address())).works();
    });
}

#[test]
fn a_proxy_that_wants_what_is_not_spoken_here() {
    with_api(|_, origin| {
        for (header, words) in [
            ("Proxy-Authenticate: NTLM\r\n", ["NTLM", "not supported"]),
            ("proxy-authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n", ["Negotiate", "not supported"]),
            ("Proxy-Authenticate: Kerberos, Negotiate\r\n", ["Negotiate", "not supported"]),
            ("Proxy-Authenticate: Digest realm=\"a, Basic\", nonce=\"x\"\r\n", ["Digest", "not supported"]),
        ] {
            let answer = format!("HTTP/1.1 407 Log in\r\n{header}Content-Length: 6\r\n\r\nlog in");
            says(&answered(origin, answer), Status::Proxy, &[&["407"], &words[..]].concat());
        }
    });
}

#[test]
fn a_proxy_that_refuses() {
    with_api(|_, origin| {
        // What another time may go well is worth a try.
        for (line, status) in [
            ("403 Forbidden", Status::Proxy),
            ("502 Bad Gateway", Status::Connect),
            ("503 Service Unavailable", Status::Connect),
            ("401 Unauthorized\r\nWWW-Authenticate: Bearer", Status::Proxy),
            ("429 Too Many Requests\r\nRetry-After: 3000", Status::Proxy),
            ("302 Found\r\nLocation: http://login.example.test/", Status::Proxy),
        ] {
            let word = &line[..3];
            let body = "<html>no</html>";
            let head = format!("HTTP/1.1 {line}\r\nContent-Type: text/html\r\nContent-Length: {}", body.len());
            says(&answered(origin, format!("{head}\r\n\r\n{body}")), status, &[word]);
        }
    });
}

#[test]
fn a_proxy_with_many_headers() {
    with_api(|_, origin| {
        let many = "X-Header: one of many\r\n".repeat(60);
        says(&answered(origin, format!("HTTP/1.1 403 No\r\n{many}\r\n")), Status::Proxy, &["403"]);
        let place = origin.nginx.address();
        let proxy = FakeProxy::start(place, move |mut stream: &TcpStream| {
            stream.write_all(format!("HTTP/1.1 200 OK\r\n{many}\r\n").as_bytes())?;
            support::net::fake_proxy::join(stream, place)
        });
        Caller::new(origin, &format!("http://{}", proxy.address())).works();
    });
}

#[test]
fn a_proxy_that_answers_no_http() {
    with_api(|_, origin| {
        let large = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
        for answer in ["\0\x01\x02garbage\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 2000 OK\r\n\r\n", &large] {
            says(&answered(origin, answer), Status::Proxy, &[]);
        }
        says(&answered(origin, ""), Status::Connect, &["without an answer"]);
    });
}

#[test]
fn a_proxy_that_ends_the_tunnel_at_once() {
    with_api(|_, origin| {
        let proxy = FakeProxy::saying(origin.nginx.address(), "HTTP/1.1 200 OK\r\n\r\n");
        let caller = Caller::new(origin, &format!("http://{}", proxy.address()));
        says(&caller.fails(), Status::Connect, &["closed", "The proxy may not let TLS"]);
        proxy.mend();
        caller.works();
    });
}

#[test]
fn a_proxy_that_is_silent_or_never_ends_its_answer() {
    with_api(|_, origin| {
        let place = origin.nginx.address();
        let silent = FakeProxy::start(place, |mut stream| stream.read(&mut [0]).map(drop));
        let endless = FakeProxy::start(place, |mut stream| {
            stream.write_all(b"HTTP/1.1 200 OK\r\nX: ")?;
            loop {
                stream.write_all(b"x")?;
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let timed = |call: &dyn Fn() -> Error| {
            let begun = Instant::now();
            let error = call();
            says(&error, Status::Timeout, &["the proxy"]);
            let took = begun.elapsed();
            assert!((Duration::from_millis(700)..Duration::from_millis(1500)).contains(&took), "{took:?}");
        };
        timed(&|| told(origin, "http", &endless));
        timed(&|| Caller::new(origin, &format!("https://{}", silent.address())).fails());
        timed(&|| Caller::new(origin, &format!("socks5://{}", silent.address())).fails());
        timed(&|| Caller::new(origin, &format!("http://{}", silent.address())).fails());
        silent.mend();
        Caller::new(origin, &format!("socks5://{}", silent.address())).works();
    });
}

#[test]
fn a_proxy_that_is_not_there() {
    with_api(|_, origin| {
        for scheme in ["http", "https", "socks5"] {
            let address = free(HERE.into());
            let refused = Caller::new(origin, &format!("{scheme}://{USER}:{PASSWORD}@{address}")).fails();
            says(&refused, Status::Connect, &["refused", &address.to_string()]);
            let nobody = "nobody.example.test:3128";
            let unknown = Caller::new(origin, &format!("{scheme}://{USER}:{PASSWORD}@{nobody}")).fails();
            says(&unknown, Status::Dns, &["nobody.example.test"]);
        }
    });
}

#[test]
fn a_socks_proxy_that_refuses() {
    with_api(|_, origin| {
        let place = origin.nginx.address();
        let none_of_these: &[u8] = &[5, 0xff];
        for (answer, status, word) in [
            (none_of_these, Status::Proxy, "password"),
            (&[5, 0, 5, 2, 0, 1, 0, 0, 0, 0, 0, 0], Status::Proxy, "rules"),
            (&[5, 0, 5, 3, 0, 1, 0, 0, 0, 0, 0, 0], Status::Connect, "network cannot be reached"),
            (&[5, 0, 5, 4, 0, 1, 0, 0, 0, 0, 0, 0], Status::Connect, "host cannot be reached"),
            (&[5, 0, 5, 5, 0, 1, 0, 0, 0, 0, 0, 0], Status::Connect, "refused"),
            (&[5, 2, 1, 1], Status::Proxy, "password"),
            (b"HTTP/1.1 400 Bad Request\r\n\r\n", Status::Proxy, ""),
            (b"", Status::Connect, ""),
        ] {
            let proxy = FakeProxy::saying(place, answer);
            says(&told(origin, "socks5h", &proxy), status, &[word]);
        }
    });
}

#[test]
fn a_socks_proxy_that_wants_a_password_and_gets_none_or_another() {
    with_api(|_, origin| {
        let proxy = Microsocks::start(Some((USER, PASSWORD)));
        let address = proxy.address();
        says(&Caller::new(origin, &format!("socks5://{address}")).fails(), Status::Proxy, &["password"]);
        let wrong = Caller::new(origin, &format!("socks5://{USER}:{PASSWORD}X@{address}")).fails();
        says(&wrong, Status::Proxy, &["password"]);
        Caller::new(origin, &format!("socks5://{USER}:{PASSWORD}@{address}")).works();
    });
}

/// As a person sees it who sets `TE_LOG` and `HTTPS_PROXY`.
#[test]
fn no_line_of_a_program_says_user_or_password() {
    with_api(|_, origin| {
        let forbidden = FakeProxy::saying(origin.nginx.address(), "HTTP/1.1 403 No\r\n\r\n");
        let through = FakeProxy::to(origin.nginx.address());
        for (proxy, status) in [(forbidden.address(), "TE_E_PROXY"), (through.address(), "TE_OK")] {
            let mut program = origin.caller();
            program.args(["--ca-file", &origin.authority.file()]).env("TE_LOG", "debug");
            program.env("HTTPS_PROXY", format!("http://{USER}:{PASSWORD}@{proxy}"));
            let said = text(&output(&mut program));
            assert!(said.contains(status) && said.contains("thousandeyes: "), "{said}");
            for secret in [USER, PASSWORD, BASIC, TOKEN] {
                assert!(!said.contains(secret), "{secret} in: {said}");
            }
        }
    });
}
