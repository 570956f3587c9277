//! The API's rate limits, read from an answer's headers, and the kinds of 429.

use std::time::{Duration, SystemTime};

use crate::answer::Answer;
use crate::guard::{Family, Limit, Millis};
use crate::sys::clock;

/// The longest that anything asks to wait; more is a mistake.
const LONGEST: i64 = 86_400;
/// So long a 429 is waited for at least, whatever it says: whole seconds may be rounded down to none, and a wait of none
/// would be a call in a circle.
const LEAST: Millis = 1000;

/// One of the API's rate limits, as the `X-*-Rate-Limit-*` headers of an answer tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// "organization" for `X-Organization-Rate-Limit-*`, in lower case.
    pub name: String,
    /// Requests that a window allows.
    pub limit: Option<u32>,
    /// Requests that this window still allows.
    pub remaining: Option<u32>,
    /// How long this window lasts, from the answer on, by the server's own clock; whole seconds.
    pub resets_in: Option<Duration>,
}

/// What a 429 asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TooMany {
    /// A rate limit with headers of its own: its window opens so many milliseconds after the answer.
    RateLimit(Millis),
    /// `Retry-After` alone.
    RetryAfter(Millis),
    /// Neither: what a blocked source IP is answered.
    Bare,
}

/// Which 429 this is.
pub(crate) fn classify(answer: &Answer) -> TooMany {
    let limits = answer.rate_limits();
    let retry_after = answer.header("retry-after").and_then(|value| until_retry_after(value, answer));
    let reset = spent(limits).filter_map(|limit| limit.resets_in).max().map(millis);
    match retry_after {
        _ if !limits.is_empty() => TooMany::RateLimit(reset.max(retry_after).unwrap_or(0).max(LEAST)),
        Some(wait) => TooMany::RetryAfter(wait.max(LEAST)),
        None => TooMany::Bare,
    }
}

/// What the guard is told of an answer's limits; of a 429, which of them held it back and for how long.
pub(crate) fn told(answer: &Answer) -> Vec<Limit> {
    let limits = answer.rate_limits();
    if limits.is_empty() {
        return Vec::new();
    }
    let too_many = (answer.http_status() == 429).then(|| classify(answer));
    let held_back = |limit: &RateLimit| match too_many {
        Some(TooMany::RateLimit(wait)) if spent(limits).any(|spent| spent == limit) => Some(wait),
        _ => None,
    };
    let told = limits.iter().filter_map(|limit| {
        let (left, resets_in) = match held_back(limit) {
            Some(wait) => (0, wait),
            None => (limit.remaining?, millis(limit.resets_in?)),
        };
        Some(Limit { family: Family::new(&limit.name), limit: limit.limit.unwrap_or(u32::MAX), left, resets_in })
    });
    told.collect()
}

/// The limits that are used up; where all say that something is left, any may be.
fn spent(limits: &[RateLimit]) -> impl Iterator<Item = &RateLimit> {
    let says_spent = |limit: &RateLimit| limit.remaining.is_none_or(|left| left == 0);
    let none_says = !limits.iter().any(says_spent);
    limits.iter().filter(move |limit| none_says || says_spent(limit))
}

/// `X-Organization-Rate-Limit-Remaining` and any family that may come, in the order of the headers.
pub(crate) fn read(headers: &[(String, String)]) -> Vec<RateLimit> {
    let mut limits: Vec<RateLimit> = Vec::new();
    for (header, value) in headers {
        let Some((name, field)) = header.strip_prefix("x-").and_then(|rest| rest.split_once("-rate-limit-")) else {
            continue;
        };
        let at = limits.iter().position(|limit| limit.name == name).unwrap_or(limits.len());
        if at == limits.len() {
            limits.push(RateLimit { name: name.to_owned(), limit: None, remaining: None, resets_in: None });
        }
        let number = value.trim().parse::<i64>().ok();
        let count = number.map(|number| u32::try_from(number.max(0)).unwrap_or(u32::MAX));
        match field {
            "limit" => limits[at].limit = count,
            "remaining" => limits[at].remaining = count,
            "reset" => limits[at].resets_in = number.and_then(|number| until_reset(number, headers)),
            _ => {}
        }
    }
    limits
}

/// A value of 10^9 or more is an epoch, judged against the server's own clock; a smaller one is a delay.
fn until_reset(value: i64, headers: &[(String, String)]) -> Option<Duration> {
    let seconds = if value >= 1_000_000_000 { value - server_time(headers) } else { value };
    u64::try_from(seconds.min(LONGEST)).ok().map(Duration::from_secs)
}

