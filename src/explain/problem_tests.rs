//! Every form of body, as a table.

use super::*;

const PROBLEM: &str = "application/problem+json";
const JSON: &str = "application/json";

#[test]
fn every_form_is_read() {
    use Form::{Damaged, Empty, Json, Other, Page, Problem, Text};
    let large = format!("{{\"title\":\"{}\"}}", "x".repeat(LARGEST));
    let rows: &[(&str, &str, Form, &str)] = &[
        (
            PROBLEM,
            r#"{"type":"about:blank","title":"Bad Request","status":400,"detail":"Two fields are wrong.","instance":"/v7/x",
                "errors":[{"code":"NotNull","field":"url","message":"must be set"},
                          {"code":"Range","field":"interval","message":"is none of 60, 120"}]}"#,
            Problem,
            ": Bad Request: Two fields are wrong (url: must be set [NotNull]; interval: is none of 60, 120 [Range])",
        ),
        (
            PROBLEM,
            r#"{"error":"invalid_token","error_description":"Invalid access token"}"#,
            Problem,
            ": invalid_token: Invalid access token",
        ),
        (JSON, r#"{"errorMessage":"401 Not Authorized"}"#, Problem, ": 401 Not Authorized"),
        (
            JSON,
            r#"{"timestamp":1700000000000,"httpStatus":400,"errors":["No such test","Nor agent"],"path":"/v7/x"}"#,
            Problem,
            ": (No such test; Nor agent)",
        ),
        (
            JSON,
            r#"{"path":"/v7/x","errors":"Internal Server Error","timestamp":1679677853573,"status":500}"#,
            Problem,
            ": Internal Server Error",
        ),
        (JSON, r#"{"title":"Not Found","detail":"Not found"}"#, Problem, ": Not found"),
        (JSON, r#"{"title":"Not Found"}"#, Problem, ": Not Found"),
        (JSON, r#"{"error":{"message":"Deep"}}"#, Problem, ": Deep"),
        (JSON, r#"{"error":"Bad Request","message":"No body"}"#, Problem, ": Bad Request: No body"),
        (JSON, r#"{"errors":[{"field":"url"},{"code":7},{"message":"m"},{},null,3]}"#, Problem, ": (url; 7; m)"),
        (JSON, r#"{"errors":["1","2","3","4","5","6"]}"#, Problem, ": (1; 2; 3; 4; and 2 more)"),
        // Members of other types than documented are passed over, whatever they are.
        (JSON, r#"{"title":7,"detail":{"a":[]},"errors":{"x":1},"error":null}"#, Json, ""),
        (JSON, r#"{"title":["x"],"errors":[[["deep"]]]}"#, Json, ""),
        (JSON, "[]", Json, ""),
        (JSON, "{}", Json, ""),
        ("", r#"{"detail":"No type"}"#, Problem, ": No type"),
        ("text/plain", r#"{"detail":"Wrong type"}"#, Problem, ": Wrong type"),
        (JSON, "\u{feff} {\"detail\":\"Marked\"}", Problem, ": Marked"),
        (PROBLEM, r#"{"title":"Bad Request","deta"#, Damaged, ""),
        ("APPLICATION/JSON; charset=utf-8", "oops", Damaged, ""),
        (JSON, "\"text\"", Damaged, ""),
        ("", "", Empty, ""),
        (JSON, " \r\n\t", Empty, ""),
        ("text/html", "", Page, ""),
        ("Text/HTML; charset=utf-8", "no tag at all", Page, ""),
        ("application/xhtml+xml", "<x/>", Page, ""),
        (JSON, "\u{feff}\n<!DOCTYPE html><title>Log in</title>", Page, ""),
        ("", "<HTML>", Page, ""),
        ("text/plain", "<!-- proxy --><html>", Page, ""),
        ("text/plain", "upstream connect error.", Text, ": upstream connect error"),
        ("", "no healthy upstream", Text, ": no healthy upstream"),
        ("text/csv", "a,b", Text, ": a,b"),
        ("application/xml", "<Error/>", Other, ""),
        ("text/plain", "\u{fffd}", Text, ": \u{fffd}"),
        (PROBLEM, &large, Other, ""),
    ];
    for (kind, body, form, clause) in rows {
        let said = read(kind, body.as_bytes());
        assert_eq!(said.form, *form, "{kind} {body:.200}");
        assert_eq!(said.clause(|text, _| text.to_owned()), *clause, "{kind} {body:.200}");
    }
    assert_eq!(read("text/plain", b"\xff\xfe").form, Other);
}

#[test]
fn the_parts_are_kept_apart() {
    let said =
        read(PROBLEM, br#"{"title":" T ","detail":"D","errors":[{"code":"C","field":"F","message":"M"},"S"]}"#);
    assert_eq!((said.title.as_str(), said.detail.as_str()), ("T", "D"));
    let field = Field { code: "C".into(), name: "F".into(), message: "M".into() };
    assert_eq!(said.fields, [field, Field { message: "S".into(), ..Field::default() }]);
}

#[test]
fn every_text_is_bounded_and_passed_through() {
    let long = "y".repeat(100_000);
    let errors: Vec<_> =
        (0..200).map(|_| serde_json::json!({"code": long, "field": long, "message": long})).collect();
    let said = of_json(&serde_json::json!({"title": long, "detail": format!("d{long}"), "errors": errors}));
    assert_eq!(said.fields.len(), MOST_FIELDS);
    let clause = said.clause(|text, most| text.chars().take(most).collect());
    assert!(clause.len() < 900, "{}", clause.len());
    let clause = said.clause(|text, _| if text.is_empty() { String::new() } else { "hidden".to_owned() });
    assert!(!clause.contains('y'), "{clause:.300}");
}

/// Nothing that a body can be makes reading it fail.
#[test]
fn any_bytes_will_do() {
    let whole = br#"{"title":"T","errors":[{"code":"C","field":"F","message":"M\u0000\ud83d\ude00"}],"error":"x"}"#;
    for length in 0..=whole.len() {
        for kind in ["", PROBLEM, "text/html", "text/plain", ";;;", "\u{0}"] {
            let said = read(kind, &whole[..length]);
            let _told = said.clause(|text, most| text.chars().take(most).collect());
        }
    }
    let deep = "[".repeat(100_000);
    assert_eq!(read(JSON, deep.as_bytes()).form, Form::Damaged);
}
