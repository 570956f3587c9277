//! A call that the guard did not let through.

use super::millis;
use super::unauthorized::LOCKOUT_ADVICE;
use crate::error::{Error, ago, in_words};
use crate::guard::{Awaited, Denied, Refusal, Stopped};
use crate::status::Status;

/// A call that the guard did not let through.
pub(crate) fn denied(denied: &Denied, store: &str) -> Error {
    let (status, text, retry_in) = match denied {
        Denied::Refused(refusal) => refused(refusal),
        Denied::Failed(failure) => (
            failure.status,
            format!("Another call with the same token found: {}. Nothing was sent.", failure.text),
            None,
        ),
        Denied::Stopped(Stopped::Cancelled) | Denied::Locked(Stopped::Cancelled) => {
            (Status::Cancelled, "The call was cancelled while it waited. Nothing was sent.".to_owned(), None)
        }
        Denied::Locked(Stopped::Deadline) => (
            Status::Timeout,
            "Another program holds the lock on the guard's state and did not go on within this call's time; it may be \
             stopped. Nothing was sent. Let it go on, or end it."
                .to_owned(),
            None,
        ),
        &Denied::Limited(awaited, wait) => {
            let what = match awaited {
                Awaited::RateLimit(family, _) => format!("The API's {family} rate limit is used up for another"),
                _ => "The API asked everybody to wait another".to_owned(),
            };
            let text = format!(
                "{what} {}, and this call does not wait so long. Nothing was sent. Call again then.",
                in_words(wait)
            );
            (Status::RateLimited, text, Some(wait))
        }
        Denied::Stopped(Stopped::Deadline) => (
            Status::Timeout,
            "The call's time was over while it waited for other calls with this token. Nothing was sent. Try again \
             later, or give it more time."
                .to_owned(),
            None,
        ),
    };
    let told = matches!(denied, Denied::Refused(_) | Denied::Locked(_));
    let text = if told { format!("{text} {store}") } else { text };
    Error::new(status, text).retry_after(retry_in.map(millis))
}

fn refused(refusal: &Refusal) -> (Status, String, Option<i64>) {
    match *refusal {
        Refusal::TokenRefused { since, accepted_ago, retry_in } => {
            let history = accepted_ago.map_or_else(
                || "It was never accepted: check it, it may be mistyped, expired or revoked.".to_owned(),
                |then| format!("It was accepted {}. {LOCKOUT_ADVICE}", ago(then)),
            );
            let text = format!(
                "The API rejected this token (401) {}, so it is not sent again for {}. Nothing was sent. {history} If it \
                 is in order now, unblock it, and the next call tries it: Unblock-ThousandEyesToken, \
                 python3 -m thousandeyes guard --unblock, te_client_unblock_token.",
                ago(since),
                in_words(retry_in)
            );
            (Status::TokenRefused, text, Some(retry_in))
        }
        Refusal::BudgetExhausted { used, unanswered, limit, retry_in } => {
            let text = format!(
                "Within the last hour {} requests from here were answered 401 and {unanswered} were not answered at \
                 all; calls like this one may make {limit} of both, so that the API does not block this address. \
                 Nothing was sent. There is room again in {}. Find the programs with a bad token, or the fault in the \
                 network.",
                used.saturating_sub(unanswered),
                in_words(retry_in)
            );
            (Status::BudgetExhausted, text, Some(retry_in))
        }
        Refusal::SourceIpBlocked { since, retry_in } => {
            let text = format!(
                "The API answers this source IP with 429, first {}, probably because of too many 401 answers. Nothing \
                 was sent. One request will look again in {}. Find the programs with a bad token behind this address.",
                ago(since),
                in_words(retry_in)
            );
            (Status::SourceIpBlocked, text, Some(retry_in))
        }
        Refusal::UnblockedTooOften { retry_in } => {
            let text = format!(
                "This token was unblocked three times within the hour. It can be again in {}. Nothing was sent.",
                in_words(retry_in)
            );
            (Status::TokenRefused, text, Some(retry_in))
        }
    }
}
