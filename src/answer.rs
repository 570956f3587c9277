//! What the API answered.

use std::sync::OnceLock;

use crate::json::{Found, Index};

/// One answer: status line, headers and the unpacked body.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    http_status: u16,
    headers: Vec<(String, String)>,
    /// With a closing NUL, which is not part of it, for C programs.
    body: Vec<u8>,
    json: OnceLock<Option<serde_json::Value>>,
    index: Index,
}

impl Answer {
    pub(crate) fn new(http_status: u16, headers: Vec<(String, String)>) -> Self {
        Self { http_status, headers, ..Self::default() }
    }

    pub(crate) fn set_body(&mut self, mut body: Vec<u8>) {
        body.push(0);
        self.body = body;
    }

    /// The body and one NUL.
    #[cfg(feature = "capi")]
    pub(crate) fn body_with_nul(&self) -> &[u8] {
        if self.body.is_empty() { b"\0" } else { &self.body }
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

    /// A proxy's or portal's page instead of the API's JSON.
    pub(crate) fn is_html(&self) -> bool {
        match self.content_type() {
            "" => {
                let text = self.body().trim_ascii_start();
                ["<!doctype html", "<html"]
                    .iter()
                    .any(|start| text.get(..start.len()).is_some_and(|t| t.eq_ignore_ascii_case(start.as_bytes())))
            }
            kind => kind.eq_ignore_ascii_case("text/html") || kind.eq_ignore_ascii_case("application/xhtml+xml"),
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        let kind = self.content_type().to_ascii_lowercase();
        kind == "application/json" || kind.ends_with("+json")
    }

    fn content_type(&self) -> &str {
        self.header("content-type").unwrap_or("").split(';').next().unwrap_or("").trim()
    }
}
