//! Strings in and out.

use std::ffi::{CStr, CString, c_char};

use super::status::te_status;
use crate::error::{Error, Result};
use crate::status::Status;

/// The bytes of a C string; `None` for NULL.
///
/// # Safety
/// `text` is NULL or ends with NUL and stays unchanged while the result is used.
pub(super) unsafe fn bytes<'a>(text: *const c_char) -> Option<&'a [u8]> {
    // SAFETY: not NULL, and the caller promised the rest.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_bytes())
}

/// A C string that must be there and be UTF-8; `name` is the parameter's.
///
/// # Safety
/// As for [`bytes`].
pub(super) unsafe fn required<'a>(text: *const c_char, name: &str) -> Result<&'a str> {
    // SAFETY: the caller promised it.
    let bytes = unsafe { bytes(text) };
    let bytes = bytes.ok_or_else(|| invalid(&format!("The argument {name} is NULL")))?;
    std::str::from_utf8(bytes).map_err(|_| invalid(&format!("The argument {name} is not UTF-8")))
}

/// A C string that may be NULL.
///
/// # Safety
/// As for [`bytes`].
pub(super) unsafe fn optional<'a>(text: *const c_char, name: &str) -> Result<Option<&'a str>> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller promised it.
    unsafe { required(text, name) }.map(Some)
}

/// An error about an argument.
pub(super) fn invalid(why: &str) -> Error {
    Error::new(Status::InvalidArgument, format!("{why}. Nothing was sent."))
}

/// A C string; what follows an inner NUL is left out.
pub(super) fn c_string(text: &str) -> CString {
    let end = text.find('\0').unwrap_or(text.len());
    CString::new(&text[..end]).unwrap_or_default()
}

/// A status as C sees it.
pub(super) fn code(status: Status) -> te_status {
    status as te_status
}
