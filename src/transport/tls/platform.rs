//! What Windows and macOS themselves trust, and what they say against a certificate in the words of rustls.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::{CertificateError, Error as TlsError};
use rustls_platform_verifier::Verifier;

/// Codes that the verifier hands on as the system's text, in which the number is the same in every language.
const CODES: &[(&str, CertificateError)] = if cfg!(windows) {
    // CERT_E_CHAINING: no issuer to be found, as behind a proxy that inspects TLS; CERT_E_REVOKED
    &[("-2146762486", CertificateError::UnknownIssuer), ("-2146762484", CertificateError::Revoked)]
} else {
    // errSecNotTrusted, errSecCertificateExpired, errSecCertificateNotValidYet
    &[
        ("-67843", CertificateError::UnknownIssuer),
        ("-67818", CertificateError::Expired),
        ("-67819", CertificateError::NotValidYet),
    ]
};

/// The system's store, with these authorities beside it.
pub(super) fn verifier(
    beside: &[CertificateDer<'static>],
    crypto: Arc<CryptoProvider>,
) -> Result<Verifier, TlsError> {
    if beside.is_empty() {
        return Verifier::new(crypto);
    }
    Verifier::new_with_extra_roots(beside.iter().cloned(), crypto)
}

pub(super) fn in_words_of_rustls(error: TlsError) -> TlsError {
    let TlsError::InvalidCertificate(CertificateError::Other(other)) = &error else { return error };
    let text = other.to_string();
    match CODES.iter().find(|(code, _)| text.contains(code)) {
        Some((_, known)) => TlsError::InvalidCertificate(known.clone()),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_the_system(text: &str) -> TlsError {
        TlsError::InvalidCertificate(CertificateError::Other(rustls::OtherError(Arc::from(Box::from(text)))))
    }

    #[test]
    fn a_code_without_a_word_gets_one() {
        for (code, known) in CODES {
            let told = in_words_of_rustls(of_the_system(&format!("Kette nicht gebildet. (os error {code})")));
            assert_eq!(told, TlsError::InvalidCertificate(known.clone()));
        }
    }

    #[test]
    fn another_code_stays_as_it_is() {
        let told = in_words_of_rustls(of_the_system("no strong signature (os error -2146762477)"));
        assert!(told.to_string().contains("no strong signature"), "{told}");
    }
}
