//! The certificate that a client shows to servers which ask for one.

use std::path::Path;
use std::sync::{Arc, Weak};

use rustls::client::ResolvesClientCert;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::{SignatureAlgorithm, SignatureScheme};

use super::pem;
use crate::config::ClientCertificate;
use crate::error::{Error, Result};
use crate::status::Status;
use crate::sys::stack;

/// Reads certificate and key.
pub(super) fn read(files: &ClientCertificate, crypto: &CryptoProvider) -> Result<Arc<CertifiedKey>> {
    let refuse = |file: &str, why: &str| {
        let text = format!("The client certificate {file} cannot be used: {why}. Nothing was sent.");
        Error::new(Status::Tls, text)
    };
    let chain = pem::certificates(Path::new(&files.certificate)).map_err(|why| refuse(&files.certificate, &why))?;
    let key_file = files.key.as_ref().unwrap_or(&files.certificate);
    let key = pem::private_key(Path::new(key_file)).map_err(|why| refuse(key_file, &why))?;
    let mut pair = CertifiedKey::from_der(chain, key, crypto).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => {
            refuse(&files.certificate, &format!("the private key in {key_file} is not the one of this certificate"))
        }
        _ => refuse(&files.certificate, "its key or certificate is of a kind that is not known"),
    })?;
    pair.key = Arc::new(Key(pair.key));
    Ok(Arc::new(pair))
}

/// What TLS asks for a certificate. The key is the client's own, and gone with it: connections that a forked child cannot
/// close must not keep it.
#[derive(Debug)]
pub(super) struct Shown(pub(super) Weak<CertifiedKey>);

impl ResolvesClientCert for Shown {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.upgrade()
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// A private key that leaves nothing on the stack.
#[derive(Debug)]
struct Key(Arc<dyn SigningKey>);

impl SigningKey for Key {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        self.0.choose_scheme(offered).map(|signer| Box::new(Signing(signer)) as Box<dyn Signer>)
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        self.0.public_key()
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.0.algorithm()
    }
}

#[derive(Debug)]
struct Signing(Box<dyn Signer>);

impl Signer for Signing {
    fn sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, rustls::Error> {
        stack::wiped::<{ stack::OF_KEYS }, _>(|| self.0.sign(message))
    }

    fn scheme(&self) -> SignatureScheme {
        self.0.scheme()
    }
}
