//! The broken contract once more, with every access to memory checked.
// needs: cc gcc
// needs: valgrind valgrind
// needs: readelf binutils

mod support;

use std::path::{Path, PathBuf};
use std::process::Output;

use support::contract::{SOURCES, Setting, program};
use support::installed::{command, compile_all, output, run, text};

fn checked(program: &Path, store: &str, arguments: &[&str]) -> Output {
    let setting = Setting::new();
    let mut valgrind = setting.command("valgrind", store);
    valgrind.args(["--quiet", "--error-exitcode=99", "--leak-check=full"]);
    valgrind.args(["--show-leak-kinds=definite,indirect,possible", "--errors-for-leak-kinds=definite,indirect"]);
    output(valgrind.arg(program).args(arguments))
}

/// With the shared library, and with the static one inside.
fn programs() -> [PathBuf; 2] {
    let with_archive = compile_all("cc", &SOURCES, &["-std=c99", "-Wl,--as-needed", "-l:libthousandeyes.a"]);
    let dynamic = text(&run(command("readelf").arg("-d").arg(&with_archive)));
    assert!(dynamic.contains("[libc.so.6]") && !dynamic.contains("thousandeyes"), "{dynamic}");
    [program(), with_archive]
}

#[test]
fn no_memory_is_lost_or_read_after_it_was_freed() {
    let [shared, with_archive] = programs();
    std::thread::scope(|scope| {
        for (program, store) in [(&shared, "memory"), (&shared, "shared"), (&with_archive, "memory")] {
            scope.spawn(move || {
                let output = checked(program, store, &[]);
                let said = text(&output);
                let is_right = output.status.success() && said.contains(" 0 failed\n");
                assert!(is_right, "{program:?}: {}\n{said}", output.status);
            });
        }
    });
}

/// The proof that the checker is on.
#[test]
fn the_checker_sees_what_is_wrong() {
    for program in programs() {
        for (argument, report) in [("leak", "definitely lost"), ("read-freed", "Invalid read")] {
            let output = checked(&program, "memory", &[argument]);
            assert_eq!(output.status.code(), Some(99), "{argument}: {}", text(&output));
            assert!(text(&output).contains(report), "{argument}: {}", text(&output));
        }
    }
}
