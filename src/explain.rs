//! The one line that a person reads: what happened, whether anything was sent, what to do next.

use std::time::Duration;

use crate::answer::Answer;
use crate::error::{Error, Sent, ago, in_words};
use crate::guard::{Awaited, Denied, Noted, Refusal, Stopped};
use crate::rate::TooMany;
use crate::status::Status;
use crate::transport::{Broken, Outgoing};

/// The longest part of an answer that a message quotes.
const MOST_QUOTED: usize = 300;

/// An attempt that ended without a complete answer.
pub(crate) fn broken(broken: &Broken, outgoing: &Outgoing) -> Error {
    let host = outgoing.url.authority().map_or("", |authority| authority.as_str());
    let sent = match broken.sent {
        Sent::No => "Nothing was sent.",
        Sent::Perhaps => "The request may have been carried out.",
        Sent::Yes => "The request was answered, but the answer is not complete.",
    };
    let advice = match broken.status {
        Status::Dns => "Check the host name and the name server.",
        Status::Connect => "Check the network and the firewall, and whether a proxy is needed (HTTPS_PROXY).",
        Status::Tls => "Behind a proxy that inspects TLS, pass its CA certificate as a PEM file.",
        Status::Proxy => "Check the proxy's URL, user and password (HTTPS_PROXY).",
        Status::Timeout | Status::Io if broken.sent == Sent::No => "Try again later.",
        Status::Timeout | Status::Io => again(outgoing),
        Status::TooLarge => "Ask for less, or raise the body limit.",
        _ => "",
    };
    let text = format!("{host}: {}. {sent} {advice}", broken.text);
    Error::new(broken.status, text.trim_end()).sent(broken.sent)
}

