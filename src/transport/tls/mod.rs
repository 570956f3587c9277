//! TLS on a stream: 1.2 and 1.3, always verified.

mod client_certificate;
mod fault;
mod issuer;
mod pem;
#[cfg(any(windows, target_vendor = "apple"))]
mod platform;
mod trust;

use std::io::{self, Read, Write};
use std::sync::{Arc, OnceLock};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

pub(super) use fault::{advice, describe, is_handshake_refused, of as fault_of};
pub(super) use issuer::Issuer;

use super::failure::Fault;
use super::tcp::Stream;
use crate::config::ClientCertificate;
use crate::error::Result;
use crate::status::Status;
use crate::sys::stack;
use client_certificate::Shown;

/// What settings say about TLS; files are read once.
pub(super) struct Settings {
    crypto: Arc<CryptoProvider>,
    authorities: Vec<CertificateDer<'static>>,
    client_certificate: Option<Arc<CertifiedKey>>,
}

/// Whose certificate it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    Origin { through_proxy: bool },
    Proxy,
}

/// TLS of one process: what it trusts, and the sessions it may resume.
#[derive(Default)]
pub(super) struct Tls {
    for_origin: OnceLock<Arc<ClientConfig>>,
    for_proxy: OnceLock<Arc<ClientConfig>>,
}

impl Settings {
    pub(super) fn read(ca_file: Option<&str>, certificate: Option<&ClientCertificate>) -> Result<Self> {
        let crypto = Arc::new(rustls::crypto::ring::default_provider());
        let certificate = certificate
            .map(|files| stack::wiped::<{ stack::OF_KEYS }, _>(|| client_certificate::read(files, &crypto)))
            .transpose()?;
        Ok(Self {
            authorities: ca_file.map(trust::authorities).transpose()?.unwrap_or_default(),
            client_certificate: certificate,
            crypto,
        })
    }

    /// A proxy is never shown the certificate that is meant for the API.
    fn config(&self, with_certificate: bool) -> std::result::Result<ClientConfig, rustls::Error> {
        let builder =
            ClientConfig::builder_with_provider(Arc::clone(&self.crypto)).with_safe_default_protocol_versions()?;
        // "Dangerous" is any verifier of one's own; this one adds a note to what the library's or the system's says.
        let verifier = trust::verifier(&self.authorities, Arc::clone(&self.crypto))?;
        let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
        Ok(match self.client_certificate.as_ref().filter(|_| with_certificate) {
            Some(certificate) => builder.with_client_cert_resolver(Arc::new(Shown(Arc::downgrade(certificate)))),
            None => builder.with_no_client_auth(),
        })
    }
}

impl Tls {
    /// Shakes hands over a stream with the host of that name.
    pub(super) fn begin(
        &self,
        settings: &Settings,
        stream: Box<dyn Stream>,
        host: &str,
        peer: Peer,
    ) -> io::Result<Box<dyn Stream>> {
        let fault = |error: rustls::Error| io::Error::from(fault::of(&error, host, peer));
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Fault::new(Status::Tls, format!("{host} cannot be a name in a certificate")))?;
        let mut stream = stream;
        let mut connection =
            ClientConnection::new(self.config(settings, peer).map_err(fault)?, name).map_err(fault)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut stream).map_err(|error| match rustls_error(&error) {
                Some(error) => fault(error.clone()),
                None => fault::cut(error, host, peer),
            })?;
        }
        Ok(Box::new(TlsStream(StreamOwned::new(connection, stream))))
    }

    fn config(&self, settings: &Settings, peer: Peer) -> std::result::Result<Arc<ClientConfig>, rustls::Error> {
        let (made, with_certificate) = match peer {
            Peer::Origin { .. } => (&self.for_origin, true),
            Peer::Proxy => (&self.for_proxy, false),
        };
        if let Some(config) = made.get() {
            return Ok(Arc::clone(config));
        }
        // Where two threads come here, one reads the store in vain.
        let config = Arc::new(settings.config(with_certificate)?);
        Ok(Arc::clone(made.get_or_init(|| config)))
    }
}

/// The fault of TLS inside an I/O error.
pub(super) fn rustls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

#[derive(Debug)]
struct TlsStream(StreamOwned<ClientConnection, Box<dyn Stream>>);

impl Read for TlsStream {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self.0.read(room) {
            // What came before a fault is whole.
            Err(error) => match self.0.conn.reader().read(room) {
                Ok(before @ 1..) => Ok(before),
                _ => Err(error),
            },
            read => read,
        }
    }
}

impl Write for TlsStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        stack::wiped::<{ stack::USUAL }, _>(|| self.0.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Stream for TlsStream {
    fn is_idle(&self) -> bool {
        self.0.sock.is_idle()
    }
}
