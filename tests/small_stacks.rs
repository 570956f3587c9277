//! Threads of programs that give them little stack: over TLS, with the largest of keys and the deepest of documents.
// needs: cc gcc
// needs: nginx nginx-light
// needs: openssl openssl

mod support;

use serde_json::json;
use support::installed::{command, compile};
use support::net::certificates::{Authority, Wanted};
use support::net::origin::{Origin, TOKEN};
use support::stand_in::Answer;

/// What docs/c.md promises to be enough.
const KIB: u32 = 96;

/// How a program ends that asks for these paths with so much stack, and what it says.
fn told(origin: &Origin, kib: u32, paths: &[&str]) -> (bool, String) {
    let clients = Authority::new("Client CA");
    let certificate = clients.issue_rsa("a client", &Wanted::default());
    let mut program = command(compile("cc", "tests/c/small_stack.c", &["-O2", "-pthread"]));
    program.arg(kib.to_string()).arg(origin.authority.file()).arg(certificate.chain).arg(certificate.key).args(paths);
    program.env("TE_BASE_URL", origin.url()).env("TE_TOKEN", TOKEN).env("TE_STATE_DIR", origin.state.name());
    let output = program.output().expect("a program");
    (output.status.success(), String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn calls_need_no_more_stack_than_is_promised() {
    let origin = Origin::on_loopback("");
    let deep = format!("{}{}", r#"{"a":["#.repeat(255), "]}".repeat(255));
    let denied = json!({"title": "Forbidden", "detail": "no", "errors": [{"field": "x", "message": "y"}]});
    origin.api.script("/v7/deep", vec![Answer::new(200).header("Content-Type", "application/json").body(deep)]);
    origin.api.script("/v7/denied", vec![Answer::json(403, &denied)]);
    origin.api.script("/v7/page", vec![Answer::html(502), Answer::html(502), Answer::html(502), Answer::html(502)]);
    let (ended, said) = told(&origin, KIB, &["/tests", "/deep", "/denied", "/page"]);
    let said: Vec<_> = said.lines().collect();
    assert!(ended, "{said:?}");
    assert_eq!(said, ["TE_OK /tests", "TE_OK /a", "TE_E_FORBIDDEN /errors", "TE_E_SERVER -"]);
}

#[test]
fn less_is_seen_to_be_too_little() {
    let (ended, said) = told(&Origin::on_loopback(""), 32, &["/tests"]);
    assert!(!ended, "{said}");
}
