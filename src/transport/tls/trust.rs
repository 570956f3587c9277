//! Whom to trust: the system's store or what stands in for it, and a company's certificate authorities beside it.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme};

use super::issuer::Issuer;
use super::pem;
#[cfg(any(windows, target_vendor = "apple"))]
use super::platform;
use crate::error::{Error, Result};
use crate::status::Status;
use crate::transport::context;

/// The certificate authorities of a file or a directory, read once for a client.
pub(super) fn authorities(path: &str) -> Result<Vec<CertificateDer<'static>>> {
    let refuse =
        |why: &str| Error::new(Status::Tls, format!("The CA file {path} cannot be used: {why}. Nothing was sent."));
    let found = pem::authorities(Path::new(path)).map_err(|why| refuse(&why))?;
    let mut readable = RootCertStore::empty();
    for certificate in &found {
        if readable.add(certificate.clone()).is_err() {
            return Err(refuse("it holds a certificate that cannot be read"));
        }
    }
    Ok(found)
}

/// What accepts a server's certificate, or does not.
pub(super) fn verifier(
    beside: &[CertificateDer<'static>],
    crypto: Arc<CryptoProvider>,
) -> std::result::Result<Arc<dyn ServerCertVerifier>, TlsError> {
    #[cfg(any(windows, target_vendor = "apple"))]
    if !is_replaced() {
        return Ok(Arc::new(Watched(Arc::new(platform::verifier(beside, crypto)?))));
    }
    let mut roots = RootCertStore::empty();
    // With SSL_CERT_FILE or SSL_CERT_DIR in the environment these are what OpenSSL would take.
    let (known, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if known == 0 {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots.add_parsable_certificates(beside.iter().cloned());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), crypto)
        .build()
        .map_err(|error| TlsError::General(error.to_string()))?;
    Ok(Arc::new(Watched(verifier)))
}

/// Whether the environment names what stands in for the system's store.
#[cfg(any(windows, target_vendor = "apple"))]
fn is_replaced() -> bool {
    ["SSL_CERT_FILE", "SSL_CERT_DIR"].iter().any(|name| std::env::var_os(name).is_some())
}

/// Notes for the message who issued a certificate that was not accepted.
#[derive(Debug)]
struct Watched(Arc<dyn ServerCertVerifier>);

impl ServerCertVerifier for Watched {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, TlsError> {
        let result = self.0.verify_server_cert(certificate, intermediates, name, ocsp, now);
        #[cfg(any(windows, target_vendor = "apple"))]
        let result = result.map_err(platform::in_words_of_rustls);
        if result.is_err()
            && let Some(context) = context::current()
        {
            *context.refused_issuer.borrow_mut() = Issuer::of(certificate);
        }
        result
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, TlsError> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, TlsError> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
