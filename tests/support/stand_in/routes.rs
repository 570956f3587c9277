//! The paths of the API that the stand-in knows, for requests whose token was accepted.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::date;
use super::request::Request;

const BIG_LIMIT: usize = 64 * 1024 * 1024;

/// What the routes need of the server's state.
pub(super) struct Settings {
    pub(super) origin: String,
    pub(super) tests_total: usize,
    pub(super) page_size: usize,
    pub(super) epoch: u64,
    pub(super) delay: Duration,
}

pub(super) fn answer(request: &Request, settings: &Settings) -> Answer {
    let path = request.path();
    let Some(route) = path.strip_prefix("/v7/") else {
        return elsewhere(request, settings);
    };
    let route = route.trim_end_matches('/');
    if route == "echo" {
        return echo(request);
    }
    if route == FILTER && request.method == "POST" {
        return pages(request, FILTER, settings);
    }
    let get = match route {
        "tests" => Some(pages(request, "tests", settings)),
        "account-groups" => Some(account_groups()),
        "status" => Some(Answer::json(200, &json!({"timestamp": date::http_date(settings.epoch)}))),
        "agents" => Some(agents(settings)),
        "alerts" => Some(alerts(settings)),
        "forbidden" => Some(Answer::problem(403, "The role lacks a permission", path)),
        "big" => Some(big(request)),
        "slow" => Some(slow(request)),
        _ => None,
    };
    match (request.method.as_str(), get) {
        ("GET" | "HEAD", Some(answer)) => answer,
        (_, Some(_)) => Answer::problem(405, "This path is for GET", path).header("Allow", "GET"),
        (_, None) => changes(request, route, settings),
    }
}

/// Another version of the API redirects to this one; nothing else exists.
fn elsewhere(request: &Request, settings: &Settings) -> Answer {
    let version = request.local().strip_prefix("/v").and_then(|v| v.split_once('/'));
    match version {
        Some((number, rest)) if number != "7" && number.parse::<u32>().is_ok() => {
            let location = format!("{}/v7/{rest}", settings.origin);
            Answer::new(301).header("Location", &location)
        }
        _ => Answer::problem(404, "No such resource", request.path()),
    }
}

fn hal(body: &Value) -> Answer {
    Answer::new(200).header("Content-Type", "application/hal+json").body(body.to_string())
}

fn test(number: usize) -> Value {
    json!({
        "testId": number.to_string(),
        "testName": format!("Example {number}"),
        "type": "http-server",
        "enabled": true,
    })
}

/// A list that is asked for with a body; the same body goes with every page.
const FILTER: &str = "endpoint/agents/filter";

fn pages(request: &Request, route: &str, settings: &Settings) -> Answer {
    let (start, size) = match (request.parameter("cursor"), request.parameter("max")) {
        (Some(cursor), _) => match open_cursor(&cursor) {
            Some(place) => place,
            None => return Answer::problem(400, "The cursor is not valid", request.path()),
        },
        (None, Some(max)) => match max.parse() {
            Ok(max) if max > 0 => (0, max),
            _ => return Answer::problem(400, "max must be a positive number", request.path()),
        },
        (None, None) => (0, settings.page_size.max(1)),
    };
    let end = start.saturating_add(size).min(settings.tests_total);
    let tests: Vec<Value> = (start + 1..=end).map(test).collect();
    let mut links = json!({"self": {"href": format!("{}{}", settings.origin, request.local())}});
    if end < settings.tests_total {
        let mut href = format!("{}/v7/{route}?cursor={}", settings.origin, seal_cursor(end, size));
        // The account group stays what it was, or the next page would be another group's.
        let query = request.local().split_once('?').map_or("", |(_, q)| q);
        for aid in query.split('&').filter(|p| p.starts_with("aid=")) {
            href.push('&');
            href.push_str(aid);
        }
        links["next"] = json!({"href": href});
    }
    let key = if route == FILTER { "agents" } else { "tests" };
    hal(&json!({key: tests, "_links": links}))
}

/// Nothing a client could guess the next one from.
const SEAL: u64 = 0x9e37_79b9_7f4a_7c15;

fn seal_cursor(start: usize, size: usize) -> String {
    let packed = ((start as u64) << 24) | (size as u64 & 0xff_ffff);
    format!("{:016x}", (packed ^ SEAL).reverse_bits())
}

fn open_cursor(cursor: &str) -> Option<(usize, usize)> {
    let packed = u64::from_str_radix(cursor, 16).ok()?.reverse_bits() ^ SEAL;
    let start = usize::try_from(packed >> 24).ok()?;
    let size = usize::try_from(packed & 0xff_ffff).ok()?;
    (cursor.len() == 16 && size > 0 && start < 1 << 32).then_some((start, size))
}

fn account_groups() -> Answer {
    hal(&json!({"accountGroups": [
        {"aid": "1", "accountGroupName": "Example group", "isCurrentAccountGroup": true, "isDefaultAccountGroup": true},
        {"aid": "2", "accountGroupName": "Other group", "isCurrentAccountGroup": false, "isDefaultAccountGroup": false},
    ]}))
}

