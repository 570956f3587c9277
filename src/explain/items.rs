//! 207, Multi-Status: what became of each item of a bulk operation.
//!
//! Two forms are known. A list of items, at the top or as the only list of the object, each with a status of its own
//! (`status`, `httpStatus` or `responseCode`) or an `error`. And what was made beside a list `errors` of what was not.
//! Of any other form nothing is claimed.

use serde_json::{Map, Value};

use super::asked::Asked;
use super::problem::of_json;
use crate::answer::Answer;
use crate::error::one_line;
use crate::json::escaped;
use crate::status::Status;

/// A larger body is not looked through.
const LARGEST: usize = 8 * 1024 * 1024;
/// So many failed items are quoted.
const QUOTED: usize = 3;

/// What the list says of its items.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Items<'a> {
    /// Pointer and value of each item that failed.
    failed: Vec<(String, &'a Value)>,
    /// Items of which it says neither.
    unknown: usize,
    /// All items, where the list holds them all.
    total: Option<usize>,
}

/// A success, and what it has to tell.
pub(crate) fn told(mut answer: Answer, asked: &Asked) -> Answer {
    if answer.http_status() == 207
        && let Some(news) = news(answer.body(), asked)
    {
        answer.set_news(Status::Partial, one_line(&news));
    }
    answer
}

fn news(body: &[u8], asked: &Asked) -> Option<String> {
    let what = asked.what();
    let json: Option<Value> = if body.len() > LARGEST { None } else { serde_json::from_slice(body).ok() };
    let items = json.as_ref().and_then(items).filter(|items| !items.failed.is_empty() || items.unknown == 0);
    let Some(items) = items else {
        return Some(format!(
            "{what}: some items may have failed (207): the answer does not say of each in a form that is known. Look at \
             the body before you repeat anything."
        ));
    };
    let count = items.failed.len();
    if count == 0 {
        return None;
    }
    let quoted: Vec<String> = items.failed.iter().take(QUOTED).map(|(at, item)| quote(at, item, asked)).collect();
    let more = if count > QUOTED { format!("; and {} more", count - QUOTED) } else { String::new() };
    let (least, rest) = match items.unknown {
        0 => ("", "Repeat only those that failed."),
        _ => ("at least ", "Look at the body for the others, of which it is not known."),
    };
    let of = items.total.map_or_else(String::new, |total| format!(" of {total}"));
    let noun = if items.total.unwrap_or(count) == 1 { "item" } else { "items" };
    Some(format!("{what}: {least}{count}{of} {noun} failed (207): {}{more}. {rest}", quoted.join("; ")))
}

/// "/items/2: 404: Not Found: no such agent".
fn quote(at: &str, item: &Value, asked: &Asked) -> String {
    const LONGEST: usize = 160;
    let code = item.as_object().and_then(code).map_or_else(String::new, |code| format!(": {code}"));
    let said = of_json(item).clause(|text, most| asked.quoted(text, most));
    asked.quoted(&format!("{at}{code}{said}"), LONGEST)
}

/// The items of a 207; `None`: not in a known form.
pub(super) fn items(json: &Value) -> Option<Items<'_>> {
    match json {
        Value::Array(list) => Some(judge(list, "", false)),
        Value::Object(members) => {
            let lists: Vec<_> = members.iter().filter_map(|(name, value)| Some((name, value.as_array()?))).collect();
            match lists.as_slice() {
                [(name, list)] if *name != "errors" => Some(judge(list, &format!("/{}", escaped(name)), false)),
                // What was made may be missing where nothing was.
                [_] | [_, _] => lists
                    .iter()
                    .find(|(name, _)| *name == "errors")
                    .map(|(name, list)| Items { total: None, ..judge(list, &format!("/{}", escaped(name)), true) }),
                _ => None,
            }
        }
        _ => None,
    }
    // An empty list of items says nothing about those that were sent.
    .filter(|items| items.total != Some(0))
}

