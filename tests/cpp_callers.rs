//! C++ programs on the installed tree: the examples, and checks of the whole C++ header.
// needs: c++ g++
// needs: valgrind valgrind

mod support;

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::{Value, json};
use support::example;
use support::installed::{command, compile, compile_all, output, run, text};
use support::stand_in::{Answer, Family, StandIn};

const TOKEN: &str = "cpp-caller-token";
const SOURCES: [&str; 7] = [
    "tests/cpp/main.cpp",
    "tests/cpp/failures.cpp",
    "tests/cpp/json.cpp",
    "tests/cpp/lists.cpp",
    "tests/cpp/settings.cpp",
    "tests/cpp/callbacks.cpp",
    "tests/cpp/lifetimes.cpp",
];

fn server() -> StandIn {
    let server = StandIn::start();
    server.accept(TOKEN);
    server
}

/// The checks in the oldest standard, with every access to memory of the program itself checked.
fn sanitized() -> PathBuf {
    let flags = ["-std=c++11", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    compile_all("c++", &SOURCES, &flags)
}

/// In a standard with `std::string_view`, as optimized as programs are.
fn plain() -> PathBuf {
    compile_all("c++", &SOURCES, &["-std=c++17", "-O2"])
}

fn with(mut checks: Command, name: &str, server: &StandIn) -> Command {
    checks.arg(name).env("TE_BASE_URL", server.base_url()).env("TE_TOKEN", TOKEN);
    checks
}

fn passes(name: &str, checks: &mut Command) -> Output {
    let output = run(checks);
    assert_eq!(text(&output), format!("{name} passed\n"));
    output
}

/// One of the checks in tests/cpp; it fails by its exit code.
fn check(name: &str, server: &StandIn) {
    passes(name, &mut with(command(sanitized()), name, server));
}

fn in_cpp(name: &str) -> Command {
    command(compile("c++", &format!("examples/cpp/{name}.cpp"), &["-std=c++11"]))
}

#[test]
fn the_examples_run() {
    example::all_of(&in_cpp);
}

#[test]
fn failures_are_exceptions_by_their_kind() {
    let server = server();
    let limited = Answer::problem(429, "Slow down", "/v7/limited").header("Retry-After", "60");
    server.script("/v7/limited", vec![limited.header("X-Instant-Test-Rate-Limit-Remaining", "0")]);
    check("versions", &server);
    check("token_errors", &server);
    assert_eq!(server.unauthorized(), 4, "one, and three tries that a person asked for");
    assert_eq!(server.requests(), 4);
    check("other_errors", &server);
    check("errors_keep_their_response", &server);
    assert_eq!(server.requests(), 7);
}

/// As it came, digit for digit.
const DOCUMENT: &str = r#"{"string": "text", "number": 7, "id": "9007199254740993", "large": 9223372036854775807,
    "digits": 1.10, "double": 1.5, "true": true, "false": false, "null": null, "array": [1,{"name":"two"}],
    "object": {"a/b": "slash", "c~d": "tilde", "": "empty"}, "empty": {}}"#;

#[test]
fn json_is_read_by_pointer() {
    for (name, requests) in [("json", 1), ("numbers_are_exact", 1), ("views", 2), ("members", 1)] {
        let server = server();
        let document = || Answer::new(200).header("Content-Type", "application/json").body(DOCUMENT);
        server.script("/v7/json", vec![document(), document()]);
        check(name, &server);
        assert_eq!(server.requests(), requests, "{name}");
    }
}

#[test]
fn bytes_and_headers_are_read() {
    let server = server();
    server.limit(Family::Organization, 200, Duration::from_secs(60));
    let twice = Answer::new(200).header("Content-Type", "text/plain").body("a\0b");
    server.script("/v7/twice", vec![twice.header("X-Twice", "one").header("X-Twice", "two")]);
    check("bytes_and_headers", &server);
    assert_eq!(server.requests(), 3);
}

#[test]
fn text_goes_through_unchanged_both_ways() {
    let server = server();
    check("text_goes_through_unchanged", &server);
    passes("text_goes_through_unchanged", &mut with(command(plain()), "text_goes_through_unchanged", &server));
    let seen = server.log();
    assert_eq!(seen.len(), 4);
    for first in [&seen[0], &seen[2]] {
        assert_eq!(first.target, "/v7/echo?%C3%BC=%C3%BC%20%F0%9D%84%9E%20%22%5C");
    }
    for request in seen {
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.body, "{\"name\":\"\u{fc}\u{1d11e}\"}".as_bytes());
    }
}

#[test]
fn lists_are_read_page_by_page() {
    let server = server();
    server.tests(25, 50);
    let checked = |name: &str, requests: u64| {
        server.reset_counts();
        check(name, &server);
        assert_eq!(server.requests(), requests, "{name}");
    };
    checked("items_of_all_pages", 6);
    checked("pages_one_by_one", 6);
    checked("a_loop_that_was_left_goes_on", 1);
    checked("filters", 3);
    assert!(server.log().iter().all(|seen| seen.body == b"{\"platform\":\"linux\"}"));
    let several = || Answer::json(200, &json!({ "one": [], "two": [1, 2] }));
    server.script("/v7/several", vec![several(), several()]);
    checked("lists_without_items", 2);
    let page = |items: Value, next: Value| Answer::json(200, &json!({ "items": items, "_links": next }));
    let next = |number: u8| json!({ "next": { "href": format!("{}/v7/gaps?page={number}", server.origin()) } });
    let pages =
        [page(json!([{ "id": 1 }]), next(2)), page(json!([]), next(3)), page(json!([{ "id": 2 }]), json!({}))];
    server.script("/v7/gaps", pages.into());
    checked("pages_without_items", 3);
}

