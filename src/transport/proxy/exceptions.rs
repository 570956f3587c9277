//! The hosts of `NO_PROXY`, which go without a proxy.

use std::net::IpAddr;

use ipnet::IpNet;

/// One entry.
#[derive(Debug, PartialEq, Eq)]
enum Entry {
    /// `*`
    Everything,
    /// An address, or a network in CIDR notation (RFC 4632).
    Network(IpNet),
    /// A host and all below it, and the port if only that one is meant; an address with a port too.
    Domain(String, Option<u16>),
}

/// The entries of a list, separated by commas or white space.
#[derive(Debug, Default)]
pub(super) struct Exceptions(Vec<Entry>);

impl Exceptions {
    pub(super) fn parse(list: &str) -> Self {
        let entries = list.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty());
        Self(entries.filter_map(Entry::parse).collect())
    }

    /// Whether a host, in lower case and without brackets, is among them.
    pub(super) fn contain(&self, host: &str, port: u16) -> bool {
        let address: Option<IpAddr> = host.parse().ok();
        self.0.iter().any(|entry| match (entry, address) {
            (Entry::Everything, _) => true,
            (Entry::Network(network), Some(address)) => network.contains(&address),
            (Entry::Domain(domain, only), address) => {
                let below = |rest: &str| rest.is_empty() || address.is_none() && rest.ends_with('.');
                host.strip_suffix(domain.as_str()).is_some_and(below) && only.is_none_or(|only| only == port)
            }
            (Entry::Network(_), None) => false,
        })
    }
}

impl Entry {
    fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Everything);
        }
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        if let Ok(network) = bare.parse::<IpNet>() {
            return Some(Self::Network(network));
        }
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Some(Self::Network(address.into()));
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (text, None),
        };
        let host = host.strip_prefix('*').unwrap_or(host).trim_matches(['.', '[', ']']).to_ascii_lowercase();
        (!host.is_empty()).then_some(Self::Domain(host, port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_domains_addresses_and_networks_are_found() {
        for (list, host, is_in) in [
            ("*", "api.example.com", true),
            ("api.example.com", "api.example.com", true),
            ("EXAMPLE.com", "api.example.com", true),
            (".example.com", "api.example.com", true),
            (".example.com", "example.com", true),
            ("*.example.com.", "api.example.com", true),
            ("example.com", "notexample.com", false),
            ("api.example.com", "example.com", false),
            ("a.b, example.com c", "api.example.com", true),
            ("a.b c", "c", true),
            ("example.com:443", "api.example.com", true),
            ("example.com:8443", "api.example.com", false),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.30", false),
            ("2001:db8::/32", "2001:db8:1::2", true),
            ("[2001:db8::1]", "2001:db8::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("10.1.2.3:443", "10.1.2.3", true),
            ("10.1.2.3:8443", "10.1.2.3", false),
            ("[2001:db8::1]:443", "2001:db8::1", true),
            ("[2001:db8::1]:8443", "2001:db8::1", false),
            ("10.0.0.0/8", "10.example.com", false),
            ("0.3", "10.1.0.3", false),
            ("10.0.0.0/99,,:", "10.1.2.3", false),
            ("", "h", false),
        ] {
            assert_eq!(Exceptions::parse(list).contain(host, 443), is_in, "{list} {host}");
        }
    }
}
