//! The README's commands, as a reader types them.
// needs: cc gcc
// needs: c++ g++
// needs: mcs mono-mcs
// needs: mono mono-runtime

mod support;

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use support::client::Directory;
use support::documents::of;
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

/// A command in the project's folder with a home of its own, but with the Rust of the person who runs the tests.
fn at_home(mut command: Command, home: &Directory) -> Command {
    let of_home = |name: &str, folder: &str| {
        let usual = || std::path::Path::new(&std::env::var_os("HOME").unwrap()).join(folder).into_os_string();
        std::env::var_os(name).unwrap_or_else(usual)
    };
    command.env("CARGO_HOME", of_home("CARGO_HOME", ".cargo")).env("RUSTUP_HOME", of_home("RUSTUP_HOME", ".rustup"));
    command.current_dir(root()).env("HOME", home.name());
    command
}

/// The commands of the README: those of the two that begin it, of the tour, and from the first call on.
fn commands() -> Vec<String> {
    let blocks: Vec<String> = of("README.md", "sh").into_iter().map(|block| block.text).collect();
    assert_eq!(blocks.len(), 1 + 2 + 4, "two commands; two terminals; installing and C, C++, C#, Rust");
    blocks
}

#[test]
fn every_command_of_the_readme_does_what_it_says() {
    let server = StandIn::start();
    server.accept("reader-token");
    let home = Directory::new();
    let as_reader = |command: Command| {
        let mut command = at_home(command, &home);
        command
            .env("TE_STATE_DIR", home.name())
            .env("TE_BASE_URL", server.base_url())
            .env("TE_TOKEN", "reader-token");
        command
    };
    let _made = Made;
    let mut told = String::new();
    for block in &commands()[3..] {
        let mut shell = typed("sh");
        shell.args(["-e", "-c", block]);
        told += &text(&run(&mut as_reader(shell)));
    }
    for program in &MADE[..2] {
        let mut program = as_reader(typed(root().join(program)));
        let output = output(program.env("LD_LIBRARY_PATH", home.0.join(".local/lib")));
        told += &text(&output);
    }
    assert_eq!(told.matches("Example 1\nExample 2\nExample 3\n").count(), 4, "{told}");
    assert_eq!(server.requests(), 4);
}

/// The stand-in of the first terminal, ended with the test.
struct Terminal(Child);

impl Drop for Terminal {
    fn drop(&mut self) {
        // Where the test failed early it may be gone.
        let _ended = self.0.kill();
        let _status = self.0.wait();
    }
}

#[test]
fn the_tour_shows_what_it_says() {
    // Whoever runs the tests may have the README's own port in use.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let [first, second] = [1, 2].map(|at| commands()[at].replace("8007", &free));
    let home = Directory::new();
    let in_shell = |command: &str| {
        let mut shell = typed("sh");
        shell.arg("-c").arg(command);
        at_home(shell, &home)
    };
    // The shell's process becomes cargo's, and that the stand-in's.
    let mut stand_in = in_shell(&format!("exec {first}"));
    let mut stand_in = Terminal(stand_in.stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(stand_in.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let export = lines.next().expect("the stand-in says what to set");
    assert!(second.starts_with(&format!("{export}\n")), "{export}: {second}");
    let powershell = lines.next().unwrap();
    assert!(powershell.starts_with("$env:TE_BASE_URL = "), "{powershell}");

    let output = output(&mut in_shell(&second));
    let told: Vec<String> = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    assert_eq!(told[..3], ["Example 1", "Example 2", "Example 3"]);
    assert!(told[3].starts_with("The token was refused 0 min ago and never accepted"), "{told:?}");
    let failures = String::from_utf8_lossy(&output.stderr);
    let failures: Vec<&str> = failures.lines().filter(|line| line.starts_with("TE_E_")).collect();
    assert_eq!(failures.len(), 2, "{failures:?}");
    assert!(failures[0].starts_with("TE_E_UNAUTHORIZED: ") && failures[1].starts_with("TE_E_TOKEN_REFUSED: "));
    drop(stand_in);
    let seen: Vec<String> = lines.collect();
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(
        seen[0].starts_with("200 GET /v7/tests ") && seen[1].starts_with("401 GET /v7/account-groups "),
        "{seen:?}"
    );
}
