//! The README's commands, as a reader types them.
// needs: cc gcc
// needs: c++ g++
// needs: python3 python3
// needs: mcs mono-mcs
// needs: mono mono-runtime

mod support;

use std::process::Command;

use support::client::Directory;
use support::installed::{output, root, run, text, typed};
use support::stand_in::StandIn;

/// What the reader's programs are built to, in the project's folder.
const MADE: [&str; 3] = ["list_tests", "list_tests_cpp", "list_tests.exe"];

struct Made;

impl Drop for Made {
    fn drop(&mut self) {
        for name in MADE {
            // It may not have come that far.
            let _gone = std::fs::remove_file(root().join(name));
        }
    }
}

#[test]
fn every_command_of_the_readme_does_what_it_says() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, first_call) = readme.split_once("## First call").unwrap();
    let blocks: Vec<&str> =
        first_call.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 5, "installing and C, C++, Python, C#, Rust");

    let server = StandIn::start();
    server.accept("reader-token");
    let home = Directory::new();
    let of_home = |name: &str, folder: &str| {
        let usual = || std::path::Path::new(&std::env::var_os("HOME").unwrap()).join(folder).into_os_string();
        std::env::var_os(name).unwrap_or_else(usual)
    };
    let as_reader = |mut command: Command| {
        command.current_dir(root()).env("HOME", home.name()).env("TE_STATE_DIR", home.name());
        command.env("CARGO_HOME", of_home("CARGO_HOME", ".cargo"));
        command.env("RUSTUP_HOME", of_home("RUSTUP_HOME", ".rustup"));
        command.env("TE_BASE_URL", server.base_url()).env("TE_TOKEN", "reader-token");
        command
    };
    let _made = Made;
    let mut told = String::new();
    for block in blocks {
        let mut shell = typed("sh");
        shell.args(["-e", "-c", block]);
        told += &text(&run(&mut as_reader(shell)));
    }
    for program in &MADE[..2] {
        let mut program = as_reader(typed(root().join(program)));
        let output = output(program.env("LD_LIBRARY_PATH", home.0.join(".local/lib")));
        told += &text(&output);
    }
    assert_eq!(told.matches("Example 1\nExample 2\nExample 3\n").count(), 5, "{told}");
    assert_eq!(server.requests(), 5);
}
