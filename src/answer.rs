//! What the API answered.

use std::sync::OnceLock;

use crate::rate::{self, RateLimit};

/// One answer: status line, headers and the unpacked body.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    http_status: u16,
    headers: Vec<(String, String)>,
    /// With a closing NUL, which is not part of it, for C programs.
    body: Vec<u8>,
    json: OnceLock<Option<serde_json::Value>>,
    rate_limits: Vec<RateLimit>,
}

impl Answer {
    pub(crate) fn new(http_status: u16, headers: Vec<(String, String)>) -> Self {
        let rate_limits = rate::read(&headers);
        Self { http_status, headers, body: Vec::new(), json: OnceLock::new(), rate_limits }
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

    /// The rate limits that the answer told of.
    pub fn rate_limits(&self) -> &[RateLimit] {
        &self.rate_limits
    }

    /// The body as JSON; `None` if it is not JSON. Parsed once.
    pub fn json(&self) -> Option<&serde_json::Value> {
        self.json.get_or_init(|| serde_json::from_slice(self.body()).ok()).as_ref()
    }

    /// The value at an RFC 6901 pointer.
    pub fn pointer(&self, pointer: &str) -> Option<&serde_json::Value> {
        self.json()?.pointer(pointer)
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
