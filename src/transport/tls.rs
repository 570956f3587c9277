//! Whom to trust: the system's store, and a company's certificate authority beside it.

use std::sync::Arc;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use crate::error::{Error, Result};
use crate::status::Status;

pub(super) fn config(ca_file: Option<&str>) -> Result<TlsConfig> {
    let roots = match ca_file {
        None => RootCerts::PlatformVerifier,
        Some(path) => RootCerts::Specific(Arc::new(beside_system(path)?)),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(TlsConfig::builder().root_certs(roots).unversioned_rustls_crypto_provider(provider).build())
}

fn beside_system(path: &str) -> Result<Vec<Certificate<'static>>> {
    let refuse =
        |why: &str| Error::new(Status::Tls, format!("The CA file {path} cannot be used: {why}. Nothing was sent."));
    let pem = std::fs::read(path).map_err(|error| refuse(&error.to_string()))?;
    let mut trusted = Vec::new();
    for item in parse_pem(&pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => trusted.push(certificate),
            Ok(_) => {}
            Err(_) => return Err(refuse("it is not PEM")),
        }
    }
    if trusted.is_empty() {
        return Err(refuse("it holds no certificate in PEM form"));
    }
    let system = rustls_native_certs::load_native_certs().certs;
    trusted.extend(system.iter().map(|certificate| Certificate::from_der(certificate).to_owned()));
    Ok(trusted)
}
