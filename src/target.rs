//! Where a request goes: the base URL, and paths that may only lead to its origin.

use std::fmt;
use std::net::IpAddr;

use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::account_group::AccountGroup;
use crate::environment::variable;
use crate::error::{Error, Result};
use crate::status::Status;

/// The API where it is unless a setting says otherwise.
pub(crate) const DEFAULT_BASE: &str = "https://api.thousandeyes.com";
/// The version of the API this library is for; part of every path.
const VERSION: &str = "/v7";
/// The longest path and query that is sent; servers refuse more.
const LONGEST: usize = 8 * 1024;
/// RFC 3986 unreserved characters stay as they are in a query value.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Scheme, host and port, normalised: RFC 6454.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    https: bool,
    host: String,
    port: u16,
}

/// The origin of the API and the path in front of `/v7`.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    pub(crate) origin: Origin,
    prefix: String,
}

impl Origin {
    fn of(uri: &Uri) -> std::result::Result<Self, &'static str> {
        let https = match uri.scheme_str().map(str::to_ascii_lowercase).as_deref() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err("it must begin with https://"),
        };
        let authority = uri.authority().ok_or("it names no host")?;
        if authority.as_str().contains('@') {
            return Err("it must not carry a user name or password");
        }
        let host = authority.host().trim_end_matches('.').to_ascii_lowercase();
        if host.is_empty() {
            return Err("it names no host");
        }
        // The crate takes a port that it cannot read for none.
        let after_host = authority.as_str().strip_prefix(authority.host()).unwrap_or("");
        let port = match after_host.strip_prefix(':') {
            Some(port) => port.parse().ok().filter(|&port| port > 0).ok_or("its port is not a number")?,
            None if !after_host.is_empty() => return Err("something stands between its host and its port"),
            None if https => 443,
            None => 80,
        };
        Ok(Self { https, host, port })
    }

    pub(crate) fn is_https(&self) -> bool {
        self.https
    }

    /// In lower case, without the brackets of an IPv6 address.
    pub(crate) fn host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// This machine only: nothing of it counts against the office's address.
    pub(crate) fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host().parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, default) = if self.https { ("https", 443) } else { ("http", 80) };
        write!(f, "{scheme}://{}", self.host)?;
        if self.port == default { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

impl Base {
    /// The option, or else `$TE_BASE_URL`, or else `$TE_API_ENDPOINT`, or else the public API.
    pub(crate) fn find(option: Option<&str>) -> Result<Self> {
        if let Some(option) = option {
            return Self::parse(option, "The base URL passed");
        }
        let named = |name: &str| {
            let value = variable(name)?;
            value.map(|value| Self::parse(&value, &format!("${name}"))).transpose()
        };
        match (named("TE_BASE_URL")?, named("TE_API_ENDPOINT")?) {
            (Some(one), Some(other)) if one.origin != other.origin => Err(Error::new(
                Status::InvalidArgument,
                format!(
                    "TE_BASE_URL names {}, TE_API_ENDPOINT names {}: unset one of them. Nothing was sent.",
                    one.origin, other.origin
                ),
            )),
            (Some(base), _) | (None, Some(base)) => Ok(base),
            (None, None) => Self::parse(DEFAULT_BASE, "The default base URL"),
        }
    }

    fn parse(text: &str, what: &str) -> Result<Self> {
        let refuse = |why: &str| {
            Error::new(Status::InvalidArgument, format!("{what} cannot be used: {why}. Nothing was sent."))
        };
        let text = text.trim();
        if let Some(code) = foreign_character(text) {
            return Err(refuse(&format!("it has the character {code}; percent-encode it (RFC 3986)")));
        }
        let uri: Uri = text.parse().map_err(|_| refuse("it is not a URL"))?;
        let origin = Origin::of(&uri).map_err(refuse)?;
        if !origin.https && !origin.is_loopback() {
            return Err(refuse("it is plain http, which would show the token to everybody on the way"));
        }
        if uri.query().is_some() {
            return Err(refuse("it must not have a query"));
        }
        if has_dot_segment(uri.path()) {
            return Err(refuse("it has a segment of dots, which would lead elsewhere (RFC 3986 section 5.2.4)"));
        }
        let path = uri.path().trim_end_matches('/');
        let prefix = path.strip_suffix(VERSION).unwrap_or(path).trim_end_matches('/').to_owned();
        Ok(Self { origin, prefix })
    }

    /// The URL of a path ("tests", "/tests?max=10", "/v7/tests") or of an absolute URL of the same origin.
    pub(crate) fn resolve(
        &self,
        target: &str,
        query: &[(String, String)],
        account_group: AccountGroup,
    ) -> Result<Uri> {
        let invalid = |why: &str| {
            Error::new(Status::InvalidArgument, format!("The path cannot be used: {why}. Nothing was sent."))
        };
        if target.len() > LONGEST {
            return Err(invalid("it is longer than 8 KiB"));
        }
        if let Some(code) = foreign_character(target) {
            return Err(invalid(&format!("it has the character {code}; percent-encode it (RFC 3986)")));
        }
        if has_dot_segment(target) {
            return Err(invalid("it has a segment of dots, which would lead elsewhere (RFC 3986 section 5.2.4)"));
        }
        let scheme_end = target.find("://").filter(|&at| !target[..at].contains(['/', '?']));
        let mut url = if scheme_end.is_some() || target.starts_with("//") {
            let uri: Uri = target.parse().map_err(|_| invalid("it is not a URL"))?;
            match Origin::of(&uri) {
                Ok(origin) if origin == self.origin => {}
                _ => return Err(foreign(&self.origin)),
            }
            format!("{}{}", self.origin, uri.path_and_query().map_or("/", |path| path.as_str()))
        } else {
            let path = target.trim_start_matches('/');
            let versioned = path == "v7" || path.starts_with("v7/") || path.starts_with("v7?");
            let version = if versioned { "" } else { VERSION };
            format!("{}{}{version}/{path}", self.origin, self.prefix)
        };
        for (name, value) in query {
            add(&mut url, name, value);
        }
        account_group.put_into(&mut url)?;
        if url.len() > LONGEST + 1024 {
            return Err(invalid("with its query it is longer than 8 KiB"));
        }
        url.parse().map_err(|_| invalid("it is not a URL"))
    }
}

fn foreign(origin: &Origin) -> Error {
    Error::new(
        Status::ForeignLink,
        format!(
            "The URL is not one of {origin}, or carries a user name; the token is only for there. Nothing was sent."
        ),
    )
}

/// The first character that has no place in a URL without a fragment, as "U+0020".
fn foreign_character(text: &str) -> Option<String> {
    let bad = text.chars().find(|c| !c.is_ascii_graphic() || "\\\"<>^`{|}#".contains(*c))?;
    Some(format!("U+{:04X}", u32::from(bad)))
}

fn has_dot_segment(target: &str) -> bool {
    let path = target.split('?').next().unwrap_or("");
    path.split('/').any(|segment| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    })
}

