//! A 429, as its headers have it.

use crate::error::in_words;
use crate::guard::Noted;
use crate::rate::TooMany;
use crate::status::Status;

pub(super) fn rate_limited(
    what: &str,
    said: &str,
    too_many: Option<TooMany>,
    noted: &Noted,
) -> (Status, String, Option<i64>) {
    // As the rules have it: a token that worked before looks first.
    let rest = if noted.accepted_ago.is_some() { 2 * 60_000 } else { 3 * 60_000 };
    match too_many {
        Some(TooMany::RateLimit(wait) | TooMany::RetryAfter(wait)) => (
            Status::RateLimited,
            format!(
                "{what}: rate limit reached (429){said}; it ends in {}, and this call does not wait so long. Nothing was \
                 carried out. Call again then.",
                in_words(wait)
            ),
            Some(wait),
        ),
        _ => (
            Status::SourceIpBlocked,
            format!(
                "{what}: 429 with no rate limit named{said}: the API probably blocks this source IP because of too many 401 answers. Programs that share this state send nothing for {}. Find the programs with a bad token behind this address.",
                in_words(rest)
            ),
            Some(rest),
        ),
    }
}
