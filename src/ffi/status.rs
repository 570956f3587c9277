//! Statuses and kinds, written out as literals because cbindgen must see them; a test holds them to the core's.

use std::ffi::{CStr, c_char};

use crate::status::{Kind, Status};

/// What became of a call: 0 success, above 0 success with news, below 0 failure.
pub type te_status = i32;

/// It worked.
pub const TE_OK: te_status = 0;
/// There is no further page.
pub const TE_DONE: te_status = 1;
/// A bulk operation (HTTP 207) worked for some items only, or the answer does not say of each: te_message tells, and
/// the body has it all.
pub const TE_PARTIAL: te_status = 2;
/// This call got a 401, and the token was never accepted before.
pub const TE_E_UNAUTHORIZED: te_status = -100;
/// This call got a 401 although the token was accepted before: the account may be locked.
pub const TE_E_LOCKOUT_SUSPECTED: te_status = -101;
/// Nothing was sent: the token was answered 401 earlier.
pub const TE_E_TOKEN_REFUSED: te_status = -102;
/// Nothing was sent: the token is not one that could be accepted.
pub const TE_E_BAD_TOKEN: te_status = -103;
/// There is no token.
pub const TE_E_NO_TOKEN: te_status = -104;
/// Nothing was sent: too many 401 answers within the hour.
pub const TE_E_BUDGET_EXHAUSTED: te_status = -200;
/// The API answers this source IP with 429.
pub const TE_E_SOURCE_IP_BLOCKED: te_status = -201;
/// A rate limit was reached, and its window is longer than the call's time.
pub const TE_E_RATE_LIMITED: te_status = -202;
/// The host name was not found.
pub const TE_E_DNS: te_status = -300;
/// No connection could be made to the host or to its proxy, or it was cut before TLS was agreed.
pub const TE_E_CONNECT: te_status = -301;
/// No TLS session: certificate or protocol.
pub const TE_E_TLS: te_status = -302;
/// The proxy refused (HTTP 403 and 407 among others) or is none, or its setting is wrong.
pub const TE_E_PROXY: te_status = -303;
/// The call's time was over.
pub const TE_E_TIMEOUT: te_status = -304;
/// The connection broke.
pub const TE_E_IO: te_status = -305;
/// The answer is not one that the API gives, such as a proxy's web page. The request may have been carried out.
pub const TE_E_BAD_RESPONSE: te_status = -306;
/// A fault of the server, or of a gateway before it (HTTP 500 to 599). The request may have been carried out.
pub const TE_E_SERVER: te_status = -307;
/// Refused with an HTTP status that has none of its own here, such as 400, 409, 415 or a redirect.
pub const TE_E_HTTP: te_status = -400;
/// HTTP 403: the role of the token's user lacks a permission; te_message names it where the API's reference does. No
/// verdict on the token.
pub const TE_E_FORBIDDEN: te_status = -401;
/// HTTP 404: there is no such resource.
pub const TE_E_NOT_FOUND: te_status = -402;
/// The body, of the request or of the answer, is larger than the limit; te_response_sent says which.
pub const TE_E_TOO_LARGE: te_status = -403;
/// Nothing was sent: the URL is of another origin, and the token is not for it.
pub const TE_E_FOREIGN_LINK: te_status = -404;
/// Nothing was sent: an argument is wrong.
pub const TE_E_INVALID_ARGUMENT: te_status = -405;
/// The caller cancelled.
pub const TE_E_CANCELLED: te_status = -500;
/// Not a live handle of the right kind.
pub const TE_E_BAD_HANDLE: te_status = -501;
/// Out of memory.
pub const TE_E_NO_MEMORY: te_status = -502;
/// A fault in this library.
pub const TE_E_PANIC: te_status = -503;

