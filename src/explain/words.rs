//! The statuses of HTTP in words: what each means, whether the request was carried out, and what to do next.

use super::asked::Asked;
use crate::answer::Answer;

/// What is known of the request's fate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was refused.
    Refused,
    /// It may have changed something.
    Unknown,
}

/// One status in words.
pub(super) struct Words {
    pub(super) meaning: String,
    pub(super) fate: Fate,
    /// A sentence, or nothing.
    pub(super) next: String,
}

/// The words for a status that is neither a success nor a verdict on the token.
pub(super) fn words(answer: &Answer, asked: &Asked) -> Words {
    let code = answer.http_status();
    let header = |name: &str| answer.header(name).map(|value| asked.quoted(value, 200));
    let refused =
        |meaning: &str, next: &str| Words { meaning: meaning.to_owned(), fate: Fate::Refused, next: next.to_owned() };
    let unknown = |meaning: &str, next: &str| Words { fate: Fate::Unknown, ..refused(meaning, next) };
    match code {
        304 => refused("not changed since the version that the request names", ""),
        300..=399 => {
            let to = header("location").map_or_else(|| "moved".to_owned(), |to| format!("moved to {to}"));
            refused(&to, "Redirects are not followed: check the path, its version (v7) and the base URL.")
        }
        400 => refused("the API finds a mistake in the request", "Correct it before you send it again."),
        404 => refused("not found", "Check the path and the id."),
        405 => {
            let allowed = header("allow").map_or_else(String::new, |methods| format!("It takes {methods}."));
            refused("this path does not take this method", &allowed)
        }
        // Some servers find out only when they have done the work and write the answer.
        406 => unknown("the API cannot answer in the form asked for", "Check the Accept header."),
        409 if is_new_token(asked) => refused(
            "two API tokens of this user are active, and there cannot be a third",
            "Revoke one of them, or wait: the older one ends at most 14 days after the newer one was made.",
        ),
        409 => refused("it conflicts with what is there", "Read what is there, then decide."),
        412 => refused(
            "a condition in the request does not hold, most likely because of a change in between",
            "Read it anew before you change it.",
        ),
        413 => refused("the request's body is larger than the API takes", "Send less at once."),
        415 => {
            refused("the API does not take a body of this type", "Set its content type, application/json for most.")
        }
        502 => unknown("a gateway got no usable answer from the server behind it", ""),
        503 => unknown("the service is not available: maintenance, or too much load", ""),
        504 => unknown("a gateway got no answer in time from the server behind it", ""),
        500.. => unknown("a fault on the server", ""),
        _ => unknown("the API refused the request", ""),
    }
}

/// A user has one token, and for a while after a new one is made, two.
fn is_new_token(asked: &Asked) -> bool {
    *asked.outgoing.method == http::Method::POST && asked.path().trim_end_matches('/').ends_with("/api-tokens")
}
