//! What the API answered.

use std::sync::OnceLock;

use crate::json::{Found, Index};
use crate::rate::{self, RateLimit};
use crate::status::Status;

/// One answer: status line, headers and the unpacked body.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    http_status: u16,
    headers: Vec<(String, String)>,
    /// With a closing NUL, which is not part of it, for C programs.
    body: Vec<u8>,
    json: OnceLock<Option<serde_json::Value>>,
    rate_limits: Vec<RateLimit>,
    /// What a success has to tell.
    news: Option<(Status, String)>,
    index: Index,
}

impl Answer {
    pub(crate) fn new(http_status: u16, headers: Vec<(String, String)>) -> Self {
        let rate_limits = rate::read(&headers);
        Self { http_status, headers, rate_limits, ..Self::default() }
    }

    pub(crate) fn set_body(&mut self, mut body: Vec<u8>) {
        body.push(0);
        self.body = body;
    }

    pub(crate) fn set_news(&mut self, status: Status, message: String) {
        self.news = Some((status, message));
    }

    /// The body and one NUL.
    #[cfg(feature = "capi")]
    pub(crate) fn body_with_nul(&self) -> &[u8] {
        if self.body.is_empty() { b"\0" } else { &self.body }
    }

    /// [`Status::Ok`], or [`Status::Partial`] where a 207 does not say of every item that it worked.
    pub fn status(&self) -> Status {
        self.news.as_ref().map_or(Status::Ok, |(status, _)| *status)
    }

    /// One line for a person about what did not work, with [`Status::Partial`]; else empty. Never a secret.
    pub fn message(&self) -> &str {
        self.news.as_ref().map_or("", |(_, message)| message)
    }

    /// The HTTP status code.
    pub fn http_status(&self) -> u16 {
        self.http_status
    }

    /// The body, unpacked.
    pub fn body(&self) -> &[u8] {
        self.body.split_last().map_or(&[], |(_, body)| body)
    }

    /// All headers in the order they came, names in lower case.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The rate limits that the answer told of.
    pub fn rate_limits(&self) -> &[RateLimit] {
        &self.rate_limits
    }

    /// The body as JSON; `None` if it is not JSON, or holds what a [`serde_json::Value`] cannot hold. Parsed once, into
    /// many times the body's memory: [`Answer::raw_json`] takes a part of it.
    pub fn json(&self) -> Option<&serde_json::Value> {
        self.json.get_or_init(|| serde_json::from_slice(self.body()).ok()).as_ref()
    }

    /// The value at an RFC 6901 pointer.
    pub fn pointer(&self, pointer: &str) -> Option<&serde_json::Value> {
        self.json()?.pointer(pointer)
    }

    /// The text of the value at an RFC 6901 pointer, as it stands in the body: numbers are digit for digit.
    pub fn raw_json(&self, pointer: &str) -> Option<&str> {
        self.find(pointer).map(Found::text)
    }

    /// The value at an RFC 6901 pointer; of the rest of the document nothing is built.
    pub(crate) fn find(&self, pointer: &str) -> Option<Found<'_>> {
        self.index.find(self.body(), pointer)
    }

    /// How many elements or members a value of this answer has.
    pub(crate) fn count(&self, of: Found) -> Option<usize> {
        self.index.count(of)
    }

    /// The name of an object's member, counted from 0, in the document's order.
    pub(crate) fn member_name<'a>(&self, of: Found<'a>, number: usize) -> Option<Found<'a>> {
        self.index.name(of, number)
    }

    /// What is wrong with a body that should be JSON by its content type. None at all is fine.
    pub(crate) fn broken_json(&self) -> Option<&str> {
        let due = self.is_json() && !self.body().trim_ascii().is_empty();
        if due { self.index.check(self.body()).err() } else { None }
    }

    /// A proxy's or portal's page instead of the API's JSON, by its type or its first bytes.
    pub(crate) fn is_html(&self) -> bool {
        is_page(self.content_type(), self.body())
    }

    /// The same by what is known before the body is read.
    pub(crate) fn declares_html(&self) -> bool {
        is_page(self.content_type(), b"")
    }

    /// Whether nothing read so far says what the body is, and there may be one.
    pub(crate) fn is_untyped(&self) -> bool {
        let without = self.http_status == 204 || self.header("content-length").is_some_and(|length| length == "0");
        self.content_type().is_empty() && !without
    }

    pub(crate) fn is_json(&self) -> bool {
        let kind = self.content_type().to_ascii_lowercase();
        kind == "application/json" || kind.ends_with("+json")
    }

    /// The media type without parameters; empty where there is none.
    pub(crate) fn content_type(&self) -> &str {
        self.header("content-type").unwrap_or("").split(';').next().unwrap_or("").trim()
    }
}

/// Whether a body is HTML, by its media type or, since proxies err, by how it begins.
pub(crate) fn is_page(media_type: &str, body: &[u8]) -> bool {
    const STARTS: [&str; 6] = ["<!doctype html", "<html", "<head", "<body", "<script", "<!--"];
    if media_type.eq_ignore_ascii_case("text/html") || media_type.eq_ignore_ascii_case("application/xhtml+xml") {
        return true;
    }
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    STARTS.iter().any(|start| text.get(..start.len()).is_some_and(|t| t.eq_ignore_ascii_case(start.as_bytes())))
}
