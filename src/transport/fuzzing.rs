//! The way through a proxy over bytes that a fuzzer made.
#![allow(missing_docs, reason = "nobody's interface")]

use std::io::{self, Cursor, Read, Write};

use rustls::pki_types::CertificateDer;

use super::failure::Fault;
use super::proxy::{self, Kind, ProxySetting};
use super::tcp::Stream;
use super::tls::Issuer;
use crate::target::Base;

/// A connection whose other side answers so, whatever it is sent.
#[derive(Debug)]
struct Scripted(Cursor<Vec<u8>>);

impl Read for Scripted {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.0.read(room)
    }
}

impl Write for Scripted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for Scripted {
    fn is_idle(&self) -> bool {
        true
    }
}

/// What becomes of a way through a proxy.
#[derive(Debug)]
pub enum Outcome {
    /// The base URL is none.
    NoBase,
    /// The setting is refused.
    Refused(String),
    /// The origin goes without a proxy.
    Direct,
    /// The proxy made the connection, and so many of its bytes were read.
    Through { socks: bool, read: u64 },
    /// It did not.
    Failed(String),
}

/// The way to an origin with a proxy setting, the exceptions from it, and what the proxy answers.
pub fn through_proxy(base: &str, url: &str, except: &str, answer: Vec<u8>) -> Outcome {
    let Ok(base) = Base::find(Some(base)) else { return Outcome::NoBase };
    let (host, port) = (base.origin.host(), base.origin.port());
    let proxy = match ProxySetting::new(url, except).for_origin(&base.origin) {
        Ok(Some(proxy)) => proxy,
        Ok(None) => return Outcome::Direct,
        Err(error) => return Outcome::Refused(error.message().to_owned()),
    };
    let mut stream = Scripted(Cursor::new(answer));
    let socks = proxy.kind == Kind::Socks5;
    let made = if socks {
        proxy::connect(&mut stream, &proxy, host, port)
    } else {
        proxy::tunnel(&mut stream, &proxy, host, port, "fuzzer/1")
    };
    match made {
        Ok(()) => Outcome::Through { socks, read: stream.0.position() },
        Err(error) => {
            assert!(error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Fault>), "{error}");
            Outcome::Failed(error.to_string())
        }
    }
}

/// Who issued what may be a certificate.
pub fn issuer(certificate: &[u8]) -> Option<String> {
    Issuer::of(&CertificateDer::from(certificate)).and_then(|issuer| issuer.name().map(str::to_owned))
}
