//! The server's clock and its one way of writing it down.

use std::time::{SystemTime, UNIX_EPOCH};

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
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (year, month, day) = civil(epoch / 86_400);
    let name = DAYS[usize::try_from(epoch / 86_400 % 7).unwrap_or(0)];
    let (hour, minute, second) = (epoch / 3600 % 24, epoch / 60 % 60, epoch % 60);
    let month = MONTHS[usize::try_from(month - 1).unwrap_or(0)];
    format!("{name}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

/// `1994-11-06T08:49:37Z`, the form the API's own bodies use.
pub(super) fn iso_date(epoch: u64) -> String {
    let (year, month, day) = civil(epoch / 86_400);
    let (hour, minute, second) = (epoch / 3600 % 24, epoch / 60 % 60, epoch % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of a day counted from 1970. Years run from March here, so that a leap day ends one.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod checks {
    use super::{http_date, iso_date};

    #[test]
    fn dates_are_written_as_http_wants_them() {
        assert_eq!(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(1_709_210_096), "Thu, 29 Feb 2024 12:34:56 GMT");
        assert_eq!(iso_date(951_782_400), "2000-02-29T00:00:00Z");
    }
}