fn agents(settings: &Settings) -> Answer {
    hal(&json!({
        "agents": [
            {"agentId": "1", "agentName": "Example agent", "agentType": "cloud", "countryId": "US"},
            {"agentId": "2", "agentName": "Own agent", "agentType": "enterprise", "countryId": "DE"},
        ],
        "_links": {"self": {"href": format!("{}/v7/agents", settings.origin)}},
    }))
}

/// An alert begins every minute and lasts for three.
fn alerts(settings: &Settings) -> Answer {
    let minute = settings.epoch / 60;
    let active: Vec<Value> = (minute.saturating_sub(2)..=minute)
        .map(|began| {
            let lasts = settings.epoch - began * 60;
            json!({"id": format!("alert-{began}"), "alertType": "http-server", "duration": lasts})
        })
        .collect();
    hal(&json!({"alerts": active, "_links": {"self": {"href": format!("{}/v7/alerts", settings.origin)}}}))
}

fn echo(request: &Request) -> Answer {
    let mut headers = Map::new();
    for (name, value) in &request.headers {
        let value = if name == "authorization" { "…" } else { value };
        let shown = match headers.get(name).and_then(Value::as_str) {
            Some(earlier) => format!("{earlier}, {value}"),
            None => value.to_owned(),
        };
        headers.insert(name.clone(), shown.into());
    }
    let body = String::from_utf8_lossy(&request.body);
    Answer::json(200, &json!({"method": request.method, "target": request.target, "headers": headers, "body": body}))
}

fn big(request: &Request) -> Answer {
    let bytes = request.parameter("bytes").map_or(Ok(0), |b| b.parse());
    match bytes {
        Ok(bytes) if bytes <= BIG_LIMIT => Answer::json(200, &json!({"data": "x".repeat(bytes)})),
        _ => Answer::problem(400, "bytes must be a number up to 64 Mi", request.path()),
    }
}

fn slow(request: &Request) -> Answer {
    let time = request.parameter("ms").map_or(Ok(0), |ms| ms.parse::<u32>());
    match time {
        Ok(ms) => Answer::json(200, &json!({"slow": ms})).wait(Duration::from_millis(ms.into())),
        Err(_) => Answer::problem(400, "ms must be a number", request.path()),
    }
}

/// What was made beside what was not: a tag needs a key and a value.
fn tags(request: &Request) -> Answer {
    let sent: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let Some(tags) = sent["tags"].as_array() else {
        return Answer::problem(400, "tags must be an array", request.path());
    };
    let whole = |tag: &&Value| tag["key"].is_string() && tag["value"].is_string();
    let (made, bad): (Vec<_>, Vec<_>) = tags.iter().partition(whole);
    let errors = bad.into_iter().map(|tag| json!({"tag": tag, "responseCode": 400, "message": "No key or no value"}));
    Answer::json(207, &json!({"tags": made, "errors": errors.collect::<Vec<_>>()}))
}

/// One test, and whatever changes something. Nothing is kept: a body comes back with an id.
fn changes(request: &Request, route: &str, settings: &Settings) -> Answer {
    let parts: Vec<&str> = route.split('/').collect();
    let status = match (request.method.as_str(), parts.as_slice()) {
        ("GET" | "HEAD", ["tests", "http-server", id] | ["tests", id]) => {
            return match id.parse() {
                Ok(number) if (1..=settings.tests_total).contains(&number) => hal(&test(number)),
                _ => Answer::problem(404, "No such test", request.path()),
            };
        }
        (
            "POST",
            ["tests", "http-server"]
            | ["tests", "http-server", "instant"]
            | ["templates", _, "deploy"]
            | ["dashboard-snapshots"],
        ) => 201,
        ("PUT" | "PATCH", ["tests", "http-server", _]) => 200,
        ("DELETE", ["tests", "http-server", _]) => return Answer::new(204),
        ("POST", ["tags", "bulk"]) => return tags(request),
        (_, ["tests", "http-server"] | ["tests", "http-server", _]) => {
            return Answer::problem(405, "Not this method", request.path());
        }
        _ => return Answer::problem(404, "No such resource", request.path()),
    };
    let sent = if request.body.is_empty() {
        Ok(Map::new())
    } else {
        serde_json::from_slice::<Map<String, Value>>(&request.body)
    };
    let Ok(mut body) = sent else {
        return Answer::problem(400, "The body is not a JSON object", request.path());
    };
    let id = match parts.as_slice() {
        [.., "http-server", id] if *id != "instant" => (*id).to_owned(),
        _ => (settings.tests_total + 1).to_string(),
    };
    if parts[0] == "tests" {
        body.insert("testId".into(), id.into());
        body.entry("type").or_insert_with(|| "http-server".into());
    }
    Answer::json(status, &Value::Object(body))
}
