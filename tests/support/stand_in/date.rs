//! The server's clock and its one way of writing it down.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds since 1970 on a clock that is ahead by `skew`.
pub(super) fn epoch(skew: i64) -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    #[allow(clippy::cast_precision_loss, reason = "a test sets seconds, not centuries")]
    let skew = skew as f64;
    since.map_or(0.0, |d| d.as_secs_f64()) + skew
}

/// Whole seconds of [`epoch`]; a clock before 1970 stands still at zero.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped, and far below the limit")]
pub(super) fn whole(seconds: f64) -> u64 {
    seconds.max(0.0) as u64
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, the form HTTP wants dates in.
pub(super) fn http_date(epoch: u64) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(epoch))
}
