//! A 401 that is a verdict on the token.

use crate::answer::Answer;
use crate::error::{ago, in_words};
use crate::guard::Noted;
use crate::status::Status;

/// What a token that worked before may have met with.
pub(super) const LOCKOUT_ADVICE: &str = "Possible account lockout: log in to the ThousandEyes app, where a locked user has to \
                              reset the password (SSO users: at the identity provider). Or the token was revoked or \
                              has expired: create a new one.";

pub(super) fn unauthorized(answer: &Answer, what: &str, said: &str, noted: &Noted) -> (Status, String, Option<i64>) {
    let rests = noted.next_try_in.map_or_else(String::new, |rest| {
        let by = if noted.is_shared {
            "any program that shares this state"
        } else {
            "this process; others know nothing of it, since no state is shared"
        };
        format!(" It is not sent again for {} by {by}.", in_words(rest))
    });
    let stripped = answer.json().is_some_and(|json| json["error"].is_null() && json["errorMessage"].is_string());
    let cause = if answer.is_html() {
        " The answer is a web page: perhaps it comes from a proxy, not from the API."
    } else if stripped {
        " The API found no usable token in the request: a proxy on the way may strip the Authorization header."
    } else {
        ""
    };
    // By its type it was no page, so the guard took it for a verdict.
    let who = if answer.is_html() { "the answer is that of a rejected token" } else { "the API rejected the token" };
    match noted.accepted_ago {
        Some(then) => (
            Status::LockoutSuspected,
            format!("{what}: 401 for a token that was accepted {}{said}.{rests}{cause} {LOCKOUT_ADVICE}", ago(then)),
            noted.next_try_in,
        ),
        None => (
            Status::Unauthorized,
            format!(
                "{what}: {who} (401){said}.{rests}{cause} Check the token: it may be mistyped, expired or revoked."
            ),
            noted.next_try_in,
        ),
    }
}
