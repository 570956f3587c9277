//! The certificate that a client shows to servers which ask for one.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use super::pem;
use crate::config::ClientCertificate;
use crate::error::{Error, Result};
use crate::status::Status;

/// Reads certificate and key.
pub(super) fn read(files: &ClientCertificate, crypto: &CryptoProvider) -> Result<Arc<SingleCertAndKey>> {
    let refuse = |file: &str, why: &str| {
        let text = format!("The client certificate {file} cannot be used: {why}. Nothing was sent.");
        Error::new(Status::Tls, text)
    };
    let chain = pem::certificates(Path::new(&files.certificate)).map_err(|why| refuse(&files.certificate, &why))?;
    let key_file = files.key.as_ref().unwrap_or(&files.certificate);
    let key = pem::private_key(Path::new(key_file)).map_err(|why| refuse(key_file, &why))?;
    let pair = CertifiedKey::from_der(chain, key, crypto).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => {
            refuse(&files.certificate, &format!("the private key in {key_file} is not the one of this certificate"))
        }
        _ => refuse(&files.certificate, "its key or certificate is of a kind that is not known"),
    })?;
    Ok(Arc::new(SingleCertAndKey::from(pair)))
}
