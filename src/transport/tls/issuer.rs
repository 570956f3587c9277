//! Who issued a certificate, for a message.

use rustls::pki_types::CertificateDer;

/// RFC 5280 appendix A.1: id-at-commonName and id-at-organizationName, as DER.
const NAMES: [[u8; 5]; 2] = [[6, 3, 0x55, 4, 3], [6, 3, 0x55, 4, 10]];
/// RFC 5280 bounds them to 64 characters.
const LONGEST: usize = 127;

/// The issuer of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::transport) struct Issuer {
    /// Its common name, or its organization.
    pub(super) name: Option<String>,
    /// The certificate names itself as its issuer.
    pub(super) is_subject: bool,
}

impl Issuer {
    /// What it is called, for fuzzers.
    #[cfg(fuzzing)]
    pub(in crate::transport) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// `None` when the certificate cannot be read.
    pub(in crate::transport) fn of(certificate: &CertificateDer) -> Option<Self> {
        let certificate = webpki::EndEntityCert::try_from(certificate).ok()?;
        let issuer = certificate.issuer();
        Some(Self { name: name(issuer), is_subject: issuer == certificate.subject() })
    }
}

/// The most special one comes last in a distinguished name.
fn name(distinguished: &[u8]) -> Option<String> {
    NAMES.iter().find_map(|kind| {
        let at = distinguished.windows(kind.len()).rposition(|window| window == kind)?;
        let (&length, rest) = distinguished.get(at + kind.len() + 1..)?.split_first()?;
        let text = rest.get(..usize::from(length)).filter(|text| text.len() <= LONGEST)?;
        let text = String::from_utf8_lossy(text).trim().to_owned();
        (!text.is_empty()).then_some(text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_common_name_is_told_else_the_organization() {
        let attribute = |kind: u8, text: &str| {
            let length = u8::try_from(text.len()).unwrap();
            [&[6, 3, 0x55, 4, kind, 12, length], text.as_bytes()].concat()
        };
        let both = [attribute(3, "first"), attribute(10, "Example Corp"), attribute(3, "Inspecting CA")].concat();
        assert_eq!(name(&both).as_deref(), Some("Inspecting CA"));
        assert_eq!(name(&attribute(10, "Example Corp")).as_deref(), Some("Example Corp"));
        assert_eq!(name(&attribute(11, "a unit")), None);
        for cut in 0..both.len() {
            let _no_panic = name(&both[..cut]);
        }
    }
}
