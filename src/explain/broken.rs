//! An attempt that ended without a complete answer.

use super::asked::Asked;
use crate::answer::Answer;
use crate::error::{Error, Sent};
use crate::status::Status;
use crate::transport::Broken;

/// The error for an attempt without an answer, or with the beginning of one.
pub(crate) fn broken(broken: &Broken, begun: Option<&Answer>, asked: &Asked) -> Error {
    let host = asked.outgoing.url.authority().map_or("", |authority| authority.as_str());
    let sent = match (broken.sent, begun) {
        (Sent::No, _) => "Nothing was sent.".to_owned(),
        (Sent::Perhaps, _) if asked.is_get() && broken.status == Status::BadResponse => {
            "It may have been sent.".to_owned()
        }
        (Sent::Perhaps, _) if asked.is_get() => "It may have been sent, and was not answered.".to_owned(),
        (Sent::Perhaps, _) => "The request may have been carried out.".to_owned(),
        (Sent::Yes, begun) => {
            let status = begun.map_or_else(String::new, |answer| format!(" with HTTP {}", answer.http_status()));
            format!("The request was answered{status}, but the answer is not complete.")
        }
    };
    let advice = match broken.status {
        _ if !broken.advice.is_empty() => broken.advice,
        Status::Dns => "Check the host name, the name server, and whether a proxy is needed (HTTPS_PROXY).",
        Status::Connect => "Check the network and the firewall, and whether a proxy is needed (HTTPS_PROXY).",
        Status::Tls => "Check what answers at this host and port.",
        Status::Proxy => "Check the proxy's URL (HTTPS_PROXY).",
        Status::Timeout | Status::Io if broken.sent == Sent::No => "Try again later.",
        Status::Timeout | Status::Io => asked.again(),
        Status::TooLarge => "Ask for less, or raise the body limit.",
        _ => "",
    };
    let text = format!("{} at {host}: {}. {sent} {advice}", asked.what(), broken.text);
    Error::new(broken.status, text.trim_end()).sent(broken.sent)
}
