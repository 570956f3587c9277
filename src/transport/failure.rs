//! What a failed attempt means: a status, one sentence, and how much of the request was sent.

use std::io;

use super::context::{Context, Stop};
use crate::error::Sent;
use crate::guard::Stopped;
use crate::status::Status;

/// An attempt that ended without a complete answer.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) status: Status,
    /// A clause for a message, without a full stop.
    pub(crate) text: String,
    pub(crate) sent: Sent,
    /// An idle connection turned out to be dead: nobody answered, and a GET may be sent again.
    pub(crate) stale: bool,
}

pub(super) fn explain(error: &ureq::Error, context: &Context) -> Broken {
    let sent = if context.sent.get() { Sent::Perhaps } else { Sent::No };
    let (status, text) = describe(error, context, sent);
    let stale = context.reused.get() && !context.answered.get() && status == Status::Io;
    Broken { status, text, sent, stale }
}

fn describe(error: &ureq::Error, context: &Context, sent: Sent) -> (Status, String) {
    use ureq::Error as E;
    match error {
        E::Io(error) => describe_io(error, context, sent),
        E::HostNotFound => (Status::Dns, "the host name was not found".to_owned()),
        E::Rustls(error) => (Status::Tls, format!("TLS failed: {error}")),
        E::Tls(_) | E::TlsRequired | E::Pem(_) => (Status::Tls, format!("TLS failed: {error}")),
        E::InvalidProxyUrl | E::ConnectProxyFailed(_) => (Status::Proxy, format!("the proxy refused: {error}")),
        E::ConnectionFailed => (Status::Connect, "no connection could be made".to_owned()),
        E::Timeout(_) => (Status::Timeout, "the time was over".to_owned()),
        E::LargeResponseHeader(..) => (Status::BadResponse, "the answer's headers are too large".to_owned()),
        E::BodyExceedsLimit(_) => (Status::TooLarge, "the answer's body is too large".to_owned()),
        E::Decompress(..) => (Status::BadResponse, "the answer's gzip data is damaged".to_owned()),
        E::Http(_) | E::BadUri(_) => (Status::InvalidArgument, format!("the request cannot be sent ({error})")),
        E::Protocol(_) | E::BodyStalled => (Status::BadResponse, format!("the answer is not HTTP ({error})")),
        other => (Status::Io, format!("the connection failed ({other})")),
    }
}

fn describe_io(error: &io::Error, context: &Context, sent: Sent) -> (Status, String) {
    if let Some(stop) = error.get_ref().and_then(|inner| inner.downcast_ref::<Stop>()) {
        return match stop.0 {
            Stopped::Cancelled => (Status::Cancelled, "the call was cancelled".to_owned()),
            Stopped::Deadline if context.connected.get() => (Status::Timeout, "the call's time was over".to_owned()),
            Stopped::Deadline => (Status::Timeout, "no connection within the time allowed".to_owned()),
        };
    }
    if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return (Status::Tls, format!("TLS failed: {tls}"));
    }
    let status = match sent {
        Sent::No if !context.connected.get() => Status::Connect,
        _ => Status::Io,
    };
    let what = if status == Status::Connect { "no connection could be made" } else { "the connection broke" };
    (status, format!("{what} ({error})"))
}
