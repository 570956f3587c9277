//! The same control over HTTP, for drivers in other languages. No token, and not counted.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::limits::Family;
use super::request::Request;
use super::shared::Shared;
use super::tokens::Standing;

pub(super) const PREFIX: &str = "/_stand_in/";

/// The most answers one script may hold, repetitions included.
const SCRIPTED: usize = 10_000;

pub(super) fn answer(shared: &Shared, request: &Request) -> Answer {
    let command = request.path().strip_prefix(PREFIX).unwrap_or_default();
    match (request.method.as_str(), command) {
        ("GET", "counts") => counts(shared),
        ("GET", "log") => log(shared),
        ("POST", _) => match change(shared, request, command) {
            Ok(()) => Answer::new(204),
            Err(why) => Answer::problem(400, &why, request.path()),
        },
        _ => Answer::problem(404, "No such control", request.path()),
    }
}

fn counts(shared: &Shared) -> Answer {
    let state = shared.lock();
    Answer::json(
        200,
        &json!({
            "requests": state.requests,
            "unauthorized": state.unauthorized,
            "blocked": state.blocked,
            "connections": state.connections,
            "max_in_flight": state.max_in_flight,
            "tokens": state.tokens.to_json(),
        }),
    )
}

fn log(shared: &Shared) -> Answer {
    let seen = shared.lock().log.clone();
    let lines: Vec<Value> = seen
        .iter()
        .map(|seen| {
            let body = String::from_utf8_lossy(&seen.body);
            let mut headers = seen.headers.clone();
            for (_, value) in headers.iter_mut().filter(|(n, _)| n == "authorization") {
                *value = "…".into();
            }
            json!({
                "method": seen.method,
                "target": seen.target,
                "headers": headers,
                "body": body,
                "status": seen.status_answered,
            })
        })
        .collect();
    Answer::json(200, &Value::Array(lines))
}

fn change(shared: &Shared, request: &Request, command: &str) -> Result<(), String> {
    let text = |name: &str| request.parameter(name).ok_or(format!("{name} is missing"));
    match command {
        "accept" | "revoke" | "lock" => {
            let standing = match command {
                "accept" => Standing::Accepted,
                "revoke" => Standing::Revoked,
                _ => Standing::Locked,
            };
            let token = text("token")?;
            shared.lock().tokens.set(&token, standing);
        }
        "reset" => {
            let mut state = shared.lock();
            state.reset_counts();
            if request.parameter("all").is_some() {
                state.reset_behaviour();
            }
        }
        "unblock" => shared.lock().block.lift(),
        "block_after" => {
            // "off" or any other word that is no number switches the block off.
            let after = text("answers")?.parse().ok();
            shared.lock().block.after = after;
        }
        "delay" => {
            let delay = milliseconds(&text("ms")?)?;
            shared.lock().delay = delay;
        }
        "clock_skew" => {
            let skew = number(&text("seconds")?)?;
            shared.lock().skew = skew;
        }
        "tests" => {
            let (total, size) = (number(&text("total")?)?, number(&text("page_size")?)?);
            let mut state = shared.lock();
            (state.tests_total, state.page_size) = (total, size);
        }
        "limit" => {
            let family = Family::named(&text("family")?).ok_or("no such family")?;
            let per_window = number(&text("per_window")?)?;
            let window = milliseconds(&text("window_ms")?)?;
            shared.lock().limit(family, per_window, window);
        }
        "script" => script(shared, &request.body)?,
        _ => return Err("no such control".into()),
    }
    Ok(())
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text} is no such number"))
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    // Below 50 days, so that adding it to a time cannot overflow.
    number::<u32>(text).map(|ms| Duration::from_millis(ms.into()))
}

fn script(shared: &Shared, body: &[u8]) -> Result<(), String> {
    let script: Value = serde_json::from_slice(body).map_err(|e| e.to_string())?;
    let path = match &script["path"] {
        Value::Null => None,
        Value::String(path) => Some(path.as_str()),
        _ => return Err("path must be a string or null".into()),
    };
    let mut answers = Vec::new();
    for written in script["answers"].as_array().ok_or("answers must be an array")? {
        let written = written.as_object().ok_or("an answer must be an object")?;
        let times = size(written, "times")?.unwrap_or(1);
        if times > SCRIPTED - answers.len() {
            return Err("too many answers".into());
        }
        answers.extend(std::iter::repeat_n(scripted(written)?, times));
    }
    shared.lock().script(path, answers);
    Ok(())
}

fn size(written: &Map<String, Value>, key: &str) -> Result<Option<usize>, String> {
    let Some(value) = written.get(key) else {
        return Ok(None);
    };
    let size = value.as_u64().and_then(|n| u32::try_from(n).ok());
    let size = size.ok_or(format!("{key} must be a number"))?;
    Ok(Some(size as usize))
}

/// One answer as JSON. A key that means nothing is an error: a mistyped one would make a test pass for no reason.
fn scripted(written: &Map<String, Value>) -> Result<Answer, String> {
    const KEYS: [&str; 17] = [
        "status",
        "headers",
        "body",
        "html",
        "silent",
        "reset",
        "pass",
        "raw",
        "gzip",
        "before_auth",
        "wait_ms",
        "cut_after",
        "slow_bytes",
        "slow_every_ms",
        "close",
        "hang_up",
        "times",
    ];
    if let Some(key) = written.keys().find(|k| !KEYS.contains(&k.as_str())) {
        return Err(format!("{key} means nothing in an answer"));
    }
    let is = |key: &str| written.get(key).and_then(Value::as_bool).unwrap_or(false);
    let status = size(written, "status")?.unwrap_or(200);
    let status = u16::try_from(status).ok().filter(|s| (100..1000).contains(s));
    let status = status.ok_or("status must have three digits")?;
    let mut answer = match (written.get("raw").and_then(Value::as_str), written.get("body")) {
        (Some(raw), _) => Answer::raw(raw),
        _ if is("silent") => Answer::silence(),
        _ if is("reset") => Answer::reset(),
        _ if is("pass") => Answer::pass(),
        (None, Some(Value::String(body))) => Answer::new(status).body(body.as_str()),
        (None, Some(body)) => Answer::json(status, body),
        (None, None) => Answer::new(status),
    };
    if is("html") {
        let body = std::mem::take(&mut answer.body);
        answer = Answer::html(status);
        if !body.is_empty() {
            answer.body = body;
        }
    }
    for (name, value) in written.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        answer.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        answer = answer.header(name, &value);
    }
    if is("gzip") {
        answer = answer.gzip();
    }
    if let Some(bytes) = size(written, "cut_after")? {
        answer = answer.cut_after(bytes);
    }
    let every = size(written, "slow_every_ms")?.unwrap_or(100);
    if let Some(bytes) = size(written, "slow_bytes")? {
        answer = answer.slowly(bytes, Duration::from_millis(every as u64));
    }
    if let Some(ms) = size(written, "wait_ms")? {
        answer = answer.wait(Duration::from_millis(ms as u64));
    }
    if is("before_auth") {
        answer = answer.before_auth();
    }
    if is("close") {
        answer = answer.closing();
    }
    if is("hang_up") {
        answer = answer.hanging_up();
    }
    Ok(answer)
}
