//! Responses: what came of a call.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::{CString, c_char, c_void};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::handle::{self, Bad, Object};
use super::panic::contained;
use super::status::te_status;
use super::strings::{c_string, code, required};
use crate::answer::Answer;
use crate::error::{Error, Result, Sent};
use crate::status::Status;

/// What came of a call. Freed with te_free; what it lends lives as long.
pub struct te_response {
    _private: [u8; 0],
}

/// A status and a message that never change.
pub(super) struct Outcome {
    status: Status,
    message: CString,
}

impl Outcome {
    pub(super) fn of<T>(result: &Result<T>) -> Self {
        match result {
            Ok(_) => Self { status: Status::Ok, message: CString::default() },
            Err(error) => Self { status: error.status(), message: c_string(error.message()) },
        }
    }

    /// A success may have news.
    fn of_call(result: &Result<Answer>) -> Self {
        match result {
            Ok(answer) => Self { status: answer.status(), message: c_string(answer.message()) },
            failed => Self::of(failed),
        }
    }

    pub(super) fn status(&self) -> te_status {
        code(self.status)
    }

    pub(super) fn message(&self) -> *const c_char {
        self.message.as_ptr()
    }
}

/// A response, and what it lent.
pub(super) struct ResponseHandle {
    pub(super) state: Outcome,
    result: Result<Answer>,
    headers: OnceLock<Vec<(CString, CString)>>,
    /// Strings, names and pointers lent of the JSON, by the byte of the body at which they, or what they lead to, begin.
    lent: Mutex<BTreeMap<u32, Option<CString>>>,
}

impl ResponseHandle {
    pub(super) fn answer(&self) -> Option<&Answer> {
        match &self.result {
            Ok(answer) => Some(answer),
            Err(error) => error.response(),
        }
    }

    fn headers(&self) -> &[(CString, CString)] {
        self.headers.get_or_init(|| {
            let all = self.answer().map_or(&[][..], Answer::headers);
            all.iter().map(|(name, value)| (c_string(name), c_string(value))).collect()
        })
    }

    /// Lends a string made once for each place of the body.
    pub(super) fn lend<'a>(&self, at: u32, make: impl FnOnce() -> Option<Cow<'a, str>>) -> Option<*const c_char> {
        let mut lent = self.lent.lock().unwrap_or_else(PoisonError::into_inner);
        let text = lent.entry(at).or_insert_with(|| CString::new(make()?.into_owned()).ok());
        text.as_ref().map(|text| text.as_ptr())
    }
}

/// Makes a handle of what came of a call.
pub(super) fn deliver(result: Result<Answer>) -> *mut te_response {
    let state = Outcome::of_call(&result);
    deliver_as(state, result)
}

/// Makes the response that comes after the last page.
pub(super) fn deliver_end() -> *mut te_response {
    deliver_as(Outcome { status: Status::Done, message: CString::default() }, Ok(Answer::default()))
}

fn deliver_as(state: Outcome, result: Result<Answer>) -> *mut te_response {
    let response = ResponseHandle { state, result, headers: OnceLock::new(), lent: Mutex::default() };
    Object::Response(Arc::new(response)).into_handle()
}

/// Makes a response of a call, whatever becomes of it.
pub(super) fn respond(make: impl FnOnce() -> Result<Answer>) -> *mut te_response {
    contained(
        || deliver(Err(panicked())),
        || {
            let result = make();
            deliver(result)
        },
    )
}

/// The error that stands for a fault in the library. Whether the request was sent is not known.
pub(super) fn panicked() -> Error {
    let text = "A fault in this library (panic). The request may have been sent. Please report it with what the \
                program did.";
    Error::new(Status::Panic, text).sent(Sent::Perhaps)
}

pub(super) fn bad_handle(bad: Bad) -> Error {
    Error::new(bad.status(), bad.message().to_string_lossy())
}

pub(super) fn find(response: *const te_response) -> std::result::Result<Arc<ResponseHandle>, Bad> {
    match handle::find(response.cast::<c_void>())? {
        Object::Response(response) => Ok(response),
        _ => Err(Bad::Kind),
    }
}

/// Reads something of a response; `otherwise` stands for a bad handle.
pub(super) fn read<T: Copy>(response: *const te_response, otherwise: T, get: impl FnOnce(&ResponseHandle) -> T) -> T {
    contained(|| otherwise, || find(response).map_or(otherwise, |response| get(&response)))
}

/// The HTTP status code; 0 when no answer came.
#[unsafe(no_mangle)]
pub extern "C" fn te_response_http_status(response: *const te_response) -> i32 {
    read(response, 0, |response| response.answer().map_or(0, |answer| i32::from(answer.http_status())))
}

/// Whether the request reached the wire: 1 yes, 0 no, -1 perhaps, or this is no live response. May a POST be repeated?
/// After 0 it may.
#[unsafe(no_mangle)]
pub extern "C" fn te_response_sent(response: *const te_response) -> i32 {
    read(response, -1, |response| match &response.result {
        Ok(answer) => i32::from(answer.http_status() != 0),
        Err(error) => match error.was_sent() {
            Sent::Yes => 1,
            Sent::No => 0,
            Sent::Perhaps => -1,
        },
    })
}

/// The body, unpacked; never NULL. One NUL follows it. `length` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_body(response: *const te_response, length: *mut usize) -> *const c_char {
    let (body, size) = read(response, (c"".as_ptr(), 0), |response| {
        let body = response.answer().map_or(&b"\0"[..], Answer::body_with_nul);
        (body.as_ptr().cast(), body.len() - 1)
    });
    if !length.is_null() {
        // SAFETY: not NULL, so the caller gave a size_t to write to.
        unsafe { length.write(size) };
    }
    body
}

/// The value of the first header of that name, in any case; NULL when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_header(response: *const te_response, name: *const c_char) -> *const c_char {
    read(response, std::ptr::null(), |response| {
        // SAFETY: the caller gave NULL or a C string.
        let Ok(name) = (unsafe { required(name, "name") }) else { return std::ptr::null() };
        let found =
            response.headers().iter().find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name.as_bytes()));
        found.map_or(std::ptr::null(), |(_, value)| value.as_ptr())
    })
}

/// How many headers there are.
#[unsafe(no_mangle)]
pub extern "C" fn te_response_header_count(response: *const te_response) -> i32 {
    read(response, 0, |response| i32::try_from(response.headers().len()).unwrap_or(i32::MAX))
}

/// The name of a header in lower case, counted from 0; NULL past the last.
#[unsafe(no_mangle)]
pub extern "C" fn te_response_header_name(response: *const te_response, index: i32) -> *const c_char {
    header_at(response, index, |(name, _)| name)
}

/// The value of a header, counted from 0; NULL past the last.
#[unsafe(no_mangle)]
pub extern "C" fn te_response_header_value(response: *const te_response, index: i32) -> *const c_char {
    header_at(response, index, |(_, value)| value)
}

fn header_at(
    response: *const te_response,
    index: i32,
    part: impl FnOnce(&(CString, CString)) -> &CString,
) -> *const c_char {
    read(response, std::ptr::null(), |response| {
        let header = usize::try_from(index).ok().and_then(|index| response.headers().get(index));
        header.map_or(std::ptr::null(), |header| part(header).as_ptr())
    })
}

/// When calling again is worth it, in milliseconds; also when the call was refused here. -1: not known.
#[unsafe(no_mangle)]
pub extern "C" fn te_response_retry_after_ms(response: *const te_response) -> i64 {
    read(response, -1, |response| {
        let wait = response.result.as_ref().err().and_then(Error::retry_in);
        wait.map_or(-1, |wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
    })
}
