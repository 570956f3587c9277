//! One answer, good or bad, and the manner in which it is sent.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::wire::Step;

/// How the bytes of an answer reach the client, if they do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    Whole,
    Slow {
        bytes: usize,
        every: Duration,
    },
    Cut(usize),
    /// Not an HTTP answer: steps on the connection.
    Wire(Vec<Step>),
    /// Not this answer, but the route's own.
    Pass,
}

/// What happens to the connection after a complete answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    Keep,
    Close,
    HangUp,
}

/// An answer for [`super::StandIn::script`].
#[derive(Clone, Debug)]
pub struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) manner: Manner,
    pub(super) after: After,
    pub(super) wait: Duration,
    pub(super) before_auth: bool,
}

impl Answer {
    /// A status without headers or body.
    pub fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            manner: Manner::Whole,
            after: After::Keep,
            wait: Duration::ZERO,
            before_auth: false,
        }
    }

    /// A JSON body, typed as a problem from status 400 on.
    pub fn json(status: u16, body: &Value) -> Self {
        let kind = if status >= 400 { "application/problem+json" } else { "application/json" };
        Self::new(status).header("Content-Type", kind).body(body.to_string())
    }

    /// An error in the form the API documents.
    pub fn problem(status: u16, detail: &str, instance: &str) -> Self {
        let title = reason(status);
        Self::json(
            status,
            &json!({"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": instance}),
        )
    }

    /// A web page, as a proxy between the client and the API would send.
    pub fn html(status: u16) -> Self {
        let title = reason(status);
        Self::new(status).header("Content-Type", "text/html; charset=utf-8").body(format!(
            "<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
        ))
    }

    /// Reads the request and never answers, until the client or the stand-in closes.
    pub fn silence() -> Self {
        Self::wire(vec![Step::Silence])
    }

    /// Closes the connection without an answer.
    pub fn reset() -> Self {
        Self::wire(Vec::new())
    }

    /// The answer that would come without a script: what follows it in the script is for a later request.
    pub fn pass() -> Self {
        Self::in_manner(Manner::Pass)
    }

    /// Sends these bytes instead of an HTTP answer, then closes.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::wire(vec![Step::Send(bytes.into())])
    }

    /// Takes these steps instead of an HTTP answer, then closes unless one of them says otherwise.
    pub fn wire(steps: Vec<Step>) -> Self {
        let mut answer = Self::in_manner(Manner::Wire(steps));
        // A 401 is a 401 for the counters as well.
        if let Manner::Wire(steps) = &answer.manner
            && let Some(Step::Send(bytes)) = steps.first()
        {
            let digits = bytes.get(9..12).and_then(|b| str::from_utf8(b).ok());
            answer.status = digits.and_then(|d| d.parse().ok()).unwrap_or(0);
        }
        answer
    }

    fn in_manner(manner: Manner) -> Self {
        Self { manner, ..Self::new(0) }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body; `Content-Length` follows by itself unless a header gives another.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Compresses the body set so far, whether or not the client asked for it.
    #[must_use]
    pub fn gzip(mut self) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&self.body).expect("writing to memory");
        self.body = encoder.finish().expect("writing to memory");
        self.header("Content-Encoding", "gzip")
    }

    /// Sends the body in pieces of so many bytes, with a pause before each.
    #[must_use]
    pub fn slowly(mut self, bytes: usize, every: Duration) -> Self {
        self.manner = Manner::Slow { bytes: bytes.max(1), every };
        self
    }

    /// Announces the whole body, sends its first bytes and closes.
    #[must_use]
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.manner = Manner::Cut(bytes);
        self
    }

    /// Waits before answering, on top of the general delay.
    #[must_use]
    pub fn wait(mut self, by: Duration) -> Self {
        self.wait = by;
        self
    }

    /// Answers even a request whose token is missing, bad or blocked.
    #[must_use]
    pub fn before_auth(mut self) -> Self {
        self.before_auth = true;
        self
    }

    /// Announces `Connection: close` and closes.
    #[must_use]
    pub fn closing(mut self) -> Self {
        self.after = After::Close;
        self
    }

    /// Answers as if the connection stayed open and then closes it: a pooled connection that went stale.
    #[must_use]
    pub fn hanging_up(mut self) -> Self {
        self.after = After::HangUp;
        self
    }

    pub(super) fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name))
    }
}

/// The words that go with a status.
pub(super) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        207 => "Multi-Status",
        301 => "Moved Permanently",
        302 => "Found",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        409 => "Conflict",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}
