//! Base URL, path, query and account group: whatever comes out leads to the base's origin and says what went in.
//!
//! An input is lines: base URL, path, account group of the client, of the call ("-": none), and "name=value" for each
//! parameter of the query.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use libthousandeyes_fuzz::check_message;
use percent_encoding::percent_decode_str;
use thousandeyes::fuzzing;

struct Parts<'a> {
    scheme: String,
    authority: &'a str,
    path: &'a str,
    query: Option<&'a str>,
}

/// RFC 3986 appendix B.
fn parts(url: &str) -> Option<Parts<'_>> {
    let (scheme, rest) = url.split_once(':')?;
    let rest = rest.strip_prefix("//")?.split('#').next()?;
    let (before_query, query) = rest.split_once('?').map_or((rest, None), |(before, query)| (before, Some(query)));
    let path_at = before_query.find('/').unwrap_or(before_query.len());
    let (authority, path) = before_query.split_at(path_at);
    Some(Parts { scheme: scheme.to_ascii_lowercase(), authority, path, query })
}

/// RFC 6454, with a host's closing dot left out.
fn origin(parts: &Parts) -> String {
    let authority = parts.authority.to_ascii_lowercase();
    let port_at = authority.rfind(':').filter(|&at| !authority[at..].contains(']')).unwrap_or(authority.len());
    let (host, port) = authority.split_at(port_at);
    let default = if parts.scheme == "https" { 443 } else { 80 };
    let port = port.get(1..).map_or(Ok(default), str::parse::<u16>).expect("a port");
    let port = if port == default { String::new() } else { format!(":{port}") };
    format!("{}://{}{port}", parts.scheme, host.trim_end_matches('.'))
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    let pairs = query.into_iter().flat_map(|query| query.split('&'));
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(n, v)| (decoded(n), decoded(v))).collect()
}

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else { return Corpus::Reject };
    let mut lines = text.split('\n');
    let mut next = || lines.next().unwrap_or("");
    let (base, target, of_client) = (next(), next(), next());
    let of_call = Some(next()).filter(|id| *id != "-");
    let query: Vec<(String, String)> =
        lines.filter_map(|line| line.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();

    let (of_base, url) = match fuzzing::url(base, target, &query, of_call, of_client) {
        Ok(resolved) => resolved,
        Err(error) => {
            check_message(error.message());
            return Corpus::Keep;
        }
    };
    let base = parts(base.trim()).expect("an accepted base URL");
    assert_eq!(of_base, origin(&base));
    assert!(!base.authority.contains('@') && base.query.is_none());
    let host = of_base.split_once("://").expect("a scheme").1;
    let loopback = ["localhost", "127.", "[::1]", "[0", "[::0"].iter().any(|start| host.starts_with(start));
    assert!(base.scheme == "https" || base.scheme == "http" && loopback, "plain http to {host}");
    match url {
        Ok(url) => check(&url, &base, &of_base, target, &query, of_call, of_client),
        Err(error) => check_message(error.message()),
    }
    Corpus::Keep
});

fn check(
    url: &str,
    base: &Parts,
    of_base: &str,
    target: &str,
    query: &[(String, String)],
    of_call: Option<&str>,
    of_client: &str,
) {
    assert!(url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\\"<>^`{|}#".contains(&byte)), "{url:?}");
    let found = parts(url).expect("a URL");
    assert_eq!(format!("{}://{}", found.scheme, found.authority), of_base, "{url}");
    let dots = |path: &str| path.split('/').any(|part| [".", ".."].contains(&decoded(part).as_str()));
    assert!(!dots(found.path), "{url}");

    let absolute =
        target.starts_with("//") || target.find("://").is_some_and(|at| !target[..at].contains(['/', '?']));
    if absolute {
        assert_eq!(origin(&parts(target).expect("a URL")), of_base, "{url}");
    } else {
        let prefix = base.path.trim_end_matches('/');
        let prefix = prefix.strip_suffix("/v7").unwrap_or(prefix).trim_end_matches('/');
        let rest = found.path.strip_prefix(prefix).unwrap_or_else(|| panic!("{url} does not begin with {prefix}"));
        assert!(rest == "/v7" || rest.starts_with("/v7/"), "{url}");
    }

    let own = target.split_once('?').map(|(_, query)| query);
    let own = pairs(own.filter(|query| !query.is_empty() || absolute));
    let sent = pairs(found.query);
    let groups: Vec<&str> = sent.iter().filter(|(name, _)| name == "aid").map(|(_, id)| id.as_str()).collect();
    assert!(groups.len() <= 1, "{url}");
    let named = own.iter().chain(query).any(|(name, _)| name == "aid");
    match of_call {
        Some(id) if !id.is_empty() => assert_eq!(groups, [id], "{url}"),
        None if !of_client.is_empty() && !named => assert_eq!(groups, [of_client], "{url}"),
        _ => assert_eq!(groups.len(), usize::from(named), "{url}"),
    }
    let given: Vec<_> = own.iter().chain(query).filter(|(name, _)| !name.is_empty()).cloned().collect();
    let sent: Vec<_> = sent.into_iter().filter(|(name, _)| !name.is_empty()).collect();
    assert_eq!(sent[..given.len().min(sent.len())], given, "{url}");
    assert!(sent.len() <= given.len() + 1, "{url}");
}
