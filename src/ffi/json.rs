//! Questions about a response's JSON, by RFC 6901 pointer: "/tests/0/testName"; "" is the whole document.

use std::ffi::{CString, c_char};

use serde_json::Value;

use super::response::{ResponseHandle, read, te_response};
use super::strings::required;

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
    get: impl FnOnce(&ResponseHandle, &str, &Value) -> Option<T>,
) -> T {
    read(response, otherwise, |response| {
        // SAFETY: the caller gave NULL or a C string.
        let Ok(pointer) = (unsafe { required(pointer, "pointer") }) else { return otherwise };
        let value = response.answer().and_then(|answer| answer.pointer(pointer));
        value.and_then(|value| get(response, pointer, value)).unwrap_or(otherwise)
    })
}

/// The string at a pointer; a number, true and false as JSON writes them, a number not digit for digit as it came.
/// `fallback` (which may be NULL) when nothing, null, an array or an object is there, or a string with U+0000 inside.
/// Borrowed from the response.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_json_string(
    response: *const te_response,
    pointer: *const c_char,
    fallback: *const c_char,
) -> *const c_char {
    ask(response, pointer, fallback, |response, at, value| {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(value) => value.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        response.lend(at, || CString::new(text).ok())
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
    ask(response, pointer, fallback, |_, _, value| match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    })
}

/// The number at a pointer, or `fallback`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_json_double(
    response: *const te_response,
    pointer: *const c_char,
    fallback: f64,
) -> f64 {
    ask(response, pointer, fallback, |_, _, value| value.as_f64())
}

/// 1 for true and 0 for false at a pointer, or `fallback`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_json_bool(
    response: *const te_response,
    pointer: *const c_char,
    fallback: i32,
) -> i32 {
    ask(response, pointer, fallback, |_, _, value| value.as_bool().map(i32::from))
}

/// How many elements the array, or members the object, at a pointer has; -1 when it is neither.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_json_count(response: *const te_response, pointer: *const c_char) -> i64 {
    ask(response, pointer, -1, |_, _, value| {
        let count = value.as_array().map(Vec::len).or_else(|| value.as_object().map(serde_json::Map::len))?;
        i64::try_from(count).ok()
    })
}

/// What stands at a pointer: one of TE_JSON_*.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_json_type(response: *const te_response, pointer: *const c_char) -> i32 {
    ask(response, pointer, TE_JSON_ABSENT, |_, _, value| {
        Some(match value {
            Value::Null => TE_JSON_NULL,
            Value::Bool(_) => TE_JSON_BOOL,
            Value::Number(_) => TE_JSON_NUMBER,
            Value::String(_) => TE_JSON_STRING,
            Value::Array(_) => TE_JSON_ARRAY,
            Value::Object(_) => TE_JSON_OBJECT,
        })
    })
}
