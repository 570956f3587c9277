//! What an answer told of the API's rate limits.

use std::ffi::c_char;

use super::response::{read, te_response};
use super::strings::required;
use crate::rate::RateLimit;

/// Reads something of one limit; -1 stands for what was not told.
fn ask(response: *const te_response, name: *const c_char, get: impl FnOnce(&RateLimit) -> Option<i64>) -> i64 {
    read(response, -1, |response| {
        let limits = response.answer().map_or(&[][..], crate::Answer::rate_limits);
        let found = if name.is_null() {
            limits.iter().min_by_key(|limit| limit.remaining.unwrap_or(u32::MAX))
        } else {
            // SAFETY: the caller gave a C string.
            let Ok(name) = (unsafe { required(name, "name") }) else { return -1 };
            limits.iter().find(|limit| limit.name.eq_ignore_ascii_case(name))
        };
        found.and_then(get).unwrap_or(-1)
    })
}

/// How many requests a window of a rate limit allows; -1 when the answer did not tell. `name` is "organization" for
/// the headers `X-Organization-Rate-Limit-*`, and so on; NULL: the limit of which the least is left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_rate_limit(response: *const te_response, name: *const c_char) -> i64 {
    ask(response, name, |limit| limit.limit.map(i64::from))
}

/// How many requests this window of a rate limit still allows; -1 when the answer did not tell. `name` as above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_rate_limit_remaining(response: *const te_response, name: *const c_char) -> i64 {
    ask(response, name, |limit| limit.remaining.map(i64::from))
}

/// How many milliseconds this window of a rate limit lasts from the answer on, by the server's own clock; -1 when the
/// answer did not tell. `name` as above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_response_rate_limit_reset_ms(response: *const te_response, name: *const c_char) -> i64 {
    ask(response, name, |limit| limit.resets_in.and_then(|time| i64::try_from(time.as_millis()).ok()))
}
