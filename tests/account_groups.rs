//! The account group that a call is for, as the server sees it.
// quick

mod support;

use support::answers::{client_of_group, server};
use support::client::status;
use thousandeyes::{Call, Status};

#[test]
fn two_account_groups_are_refused_before_anything_is_sent() {
    let server = server();
    let client = client_of_group(&server, "17");
    let get = |path: &str, group: Option<&str>| {
        let mut call = Call::new("GET", path).expect("a call");
        if let Some(group) = group {
            call.account_group(group);
        }
        client.perform(&call)
    };
    for (path, group) in [("/tests?aid=18", "19"), ("/tests?%61id=18", "19"), ("/tests?aid=18&aid=18", "18")] {
        let error = get(path, Some(group)).expect_err("two groups");
        assert_eq!(error.status(), Status::InvalidArgument, "{error}");
        assert!(error.message().ends_with("Nothing was sent."), "{error}");
    }
    assert_eq!(server.requests(), 0);
    for (path, group) in [
        ("/tests", None),
        ("/tests", Some("18")),
        ("/tests?aid=18", None),
        ("/tests?aid=18", Some("18")),
        ("/tests", Some("")),
    ] {
        assert_eq!(status(&get(path, group)), Status::Ok, "{path} {group:?}");
    }
    let targets: Vec<_> = server.log().into_iter().map(|seen| seen.target).collect();
    let (own, other) = ("/v7/tests?aid=17", "/v7/tests?aid=18");
    assert_eq!(targets, [own, other, other, other, "/v7/tests"]);
}
