//! Lists of several pages: what is asked for, and which links are followed. Requests are counted as the server saw them.
// quick

mod support;

use serde_json::{Value, json};
use support::client::{client, status};
use support::pages::{SECOND, TOKEN, fault, ids, next, numbers, server, targets};
use support::stand_in::{Answer, StandIn};
use thousandeyes::{Call, Sent, Status};

#[test]
fn pages_and_items_come_in_their_order_and_one_call_each() {
    let server = server();
    let client = client(&server, TOKEN, "");
    let pages: Vec<_> = client.pages("/tests").map(|page| page.expect("a page")).collect();
    let counts: Vec<_> = pages.iter().map(|page| page.items(None).expect("items").count()).collect();
    assert_eq!((counts, server.requests()), (vec![10, 10, 5], 3));
    assert_eq!(ids(client.items("/tests")), numbers(1..=25));
    assert_eq!(server.requests(), 6);

    let mut items = client.items("/tests");
    assert_eq!(items.next().expect("an item").expect("a value")["testId"], "1");
    assert_eq!(server.requests(), 7, "the second page is not asked for yet");
    assert_eq!(ids(items), numbers(2..=25));

    server.tests(0, 10).reset_counts();
    let mut empty = client.pages("/tests");
    assert_eq!(
        (next(&mut empty).0, next(&mut empty).0, next(&mut empty).0),
        (Status::Ok, Status::Done, Status::Done)
    );
    assert_eq!((client.items("/tests").count(), server.requests()), (0, 2));
}

#[test]
fn what_the_call_says_goes_with_every_page_and_its_query_with_the_first() {
    let server = server();
    let client = client(&server, TOKEN, "");
    let mut call = Call::new("GET", "/tests?window=1d").expect("a call");
    call.query("max", "9").expect("a query");
    call.header("x-check", "yes").expect("a header");
    call.account_group("12");
    assert_eq!(ids(client.pages_of(&call).expect("pages").items(Some("tests"))), numbers(1..=25));
    let seen = server.log();
    assert_eq!((seen.len(), seen[0].target.as_str()), (3, "/v7/tests?window=1d&max=9&aid=12"));
    for request in &seen {
        assert_eq!(request.target.matches("aid=12").count(), 1, "{}", request.target);
        assert_eq!(request.target.contains("max="), request.target == seen[0].target);
        assert_eq!(request.header("x-check"), Some("yes"));
    }

    // A link that lacks the account group gets it.
    server.reset_counts();
    let page = |links: Value| Answer::json(200, &json!({"tests": [], "_links": links}));
    server.script("/v7/bare", vec![page(json!({"next": {"href": "/v7/bare?page=2"}})), page(json!({}))]);
    let mut call = Call::new("GET", "/bare").expect("a call");
    call.account_group("12");
    assert_eq!(client.pages_of(&call).expect("pages").count(), 2);
    assert_eq!(targets(&server), ["/v7/bare?aid=12", "/v7/bare?page=2&aid=12"]);
}

#[test]
fn filters_page_through_post_with_the_same_body() {
    let server = server();
    let client = client(&server, TOKEN, "");
    let mut call = Call::new("POST", "/endpoint/agents/filter").expect("a call");
    call.body(b"{\"platform\":\"linux\"}", "application/json").expect("a body");
    call.account_group("3");
    assert_eq!(ids(client.pages_of(&call).expect("pages").items(None)), numbers(1..=25));
    let seen = server.log();
    assert_eq!(seen.len(), 3);
    for request in seen {
        assert_eq!((request.method.as_str(), request.body.as_slice()), ("POST", &b"{\"platform\":\"linux\"}"[..]));
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.target.matches("aid=3").count(), 1, "{}", request.target);
    }
    for method in ["PUT", "PATCH", "DELETE"] {
        let refused = client.pages_of(&Call::new(method, "/tests").expect("a call"));
        assert_eq!(refused.expect_err("no list").status(), Status::InvalidArgument);
    }
    assert_eq!(server.requests(), 3);
}

