//! What the example must do in every language.

use std::process::Command;

use super::installed::{output, run, text};
use super::stand_in::StandIn;

/// Lists the tests with a good token, and says clearly what is wrong with a bad one and with none.
pub fn check(example: impl Fn() -> Command) {
    let server = StandIn::start();
    server.accept("example-token");
    let with = |token: &str| {
        let mut command = example();
        command.env("TE_BASE_URL", server.base_url()).env("TE_TOKEN", token);
        command
    };
    let listed = run(&mut with("example-token"));
    assert_eq!(text(&listed).lines().collect::<Vec<_>>(), ["Example 1", "Example 2", "Example 3"]);
    assert_eq!(server.requests(), 1);

    let bad = output(&mut with("not-accepted"));
    assert_eq!(bad.status.code(), Some(1), "{}", text(&bad));
    assert!(text(&bad).starts_with("TE_E_UNAUTHORIZED: GET /v7/tests: "), "{}", text(&bad));
    assert_eq!(server.requests(), 2);

    let none = output(&mut with(""));
    assert_eq!(none.status.code(), Some(1), "{}", text(&none));
    assert!(text(&none).starts_with("TE_E_NO_TOKEN: "), "{}", text(&none));
    assert_eq!(server.requests(), 2);
}
