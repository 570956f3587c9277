//! Questions about a JSON body, with serde_json's tree of the same bytes for the answers.
//!
//! An input is a line with a pointer, and the body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use libthousandeyes_fuzz::check_line;
use serde_json::Value;
use thousandeyes::Answer;
use thousandeyes::fuzzing::{self, value};

fuzz_target!(|data: &[u8]| {
    let (pointer, body) = data.split_at(data.iter().position(|&byte| byte == b'\n').unwrap_or(data.len()));
    let pointer = String::from_utf8_lossy(pointer);
    let body = body.get(1..).unwrap_or_default();
    let kind = vec![("content-type".to_owned(), "application/json".to_owned())];
    let answer = fuzzing::answer(200, kind, body.to_vec());
    let fault = fuzzing::json_fault(&answer);
    match serde_json::from_slice::<Value>(body) {
        Ok(tree) => {
            assert_eq!(fault, None);
            same(&answer, "", &tree);
            let there = tree.pointer(&pointer).is_some();
            assert_eq!(value(&answer, &pointer).is_some(), there, "{pointer}");
            check_items(&answer, &tree, &pointer);
        }
        Err(error) => match value(&answer, "") {
            Some(_) => check_unheld(&answer, &pointer, &error.to_string()),
            None => assert!(fault.is_some() || body.trim_ascii().is_empty(), "{error}"),
        },
    }
    // The name is the caller's own, and an answer knows no token.
    if let Err(error) = answer.items_pointer(Some(&pointer)) {
        check_line(error.message());
    }
});

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The index says of a value and of its parts what the tree says.
fn same(answer: &Answer, pointer: &str, tree: &Value) {
    let found = value(answer, pointer).unwrap_or_else(|| panic!("nothing at {pointer}"));
    let reread: Value = serde_json::from_str(found.text).expect("its text is JSON");
    assert_eq!(&reread, tree, "{pointer}");
    assert_eq!(answer.raw_json(pointer), Some(found.text));
    assert_eq!(found.boolean, tree.as_bool(), "{pointer}");
    assert_eq!(found.string.as_deref(), tree.as_str(), "{pointer}");
    let kind = match tree {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(number) => {
            // Digit for digit: the tree knows no more than the nearest double of some.
            assert!(number.as_i64().is_none() || found.int64 == number.as_i64(), "{}", found.text);
            assert!(!found.text.contains(['.', 'e', 'E']) || found.int64.is_none(), "{}", found.text);
            let (one, other) = (found.double.expect("a number"), number.as_f64().expect("a number"));
            assert!((one - other).abs() <= one.abs() * 1e-15, "{one} {other}");
            "number"
        }
        Value::String(text) => {
            assert_eq!(found.int64, text.parse().ok());
            "string"
        }
        Value::Array(elements) => {
            for (at, element) in elements.iter().enumerate() {
                same(answer, &format!("{pointer}/{at}"), element);
            }
            assert!(value(answer, &format!("{pointer}/{}", elements.len())).is_none());
            assert_eq!(found.count, Some(elements.len()), "{pointer}");
            "array"
        }
        Value::Object(members) => {
            let mut names: Vec<&str> = found.names.iter().map(|name| name.as_ref()).collect();
            names.sort_unstable();
            assert_eq!(names, members.keys().collect::<Vec<_>>(), "{pointer}: each name once");
            assert_eq!(found.count, Some(members.len()), "{pointer}");
            for (name, member) in members {
                same(answer, &format!("{pointer}/{}", escaped(name)), member);
            }
            "object"
        }
    };
    assert_eq!(found.kind, kind, "{pointer}");
    assert!(tree.is_array() || tree.is_object() || found.count.is_none(), "{pointer}");
}

/// The one array, or the one that is named, and its elements.
fn check_items(answer: &Answer, tree: &Value, key: &str) {
    let arrays = tree.as_object().map_or(0, |members| members.values().filter(|member| member.is_array()).count());
    let named = tree.is_array() || tree.get(key).is_some_and(Value::is_array);
    assert_eq!(answer.items_pointer(None).is_ok(), tree.is_array() || arrays == 1);
    assert_eq!(answer.items_pointer(Some(key)).is_ok(), named);
    for key in [None, Some(key)] {
        let Ok(pointer) = answer.items_pointer(key) else { continue };
        let expected = tree.pointer(&pointer).and_then(Value::as_array).expect("an array");
        let items: Result<Vec<Value>, _> = answer.items(key).expect("the same").collect();
        assert_eq!(&items.expect("values"), expected);
    }
}

/// JSON that a tree cannot hold: nested too deeply, a number too large for a double, half a surrogate pair.
fn check_unheld(answer: &Answer, pointer: &str, error: &str) {
    let known = ["recursion limit", "number out of range", "surrogate", "unexpected end of hex escape"];
    assert!(known.iter().any(|reason| error.contains(reason)), "{error}");
    for pointer in ["", pointer] {
        let Some(found) = value(answer, pointer) else { continue };
        assert!(!found.text.is_empty());
        assert_eq!(found.count.is_some(), matches!(found.kind, "array" | "object"));
        for name in &found.names {
            let member = format!("{pointer}/{}", escaped(name));
            assert!(value(answer, &member).is_some(), "{member}");
        }
    }
}