fn judge<'a>(list: &'a [Value], at: &str, of_errors: bool) -> Items<'a> {
    let mut items = Items { total: Some(list.len()), ..Items::default() };
    for (index, item) in list.iter().enumerate() {
        match failed(item).or(of_errors.then_some(true)) {
            Some(true) => items.failed.push((format!("{at}/{index}"), item)),
            Some(false) => {}
            None => items.unknown += 1,
        }
    }
    items
}

/// Whether an item failed; `None` where it does not say.
fn failed(item: &Value) -> Option<bool> {
    let item: &Map<String, Value> = item.as_object()?;
    let errors = ["error", "errors"].into_iter().filter_map(|name| item.get(name));
    let told: Vec<bool> = errors.map(|error| !is_nothing(error)).collect();
    let by_error = if told.contains(&true) { Some(true) } else { told.first().map(|_| false) };
    let by_code = code(item).map(|code| code >= 400);
    match (by_code, by_error) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (by_code, by_error) => by_code.or(by_error),
    }
}

fn code(item: &Map<String, Value>) -> Option<i64> {
    ["status", "httpStatus", "responseCode"].into_iter().find_map(|name| {
        let code = item.get(name)?;
        code.as_i64().or_else(|| code.as_str()?.parse().ok()).filter(|code| (100..=599).contains(code))
    })
}

fn is_nothing(error: &Value) -> bool {
    match error {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_known_is_counted_and_nothing_else() {
        let ok = json!({"status": 200});
        let bad = json!({"httpStatus": "404", "detail": "gone"});
        let silent = json!({"tagId": "1"});
        // Failed, unknown, total.
        let rows = [
            (json!([ok, bad, ok]), Some((vec!["/1"], 0, Some(3)))),
            (json!({"items": [bad, ok], "_links": {}}), Some((vec!["/items/0"], 0, Some(2)))),
            (json!({"a/b~": [bad]}), Some((vec!["/a~1b~0/0"], 0, Some(1)))),
            (json!([ok, ok]), Some((vec![], 0, Some(2)))),
            (json!([silent, silent]), Some((vec![], 2, Some(2)))),
            (json!([silent, bad]), Some((vec!["/1"], 1, Some(2)))),
            (json!([{"error": "no"}, {"error": null}, {"errors": []}]), Some((vec!["/0"], 0, Some(3)))),
            (
                json!([{"errors": ["no"]}, {"status": 200, "errors": [{"code": "x"}]}]),
                Some((vec!["/0", "/1"], 0, Some(2))),
            ),
            (json!([{"status": "active"}, {"status": 7}, "text", null]), Some((vec![], 4, Some(4)))),
            // What was made, and what was not.
            (
                json!({"tags": [silent], "errors": [{"responseCode": 400, "message": "no"}]}),
                Some((vec!["/errors/0"], 0, None)),
            ),
            (
                json!({"tags": [silent], "errors": [{"responseCode": 200}, {"message": "no"}]}),
                Some((vec!["/errors/1"], 0, None)),
            ),
            (json!({"tags": [silent], "errors": []}), Some((vec![], 0, None))),
            (json!({"errors": ["no"]}), Some((vec!["/errors/0"], 0, None))),
            // Not in a known form.
            (json!({"tags": [ok], "agents": [ok]}), None),
            (json!({"tags": [ok], "agents": [ok], "errors": []}), None),
            (json!([]), None),
            (json!({"tags": []}), None),
            (json!({}), None),
            (json!("text"), None),
        ];
        for (json, expected) in rows {
            let found = items(&json);
            let found = found.map(|items| {
                let failed: Vec<_> = items.failed.iter().map(|(at, _)| at.clone()).collect();
                for (at, value) in &items.failed {
                    assert_eq!(json.pointer(at), Some(*value));
                }
                (failed, items.unknown, items.total)
            });
            let expected = expected.map(|(failed, unknown, total)| {
                (failed.into_iter().map(str::to_owned).collect::<Vec<_>>(), unknown, total)
            });
            assert_eq!(found, expected, "{json}");
        }
    }
}
