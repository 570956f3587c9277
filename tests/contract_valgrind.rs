//! The broken contract once more, with every access to memory checked.
// needs: cc gcc
// needs: valgrind valgrind

mod support;

use std::process::Output;

use support::contract::{Setting, program};
use support::installed::{output, text};

fn checked(store: &str, arguments: &[&str]) -> Output {
    let setting = Setting::new();
    let mut valgrind = setting.command("valgrind", store);
    valgrind.args(["--quiet", "--error-exitcode=99", "--leak-check=full"]);
    valgrind.args(["--show-leak-kinds=definite,indirect,possible", "--errors-for-leak-kinds=definite,indirect"]);
    output(valgrind.arg(program()).args(arguments))
}

#[test]
fn no_memory_is_lost_or_read_after_it_was_freed() {
    for store in ["memory", "shared"] {
        let output = checked(store, &[]);
        let said = text(&output);
        assert!(output.status.success() && said.contains(" 0 failed\n"), "{}\n{said}", output.status);
    }
}

/// The proof that the checker is on.
#[test]
fn the_checker_sees_what_is_wrong() {
    for (argument, report) in [("leak", "definitely lost"), ("read-freed", "Invalid read")] {
        let output = checked("memory", &[argument]);
        assert_eq!(output.status.code(), Some(99), "{argument}: {}", text(&output));
        assert!(text(&output).contains(report), "{argument}: {}", text(&output));
    }
}
