//! Calls that need more than a path.

use std::ffi::{c_char, c_void};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::handle::{self, Bad, Kind, Object};
use super::options::duration;
use super::panic::contained;
use super::response::{bad_handle, panicked};
use super::status::{TE_E_BAD_HANDLE, TE_E_PANIC, te_status};
use super::sticky::Sticky;
use super::strings::{code, invalid, required};
use crate::call::Call;
use crate::error::Result;

/// A call to be made, once or often. Freed with te_free; copied when it is performed. A failed setter sticks, as with
/// te_options.
pub struct te_call {
    _private: [u8; 0],
}

/// A call behind a handle.
pub(super) struct CallHandle {
    call: Mutex<Sticky<Option<Call>>>,
    /// Beside the mutex: a signal handler may cancel.
    cancelled: Arc<AtomicBool>,
}

impl CallHandle {
    fn lock(&self) -> MutexGuard<'_, Sticky<Option<Call>>> {
        self.call.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
    }

    pub(super) fn status(&self) -> te_status {
        self.lock().status()
    }

    pub(super) fn message(&self) -> *const c_char {
        self.lock().message()
    }

    /// The call as it is now, or the first failed setter's error.
    pub(super) fn copy(&self) -> Result<Call> {
        self.lock().value()?.clone().ok_or_else(panicked)
    }
}

/// The call behind a handle, as it is now.
pub(super) fn copy_of(call: *const te_call) -> Result<Call> {
    match handle::find(call.cast::<c_void>()) {
        Ok(Object::Call(call)) => call.copy(),
        Ok(_) => Err(bad_handle(Bad::Kind)),
        Err(bad) => Err(bad_handle(bad)),
    }
}

fn make(made: Result<Call>) -> *mut te_call {
    let cancelled = made.as_ref().map_or_else(|_| Arc::default(), |call| Arc::clone(&call.cancelled));
    let call = Mutex::new(Sticky::new(made.map(Some), || None));
    Object::Call(Arc::new(CallHandle { call, cancelled })).into_handle()
}

/// A call of a method (GET, POST, PUT, PATCH, DELETE) on a path or a URL of the same origin.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_call_new(method: *const c_char, path: *const c_char) -> *mut te_call {
    contained(
        || make(Err(panicked())),
        || {
            // SAFETY: the caller gave NULL or C strings.
            let arguments = unsafe { required(method, "method").and_then(|m| Ok((m, required(path, "path")?))) };
            make(arguments.and_then(|(method, path)| Call::new(method, path)))
        },
    )
}

fn set(call: *mut te_call, change: impl FnOnce(&mut Call) -> Result<()>) -> te_status {
    contained(
        || TE_E_PANIC,
        || match handle::find(call.cast_const().cast::<c_void>()) {
            Ok(Object::Call(call)) => call.lock().set(|call| call.as_mut().map_or_else(|| Err(panicked()), change)),
            Ok(_) => TE_E_BAD_HANDLE,
            Err(bad) => code(bad.status()),
        },
    )
}

/// Adds a query parameter, beside one of that name; name and value are percent-encoded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_call_set_query(
    call: *mut te_call,
    name: *const c_char,
    value: *const c_char,
) -> te_status {
    // SAFETY: the caller gave NULL or C strings.
    set(call, |call| unsafe { call.query(required(name, "name")?, required(value, "value")?) })
}

/// Sets a header, in place of one of that name. Authorization, Host and those that frame the message are the library's
/// own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_call_set_header(
    call: *mut te_call,
    name: *const c_char,
    value: *const c_char,
) -> te_status {
    // SAFETY: the caller gave NULL or C strings.
    set(call, |call| unsafe { call.header(required(name, "name")?, required(value, "value")?) })
}

/// Sets the body and its content type; NULL: application/json. Not for GET and DELETE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_call_set_body(
    call: *mut te_call,
    body: *const c_void,
    length: usize,
    content_type: *const c_char,
) -> te_status {
    set(call, |call| {
        // SAFETY: the caller gave a body of that length, and NULL or a C string.
        let (body, content_type) = unsafe { (slice(body, length)?, optional(content_type)?) };
        call.body(body, content_type.unwrap_or("application/json"))
    })
}

/// # Safety
/// As for [`required`].
unsafe fn optional<'a>(text: *const c_char) -> Result<Option<&'a str>> {
    // SAFETY: the caller promised it.
    if text.is_null() { Ok(None) } else { unsafe { required(text, "content_type") }.map(Some) }
}

/// The bytes of a body; NULL only with length 0.
///
/// # Safety
/// Not NULL: `length` bytes can be read there and stay unchanged while the result is used.
pub(super) unsafe fn slice<'a>(body: *const c_void, length: usize) -> Result<&'a [u8]> {
    if body.is_null() {
        return if length == 0 { Ok(&[]) } else { Err(invalid("The argument body is NULL")) };
    }
    if isize::try_from(length).is_err() {
        return Err(invalid("The argument length is larger than memory"));
    }
    // SAFETY: not NULL, not too long, and the caller promised the rest.
    Ok(unsafe { std::slice::from_raw_parts(body.cast(), length) })
}

/// Account group id of this call instead of the client's; "": the user's login account group. A path or query that
/// names another (aid) makes the call TE_E_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_call_set_account_group(call: *mut te_call, id: *const c_char) -> te_status {
    set(call, |call| {
        // SAFETY: the caller gave NULL or a C string.
        call.account_group(unsafe { required(id, "id") }?);
        Ok(())
    })
}

/// Time of this call in milliseconds, waits included, instead of the client's; more than 0.
#[unsafe(no_mangle)]
pub extern "C" fn te_call_set_timeout_ms(call: *mut te_call, milliseconds: i64) -> te_status {
    set(call, |call| duration(milliseconds).map(|timeout| call.timeout(timeout)))
}

/// Ends this call on whatever thread it is, within about 100 ms, and every later use of it. From any thread or signal
/// handler; one handler may cancel at most 64 handles.
#[unsafe(no_mangle)]
pub extern "C" fn te_call_cancel(call: *const te_call) {
    contained(|| (), || handle::cancel(call, Kind::Call));
}
