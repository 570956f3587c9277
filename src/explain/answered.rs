//! An answer that is not a success.

use super::asked::Asked;
use super::page::page;
use super::problem::{self, Said};
use super::too_many::rate_limited;
use super::unauthorized::unauthorized;
use super::words::{Fate, words};
use super::{millis, permissions};
use crate::answer::Answer;
use crate::error::{Error, in_words};
use crate::guard::{Millis, Noted};
use crate::rate::{self, TooMany};
use crate::status::Status;

/// The longest part of a body that a message quotes.
const MOST_SAID: usize = 600;

/// The error for an answer; the answer stays in it.
pub(crate) fn answer(answer: Answer, asked: &Asked, noted: &Noted, too_many: Option<TooMany>) -> Error {
    let what = asked.what();
    let body = problem::read(answer.content_type(), answer.body());
    let said = asked.quoted(&body.clause(|text, most| asked.quoted(text, most)), MOST_SAID);
    let code = answer.http_status();
    let (status, text, wait) = match code {
        401 if !answer.declares_html() => unauthorized(&answer, &what, &said, noted),
        407 => (
            Status::Proxy,
            format!(
                "{what}: the proxy wants a user and a password (407). The API saw nothing. Set them in the proxy's URL."
            ),
            None,
        ),
        _ if answer.is_html() => {
            let (status, text) = page(&answer, asked);
            (status, text, None)
        }
        429 => rate_limited(&what, &said, too_many, noted),
        403 => (Status::Forbidden, forbidden(&answer, asked, &said), None),
        _ => others(&answer, asked, &said, &body),
    };
    Error::new(status, text).retry_after(wait.map(millis)).answer(answer)
}

fn forbidden(answer: &Answer, asked: &Asked, said: &str) -> String {
    let what = asked.what();
    if !answer.is_json() {
        return format!(
            "{what}: not allowed (403){said}. The answer is not in the API's form: a proxy may have refused the request, \
             or the API, for want of a permission. Nothing is known of the token."
        );
    }
    let needs = permissions::needed(asked.outgoing.method.as_str(), asked.path()).map_or_else(
        || "The API's reference names none for this operation.".to_owned(),
        |needed| format!("The API's reference says what it needs: {needed}."),
    );
    let group = asked.account_group().map_or_else(
        || "the user's login account group".to_owned(),
        |group| format!("account group {group}, if that is one of the user's at all"),
    );
    format!(
        "{what}: not allowed (403){said}. The token is fine: it was accepted. {}The role of its user lacks a permission in \
         {group}. {needs} Ask an administrator of the account group to look at the role.",
        if asked.is_get() { "" } else { "Nothing was carried out. " }
    )
}

fn others(answer: &Answer, asked: &Asked, said: &str, body: &Said) -> (Status, String, Option<Millis>) {
    let code = answer.http_status();
    let status = match code {
        404 => Status::NotFound,
        500.. => Status::Server,
        _ => Status::Http,
    };
    // A server that is down for maintenance may say for how long; what it says of rate limits is about others.
    let wait = answer.header("retry-after").filter(|_| code >= 500).and_then(|_| match rate::classify(answer) {
        TooMany::RateLimit(wait) | TooMany::RetryAfter(wait) => Some(wait),
        TooMany::Bare => None,
    });
    let words = words(answer, asked);
    let group = asked.account_group().filter(|_| [400, 404].contains(&code)).map_or_else(String::new, |group| {
        format!("Account group {group} must be one of the user's: GET /account-groups lists them.")
    });
    let advice = match words.fate {
        Fate::Refused if asked.is_get() => [String::new(), words.next, group],
        Fate::Refused => ["Nothing was carried out.".to_owned(), words.next, group],
        Fate::Unknown => [words.next, group, after_unknown(code, wait, asked)],
    };
    let mut text = format!("{}: {} ({code}){said}.{}", asked.what(), words.meaning, body.origin());
    for sentence in advice.iter().filter(|sentence| !sentence.is_empty()) {
        text.push(' ');
        text.push_str(sentence);
    }
    (status, text, wait)
}

fn after_unknown(code: u16, wait: Option<Millis>, asked: &Asked) -> String {
    match wait {
        Some(wait) if asked.is_get() => format!("Try again in {}.", in_words(wait)),
        None if asked.is_get() && code < 500 => String::new(),
        _ => asked.again().to_owned(),
    }
}
