//! C# programs on the installed tree: the examples, and checks of the whole binding.
// needs: mcs mono-mcs
// needs: mono mono-runtime

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::json;
use support::example;
use support::installed::{command, output, root, run, scratch, text};
use support::stand_in::{Answer, StandIn};

const TOKEN: &str = "dotnet-caller-token";

/// Compiles sources as Windows PowerShell 5.1 does: C# 5.
fn compile(name: &str, sources: &[PathBuf], flags: &[&str]) -> PathBuf {
    let made = scratch("dotnet").join(name);
    let mut out = std::ffi::OsString::from("-out:");
    out.push(&made);
    run(Command::new("mcs").args(["-langversion:5", "-warnaserror", "-warn:4"]).args(flags).arg(out).args(sources));
    made
}

fn sources(folder: &str) -> Vec<PathBuf> {
    let all = std::fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.extension().is_some_and(|extension| extension == "cs")).collect()
}

/// A program on the binding as an assembly of its own, so that it sees what a user sees; each compiled once.
fn program(made: &'static OnceLock<PathBuf>, name: &str, sources: &[PathBuf]) -> &'static Path {
    static BINDING: OnceLock<PathBuf> = OnceLock::new();
    made.get_or_init(|| {
        let binding = BINDING.get_or_init(|| {
            compile("ThousandEyes.Native.dll", &self::sources("bindings/dotnet"), &["-target:library"])
        });
        compile(name, sources, &[&format!("-r:{}", binding.display())])
    })
}

/// In a folder where the report of a crash is in nobody's way.
fn mono(program: &Path) -> Command {
    let mut mono = command("mono");
    mono.current_dir(scratch("dotnet")).arg(program);
    mono
}

fn in_csharp(name: &str) -> Command {
    static MADE: [OnceLock<PathBuf>; 4] = [const { OnceLock::new() }; 4];
    let at = ["first_call", "list_tests", "lockout", "watch"].iter().position(|each| *each == name).unwrap();
    let file = ["FirstCall", "ListTests", "Lockout", "Watch"][at];
    mono(program(&MADE[at], &format!("{file}.exe"), &[root().join(format!("examples/csharp/{file}.cs"))]))
}

fn server() -> StandIn {
    let server = StandIn::start();
    server.accept(TOKEN);
    server
}

fn checks(name: &str, server: &StandIn) -> Command {
    static CHECKS: OnceLock<PathBuf> = OnceLock::new();
    let mut checks = mono(program(&CHECKS, "Checks.exe", &sources("tests/dotnet")));
    checks.arg(name).env("TE_BASE_URL", server.base_url()).env("TE_TOKEN", TOKEN);
    checks
}

/// One of the checks in tests/dotnet; it fails by its exit code.
fn check(name: &str, server: &StandIn) -> Output {
    let output = run(&mut checks(name, server));
    assert!(text(&output).ends_with(&format!("{name} passed\n")), "{}", text(&output));
    output
}

#[test]
fn the_examples_run() {
    example::all_of(&in_csharp);
}

#[test]
fn a_library_with_another_interface_is_refused() {
    let folder = scratch("dotnet-other-interface");
    let source = "int te_abi_version(void) { return 7; }\nconst char *te_version(void) { return \"9.9.9\"; }\n";
    std::fs::write(folder.join("other.c"), source).unwrap();
    run(Command::new("cc").current_dir(&folder).args(["-shared", "-fPIC", "-o", "libthousandeyes.so", "other.c"]));
    let refused = text(&output(in_csharp("list_tests").env("LD_LIBRARY_PATH", folder)));
    let says = "The libthousandeyes found, version 9.9.9, has C interface 7; this binding needs 0.";
    assert!(refused.contains(says), "{refused}");
}

#[test]
fn every_function_is_in_the_library() {
    let output = check("Functions", &server());
    let code = std::fs::read_to_string(root().join("bindings/dotnet/Native.cs")).unwrap();
    let says = format!("{} functions of version 0.", code.matches("static extern").count());
    assert!(text(&output).starts_with(&says), "{}", text(&output));
}

#[test]
fn text_goes_through_unchanged_both_ways() {
    let server = server();
    check("Unicode", &server);
    let seen = server.log();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].target, "/v7/echo?%C3%BC=%C3%BC%20%F0%9D%84%9E%20%22%5C");
    for request in seen {
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.body, "{\"name\":\"\u{fc}\u{1d11e}\"}".as_bytes());
    }
}

#[test]
fn headers_are_found_and_listed() {
    let server = server();
    server.script("/v7/twice", vec![Answer::json(200, &json!({})).header("X-Twice", "one").header("X-Twice", "two")]);
    check("Headers", &server);
}