/// RFC 9110 section 10.2.3: seconds, or a date.
fn until_retry_after(value: &str, answer: &Answer) -> Option<Millis> {
    let value = value.trim();
    let seconds = match value.parse::<i64>() {
        Ok(seconds) => seconds,
        Err(_) => epoch(value)? - server_time(answer.headers()),
    };
    Some(seconds.clamp(0, LONGEST) * 1000)
}

/// By the answer's `Date`, since the clock here may be wrong; by that only where there is none.
fn server_time(headers: &[(String, String)]) -> i64 {
    let date = headers.iter().find(|(name, _)| name == "date").and_then(|(_, date)| epoch(date));
    date.unwrap_or_else(|| clock::moment().wall / 1000)
}

fn epoch(date: &str) -> Option<i64> {
    let time = httpdate::parse_http_date(date).ok()?;
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).ok()
}

fn millis(time: Duration) -> Millis {
    Millis::try_from(time.as_millis()).unwrap_or(Millis::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[(&str, &str)]) -> Answer {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Answer::new(429, headers)
    }

    const DATE: (&str, &str) = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");

    #[test]
    fn three_kinds() {
        assert_eq!(classify(&answer(&[DATE])), TooMany::Bare);
        assert_eq!(classify(&answer(&[DATE, ("retry-after", "7")])), TooMany::RetryAfter(7000));
        for none in ["0", "-7", "Sun, 06 Nov 1994 08:00:00 GMT"] {
            assert_eq!(classify(&answer(&[DATE, ("retry-after", none)])), TooMany::RetryAfter(1000), "{none}");
        }
        let date = ("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT");
        assert_eq!(classify(&answer(&[DATE, date])), TooMany::RetryAfter(60_000));
        let epoch = ("x-organization-rate-limit-reset", "1000000030");
        let then = ("date", "Sun, 09 Sep 2001 01:46:40 GMT");
        assert_eq!(classify(&answer(&[then, epoch])), TooMany::RateLimit(30_000));
        let delay = ("x-template-deploy-rate-limit-reset", "12");
        assert_eq!(classify(&answer(&[then, delay])), TooMany::RateLimit(12_000));
        let future = ("x-new-thing-rate-limit-remaining", "0");
        assert_eq!(classify(&answer(&[future])), TooMany::RateLimit(1000));
    }

    #[test]
    fn only_the_spent_family_counts() {
        let headers = [
            ("x-organization-rate-limit-remaining", "100"),
            ("x-organization-rate-limit-reset", "50"),
            ("x-instant-test-rate-limit-remaining", "0"),
            ("x-instant-test-rate-limit-reset", "5"),
        ];
        assert_eq!(classify(&answer(&headers)), TooMany::RateLimit(5000));
    }

    fn limit(headers: &[(&str, &str)]) -> RateLimit {
        let [limit] = answer(headers).rate_limits().to_vec().try_into().unwrap();
        limit
    }

    #[test]
    fn limits_are_read_by_the_servers_clock() {
        let headers = [
            ("x-organization-rate-limit-limit", "240"),
            ("x-organization-rate-limit-remaining", "17"),
            ("x-organization-rate-limit-reset", "1000000030"),
            ("date", "Sun, 09 Sep 2001 01:46:40 GMT"),
        ];
        let expected = RateLimit {
            name: "organization".to_owned(),
            limit: Some(240),
            remaining: Some(17),
            resets_in: Some(Duration::from_secs(30)),
        };
        assert_eq!(limit(&headers), expected);
        let odd = limit(&[("x-a-b-rate-limit-remaining", "-3"), ("x-a-b-rate-limit-reset", "soon")]);
        assert_eq!((odd.name.as_str(), odd.remaining, odd.resets_in), ("a-b", Some(0), None));
        assert_eq!(answer(&[("x-rate-limit-limit", "5")]).rate_limits(), []);
    }

    #[test]
    fn the_guard_is_told_what_held_a_429_back() {
        let headers = [("x-new-thing-rate-limit-limit", "5"), ("retry-after", "9")];
        let held = Limit { family: Family::new("new-thing"), limit: 5, left: 0, resets_in: 9000 };
        assert_eq!(told(&answer(&headers)), [held]);
        assert_eq!(told(&Answer::new(200, Vec::new())), []);
    }
}
