//! What all handles have in common, and what belongs to none.

use std::ffi::{c_char, c_void};

use super::handle::{self, Object};
use super::panic::contained;
use super::status::{TE_E_PANIC, te_status};
use super::strings::code;

/// The version of the C interface; it changes only when programs must be built anew.
pub const TE_ABI_VERSION: i32 = 0;

/// The version of the library, such as "0.1.0". Static, never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn te_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// TE_ABI_VERSION as the library was built with: compare it with the header's.
#[unsafe(no_mangle)]
pub extern "C" fn te_abi_version() -> i32 {
    TE_ABI_VERSION
}

/// Frees a handle of any kind. NULL and a handle that was freed already are fine. A handle that another thread uses
/// lives until that call ends; freeing a client does not end its calls.
#[unsafe(no_mangle)]
pub extern "C" fn te_free(handle: *mut c_void) {
    contained(|| (), || handle::free(handle));
}

/// How many handles are alive in this process: 0 when everything was freed.
#[unsafe(no_mangle)]
pub extern "C" fn te_live_handles() -> i64 {
    contained(|| -1, || i64::try_from(handle::live()).unwrap_or(i64::MAX))
}

/// The status of a client, response, options, call or pages. TE_E_BAD_HANDLE for what is none.
///
/// A client's never changes after its creation; that of options and calls is their first failed setter's, that of pages
/// their last te_pages_next's.
#[unsafe(no_mangle)]
pub extern "C" fn te_status_of(handle: *const c_void) -> te_status {
    contained(
        || TE_E_PANIC,
        || match handle::find(handle) {
            Ok(Object::Client(client)) => client.state.status(),
            Ok(Object::Response(response)) => response.state.status(),
            Ok(Object::Options(options)) => options.status(),
            Ok(Object::Call(call)) => call.status(),
            Ok(Object::Pages(pages)) => pages.status(),
            Err(bad) => code(bad.status()),
        },
    )
}

/// One line for a person: what happened, whether anything was sent, what to do next. "" with TE_OK; never NULL, never
/// a secret. Borrowed from the handle; for a bad handle it says what is wrong with it, and is static.
#[unsafe(no_mangle)]
pub extern "C" fn te_message(handle: *const c_void) -> *const c_char {
    contained(
        || c"A fault in this library (panic).".as_ptr(),
        || match handle::find(handle) {
            Ok(Object::Client(client)) => client.state.message(),
            Ok(Object::Response(response)) => response.state.message(),
            Ok(Object::Options(options)) => options.message(),
            Ok(Object::Call(call)) => call.message(),
            Ok(Object::Pages(pages)) => pages.message(),
            Err(bad) => bad.message().as_ptr(),
        },
    )
}
