//! PEM files that settings name: certificates, and the key of one (RFC 7468).

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

/// A system's whole store has a quarter of it.
const LARGEST_FILE: u64 = 4 * 1024 * 1024;

/// The certificates of a file, or of all files of a directory; why there are none, as a clause.
pub(super) fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    if !path.is_dir() {
        return certificates(path);
    }
    let mut found = Vec::new();
    for file in files(path).map_err(|error| error.to_string())? {
        // What else lies there is none of our business.
        found.extend(certificates(&file).unwrap_or_default());
    }
    if found.is_empty() { Err("no file in it holds a certificate in PEM form".to_owned()) } else { Ok(found) }
}

fn files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries: io::Result<Vec<_>> = std::fs::read_dir(directory)?.collect();
    Ok(entries?.iter().map(std::fs::DirEntry::path).collect())
}

/// The certificates of a file, in its order.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let bytes = read(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if found.is_empty() => Err("it holds no certificate in PEM form".to_owned()),
        Ok(found) => Ok(found),
        Err(_) => Err("its PEM is damaged".to_owned()),
    }
}

/// The private key of a file: PKCS #8, PKCS #1 or SEC 1.
pub(super) fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, String> {
    let bytes = read(path)?;
    // PKCS #8 names it in its first line, the older forms in a header.
    if bytes.windows(9).any(|text| text == b"ENCRYPTED") {
        return Err("its private key is encrypted; decrypt it first (openssl pkey)".to_owned());
    }
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|_| "it holds no private key in PEM form".to_owned())
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, String> {
    let told = |error: io::Error| error.to_string();
    let about = std::fs::metadata(path).map_err(told)?;
    // A pipe or a device may never end.
    if !about.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    if about.len() > LARGEST_FILE {
        return Err(format!("it is larger than {} MiB", LARGEST_FILE / 1024 / 1024));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(about.len()).unwrap_or(0) + 1));
    File::open(path).and_then(|file| file.take(LARGEST_FILE).read_to_end(&mut bytes)).map_err(told)?;
    Ok(bytes)
}
