//! A proxy's URL: kind, host, port, and who logs in.

use http::uri::Authority;
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

/// How a proxy is talked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::transport) enum Kind {
    /// CONNECT over TCP.
    Http,
    /// CONNECT over TLS.
    Https,
    /// SOCKS 5: RFC 1928. The proxy looks the name up.
    Socks5,
}

/// A user and a password: no Debug.
#[derive(Clone)]
pub(in crate::transport) struct Credentials {
    pub(super) user: Zeroizing<String>,
    pub(super) password: Zeroizing<String>,
}

/// One proxy. May hold a password: no Debug.
#[derive(Clone)]
pub(in crate::transport) struct Proxy {
    pub(in crate::transport) kind: Kind,
    /// Without the brackets of an IPv6 address.
    pub(in crate::transport) host: String,
    pub(in crate::transport) port: u16,
    pub(super) credentials: Option<Credentials>,
}

impl Proxy {
    /// Parses a URL such as `http://user:password@proxy.example.com:8080`; why not, as a clause.
    pub(super) fn parse(url: &str) -> Result<Self, String> {
        let example = || "it is not a proxy URL such as http://proxy.example.com:8080".to_owned();
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
        let (kind, default) = match scheme.to_ascii_lowercase().as_str() {
            "http" => (Kind::Http, 80),
            "https" => (Kind::Https, 443),
            "socks5" | "socks5h" => (Kind::Socks5, 1080),
            "socks" | "socks4" | "socks4a" => {
                return Err("of SOCKS only version 5 is supported (socks5://)".to_owned());
            }
            "pac" | "pac+http" | "pac+https" | "pac+file" | "file" => return Err(pac()),
            _ => return Err(example()),
        };
        let (login, address) = match rest.rsplit_once('@') {
            Some((login, address)) => (Some(login), address),
            None => (None, rest),
        };
        let (address, path) = address.split_once('/').unwrap_or((address, ""));
        if path.to_ascii_lowercase().ends_with(".pac") || path.to_ascii_lowercase().ends_with(".dat") {
            return Err(pac());
        }
        if !path.is_empty() {
            return Err(example());
        }
        let authority: Authority = address.parse().map_err(|_| example())?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let port = match address.strip_prefix(authority.host()) {
            Some("") => default,
            Some(port) => {
                let port = port.strip_prefix(':').and_then(|port| port.parse().ok());
                port.filter(|&port| port > 0).ok_or_else(example)?
            }
            None => return Err(example()),
        };
        if host.is_empty() || login.is_some_and(|login| login.contains('/')) {
            return Err(example());
        }
        let credentials = login.map(credentials).transpose()?.filter(|login| !login.user.is_empty());
        if kind == Kind::Socks5 && credentials.as_ref().is_some_and(Credentials::is_too_long_for_socks) {
            return Err("user and password of a SOCKS proxy are 1 to 255 bytes each (RFC 1929)".to_owned());
        }
        Ok(Self { kind, host, port, credentials })
    }

    /// Host and port, for messages.
    pub(in crate::transport) fn address(&self) -> String {
        host_and_port(&self.host, self.port)
    }
}

impl Credentials {
    fn is_too_long_for_socks(&self) -> bool {
        let fits = |text: &str| (1..=255).contains(&text.len());
        !fits(&self.user) || !fits(&self.password)
    }
}

/// RFC 3986 section 3.2.2: brackets around an IPv6 address.
pub(super) fn host_and_port(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

fn pac() -> String {
    "proxy auto-configuration (PAC) is not supported; name the proxy itself".to_owned()
}

fn credentials(login: &str) -> Result<Credentials, String> {
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let decode = |text: &str| {
        let text = percent_decode_str(text).decode_utf8().map_err(|_| "user or password is not UTF-8".to_owned())?;
        if text.chars().any(char::is_control) {
            return Err("user or password has a control character".to_owned());
        }
        Ok(Zeroizing::new(text.into_owned()))
    };
    let credentials = Credentials { user: decode(user)?, password: decode(password)? };
    // RFC 7617 section 2: the first colon ends the user.
    if credentials.user.contains(':') {
        return Err("a user with a colon in it cannot log in to a proxy".to_owned());
    }
    Ok(credentials)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(url: &str) -> Option<String> {
        let proxy = Proxy::parse(url).ok()?;
        let login = proxy.credentials.as_ref().map(|login| format!("{}:{}@", *login.user, *login.password));
        Some(format!("{:?} {}{}", proxy.kind, login.unwrap_or_default(), proxy.address()))
    }

    #[test]
    fn urls_of_proxies_are_read_as_curl_reads_them() {
        for (url, proxy) in [
            ("http://proxy.example.com:8080", "Http proxy.example.com:8080"),
            ("HTTP://PROXY.example.com:8080/", "Http proxy.example.com:8080"),
            ("proxy.example.com:3128", "Http proxy.example.com:3128"),
            ("proxy", "Http proxy:80"),
            ("https://proxy", "Https proxy:443"),
            ("socks5://10.0.0.1", "Socks5 10.0.0.1:1080"),
            ("socks5h://[2001:db8::1]:9", "Socks5 [2001:db8::1]:9"),
            ("http://us%40er:p%3Aa%2Fss@h:1", "Http us@er:p:a/ss@h:1"),
            ("http://user:a@b@h:1", "Http user:a@b@h:1"),
            ("http://user@h:1", "Http user:@h:1"),
            ("http://@h:1", "Http h:1"),
        ] {
            assert_eq!(told(url).as_deref(), Some(proxy), "{url}");
        }
    }

    #[test]
    fn what_is_no_proxy_is_refused() {
        for url in [
            "",
            "http://",
            "http://:8080",
            "http://h:0",
            "http://h:99999",
            "http://h:",
            "http://h:x",
            "http://h/path",
            "ftp://h",
            "socks4://h",
            "pac+http://h/x",
            "http://h/proxy.pac",
            "http://h/wpad.dat",
            "http://a b",
            "http://us%00er@h",
            "http://%ff@h",
            "http://a%3Ab@h",
            "http://[::1",
            "http://h?x",
            "socks5://user@h",
            "http://user:pa/ss@h",
        ] {
            assert_eq!(told(url), None, "{url}");
        }
    }
}
