//! One call to be made: method, path, query, headers and body.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::header::{HeaderName, HeaderValue};

use crate::error::{Error, Result};
use crate::status::Status;

/// Headers that the library sets, or that would break the message.
const OWN_HEADERS: [&str; 9] = [
    "authorization",
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "expect",
    "proxy-authorization",
    "accept-encoding",
];

/// The API takes nothing nearly as large.
const LARGEST_BODY: usize = 64 * 1024 * 1024;
/// The longest headers that are sent, names and values together; servers refuse more.
const LONGEST_HEADERS: usize = 32 * 1024;

/// The methods that the API uses.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// A call that can be made as often as one likes.
#[derive(Clone, Debug)]
pub struct Call {
    pub(crate) method: http::Method,
    pub(crate) target: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) account_group: Option<String>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) cancelled: Arc<AtomicBool>,
}

impl Call {
    /// A call of `method` ("GET", "POST", "PUT", "PATCH", "DELETE") on a path or a URL of the same origin.
    pub fn new(method: &str, path: &str) -> Result<Self> {
        let upper = method.get(..method.len().min(10)).unwrap_or("").to_ascii_uppercase();
        if upper.len() != method.len() || !METHODS.contains(&upper.as_str()) {
            return Err(invalid("The method must be GET, POST, PUT, PATCH or DELETE"));
        }
        let method = upper.parse().map_err(|_| invalid("The method is not one of HTTP"))?;
        Ok(Self { method, ..Self::get(path) })
    }

    /// A GET.
    pub(crate) fn get(path: &str) -> Self {
        Self {
            method: http::Method::GET,
            target: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            account_group: None,
            timeout: None,
            cancelled: Arc::default(),
        }
    }

    /// Adds a query parameter; name and value are percent-encoded.
    pub fn query(&mut self, name: &str, value: &str) -> Result<()> {
        if name.is_empty() {
            return Err(invalid("A query parameter needs a name"));
        }
        self.query.push((name.to_owned(), value.to_owned()));
        Ok(())
    }

    /// Sets a header, replacing one of the same name.
    pub fn header(&mut self, name: &str, value: &str) -> Result<()> {
        let name: HeaderName = name.parse().map_err(|_| invalid("The header's name has characters not allowed"))?;
        if OWN_HEADERS.contains(&name.as_str()) {
            return Err(invalid(&format!("The header {name} is the library's own")));
        }
        let value = HeaderValue::from_str(value).map_err(|_| invalid("The header's value must be visible ASCII"))?;
        let others = self.headers.iter().filter(|(known, _)| *known != name);
        let length: usize = others.map(|(known, value)| known.as_str().len() + value.len()).sum();
        if length + name.as_str().len() + value.len() > LONGEST_HEADERS {
            return Err(invalid("The headers are longer than 32 KiB"));
        }
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value));
        Ok(())
    }

    /// Sets the body and its content type.
    pub fn body(&mut self, body: &[u8], content_type: &str) -> Result<()> {
        if [http::Method::GET, http::Method::DELETE].contains(&self.method) {
            return Err(invalid(&format!("A {} has no body", self.method)));
        }
        self.header("content-type", content_type)?;
        let refuse = |status, why: &str| Err(Error::new(status, format!("{why}. Nothing was sent.")));
        if body.len() > LARGEST_BODY {
            return refuse(Status::TooLarge, "The body is larger than 64 MiB");
        }
        let mut copy = Vec::new();
        if copy.try_reserve_exact(body.len()).is_err() {
            return refuse(Status::NoMemory, "There is no memory for the body");
        }
        copy.extend_from_slice(body);
        self.body = Some(copy);
        Ok(())
    }

    /// The account group of this call instead of the client's; empty: none. One in the path or query (`aid`) must be the
    /// same.
    pub fn account_group(&mut self, id: &str) {
        self.account_group = Some(id.to_owned());
    }

    /// The time of this call, waits included, instead of the client's.
    pub fn timeout(&mut self, timeout: Duration) {
        self.timeout = Some(timeout);
    }

    /// Ends this call on whatever thread it is, and every later use of it.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
    }
}

fn invalid(why: &str) -> Error {
    Error::new(Status::InvalidArgument, format!("{why}. Nothing was sent."))
}
