//! C programs on the installed tree: the example, and a program linked straight against `target/release`.
// needs: cc gcc

mod support;

use support::example;
use support::installed::{command, compile, root, run, scratch};

#[test]
fn the_example_runs() {
    let program = compile("cc", "examples/list_tests.c", &["-std=c99"]);
    example::check(|| command(&program));
}

#[test]
fn a_program_linked_against_target_release_runs() {
    let program = scratch("programs").join("linked-against-target-release");
    let release = root().join("target/release");
    let mut cc = command("cc");
    cc.arg(root().join("examples/list_tests.c")).arg("-I").arg(root().join("include")).arg("-L").arg(&release);
    run(cc.args(["-lthousandeyes", "-o"]).arg(&program));
    example::check(|| {
        let mut program = command(&program);
        program.env("LD_LIBRARY_PATH", &release);
        program
    });
}