#[test]
fn json_is_read_by_pointer() {
    let server = server();
    let document = json!({
        "string": "text", "number": 7, "id": "9007199254740993", "double": 1.5, "true": true, "false": false,
        "null": null, "array": [1, 2], "object": {"a/b": "slash"}, "empty": {},
    });
    server.script("/v7/json", vec![Answer::json(200, &document)]);
    check("Json", &server);
}

#[test]
fn lists_are_read_page_by_page() {
    let server = server();
    server.tests(25, 50);
    check("Paging", &server);
    assert_eq!(server.requests(), 7);
    server.reset_counts();
    check("Filtering", &server);
    assert_eq!(server.requests(), 3);
    assert!(server.log().iter().all(|seen| seen.body == b"{\"platform\":\"linux\"}"));
    check("PagesKeepCallbacks", &server);
    server.reset_counts();
    check("Enumerating", &server);
    assert_eq!(server.requests(), 3 + 3 + 3 + 1);
    let filters = server.log().into_iter().filter(|seen| seen.method == "POST");
    assert!(filters.clone().count() == 6 && filters.clone().all(|seen| seen.target.contains("aid=9")));
    check("Pointers", &server);
}

#[test]
fn a_page_that_fails_keeps_what_came_before() {
    let server = server();
    server.tests(25, 50);
    let fault = || Answer::problem(500, "Out of order", "/v7/tests");
    server.script("/v7/tests", vec![Answer::pass(), fault(), Answer::pass(), fault()]);
    check("FailingPage", &server);
    assert_eq!(server.requests(), 6);
}

#[test]
fn failures_are_exceptions_by_their_kind() {
    let server = server();
    let limited = Answer::problem(429, "Slow down", "/v7/limited").header("Retry-After", "60");
    server.script("/v7/limited", vec![limited.header("X-Instant-Test-Rate-Limit-Remaining", "0")]);
    check("Kinds", &server);
    assert_eq!(server.unauthorized(), 4, "one, and three tries that a person asked for");
    assert_eq!(server.requests(), 6);
}

#[test]
fn every_option_arrives() {
    let server = server();
    // What the environment says is wrong: the options go first.
    let mut checks = checks("Settings", &server);
    checks.env("CHECKS_BASE_URL", server.base_url()).env("CHECKS_STATE_DIR", scratch("dotnet-state"));
    checks.env("TE_BASE_URL", "https://te.example.com").env("TE_AID", "8");
    let output = run(&mut checks);
    assert!(text(&output).ends_with("Settings passed\n"), "{}", text(&output));
    assert_eq!((server.requests(), server.seen("not-accepted")), (5, 2));
    check("ConnectTimeout", &server);
    assert_eq!(server.requests(), 5);
}

#[test]
fn every_setter_of_a_call_arrives() {
    let server = server();
    check("Calls", &server);
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
    check("Cancelling", &server);
    assert_eq!(server.requests(), 3);
}

#[test]
fn callbacks_are_called_and_their_exceptions_stay_on_their_side() {
    let server = server();
    check("Interrupting", &server);
    // Those that are interrupted at once send nothing.
    assert_eq!(server.requests(), 2);
    check("Logging", &server);
    assert_eq!(server.requests(), 4);
}

#[test]
fn a_new_token_is_handed_over_and_used() {
    let server = server();
    check("Rotating", &server);
    assert_eq!((server.seen(TOKEN), server.seen("renewed-token-1"), server.requests()), (1, 3, 4));
}

#[test]
fn disposing_is_safe_on_every_thread() {
    let server = server();
    for name in ["Disposing", "DisposingElsewhere", "Forgetting"] {
        check(name, &server);
    }
    assert_eq!(server.requests(), 2);
}

#[test]
fn what_is_being_read_is_not_freed() {
    let server = server();
    // glibc then unmaps a freed body at once, and whoever still reads it crashes.
    let racing = run(checks("Racing", &server).env("MALLOC_MMAP_THRESHOLD_", "65536"));
    assert!(text(&racing).ends_with("Racing passed\n"), "{}", text(&racing));
    assert_eq!(server.requests(), 30);
}

#[test]
fn one_bad_token_in_many_threads_is_one_request() {
    let server = StandIn::start();
    check("ManyThreads", &server);
    assert_eq!((server.requests(), server.seen(TOKEN)), (1, 1));
}

#[cfg(target_os = "linux")]
#[test]
fn the_copy_of_the_token_is_wiped() {
    check("Wiped", &server());
}
