//! Settings of a client.

use std::ffi::{c_char, c_void};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::handle::{self, Object};
use super::panic::contained;
use super::response::panicked;
use super::status::{TE_E_BAD_HANDLE, TE_E_PANIC, te_status};
use super::sticky::Sticky;
use super::strings::{code, invalid, required};
use crate::config::Config;
use crate::error::Result;

/// Settings of a client. Freed with te_free; copied when a client is made. After a setter failed nothing changes any
/// more: every later one returns that failure, and so does the client made from them.
pub struct te_options {
    _private: [u8; 0],
}

/// Options behind a handle.
pub(super) struct OptionsHandle(Mutex<Sticky<Config>>);

impl OptionsHandle {
    fn lock(&self) -> MutexGuard<'_, Sticky<Config>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn status(&self) -> te_status {
        self.lock().status()
    }

    pub(super) fn message(&self) -> *const c_char {
        self.lock().message()
    }

    /// The settings, or the first failed setter's error.
    pub(super) fn config(&self) -> Result<Config> {
        self.lock().value().cloned()
    }
}

/// Default options.
#[unsafe(no_mangle)]
pub extern "C" fn te_options_new() -> *mut te_options {
    let make = |made| Object::Options(Arc::new(OptionsHandle(Mutex::new(Sticky::new(made, Config::default)))));
    contained(|| make(Err(panicked())).into_handle(), || make(Ok(Config::default())).into_handle())
}

pub(super) fn set(options: *mut te_options, change: impl FnOnce(&mut Config) -> Result<()>) -> te_status {
    contained(
        || TE_E_PANIC,
        || match handle::find(options.cast_const().cast::<c_void>()) {
            Ok(Object::Options(options)) => options.lock().set(change),
            Ok(_) => TE_E_BAD_HANDLE,
            Err(bad) => code(bad.status()),
        },
    )
}

/// Sets a text setting.
///
/// # Safety
/// `text` is NULL or a C string.
pub(super) unsafe fn set_text(
    options: *mut te_options,
    text: *const c_char,
    name: &str,
    field: impl FnOnce(&mut Config) -> &mut Option<String>,
) -> te_status {
    set(options, |config| {
        // SAFETY: the caller promised it.
        *field(config) = Some(unsafe { required(text, name) }?.to_owned());
        Ok(())
    })
}

/// Base URL of the API, with or without /v7. Default: $TE_BASE_URL, else $TE_API_ENDPOINT, else
/// https://api.thousandeyes.com. Plain http only for loopback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_options_set_base_url(options: *mut te_options, url: *const c_char) -> te_status {
    // SAFETY: the caller gave NULL or a C string.
    unsafe { set_text(options, url, "url", |config| &mut config.base_url) }
}

/// Directory through which programs share what they know of tokens; "": in memory only. Made if it is not there. It
/// may be shared by a group (mode 2770). Default: $TE_STATE_DIR, else the first of $STATE_DIRECTORY, else the user's
/// own state directory. What cannot be used is passed over for the next, and te_client_guard says why.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_options_set_state_dir(options: *mut te_options, path: *const c_char) -> te_status {
    // SAFETY: the caller gave NULL or a C string.
    unsafe { set_text(options, path, "path", |config| &mut config.state_dir) }
}

/// Account group id (the API's aid) for every call that does not name one itself, in its path for example; "": the
/// user's login account group. Default: $TE_AID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_options_set_account_group(options: *mut te_options, id: *const c_char) -> te_status {
    // SAFETY: the caller gave NULL or a C string.
    unsafe { set_text(options, id, "id", |config| &mut config.account_group) }
}

/// Name and version of the program, put in front of the library's own User-Agent. Visible ASCII. Default: none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_options_set_user_agent(options: *mut te_options, text: *const c_char) -> te_status {
    // SAFETY: the caller gave NULL or a C string.
    unsafe { set_text(options, text, "text", |config| &mut config.user_agent) }
}

/// Time of a whole call in milliseconds, waits included; more than 0. Default: 120,000.
#[unsafe(no_mangle)]
pub extern "C" fn te_options_set_timeout_ms(options: *mut te_options, milliseconds: i64) -> te_status {
    set(options, |config| duration(milliseconds).map(|timeout| config.timeout = timeout))
}

pub(super) fn duration(milliseconds: i64) -> Result<Duration> {
    match u64::try_from(milliseconds) {
        Ok(milliseconds @ 1..) => Ok(Duration::from_millis(milliseconds)),
        _ => Err(invalid("The time must be more than 0 milliseconds")),
    }
}

/// The largest unpacked body in bytes; a larger one is TE_E_TOO_LARGE, never cut. Default: 64 MiB.
#[unsafe(no_mangle)]
pub extern "C" fn te_options_set_body_limit(options: *mut te_options, bytes: i64) -> te_status {
    set(options, |config| {
        let limit = u64::try_from(bytes).ok().filter(|&limit| limit > 0);
        let limit = limit.ok_or_else(|| invalid("The body limit must be more than 0 bytes"))?;
        // INT64_MAX is a caller's way to say "no limit", also where memory ends earlier.
        config.body_limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(())
    })
}

/// The most 401 answers in 60 minutes, 1 to 110, before nothing more is sent; requests that were never answered count
/// as such. Tokens that were never accepted share half of it, probes of rejected ones a quarter. Default: 36.
#[unsafe(no_mangle)]
pub extern "C" fn te_options_set_unauthorized_budget(options: *mut te_options, answers: i32) -> te_status {
    set(options, |config| {
        let budget = u32::try_from(answers).ok().filter(|budget| (1..=110).contains(budget));
        config.unauthorized_budget = budget.ok_or_else(|| invalid("The budget of 401 answers must be 1 to 110"))?;
        Ok(())
    })
}

/// How often a GET that was answered 502, 503 or 504 is sent again inside its time, with growing pauses; 0 to 10.
/// Default: 2.
#[unsafe(no_mangle)]
pub extern "C" fn te_options_set_retries(options: *mut te_options, retries: i32) -> te_status {
    set(options, |config| {
        let retries = u32::try_from(retries).ok().filter(|&retries| retries <= 10);
        config.retries = retries.ok_or_else(|| invalid("The number of retries must be 0 to 10"))?;
        Ok(())
    })
}

/// 1 (the default): a call waits for the API's rate limits inside its time, and is sent again after a 429 of one. 0: it
/// fails at once with TE_E_RATE_LIMITED, and te_response_retry_after_ms says for how long.
#[unsafe(no_mangle)]
pub extern "C" fn te_options_set_wait_for_rate_limits(options: *mut te_options, wait: i32) -> te_status {
    set(options, |config| {
        config.wait_for_rate_limits = wait != 0;
        Ok(())
    })
}
