//! What the example must do in every language.

use std::process::Command;

use super::installed::{output, run, text};
use super::stand_in::{Answer, StandIn};

/// Lists the tests of all pages with a good token, and those that came before a page that fails; says clearly what is
/// wrong with that page, with a bad token and with none.
pub fn check(example: impl Fn() -> Command) {
    let server = StandIn::start();
    server.accept("example-token").tests(3, 2);
    let with = |token: &str| {
        let mut command = example();
        command.env("TE_BASE_URL", server.base_url()).env("TE_TOKEN", token);
        command
    };
    let listed = run(&mut with("example-token"));
    assert_eq!(text(&listed).lines().collect::<Vec<_>>(), ["Example 1", "Example 2", "Example 3"]);
    assert_eq!(server.requests(), 2);

    server.script("/v7/tests", vec![Answer::pass(), Answer::problem(500, "Out of order", "/v7/tests")]);
    let cut = output(&mut with("example-token"));
    assert_eq!(cut.status.code(), Some(1), "{}", text(&cut));
    let names = String::from_utf8_lossy(&cut.stdout);
    assert_eq!(names.lines().collect::<Vec<_>>(), ["Example 1", "Example 2"]);
    let told = String::from_utf8_lossy(&cut.stderr);
    assert!(told.starts_with("TE_E_SERVER: Page 2 (GET /v7/tests?cursor="), "{told}");
    assert_eq!(server.requests(), 4);

    let bad = output(&mut with("not-accepted"));
    assert_eq!(bad.status.code(), Some(1), "{}", text(&bad));
    assert!(text(&bad).starts_with("TE_E_UNAUTHORIZED: Page 1 (GET /v7/tests): "), "{}", text(&bad));
    assert_eq!(server.requests(), 5);

    let none = output(&mut with(""));
    assert_eq!(none.status.code(), Some(1), "{}", text(&none));
    assert!(text(&none).starts_with("TE_E_NO_TOKEN: "), "{}", text(&none));
    assert_eq!(server.requests(), 5);
}
