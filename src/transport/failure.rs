//! What a failed attempt means: a status, one sentence, and how much of the request was sent.

use std::fmt;
use std::io;

use super::context::{Context, Stop};
use super::tls;
use crate::error::Sent;
use crate::status::Status;

/// An attempt that ended without a complete answer.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) status: Status,
    /// A clause for a message, without a full stop.
    pub(crate) text: String,
    /// A sentence; empty: what the status says.
    pub(crate) advice: &'static str,
    pub(crate) sent: Sent,
    /// An idle connection turned out to be dead: nobody answered.
    pub(crate) stale: bool,
}

/// What went wrong on the way to the origin, inside an I/O error.
#[derive(Debug)]
pub(super) struct Fault {
    status: Status,
    text: String,
    advice: &'static str,
}

impl Fault {
    pub(super) fn new(status: Status, text: impl Into<String>) -> Self {
        Self { status, text: text.into(), advice: "" }
    }

    pub(super) fn advice(self, advice: &'static str) -> Self {
        Self { advice, ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Fault {}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        Self::other(fault)
    }
}

pub(super) fn explain(error: &ureq::Error, context: &Context) -> Broken {
    let refused = refused_handshake(error).filter(|_| !context.answered.get());
    let sent = if context.sent.get() && refused.is_none() { Sent::Perhaps } else { Sent::No };
    let (status, text, advice) = match error {
        ureq::Error::Io(error) => describe_io(error, context),
        ureq::Error::Decompress(_, error) if is_of_connection(error, context) => describe_io(error, context),
        other => (describe(other).0, describe(other).1, ""),
    };
    let stale = context.reused.get() && !context.answered.get() && status == Status::Io;
    Broken { status, text, advice, sent, stale }
}

/// Whether what the decoder of a body met was no fault of the data.
fn is_of_connection(error: &io::Error, context: &Context) -> bool {
    let cut = error.kind() == io::ErrorKind::UnexpectedEof && context.ended.get();
    let inner = error.get_ref();
    cut || inner.is_some_and(|inner| inner.is::<Stop>() || inner.is::<Fault>()) || tls::rustls_error(error).is_some()
}

fn refused_handshake(error: &ureq::Error) -> Option<&rustls::Error> {
    let ureq::Error::Io(error) = error else { return None };
    tls::rustls_error(error).filter(|error| tls::is_handshake_refused(error))
}

fn describe(error: &ureq::Error) -> (Status, String) {
    use ureq::Error as E;
    match error {
        E::LargeResponseHeader(..) => (Status::BadResponse, "the answer's headers are too large".to_owned()),
        E::BodyExceedsLimit(_) => (Status::TooLarge, "the answer's body is too large".to_owned()),
        E::Decompress(..) => (Status::BadResponse, "the answer's gzip data is damaged".to_owned()),
        E::Http(_) | E::BadUri(_) => (Status::InvalidArgument, format!("the request cannot be sent ({error})")),
        // It ended with a part of a chunk's size.
        E::BodyStalled => (Status::Io, "the server closed the connection".to_owned()),
        E::Protocol(_) => (Status::BadResponse, format!("the answer is not HTTP ({error})")),
        other => (Status::Io, format!("the connection failed ({other})")),
    }
}

fn describe_io(error: &io::Error, context: &Context) -> (Status, String, &'static str) {
    if let Some(stop) = Stop::of(error) {
        let (status, text) = describe_stop(stop);
        return (status, text, "");
    }
    if let Some(fault) = error.get_ref().and_then(|inner| inner.downcast_ref::<Fault>()) {
        return (fault.status, fault.text.clone(), fault.advice);
    }
    if let Some(error) = tls::rustls_error(error) {
        // After the handshake it is data that went wrong on its way.
        let status = if tls::is_handshake_refused(error) { Status::Tls } else { Status::Io };
        return (status, tls::describe(error), tls::advice(error));
    }
    let status = if context.connected.get() { Status::Io } else { Status::Connect };
    (status, how_it_broke(error, "the server"), "")
}

/// What was waited for when the time for a connection was over; any other error as it is.
pub(super) fn late(error: io::Error, what: impl fmt::Display) -> io::Error {
    match Stop::of(&error) {
        Some(Stop::Deadline) => Fault::new(Status::Timeout, format!("{what} within the time allowed")).into(),
        _ => error,
    }
}

/// An error of the network, as a clause.
pub(super) fn how_it_broke(error: &io::Error, who: &str) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => format!("{who} closed the connection"),
        io::ErrorKind::ConnectionReset => format!("{who} reset the connection"),
        _ => format!("the connection broke ({error})"),
    }
}

fn describe_stop(stop: Stop) -> (Status, String) {
    match stop {
        Stop::Cancelled => (Status::Cancelled, "the call was cancelled".to_owned()),
        Stop::Silence(limit) => {
            (Status::Timeout, format!("nothing came for {} ms, the idle limit", limit.as_millis()))
        }
        Stop::Deadline => (Status::Timeout, "the call's time was over".to_owned()),
    }
}
