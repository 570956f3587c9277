//! What a 403 lacks, what of a 207 failed, and a 401 that is no verdict.
// quick

mod support;

use serde_json::json;
use support::answers::{TOKEN, server, told};
use support::client::{client, status};
use support::stand_in::Answer;
use thousandeyes::Status;

#[test]
fn a_403_says_that_the_token_is_fine_and_what_is_missing() {
    let server = server();
    let refuse = || Answer::problem(403, "Forbidden", "");
    let needs = |request: &str| {
        let (status, message) = told(request, refuse());
        assert_eq!(status, Status::Forbidden);
        assert!(message.contains("The token is fine: it was accepted."), "{message}");
        assert_ne!(message.contains("Nothing was carried out."), request.starts_with("GET"), "{message}");
        message
    };
    for (request, needed) in [
        ("GET /usage", "The API's reference says what it needs: the permission View Billing."),
        ("GET /v7/users?max=3", "what it needs: all of the permissions API Access; View all users."),
        ("PUT /users/12", "what it needs: one of the permissions Edit users in all account groups; Edit users."),
        ("DELETE /tests/http-server/5", "what it needs: Account Admin."),
        ("GET /tests", "The API's reference names none for this operation."),
        ("GET /users/current", "The API's reference names none for this operation."),
    ] {
        let message = needs(request);
        assert!(message.contains(needed), "{message}");
        assert!(message.contains("lacks a permission in account group 17"), "{message}");
    }
    server.script_any(vec![refuse()]);
    let own = client(&server, TOKEN, "").get("/usage").expect_err("not allowed");
    assert!(own.message().contains("lacks a permission in the user's login account group."), "{own}");
    // From whom it is nobody knows.
    let (status, message) = told("GET /usage", Answer::new(403).header("Content-Type", "text/plain").body("Denied"));
    assert_eq!(status, Status::Forbidden);
    assert!(message.contains("Nothing is known of the token.") && !message.contains("is fine"), "{message}");
}

#[test]
fn a_207_says_which_items_failed_and_no_more_than_it_knows() {
    let items = json!({"items": [
        {"status": 201}, {"status": 404, "title": "Not Found", "detail": "No such agent"}, {"status": 201},
        {"httpStatus": 403}, {"status": 409, "detail": "Twice"}, {"status": 500},
    ]});
    let post = "POST /v7/tags/bulk (account group 17)";
    let unknown = format!(
        "{post}: some items may have failed (207): the answer does not say of each in a form that is known. Look at the \
         body before you repeat anything."
    );
    let rows = [
        (
            Answer::json(207, &items),
            Status::Partial,
            format!(
                "{post}: 4 of 6 items failed (207): /items/1: 404: Not Found: No such agent; /items/3: 403; /items/4: \
                 409: Twice; and 1 more. Repeat only those that failed."
            ),
        ),
        (
            Answer::json(
                207,
                &json!({"tags": [{"id": "1"}], "errors": [{"responseCode": 400, "message": "No key"}]}),
            ),
            Status::Partial,
            format!("{post}: 1 item failed (207): /errors/0: 400: No key. Repeat only those that failed."),
        ),
        (
            Answer::json(207, &json!([{"id": 1}, {"id": 2, "error": "No"}])),
            Status::Partial,
            format!(
                "{post}: at least 1 of 2 items failed (207): /1: No. Look at the body for the others, of which it is not \
                 known."
            ),
        ),
        (Answer::json(207, &json!({"tags": [{"tagId": "1"}]})), Status::Partial, unknown.clone()),
        (Answer::new(207), Status::Partial, unknown.clone()),
        (Answer::new(207).header("Content-Type", "text/csv").body("a,b"), Status::Partial, unknown),
        (Answer::json(207, &json!([{"status": 200}, {"status": 202}])), Status::Ok, String::new()),
        (Answer::json(207, &json!({"tags": [{"id": "1"}], "errors": []})), Status::Ok, String::new()),
    ];
    for (answer, status, message) in rows {
        assert_eq!(told("POST /tags/bulk", answer), (status, message));
    }
    let server = server();
    server.script_any(vec![Answer::json(207, &items)]);
    let answer = client(&server, TOKEN, "").get("/tags").expect("a success with news");
    assert_eq!(answer.pointer("/items/5/status"), Some(&json!(500)), "the body is whole");
}

/// A page at 401 is no verdict on the token, and still uses up the budget: the API may have counted it.
#[test]
fn pages_at_401_are_held_back_by_the_budget() {
    let server = server();
    server.script_any((0..80).map(|_| Answer::html(401)).collect());
    let client = client(&server, TOKEN, "");
    let mut last = Status::Ok;
    for _ in 0..80 {
        last = status(&client.get("/tests"));
        if last != Status::BadResponse {
            break;
        }
    }
    assert_eq!(last, Status::BudgetExhausted);
    assert!(server.requests() <= 36, "{}", server.requests());
    thousandeyes::move_clock(std::time::Duration::from_secs(3700));
    server.reset_behaviour();
    assert_eq!(status(&client.get("/tests")), Status::Ok, "the token was not judged");
}
