//! Which array of a page holds its items.
// quick

mod support;

use serde_json::{Value, json};
use support::client::client;
use support::stand_in::{Answer, StandIn};
use thousandeyes::Status;

#[test]
fn the_items_are_the_elements_of_the_one_array() {
    let server = StandIn::start();
    server.accept("items-token");
    let client = client(&server, "items-token", "");
    let two = json!({"a": [1], "b/~": [2, {"c": 3}], "_links": {"self": {"href": "x"}}, "n": null});
    for (document, key, expected) in [
        (json!([1, "2"]), None, Ok(("", json!([1, "2"])))),
        (json!([]), Some("any"), Ok(("", json!([])))),
        (json!({"tests": [{"x": 1}], "_links": {}}), None, Ok(("/tests", json!([{"x": 1}])))),
        (two.clone(), Some("b/~"), Ok(("/b~1~0", json!([2, {"c": 3}])))),
        (two.clone(), None, Err("several arrays: a, b/~.")),
        (two.clone(), Some("c"), Err("no array c; its arrays are a, b/~.")),
        (two.clone(), Some("A"), Err("no array A;")),
        (two, Some("n"), Err("no array n;")),
        (json!({"a": {"b": [1]}}), None, Err("has no array,")),
        (json!({"a": 1}), Some("a"), Err("no array a, and no other")),
        (json!("text"), None, Err("has no array,")),
    ] {
        server.script("/v7/list", vec![Answer::json(200, &document)]);
        let answer = client.get("/list").expect("JSON");
        let pointer = answer.items_pointer(key);
        match expected {
            Ok((at, items)) => {
                assert_eq!(pointer.expect("a pointer"), at, "{document}");
                let read: Vec<Value> = answer.items(key).expect("items").map(|item| item.expect("a value")).collect();
                assert_eq!(Value::Array(read), items, "{document}");
            }
            Err(why) => {
                let error = pointer.expect_err(why);
                assert_eq!(error.status(), Status::InvalidArgument);
                assert!(error.message().contains(why), "{error}");
                assert!(answer.items(key).is_err());
            }
        }
    }
    server.script("/v7/list", vec![Answer::new(204)]);
    assert!(client.get("/list").expect("no body").items(None).is_err());
}

#[test]
fn an_item_that_no_value_can_hold_is_an_error_and_the_others_are_there() {
    let server = StandIn::start();
    server.accept("items-token");
    let client = client(&server, "items-token", "");
    let body = r#"{"a": [1, "\ud800", 123456789012345678901234567890, 3]}"#;
    server.script("/v7/list", vec![Answer::new(200).header("Content-Type", "application/json").body(body)]);
    let answer = client.get("/list").expect("JSON");
    let items: Vec<_> = answer.items(None).expect("items").map(|item| item.map_err(|error| error.status())).collect();
    assert_eq!(
        (items.len(), &items[0], &items[1], &items[3]),
        (4, &Ok(json!(1)), &Err(Status::BadResponse), &Ok(json!(3)))
    );
    assert_eq!(answer.raw_json("/a/2"), Some("123456789012345678901234567890"));
}