#[test]
fn a_page_that_fails_keeps_what_came_before() {
    let server = server();
    server.tests(25, 50);
    server.script("/v7/tests", vec![Answer::pass(), Answer::problem(500, "Out of order", "/v7/tests")]);
    check("a_page_that_fails", &server);
    assert_eq!(server.requests(), 4);
}

fn limited_for_a_second() -> Vec<Answer> {
    let limited = Answer::problem(429, "Slow down", "/v7/limited").header("Retry-After", "1");
    vec![limited.header("X-Instant-Test-Rate-Limit-Remaining", "0"), Answer::json(200, &json!({ "ok": 1 }))]
}

#[test]
fn every_option_arrives() {
    let server = server();
    let again = Answer::problem(429, "Slow down", "/v7/limited").header("Retry-After", "9");
    let again = again.header("X-Instant-Test-Rate-Limit-Remaining", "0");
    server.script("/v7/limited", limited_for_a_second().into_iter().chain([again]).collect());
    // What the environment says is wrong: the options go first.
    let mut checks = with(command(sanitized()), "every_option_arrives", &server);
    let state = support::client::Directory::new();
    checks.env("CHECKS_BASE_URL", server.base_url()).env("CHECKS_STATE_DIR", state.name());
    checks.env("TE_BASE_URL", "https://te.example.com").env("TE_AID", "8");
    passes("every_option_arrives", &mut checks);
    assert_eq!((server.requests(), server.seen("not-accepted")), (8, 2));
}

#[test]
fn the_connect_timeout_arrives() {
    let (server, silent) = (server(), TcpListener::bind("127.0.0.1:0").unwrap());
    let mut checks = with(command(sanitized()), "the_connect_timeout_arrives", &server);
    checks.env("CHECKS_SILENT", format!("https://{}", silent.local_addr().unwrap()));
    passes("the_connect_timeout_arrives", &mut checks);
    assert_eq!(server.requests(), 0);
}

#[test]
fn every_setter_of_a_call_arrives() {
    let server = server();
    check("every_setter_of_a_call_arrives", &server);
    let seen = server.log();
    assert_eq!(seen.len(), 3);
    for request in &seen[..2] {
        assert_eq!(request.method, "PUT");
        assert_eq!(request.target, "/v7/tests/http-server/1?expand=a%20b&aid=9");
        assert_eq!(request.header("x-check"), Some("yes"));
        assert_eq!(request.header("content-type"), Some("application/merge-patch+json"));
    }
}

#[test]
fn calls_are_cancelled_from_other_threads() {
    let server = server();
    check("calls_are_cancelled_from_other_threads", &server);
    assert_eq!(server.requests(), 3);
}

#[test]
fn callbacks_are_called_and_their_exceptions_come_out_of_the_call() {
    for (name, requests) in [
        ("interrupts", 1),
        ("exceptions_of_an_interrupt_come_out_of_the_call", 2),
        ("exceptions_of_a_log_come_out_of_the_call", 4),
        ("a_callback_makes_no_calls", 0),
        ("the_first_exception_wins", 1),
        ("callbacks_live_as_long_as_the_pages", 1),
        ("a_callback_may_destroy_its_client", 1),
        ("each_thread_gets_its_own_exception", 0),
    ] {
        let server = server();
        let limited = Answer::problem(429, "Slow down", "/v7/limited").header("Retry-After", "60");
        server.script("/v7/limited", vec![limited.header("X-Instant-Test-Rate-Limit-Remaining", "0")]);
        check(name, &server);
        assert_eq!(server.requests(), requests, "{name}");
    }
}

#[test]
fn what_was_moved_from_is_harmless() {
    let server = server();
    check("moving", &server);
    assert_eq!(server.requests(), 3);
}

#[test]
fn many_threads_use_one_client() {
    let server = server();
    server.tests(25, 25);
    check("many_threads", &server);
    assert_eq!(server.requests(), 1 + 8 * 3);
    let stranger = StandIn::start();
    check("one_bad_token_in_many_threads", &stranger);
    assert_eq!((stranger.requests(), stranger.seen(TOKEN)), (1, 1));
}

/// With the memory of the library watched as well.
#[test]
fn no_memory_is_lost_or_read_after_it_was_freed() {
    for name in
        ["moving", "views", "items_of_all_pages", "exceptions_of_an_interrupt_come_out_of_the_call", "token_errors"]
    {
        let server = server();
        server.tests(25, 50);
        let document = || Answer::new(200).header("Content-Type", "application/json").body(DOCUMENT);
        server.script("/v7/json", vec![document(), document()]);
        let mut valgrind = command("valgrind");
        valgrind.args(["--quiet", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=definite,indirect"]);
        valgrind.arg(plain());
        let checked = output(&mut with(valgrind, name, &server));
        assert_eq!((checked.status.code(), text(&checked)), (Some(0), format!("{name} passed\n")));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_copy_of_a_token_is_wiped() {
    let server = server();
    passes("the_copy_of_a_token_is_wiped", &mut with(command(plain()), "the_copy_of_a_token_is_wiped", &server));
    assert_eq!(server.requests(), 0);
}

#[test]
fn a_new_token_is_handed_over_and_used() {
    let one = server();
    check("a_new_token", &one);
    assert_eq!((one.seen(TOKEN), one.seen("renewed-token-1"), one.requests()), (1, 3, 4));
    let other = server();
    check("a_new_token_that_cannot_be_kept", &other);
    assert_eq!((other.seen(TOKEN), other.seen("renewed-token-1")), (1, 1));
}
