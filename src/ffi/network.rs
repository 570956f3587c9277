//! Settings of the way to the API.

use std::ffi::c_char;

use super::options::{duration, set, set_text, te_options};
use super::status::te_status;
use super::strings::{optional, required};
use crate::config::ClientCertificate;

/// PEM file of certificate authorities to trust beside the system's, for proxies that inspect TLS, or a directory of such
/// files. Default: none. What stands in for the system's store itself: $SSL_CERT_FILE, $SSL_CERT_DIR.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_options_set_ca_file(options: *mut te_options, path: *const c_char) -> te_status {
    // SAFETY: the caller gave NULL or a C string.
    unsafe { set_text(options, path, "path", |config| &mut config.ca_file) }
}

/// The certificate that the client shows to a server which asks for one, and those that lead to its authority, in a PEM
/// file; `key_path` is the PEM file of its private key, not encrypted; NULL: the same file. Never shown to a proxy.
/// Default: none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_options_set_client_certificate(
    options: *mut te_options,
    certificate_path: *const c_char,
    key_path: *const c_char,
) -> te_status {
    set(options, |config| {
        // SAFETY: the caller gave NULL or a C string, twice.
        let (certificate, key) =
            unsafe { (required(certificate_path, "certificate_path")?, optional(key_path, "key_path")?) };
        let key = key.map(str::to_owned);
        config.client_certificate = Some(ClientCertificate { certificate: certificate.to_owned(), key });
        Ok(())
    })
}

/// Proxy URL: http://user:password@proxy.example.com:8080, https://... or socks5://...; "": no proxy. What is not a letter
/// or a digit in user and password is percent-encoded. Default: $HTTPS_PROXY, else $ALL_PROXY, in lower case too, else
/// what Windows is set to, with the exceptions of $NO_PROXY: hosts, domains, addresses, networks (10.0.0.0/8), "*".
/// Loopback never goes through one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_options_set_proxy(options: *mut te_options, url: *const c_char) -> te_status {
    // SAFETY: the caller gave NULL or a C string.
    unsafe { set_text(options, url, "url", |config| &mut config.proxy) }
}

/// Time to connect in milliseconds, name lookup and TLS included; more than 0. Default: 10,000.
#[unsafe(no_mangle)]
pub extern "C" fn te_options_set_connect_timeout_ms(options: *mut te_options, milliseconds: i64) -> te_status {
    set(options, |config| duration(milliseconds).map(|timeout| config.connect_timeout = timeout))
}

/// The longest silence of a connection in milliseconds while an answer is awaited or read; more than 0. The call then
/// ends with TE_E_TIMEOUT. Default: 60,000.
#[unsafe(no_mangle)]
pub extern "C" fn te_options_set_idle_timeout_ms(options: *mut te_options, milliseconds: i64) -> te_status {
    set(options, |config| duration(milliseconds).map(|timeout| config.idle_timeout = timeout))
}
