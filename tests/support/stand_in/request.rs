//! Reading requests off a connection, within limits.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use httparse::Status;

const HEAD_LIMIT: usize = 64 * 1024;
const BODY_LIMIT: usize = 8 * 1024 * 1024;
const HEADERS: usize = 128;

/// A request, read completely.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) keep_alive: bool,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Path and query; a client that takes this for a proxy sends a whole URL.
    pub(super) fn local(&self) -> &str {
        match self.target.split_once("://") {
            Some((scheme, rest)) if !scheme.contains('/') => rest.find('/').map_or("/", |slash| &rest[slash..]),
            _ => &self.target,
        }
    }

    pub(super) fn path(&self) -> &str {
        self.local().split('?').next().unwrap_or("/")
    }

    /// The parameters of the query, decoded.
    pub(super) fn parameters(&self) -> impl Iterator<Item = (String, String)> {
        let query = self.local().split_once('?').map_or("", |(_, query)| query);
        query.split('&').filter(|p| !p.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
    }

    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        self.parameters().find(|(n, _)| n == name).map(|(_, value)| value)
    }
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|h| str::from_utf8(h).ok());
        let byte = hex.and_then(|h| u8::from_str_radix(h, 16).ok());
        match (bytes[at], byte) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Why there is no request.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The connection is over; nobody is left to tell.
    Gone,
    /// Not a request this server reads: answer with this status and close.
    Bad(u16),
}

impl From<io::Error> for Refusal {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

/// The bytes of one connection that were read and not yet used.
pub(super) struct Reader {
    stream: Arc<TcpStream>,
    bytes: Vec<u8>,
}

impl Reader {
    pub(super) fn new(stream: Arc<TcpStream>) -> Self {
        Self { stream, bytes: Vec::new() }
    }

    fn more(&mut self) -> Result<(), Refusal> {
        let mut piece = [0; 8192];
        match (&*self.stream).read(&mut piece)? {
            0 => Err(Refusal::Gone),
            n => {
                self.bytes.extend_from_slice(&piece[..n]);
                Ok(())
            }
        }
    }

    pub(super) fn take(&mut self, count: usize) -> Result<Vec<u8>, Refusal> {
        while self.bytes.len() < count {
            self.more()?;
        }
        let rest = self.bytes.split_off(count);
        Ok(std::mem::replace(&mut self.bytes, rest))
    }

    /// Waits for the first byte of the next request.
    pub(super) fn begin(&mut self) -> Result<(), Refusal> {
        if self.bytes.is_empty() { self.more() } else { Ok(()) }
    }

    /// Waits for the next request.
    pub(super) fn next(&mut self) -> Result<Request, Refusal> {
        let mut request = loop {
            if let Some((request, length)) = parse_head(&self.bytes)? {
                self.bytes.drain(..length);
                break request;
            }
            if self.bytes.len() > HEAD_LIMIT {
                return Err(Refusal::Bad(431));
            }
            self.more()?;
        };
        let chunked = match request.header("transfer-encoding") {
            Some(coding) if coding.eq_ignore_ascii_case("chunked") => true,
            Some(_) => return Err(Refusal::Bad(501)),
            None => false,
        };
        let length = request.header("content-length").map_or(Ok(0), str::parse);
        let length: usize = length.map_err(|_| Refusal::Bad(400))?;
        if length > BODY_LIMIT {
            return Err(Refusal::Bad(413));
        }
        let asks = request.header("expect");
        if asks.is_some_and(|e| e.eq_ignore_ascii_case("100-continue")) {
            (&*self.stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        request.body = if chunked { self.chunks()? } else { self.take(length)? };
        Ok(request)
    }

    fn chunks(&mut self) -> Result<Vec<u8>, Refusal> {
        let mut body = Vec::new();
        loop {
            let parsed = httparse::parse_chunk_size(&self.bytes).map_err(|_| Refusal::Bad(400))?;
            let Status::Complete((used, size)) = parsed else {
                if self.bytes.len() > HEAD_LIMIT {
                    return Err(Refusal::Bad(400));
                }
                self.more()?;
                continue;
            };
            let size = usize::try_from(size).map_err(|_| Refusal::Bad(413))?;
            if body.len().saturating_add(size) > BODY_LIMIT {
                return Err(Refusal::Bad(413));
            }
            self.bytes.drain(..used);
            body.extend(self.take(size)?);
            // Trailers are not read: the line after the last chunk must be empty, as after every other.
            if self.take(2)? != b"\r\n" {
                return Err(Refusal::Bad(400));
            }
            if size == 0 {
                return Ok(body);
            }
        }
    }
}

/// The head at the start of these bytes and its length, or nothing while it is incomplete.
fn parse_head(bytes: &[u8]) -> Result<Option<(Request, usize)>, Refusal> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(bytes) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Refusal::Bad(431)),
        Err(_) => return Err(Refusal::Bad(400)),
    };
    let mut request = Request {
        method: parsed.method.unwrap_or_default().into(),
        target: parsed.path.unwrap_or_default().into(),
        ..Request::default()
    };
    for header in parsed.headers.iter() {
        let value = String::from_utf8_lossy(header.value).into_owned();
        request.headers.push((header.name.to_ascii_lowercase(), value));
    }
    let wish = request.header("connection").unwrap_or_default().to_ascii_lowercase();
    request.keep_alive =
        if parsed.version == Some(1) { !wish.contains("close") } else { wish.contains("keep-alive") };
    Ok(Some((request, length)))
}