/// Nothing to do: it worked.
pub const TE_KIND_OK: i32 = 0;
/// Stop; a person must look after the token or the account.
pub const TE_KIND_TOKEN: i32 = 1;
/// Wait for te_response_retry_after_ms, then call again.
pub const TE_KIND_WAIT: i32 = 2;
/// The network or the server had a fault: it may work later.
pub const TE_KIND_RETRY: i32 = 3;
/// The call itself is wrong, or not allowed.
pub const TE_KIND_REQUEST: i32 = 4;
/// Something on this machine is wrong: settings, memory, a handle; or the call was cancelled.
pub const TE_KIND_LOCAL: i32 = 5;

/// The name of a status, such as "TE_E_UNAUTHORIZED"; "TE_E_UNKNOWN" for a number that is none. Static, never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn te_status_name(status: te_status) -> *const c_char {
    name(status).as_ptr()
}

/// What to do about a status: one of TE_KIND_*. A failure with a number that this version does not know: TE_KIND_LOCAL.
#[unsafe(no_mangle)]
pub extern "C" fn te_status_kind(status: te_status) -> i32 {
    let known = Status::ALL.iter().find(|known| **known as te_status == status);
    known.map_or(if status < 0 { Kind::Local } else { Kind::Ok }, |known| known.kind()) as i32
}

fn name(status: te_status) -> &'static CStr {
    match status {
        TE_OK => c"TE_OK",
        TE_DONE => c"TE_DONE",
        TE_PARTIAL => c"TE_PARTIAL",
        TE_E_UNAUTHORIZED => c"TE_E_UNAUTHORIZED",
        TE_E_LOCKOUT_SUSPECTED => c"TE_E_LOCKOUT_SUSPECTED",
        TE_E_TOKEN_REFUSED => c"TE_E_TOKEN_REFUSED",
        TE_E_BAD_TOKEN => c"TE_E_BAD_TOKEN",
        TE_E_NO_TOKEN => c"TE_E_NO_TOKEN",
        TE_E_BUDGET_EXHAUSTED => c"TE_E_BUDGET_EXHAUSTED",
        TE_E_SOURCE_IP_BLOCKED => c"TE_E_SOURCE_IP_BLOCKED",
        TE_E_RATE_LIMITED => c"TE_E_RATE_LIMITED",
        TE_E_DNS => c"TE_E_DNS",
        TE_E_CONNECT => c"TE_E_CONNECT",
        TE_E_TLS => c"TE_E_TLS",
        TE_E_PROXY => c"TE_E_PROXY",
        TE_E_TIMEOUT => c"TE_E_TIMEOUT",
        TE_E_IO => c"TE_E_IO",
        TE_E_BAD_RESPONSE => c"TE_E_BAD_RESPONSE",
        TE_E_SERVER => c"TE_E_SERVER",
        TE_E_HTTP => c"TE_E_HTTP",
        TE_E_FORBIDDEN => c"TE_E_FORBIDDEN",
        TE_E_NOT_FOUND => c"TE_E_NOT_FOUND",
        TE_E_TOO_LARGE => c"TE_E_TOO_LARGE",
        TE_E_FOREIGN_LINK => c"TE_E_FOREIGN_LINK",
        TE_E_INVALID_ARGUMENT => c"TE_E_INVALID_ARGUMENT",
        TE_E_CANCELLED => c"TE_E_CANCELLED",
        TE_E_BAD_HANDLE => c"TE_E_BAD_HANDLE",
        TE_E_NO_MEMORY => c"TE_E_NO_MEMORY",
        TE_E_PANIC => c"TE_E_PANIC",
        _ => c"TE_E_UNKNOWN",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_of_the_core_has_its_literal_here() {
        for status in Status::ALL {
            assert_eq!(name(*status as te_status).to_str(), Ok(status.name()));
            assert_eq!(te_status_kind(*status as te_status), status.kind() as i32);
        }
        let source = include_str!("status.rs").split("#[cfg(test)]").next().unwrap_or("");
        assert_eq!(source.matches(": te_status = ").count(), Status::ALL.len());
    }

    #[test]
    fn unknown_numbers_have_a_name_and_a_kind() {
        assert_eq!(name(-9999), c"TE_E_UNKNOWN");
        assert_eq!((te_status_kind(-9999), te_status_kind(9999)), (TE_KIND_LOCAL, TE_KIND_OK));
    }
}
