//! What `fuzz/` reaches of the inside. Only a fuzzer's build has it: thin entries to the code that every call runs, and no
//! rule of its own.
#![allow(missing_docs, reason = "nobody's interface")]

use std::borrow::Cow;

use http::{HeaderValue, Method, Uri};

use crate::account_group::AccountGroup;
use crate::attempts::verdict;
use crate::explain::{self, Asked};
pub use crate::guard::fuzzing::{decode, encode, is_out_of_tickets, offset};
use crate::guard::{End, Limit, Noted};
use crate::json::Found;
use crate::rate;
use crate::target::Base;
use crate::transport::Outgoing;
pub use crate::transport::fuzzing::{Outcome, issuer, through_proxy};
use crate::{Answer, Result, token};

/// The token as it would be sent.
pub fn token(bytes: &[u8]) -> Result<String> {
    token::Token::find(Some(bytes)).map(|token| token.as_str().to_owned())
}

/// The origin of a base URL, and where a path leads from it.
pub fn url(
    base: &str,
    target: &str,
    query: &[(String, String)],
    of_call: Option<&str>,
    of_client: &str,
) -> Result<(String, Result<String>)> {
    let base = Base::find(Some(base))?;
    let url = base.resolve(target, query, AccountGroup { of_call, of_client });
    Ok((base.origin.to_string(), url.map(|url| url.to_string())))
}

/// An answer as it comes off the wire.
pub fn answer(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Answer {
    let mut answer = Answer::new(status, headers);
    answer.set_body(body);
    answer
}

/// What an answer means: to the guard, and to the caller.
pub struct Meaning {
    pub end: End,
    pub limits: Vec<Limit>,
    pub result: Result<Answer>,
}

/// As [`crate::Client::perform`] does it with an answer that is whole.
pub fn meaning(token: &[u8], method: &Method, url: &Uri, noted: &Noted, answer: Answer) -> Result<Meaning> {
    let token = token::Token::find(Some(token))?;
    let authorization = HeaderValue::from_static("");
    let outgoing = Outgoing { method, url, authorization: &authorization, headers: &[], body: None };
    let asked = Asked { outgoing: &outgoing, token: &token };
    // Before the body is read.
    let head = Answer::new(answer.http_status(), answer.headers().to_vec());
    let (end, limits) = (verdict(&head), rate::told(&head));
    let result = if (200..300).contains(&answer.http_status()) && !answer.is_html() {
        match answer.broken_json().map(str::to_owned) {
            Some(why) => Err(explain::not_json(answer, &asked, &why)),
            None => Ok(explain::told(answer, &asked)),
        }
    } else {
        let wait = (answer.http_status() == 429).then(|| rate::classify(&answer));
        Err(explain::answer(answer, &asked, noted, wait))
    };
    let result = result.map_err(|error| error.with_message(|message| token.hide_in(message)));
    Ok(Meaning { end, limits, result })
}

/// Everything that can be asked of one value of a body.
pub struct Value<'a> {
    pub kind: &'static str,
    pub text: &'a str,
    pub string: Option<Cow<'a, str>>,
    pub int64: Option<i64>,
    pub double: Option<f64>,
    pub boolean: Option<bool>,
    pub count: Option<usize>,
    pub names: Vec<Cow<'a, str>>,
}

/// The value at a pointer.
pub fn value<'a>(answer: &'a Answer, pointer: &str) -> Option<Value<'a>> {
    use crate::json::Kind;
    let found = answer.find(pointer)?;
    Some(Value {
        kind: match found.kind() {
            Kind::Null => "null",
            Kind::Bool => "bool",
            Kind::Number => "number",
            Kind::String => "string",
            Kind::Array => "array",
            Kind::Object => "object",
        },
        text: found.text(),
        string: found.string(),
        int64: found.int64(),
        double: found.double(),
        boolean: found.boolean(),
        count: answer.count(found),
        names: (0..).map_while(|at| answer.member_name(found, at)).map(Found::name).collect(),
    })
}

/// Why a body is not JSON.
pub fn json_fault(answer: &Answer) -> Option<String> {
    answer.broken_json().map(str::to_owned)
}
