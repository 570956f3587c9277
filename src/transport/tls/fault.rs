//! Faults of TLS, each in its own sentence.

use std::io;
use std::time::{Duration, SystemTime};

use rustls::pki_types::{ServerName, UnixTime};
use rustls::{AlertDescription, CertificateError, Error as TlsError};

use super::Peer;
use super::issuer::Issuer;
use crate::status::Status;
use crate::transport::context::{self, Stop};
use crate::transport::failure::{Fault, late};

/// What went wrong while hands were shaken with a host.
pub(in crate::transport) fn of(error: &TlsError, host: &str, peer: Peer) -> Fault {
    let whose = whose(host, peer);
    let fault = |text: String, advice: &'static str| Fault::new(Status::Tls, text).advice(advice);
    match error {
        TlsError::InvalidCertificate(error) => certificate(error, &whose, peer),
        TlsError::AlertReceived(alert) => {
            fault(format!("{whose} broke TLS off: {}", alert_words(*alert)), about(*alert, peer))
        }
        TlsError::PeerIncompatible(_) => fault(
            format!("{whose} has no TLS version or cipher in common with this library"),
            "It must speak TLS 1.2 or 1.3 with a cipher of today.",
        ),
        TlsError::InvalidMessage(_) | TlsError::InappropriateMessage { .. } => {
            fault(format!("what {whose} answers is not TLS"), "Check host and port.")
        }
        other => fault(format!("TLS with {whose} failed: {}", words(other)), ""),
    }
}

/// The network ended the handshake.
pub(super) fn cut(error: io::Error, host: &str, peer: Peer) -> io::Error {
    if Stop::of(&error).is_some() {
        let advice = if peer == Peer::Proxy { "Is it an https:// proxy? Most are http://." } else { "" };
        return late(error, format_args!("TLS was not agreed with {}", whose(host, peer)), advice);
    }
    let how = match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            "the connection was closed".to_owned()
        }
        _ => error.to_string(),
    };
    let text = format!("{how} while TLS was being agreed with {}", whose(host, peer));
    let advice = match peer {
        Peer::Origin { through_proxy: true } => "The proxy may not let TLS to this host through.",
        _ => "A firewall may not let TLS to this host through.",
    };
    Fault::new(Status::Connect, text).advice(advice).into()
}

/// What to do about a fault of TLS on a connection that stood; empty: what to do about any.
pub(in crate::transport) fn advice(error: &TlsError) -> &'static str {
    match error {
        TlsError::AlertReceived(alert) => about(*alert, Peer::Origin { through_proxy: false }),
        _ => "",
    }
}

/// A fault of TLS on a connection that stood.
pub(in crate::transport) fn describe(error: &TlsError) -> String {
    match error {
        TlsError::AlertReceived(alert) => format!("the server broke TLS off: {}", alert_words(*alert)),
        TlsError::InvalidMessage(_) | TlsError::InappropriateMessage { .. } => {
            "what the server sent is not TLS".to_owned()
        }
        TlsError::DecryptError => "what the server sent was changed on its way".to_owned(),
        other => format!("TLS failed: {}", words(other)),
    }
}

/// Whether an alert ends a handshake that looks finished from here: TLS 1.3 servers judge the client's certificate
/// after that (RFC 8446 section 4.4.2.4), and have not looked at the request.
pub(in crate::transport) fn is_handshake_refused(error: &TlsError) -> bool {
    use AlertDescription as A;
    let TlsError::AlertReceived(alert) = error else { return false };
    matches!(
        alert,
        A::CertificateRequired
            | A::NoCertificate
            | A::BadCertificate
            | A::UnsupportedCertificate
            | A::CertificateRevoked
            | A::CertificateExpired
            | A::CertificateUnknown
            | A::UnknownCA
            | A::AccessDenied
            | A::HandshakeFailure
    )
}

fn whose(host: &str, peer: Peer) -> String {
    match peer {
        Peer::Origin { .. } => host.to_owned(),
        Peer::Proxy => format!("the proxy {host}"),
    }
}

fn certificate(error: &CertificateError, whose: &str, peer: Peer) -> Fault {
    use CertificateError as E;
    let fault = |text: String, advice: &'static str| Fault::new(Status::Tls, text).advice(advice);
    let issuer = context::current().and_then(|context| context.refused_issuer.take());
    match error {
        E::ExpiredContext { not_after, .. } => fault(
            format!("the certificate of {whose} expired on {}", date(*not_after)),
            "If this machine's clock is right, whoever runs the server has to renew it.",
        ),
        E::Expired => fault(format!("the certificate of {whose} has expired"), "Check this machine's clock."),
        E::NotValidYetContext { not_before, .. } => fault(
            format!("the certificate of {whose} is not valid before {}", date(*not_before)),
            "Check this machine's clock.",
        ),
        E::NotValidYet => {
            fault(format!("the certificate of {whose} is not valid yet"), "Check this machine's clock.")
        }
        E::NotValidForNameContext { expected, presented } => fault(
            format!("the certificate that came is for {}, not for {}", names(presented), name(expected, whose)),
            "Another server answers: check the host name, and whether a log-in page stands between.",
        ),
        E::NotValidForName => fault(
            format!("the certificate that came is not for {whose}"),
            "Another server answers: check the host name, and whether a log-in page stands between.",
        ),
        _ if issuer.as_ref().is_some_and(|issuer| issuer.is_subject) => {
            let advice = match error {
                // Another of that name may be known.
                E::UnknownIssuer | E::BadSignature => "If it is meant to be so, name it in the CA file option.",
                // webpki takes an authority's certificate for no server's, known or not.
                _ => "It is one of an authority, not of a server: make one with basicConstraints=CA:FALSE.",
            };
            fault(format!("the certificate of {whose} is signed by itself, and is not trusted"), advice)
        }
        E::UnknownIssuer | E::BadSignature => unknown(issuer, whose, peer),
        E::Revoked => fault(format!("the certificate of {whose} was revoked"), ""),
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => {
            fault(format!("the certificate of {whose} is not one for servers"), "")
        }
        E::BadEncoding | E::UnhandledCriticalExtension => {
            fault(format!("the certificate of {whose} cannot be read"), "")
        }
        E::Other(error) => fault(format!("the certificate of {whose} was not accepted: {error}"), ""),
        other => fault(format!("the certificate of {whose} was not accepted ({})", words(other)), ""),
    }
}

