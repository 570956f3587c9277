//! The kinds of 429, read from an answer's headers.

use std::time::SystemTime;

use crate::answer::Answer;
use crate::guard::Millis;

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
    let limits = answer.headers().iter().filter(|(name, _)| is_rate_limit(name));
    let mut named = false;
    let mut wait = 0;
    for (name, value) in limits {
        named = true;
        if name.ends_with("-reset") && is_spent(answer, name) {
            wait = wait.max(until_reset(value, answer).unwrap_or(0));
        }
    }
    let retry_after = answer.header("retry-after").and_then(|value| until_retry_after(value, answer));
    match retry_after {
        _ if named => TooMany::RateLimit(wait.max(retry_after.unwrap_or(0))),
        Some(wait) => TooMany::RetryAfter(wait),
        None => TooMany::Bare,
    }
}

/// `X-Organization-Rate-Limit-Remaining` and any family that may come.
fn is_rate_limit(name: &str) -> bool {
    name.strip_prefix("x-").is_some_and(|rest| rest.contains("-rate-limit-"))
}

/// Whether the family of a `-reset` header is the one that is used up; if none says, all count.
fn is_spent(answer: &Answer, reset: &str) -> bool {
    let remaining = reset.strip_suffix("reset").map(|family| format!("{family}remaining"));
    let left = remaining.and_then(|name| answer.header(&name)?.trim().parse::<i64>().ok());
    left.is_none_or(|left| left <= 0)
}

/// A value of 10^9 or more is an epoch, judged against the server's own clock; a smaller one is a delay.
fn until_reset(value: &str, answer: &Answer) -> Option<Millis> {
    let value: i64 = value.trim().parse().ok().filter(|&value| value >= 0)?;
    let seconds = if value >= 1_000_000_000 { value - server_time(answer) } else { value };
    Some(seconds.clamp(0, 86_400) * 1000)
}

/// RFC 9110 section 10.2.3: seconds, or a date.
fn until_retry_after(value: &str, answer: &Answer) -> Option<Millis> {
    let value = value.trim();
    let seconds = match value.parse::<i64>() {
        Ok(seconds) => seconds,
        Err(_) => epoch(value)? - server_time(answer),
    };
    Some(seconds.clamp(0, 86_400) * 1000)
}

fn server_time(answer: &Answer) -> i64 {
    answer.header("date").and_then(epoch).unwrap_or_else(|| since_epoch(SystemTime::now()))
}

fn epoch(date: &str) -> Option<i64> {
    httpdate::parse_http_date(date).ok().map(since_epoch)
}

fn since_epoch(time: SystemTime) -> i64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
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
        let date = ("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT");
        assert_eq!(classify(&answer(&[DATE, date])), TooMany::RetryAfter(60_000));
        let epoch = ("x-organization-rate-limit-reset", "1000000030");
        let then = ("date", "Sun, 09 Sep 2001 01:46:40 GMT");
        assert_eq!(classify(&answer(&[then, epoch])), TooMany::RateLimit(30_000));
        let delay = ("x-template-deploy-rate-limit-reset", "12");
        assert_eq!(classify(&answer(&[then, delay])), TooMany::RateLimit(12_000));
        let future = ("x-new-thing-rate-limit-remaining", "0");
        assert_eq!(classify(&answer(&[future])), TooMany::RateLimit(0));
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
}