/// A call that the guard did not let through.
pub(crate) fn denied(denied: &Denied, store: &str) -> Error {
    let (status, text, retry_in) = match denied {
        Denied::Refused(refusal) => refused(refusal),
        Denied::Failed(failure) => (
            failure.status,
            format!("Another call with the same token found: {}. Nothing was sent.", failure.text),
            None,
        ),
        Denied::Stopped(Stopped::Cancelled, _) | Denied::Locked(Stopped::Cancelled) => {
            (Status::Cancelled, "The call was cancelled while it waited. Nothing was sent.".to_owned(), None)
        }
        Denied::Locked(Stopped::Deadline) => (
            Status::Timeout,
            "Another program holds the lock on the guard's state and did not go on within this call's time; it may be \
             stopped. Nothing was sent. Let it go on, or end it."
                .to_owned(),
            None,
        ),
        &Denied::Stopped(Stopped::Deadline, Some(Awaited::RetryAfter(wait))) => {
            let text = format!(
                "The API asked everybody to wait another {}, longer than this call's time. Nothing was sent. Call \
                 again then.",
                in_words(wait)
            );
            (Status::RateLimited, text, Some(wait))
        }
        Denied::Stopped(Stopped::Deadline, _) => (
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
                "The API rejected this token (401) {}, so it is not sent again for {}. Nothing was sent. {history}",
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

const LOCKOUT_ADVICE: &str = "Possible account lockout: log in to the ThousandEyes app, where a locked user has to \
                              reset the password (SSO users: at the identity provider). Or the token was revoked or \
                              has expired: create a new one.";

/// An answer that is not a success.
pub(crate) fn answer(answer: Answer, outgoing: &Outgoing, noted: &Noted, too_many: Option<TooMany>) -> Error {
    let what = format!("{} {}", outgoing.method, outgoing.url.path());
    let said = detail(&answer);
    let code = answer.http_status();
    let html = answer.is_html();
    let (status, text, wait) = match code {
        401 => unauthorized(&answer, &what, &said, noted),
        407 => (
            Status::Proxy,
            format!("{what}: the proxy wants a user and a password (407). The API saw nothing."),
            None,
        ),
        _ if html => (
            if code >= 500 { Status::Server } else { Status::BadResponse },
            format!(
                "{what}: a web page came instead of the API's answer (HTTP {code}), as from a proxy or a log-in portal. Look at the body."
            ),
            None,
        ),
        429 => rate_limited(&what, &said, too_many, noted),
        403 => (
            Status::Forbidden,
            format!(
                "{what}: not allowed (403){said}. The token is fine; its user's role lacks a permission in this account group."
            ),
            None,
        ),
        404 => (Status::NotFound, format!("{what}: not found (404){said}. Check the path and the id."), None),
        300..=399 => {
            let to = answer.header("location").map_or_else(String::new, |to| format!(" to {}", cut(to)));
            (Status::Http, format!("{what}: moved{to} (HTTP {code}). Redirects are not followed."), None)
        }
        500.. => {
            (Status::Server, format!("{what}: the API has a fault (HTTP {code}){said}. {}", again(outgoing)), None)
        }
        _ => (Status::Http, format!("{what}: the API refused the request (HTTP {code}){said}."), None),
    };
    Error::new(status, text).retry_after(wait.map(millis)).answer(answer)
}

/// A success whose body is not the JSON that its content type promises.
pub(crate) fn not_json(answer: Answer, outgoing: &Outgoing, why: &str) -> Error {
    let what = format!("{} {}", outgoing.method, outgoing.url.path());
    let text = format!(
        "{what}: the answer (HTTP {}) is not the JSON it says it is; it may be cut off or damaged on the way: {why}. {}",
        answer.http_status(),
        again(outgoing)
    );
    Error::new(Status::BadResponse, text).answer(answer)
}

/// What to do after a fault that may pass: what changes something may have changed it already.
fn again(outgoing: &Outgoing) -> &'static str {
    match *outgoing.method {
        http::Method::GET => "Try again later.",
        _ => "Look whether it was carried out before you repeat it.",
    }
}

fn unauthorized(answer: &Answer, what: &str, said: &str, noted: &Noted) -> (Status, String, Option<i64>) {
    let rests = noted.next_try_in.map_or_else(String::new, |rest| {
        format!(" It is not sent again for {} by any program that shares this state.", in_words(rest))
    });
    let stripped = answer.json().is_some_and(|json| json["error"].is_null() && json["errorMessage"].is_string());
    let cause = if answer.is_html() {
        " The answer is a web page: perhaps it comes from a proxy, not from the API."
    } else if stripped {
        " The API found no usable token in the request: a proxy on the way may strip the Authorization header."
    } else {
        ""
    };
    match noted.accepted_ago {
        Some(then) => (
            Status::LockoutSuspected,
            format!("{what}: 401 for a token that was accepted {}{said}.{rests}{cause} {LOCKOUT_ADVICE}", ago(then)),
            noted.next_try_in,
        ),
        None => (
            Status::Unauthorized,
            format!(
                "{what}: the API rejected the token (401){said}.{rests}{cause} Check the token: it may be mistyped, expired or revoked."
            ),
            noted.next_try_in,
        ),
    }
}

fn rate_limited(what: &str, said: &str, too_many: Option<TooMany>, noted: &Noted) -> (Status, String, Option<i64>) {
    // As the rules have it: a token that worked before looks first.
    let rest = if noted.accepted_ago.is_some() { 2 * 60_000 } else { 3 * 60_000 };
    match too_many {
        Some(TooMany::RateLimit(wait) | TooMany::RetryAfter(wait)) => (
            Status::RateLimited,
            format!(
                "{what}: rate limit reached (429){said}; it ends in {}, later than this call's time allows. Call again then.",
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

/// What the API says is wrong, in the shapes its errors have.
fn detail(answer: &Answer) -> String {
    let Some(json) = answer.json() else { return String::new() };
    let fields =
        ["/detail", "/title", "/error_description", "/errorMessage", "/errors/0/message", "/errors/0", "/error"];
    let said = fields.iter().find_map(|at| json.pointer(at)?.as_str()).unwrap_or("");
    if said.is_empty() { String::new() } else { format!(": {}", cut(said).trim_end_matches('.')) }
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(MOST_QUOTED).map_or(text, |(at, _)| &text[..at])
}

fn millis(millis: i64) -> Duration {
    Duration::from_millis(millis.max(0).unsigned_abs())
}
