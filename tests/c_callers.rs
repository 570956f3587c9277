//! C programs on the installed tree: the examples, and a program linked straight against `target/release`.
// needs: cc gcc

mod support;

use std::process::Command;

use support::client::Directory;
use support::example;
use support::installed::{command, compile, output, root, run, scratch};
use support::stand_in::StandIn;

fn in_c(name: &str) -> Command {
    command(compile("cc", &format!("examples/c/{name}.c"), &["-std=c99"]))
}

#[test]
fn the_examples_run() {
    example::all_of(&in_c);
}

#[test]
fn a_program_linked_against_target_release_runs() {
    let program = scratch("programs").join("linked-against-target-release");
    let release = root().join("target/release");
    let mut cc = command("cc");
    cc.arg(root().join("examples/c/list_tests.c")).arg("-I").arg(root().join("include")).arg("-L").arg(&release);
    run(cc.args(["-lthousandeyes", "-o"]).arg(&program));
    example::lists_tests(|| {
        let mut program = command(&program);
        program.env("LD_LIBRARY_PATH", &release);
        program
    });
}

/// A line of log, anybody's, must not go into the connection or the state file that took a closed stream's number. (A
/// Rust program would not do: it opens what is closed when it starts.)
#[test]
fn closed_standard_streams_are_not_taken_for_connections() {
    let server = StandIn::start();
    server.accept("good-token");
    let program = compile("cc", "examples/c/list_tests.c", &["-std=c99"]);
    for closed in ["0<&-", "1>&-", "2>&-", "0<&- 2>&-", "0<&- 1>&- 2>&-"] {
        let state = Directory::new();
        let mut shell = command("sh");
        shell.arg("-c").arg(format!("exec '{}' {closed}", program.display())).env("TE_STATE_DIR", state.name());
        shell.env("TE_BASE_URL", server.base_url()).env("TE_TOKEN", "good-token").env("TE_LOG", "debug");
        server.reset_counts();
        let told = output(&mut shell);
        assert!(told.status.success(), "{closed}");
        assert_eq!((server.requests(), server.connections()), (1, 1), "{closed}");
        let bytes = std::fs::read(state.0.join("guard-1.state")).unwrap();
        let told = ["thousandeyes:", "Example 1"].map(|line| bytes.windows(line.len()).any(|w| w == line.as_bytes()));
        assert_eq!(told, [false, false], "{closed}: in the state file");
    }
}

/// Rust and Python programs ignore the signal; a C program that has its log in a pipe would die of it.
#[test]
fn a_log_that_nobody_reads_does_not_end_the_program() {
    let server = StandIn::start();
    server.accept("good-token");
    let program = compile("cc", "examples/c/list_tests.c", &["-std=c99"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut example = command(&program);
    example.env("TE_BASE_URL", server.base_url()).env("TE_TOKEN", "good-token").env("TE_LOG", "debug");
    let told = output(example.stderr(writer));
    assert!(told.status.success(), "{}", told.status);
    assert_eq!(server.requests(), 1);
}
