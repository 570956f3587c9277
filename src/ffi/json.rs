//! Questions about a response's JSON, by RFC 6901 pointer: "/tests/0/testName"; "" is the whole document.

use std::borrow::Cow;
use std::ffi::c_char;

use super::response::{ResponseHandle, read, te_response};
use super::strings::required;
use crate::answer::Answer;
use crate::json::{Found, Kind};

/// Nothing is there, or the body is not JSON.
pub const TE_JSON_ABSENT: i32 = 0;
/// null.
pub const TE_JSON_NULL: i32 = 1;
/// true or false.
pub const TE_JSON_BOOL: i32 = 2;
/// A number.
pub const TE_JSON_NUMBER: i32 = 3;
/// A string.
pub const TE_JSON_STRING: i32 = 4;
/// An array.
pub const TE_JSON_ARRAY: i32 = 5;
/// An object.
pub const TE_JSON_OBJECT: i32 = 6;

/// Asks something of the value at a pointer.
fn ask<T: Copy>(
    response: *const te_response,
    pointer: *const c_char,
    otherwise: T,
    get: impl FnOnce(&ResponseHandle, &Answer, Found) -> Option<T>,
) -> T {
    read(response, otherwise, |response| {
        // SAFETY: the caller gave NULL or a C string.
        let Ok(pointer) = (unsafe { required(pointer, "pointer") }) else { return otherwise };
        let Some(answer) = response.answer() else { return otherwise };
        answer.find(pointer).and_then(|found| get(response, answer, found)).unwrap_or(otherwise)
    })
}

/// The string at a pointer; true and false as JSON writes them, a number digit for digit as it came. `fallback` (which
/// may be NULL) when nothing, null, an array or an object is there, or a string with U+0000 inside. Borrowed from the
/// response.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_json_string(
    response: *const te_response,
    pointer: *const c_char,
    fallback: *const c_char,
) -> *const c_char {
    ask(response, pointer, fallback, |response, _, found| match found.kind() {
        Kind::String => response.lend(found.at(), || found.string()),
        Kind::Number | Kind::Bool => response.lend(found.at(), || Some(found.text().into())),
        Kind::Null | Kind::Array | Kind::Object => None,
    })
}

/// The whole number at a pointer, written without fraction and exponent; a string of decimal digits, with a sign or
/// without, counts, since the API's ids are strings. `fallback` when it is none or does not fit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_json_int64(
    response: *const te_response,
    pointer: *const c_char,
    fallback: i64,
) -> i64 {
    ask(response, pointer, fallback, |_, _, found| found.int64())
}

/// The number at a pointer, or `fallback`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_json_double(
    response: *const te_response,
    pointer: *const c_char,
    fallback: f64,
) -> f64 {
    ask(response, pointer, fallback, |_, _, found| found.double())
}

/// 1 for true and 0 for false at a pointer, or `fallback`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_json_bool(
    response: *const te_response,
    pointer: *const c_char,
    fallback: i32,
) -> i32 {
    ask(response, pointer, fallback, |_, _, found| found.boolean().map(i32::from))
}

/// How many elements the array, or members the object, at a pointer has; -1 when it is neither.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_json_count(response: *const te_response, pointer: *const c_char) -> i64 {
    ask(response, pointer, -1, |_, answer, found| answer.count(found).and_then(|count| i64::try_from(count).ok()))
}

/// The name of a member of the object at a pointer, counted from 0 in the document's order; NULL past the last, when no
/// object is there, and for a name with U+0000 inside. In a pointer, write ~0 for ~ and ~1 for / in it. Borrowed from
/// the response.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_json_name(
    response: *const te_response,
    pointer: *const c_char,
    index: i64,
) -> *const c_char {
    ask(response, pointer, std::ptr::null(), |response, answer, found| {
        let name = answer.member_name(found, usize::try_from(index).ok()?)?;
        response.lend(name.at(), || Some(name.name()))
    })
}

/// The JSON text of the value at a pointer, as it stands in the body, and its length: for a parser of your own. NULL,
/// and length 0, when nothing is there. It is a part of the body: what follows it is not NUL. Borrowed from the
/// response.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_json_raw(
    response: *const te_response,
    pointer: *const c_char,
    length: *mut usize,
) -> *const c_char {
    let (text, size) = ask(response, pointer, (std::ptr::null(), 0), |_, _, found| {
        let text = found.text();
        Some((text.as_ptr().cast(), text.len()))
    });
    if !length.is_null() {
        // SAFETY: not NULL, so the caller gave a size_t to write to.
        unsafe { length.write(size) };
    }
    text
}

/// The pointer of the array that holds a page's items: "" where the document is an array, else that of its member `key`
/// ("/tests"), and with `key` NULL that of its only member that is an array. NULL when there is none, or several.
/// Borrowed from the response.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_json_items(response: *const te_response, key: *const c_char) -> *const c_char {
    read(response, std::ptr::null(), |response| {
        // SAFETY: the caller gave NULL or a C string.
        let key = if key.is_null() { Ok(None) } else { unsafe { required(key, "key") }.map(Some) };
        let (Ok(key), Some(answer)) = (key, response.answer()) else { return std::ptr::null() };
        let pointer = answer.items_pointer(key).ok();
        let found = pointer.as_deref().and_then(|pointer| answer.find(pointer));
        let lent = found.and_then(|found| response.lend(found.at(), || pointer.map(Cow::Owned)));
        lent.unwrap_or(std::ptr::null())
    })
}

/// What stands at a pointer: one of TE_JSON_*.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_json_type(response: *const te_response, pointer: *const c_char) -> i32 {
    ask(response, pointer, TE_JSON_ABSENT, |_, _, found| {
        Some(match found.kind() {
            Kind::Null => TE_JSON_NULL,
            Kind::Bool => TE_JSON_BOOL,
            Kind::Number => TE_JSON_NUMBER,
            Kind::String => TE_JSON_STRING,
            Kind::Array => TE_JSON_ARRAY,
            Kind::Object => TE_JSON_OBJECT,
        })
    })
}
