//! An attempt that ended without a complete answer.

use super::asked::Asked;
use crate::error::{Error, Sent};
use crate::status::Status;
use crate::transport::Broken;

/// An attempt that ended without a complete answer.
pub(crate) fn broken(broken: &Broken, asked: &Asked) -> Error {
    let host = asked.outgoing.url.authority().map_or("", |authority| authority.as_str());
    let sent = match broken.sent {
        Sent::No => "Nothing was sent.",
        Sent::Perhaps => "The request may have been carried out.",
        Sent::Yes => "The request was answered, but the answer is not complete.",
    };
    let advice = match broken.status {
        Status::Dns => "Check the host name and the name server.",
        Status::Connect => "Check the network and the firewall, and whether a proxy is needed (HTTPS_PROXY).",
        Status::Tls => "Behind a proxy that inspects TLS, pass its CA certificate as a PEM file.",
        Status::Proxy => "Check the proxy's URL, user and password (HTTPS_PROXY).",
        Status::Timeout | Status::Io if broken.sent == Sent::No => "Try again later.",
        Status::Timeout | Status::Io => asked.again(),
        Status::TooLarge => "Ask for less, or raise the body limit.",
        _ => "",
    };
    let text = format!("{host}: {}. {sent} {advice}", broken.text);
    Error::new(broken.status, text.trim_end()).sent(broken.sent)
}
