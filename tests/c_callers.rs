//! C programs on the installed tree: the example, and a program linked straight against `target/release`.
// needs: cc gcc

mod support;

use support::installed::{command, compile, output, root, run, text};
use support::stand_in::StandIn;

const TOKEN: &str = "c-caller-token";

#[test]
fn the_example_lists_the_tests() {
    let server = StandIn::start();
    server.accept(TOKEN).tests(3, 50);
    let program = compile("cc", "examples/list_tests.c", &["-std=c99"]);
    let output = run(command(&program).env("TE_BASE_URL", server.base_url()).env("TE_TOKEN", TOKEN));
    assert_eq!(text(&output).lines().count(), 3, "{}", text(&output));
    assert_eq!(server.requests(), 1);
}

#[test]
fn the_example_says_what_is_wrong() {
    let server = StandIn::start();
    let program = compile("cc", "examples/list_tests.c", &["-std=c99"]);
    let bad = output(command(&program).env("TE_BASE_URL", server.base_url()).env("TE_TOKEN", "not-accepted"));
    assert_eq!(bad.status.code(), Some(1));
    assert!(text(&bad).contains("TE_E_UNAUTHORIZED"), "{}", text(&bad));
    let none = output(&mut command(&program));
    assert!(text(&none).contains("TE_E_NO_TOKEN"), "{}", text(&none));
    assert_eq!(server.requests(), 1);
}

#[test]
fn a_program_linked_against_target_release_runs() {
    let server = StandIn::start();
    server.accept(TOKEN);
    let program = support::installed::scratch("programs").join("linked-against-target-release");
    let release = root().join("target/release");
    run(std::process::Command::new("cc")
        .arg(root().join("examples/list_tests.c"))
        .arg("-I")
        .arg(root().join("include"))
        .arg("-L")
        .arg(&release)
        .args(["-lthousandeyes", "-o"])
        .arg(&program));
    run(command(&program)
        .env("LD_LIBRARY_PATH", release)
        .env("TE_BASE_URL", server.base_url())
        .env("TE_TOKEN", TOKEN));
    assert_eq!(server.requests(), 1);
}