#[test]
fn links_are_followed_to_the_same_origin_only_and_never_in_a_circle() {
    let server = server();
    let client = client(&server, TOKEN, "");
    let origin = server.origin();
    let here = |path: &str| json!({"next": {"href": format!("{origin}{path}")}});
    for (links, expected, why) in [
        (json!({"next": {"href": "https://evil.example.com/v7/list?page=2"}}), Status::ForeignLink, "evil"),
        (json!({"next": {"href": format!("{}0/v7/list", server.origin())}}), Status::ForeignLink, "is not one of"),
        (json!({"next": {"href": "//evil.example.com/v7/list"}}), Status::ForeignLink, "evil"),
        (here("/v7/list"), Status::BadResponse, "circle"),
        (json!({"next": {"href": "/v7/list"}}), Status::BadResponse, "circle"),
        (json!({"next": {"href": "/v7/a|b"}}), Status::BadResponse, "U+007C"),
        (json!({"next": {"href": 7}}), Status::BadResponse, "_links.next.href"),
        (json!({"next": "/v7/list?page=2"}), Status::BadResponse, "_links.next "),
        (json!(["x"]), Status::BadResponse, "_links "),
        (json!({"next": {"href": "list?page=2"}}), Status::Ok, ""),
        (here("/v7/list?page=2"), Status::Ok, ""),
        (json!({"next": {"href": null}}), Status::Done, ""),
        (json!({"next": {"href": ""}}), Status::Done, ""),
        (json!({"next": {}}), Status::Done, ""),
        (json!({"next": null}), Status::Done, ""),
        (json!({}), Status::Done, ""),
        (Value::Null, Status::Done, ""),
    ] {
        server.reset_counts();
        server.script("/v7/list?page=2", vec![Answer::json(200, &json!([]))]);
        server.script("/v7/list", vec![Answer::json(200, &json!({"a": [], "_links": links}))]);
        let mut pages = client.pages("list");
        assert_eq!(next(&mut pages).0, Status::Ok, "{links}");
        let second = pages.next();
        assert_eq!(second.as_ref().map_or(Status::Done, status), expected, "{links}: {second:?}");
        if let Some(Err(error)) = second {
            assert!(error.message().starts_with("Page 2") && error.message().contains(why), "{links}: {error}");
            assert!(
                error.message().ends_with("Nothing was sent.") && error.was_sent() == Sent::No,
                "{links}: {error}"
            );
            // Final: the same again, a second later.
            let (again, took) = next(&mut pages);
            assert_eq!(again, expected, "{links}");
            assert!(took >= SECOND, "{links}: {took:?}");
        }
        assert_eq!(server.requests(), if expected == Status::Ok { 2 } else { 1 }, "{links}");
        server.reset_behaviour();
    }
    // A longer circle.
    let page = |to: &str| Answer::json(200, &json!({"a": [], "_links": here(to)}));
    server.reset_counts();
    server.script("/v7/c?p=1", vec![page("/v7/c?p=2")]).script("/v7/c?p=2", vec![page("/v7/c?p=3")]);
    server.script("/v7/c?p=3", vec![page("/v7/c?p=2")]);
    let mut pages = client.pages("c?p=1");
    assert_eq!([next(&mut pages).0, next(&mut pages).0, next(&mut pages).0], [Status::Ok; 3]);
    let error = pages.next().expect("an answer").expect_err("a circle");
    assert!(error.message().starts_with("Page 4 (GET ") && error.message().contains("/v7/c?p=2"), "{error}");
    assert_eq!(server.requests(), 3);
}

#[test]
fn not_even_half_a_token_in_a_link_is_told() {
    let token = "secret-in-a-link-0123456789abcdef";
    let server = StandIn::start();
    server.accept(token);
    let client = client(&server, token, "");
    // The token stands where a long link is cut.
    let link = format!("/v7/list?cursor={}{token}", "x".repeat(170));
    server.script("/v7/list", vec![Answer::json(200, &json!({"a": [1], "_links": {"next": {"href": link}}}))]);
    server.script(&link, vec![fault()]);
    let mut pages = client.pages("/list");
    assert!(pages.next().expect("a page").is_ok());
    let error = pages.next().expect("an error").unwrap_err();
    assert!(error.message().starts_with("Page 2 (GET /v7/list?cursor=xxx"), "{error}");
    assert!(!error.message().contains(&token[..8]), "{error}");
}

#[test]
fn what_is_no_json_is_the_last_page() {
    let server = server();
    let client = client(&server, TOKEN, "");
    let csv = Answer::new(200).header("Content-Type", "text/csv").body("_links,next\n1,2");
    for answer in [csv, Answer::new(204), Answer::json(200, &json!([1, 2]))] {
        server.script("/v7/list", vec![answer]);
        assert_eq!(client.pages("/list").map(|page| status(&page)).collect::<Vec<_>>(), [Status::Ok]);
    }
}

#[test]
fn an_array_that_must_be_named_ends_the_items() {
    let server = server();
    let client = client(&server, TOKEN, "");
    let two = Answer::json(200, &json!({"a": [1], "b": [2]}));
    server.script("/v7/two", vec![two.clone(), two]);
    let mut items = client.items("/two");
    let error = items.next().expect("an error").expect_err("two arrays");
    assert!(error.message().contains("several arrays: a, b"), "{error}");
    assert!(items.next().is_none());
    let named: Vec<_> = client.pages("/two").items(Some("b")).map(|item| item.expect("an item")).collect();
    assert_eq!((named, server.requests()), (vec![json!(2)], 2));
}