fn unknown(issuer: Option<Issuer>, whose: &str, peer: Peer) -> Fault {
    let by = issuer
        .and_then(|issuer| issuer.name)
        .map_or_else(|| "somebody".to_owned(), |name| format!("\"{}\"", name.replace('"', "'")));
    let text = format!("the certificate of {whose} was issued by {by}, whom this machine does not trust");
    let advice = match peer {
        Peer::Origin { through_proxy: true } => {
            "The proxy most likely inspects TLS: name your company's CA certificate (PEM) in the CA file option."
        }
        Peer::Origin { through_proxy: false } => {
            "If your company inspects TLS, name its CA certificate (PEM) in the CA file option; else the server may not \
             send its intermediate certificates."
        }
        Peer::Proxy => "Name your company's CA certificate (PEM) in the CA file option.",
    };
    Fault::new(Status::Tls, text).advice(advice)
}

fn name(expected: &ServerName, whose: &str) -> String {
    match expected {
        ServerName::DnsName(name) => name.as_ref().to_owned(),
        _ => whose.to_owned(),
    }
}

/// As rustls tells them: `DnsName("a.example")` and the like.
fn names(presented: &[String]) -> String {
    const MOST: usize = 4;
    let bare = |name: &String| match name.split_once("(\"") {
        Some((_, name)) => name.trim_end_matches("\")").to_owned(),
        None => name.clone(),
    };
    let mut names: Vec<_> = presented.iter().take(MOST).map(bare).collect();
    if presented.len() > MOST {
        names.push(format!("{} others", presented.len() - MOST));
    }
    if names.is_empty() { "no name at all".to_owned() } else { names.join(", ") }
}

fn date(time: UnixTime) -> String {
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(time.as_secs()))
}

fn alert_words(alert: AlertDescription) -> String {
    use AlertDescription as A;
    match alert {
        A::CertificateRequired | A::NoCertificate => "it wants a client certificate".to_owned(),
        A::UnknownCA => "it does not know who issued the client certificate".to_owned(),
        A::CertificateExpired => "the client certificate has expired".to_owned(),
        A::CertificateRevoked => "the client certificate was revoked".to_owned(),
        A::BadCertificate | A::CertificateUnknown | A::UnsupportedCertificate => {
            "it does not accept the client certificate".to_owned()
        }
        A::ProtocolVersion => "no TLS version in common".to_owned(),
        A::HandshakeFailure | A::InsufficientSecurity => {
            "nothing in common to agree on, or it wants a client certificate".to_owned()
        }
        A::UnrecognisedName => "it does not know this host name".to_owned(),
        other => words(&format!("{other:?}")),
    }
}

/// Without the names that programs have for things: `BadRecordMac` is "bad record mac".
fn words(text: &dyn std::fmt::Display) -> String {
    let text = text.to_string();
    let mut words = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        let joins = c.is_ascii_uppercase() && text[..at].ends_with(|before: char| before.is_ascii_lowercase());
        let starts = (at == 0 || text[..at].ends_with(": "))
            && !text[at..].chars().nth(1).is_some_and(|next| next.is_ascii_uppercase());
        if joins {
            words.push(' ');
        }
        words.push(if joins || starts { c.to_ascii_lowercase() } else { c });
    }
    words
}

fn about(alert: AlertDescription, peer: Peer) -> &'static str {
    use AlertDescription as A;
    match alert {
        A::CertificateRequired | A::NoCertificate if peer == Peer::Proxy => {
            "The client certificate is for the API and is not shown to proxies: use another way through this one."
        }
        A::CertificateRequired | A::NoCertificate => "Set the client certificate option.",
        A::ProtocolVersion => "It must speak TLS 1.2 or 1.3.",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_programs_are_told_in_words() {
        assert_eq!(alert_words(AlertDescription::BadRecordMac), "bad record mac");
        assert_eq!(alert_words(AlertDescription::Unknown(200)), "alert description(0xc8)");
        assert_eq!(words(&"peer misbehaved: TooMuchData"), "peer misbehaved: too much data");
        assert_eq!(words(&"TLS is off"), "TLS is off");
    }
}