/// Adds a query parameter; name and value are percent-encoded.
pub(crate) fn add(url: &mut String, name: &str, value: &str) {
    url.push(if url.contains('?') { '&' } else { '?' });
    url.extend(utf8_percent_encode(name, QUERY_VALUE));
    url.push('=');
    url.extend(utf8_percent_encode(value, QUERY_VALUE));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(url: &str) -> Base {
        Base::parse(url, "The URL").unwrap()
    }

    fn resolve(url: &str, target: &str) -> std::result::Result<String, Status> {
        base(url)
            .resolve(target, &[], AccountGroup::default())
            .map(|uri| uri.to_string())
            .map_err(|error| error.status())
    }

    #[test]
    fn every_form_of_a_path_is_the_same_url() {
        for url in ["https://API.example.com", "https://api.example.com./v7/", "https://api.example.com:443/v7"] {
            for path in ["tests", "/tests", "/v7/tests", "v7/tests", "https://api.example.com/v7/tests"] {
                let expected = "https://api.example.com/v7/tests";
                assert_eq!(resolve(url, path).as_deref(), Ok(expected), "{url} {path}");
            }
        }
        assert_eq!(
            resolve("https://gw.example.com/te/", "tests?max=1").as_deref(),
            Ok("https://gw.example.com/te/v7/tests?max=1")
        );
    }

    #[test]
    fn nothing_leads_to_another_origin() {
        for target in [
            "https://evil.example.com/v7/tests",
            "http://api.example.com/v7/tests",
            "https://api.example.com:8443/v7/tests",
            "//evil.example.com/tests",
            "https://api.example.com@evil.example.com/",
            "ftp://api.example.com/",
        ] {
            assert_eq!(resolve("https://api.example.com", target), Err(Status::ForeignLink), "{target}");
        }
    }

    #[test]
    fn plain_http_only_on_loopback() {
        assert!(Base::parse("http://api.example.com", "The URL").is_err());
        for port in ["0", "x", "99999", ""] {
            assert!(Base::parse(&format!("https://api.example.com:{port}"), "The URL").is_err(), "{port}");
        }
        assert!(Base::parse("http://[::1].0.0.1:8080", "The URL").is_err());
        for url in ["http://127.0.0.1:8080", "http://localhost:1/v7", "http://[::1]:9"] {
            assert!(base(url).origin.is_loopback(), "{url}");
        }
    }

    #[test]
    fn a_base_url_is_held_to_what_paths_are() {
        for path in ["a\\b", "a|b", "\u{fc}", "v7#x", "a/../b", "%2E./v7"] {
            assert!(Base::parse(&format!("https://api.example.com/{path}"), "The URL").is_err(), "{path}");
        }
    }

    #[test]
    fn bad_paths_are_refused() {
        let huge = "a".repeat(10_000_000);
        for target in ["../x", "a/./b", "/v7/%2e%2E/x", "a b", "a\nb", "tests#x", "ünder", "a\\b", &huge] {
            assert_eq!(resolve("https://api.example.com", target), Err(Status::InvalidArgument));
        }
    }

    #[test]
    fn names_and_values_of_a_query_are_encoded() {
        let base = base("https://api.example.com");
        let query = [("n a&m=e#".to_owned(), "a&b=ü %\r\n/?+".to_owned()), ("empty".to_owned(), String::new())];
        let url = base.resolve("tests?max=1", &query, AccountGroup::default()).unwrap().to_string();
        let encoded = "n%20a%26m%3De%23=a%26b%3D%C3%BC%20%25%0D%0A%2F%3F%2B&empty=";
        assert_eq!(url, format!("https://api.example.com/v7/tests?max=1&{encoded}"));
    }
}
