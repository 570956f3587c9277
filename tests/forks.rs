//! Programs that fork in the middle of everything: `tests/c/forks.c` on the installed library.
// needs: cc gcc

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use support::client::Directory;
use support::installed::{command, compile, run};
use support::processes::{at_once, call};
use support::stand_in::StandIn;

fn program(server: &StandIn, token: &str, state_dir: &str, arguments: &[&str]) -> Command {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| compile("cc", "tests/c/forks.c", &["-std=gnu11"]));
    let mut program = command(&*PROGRAM);
    program.args(arguments).env("TE_BASE_URL", server.base_url());
    program.env("TE_TOKEN", token).env("TE_STATE_DIR", state_dir);
    program
}

/// The numbers that the program counted.
fn counted(command: &mut Command) -> BTreeMap<String, u64> {
    let told = String::from_utf8(run(command).stdout).expect("text");
    let pairs = told.lines().filter_map(|line| line.split_once(' '));
    let numbers: BTreeMap<_, _> =
        pairs.filter_map(|(name, number)| Some((name.to_owned(), number.parse().ok()?))).collect();
    assert_eq!((numbers["hung"], numbers["failed"]), (0, 0), "{told}");
    assert_eq!(numbers["live"], 0, "{told}");
    numbers
}

#[test]
fn children_of_a_busy_program_go_on() {
    let directory = Directory::new();
    for state_dir in [directory.name(), ""] {
        let server = StandIn::start();
        server.accept("good-token");
        let numbers = counted(program(&server, "good-token", state_dir, &["storm", "120"]).env("TE_LOG", "warn"));
        assert!(numbers["done"] > 120 * 4, "{numbers:?}");
        assert_eq!(server.seen("good-token"), numbers["done"], "{state_dir:?}: every call was one request");
        assert_eq!(server.seen("bad-token"), 1, "{state_dir:?}");
    }
}

#[test]
fn a_bad_token_in_parent_and_children_costs_one_request() {
    for round in 0..10 {
        let server = StandIn::start();
        let directory = Directory::new();
        let numbers = counted(&mut program(&server, "bad-token", directory.name(), &["all", "20"]));
        assert_eq!(server.requests(), 1, "round {round}: {numbers:?}");
        assert_eq!(numbers["refused"], 20 * 4 + 3);
    }
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended.
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

#[test]
fn a_child_that_lives_holds_nothing_of_its_dead_parent() {
    let server = StandIn::start();
    server.accept("good-token").delay(Duration::from_secs(3));
    let directory = Directory::new();
    let mut command = program(&server, "good-token", directory.name(), &["leave"]);
    let mut parent = Killed(command.stdout(Stdio::piped()).spawn().expect("a process"));
    let mut told = BufReader::new(parent.0.stdout.take().expect("a pipe"));
    let mut child = String::new();
    told.read_line(&mut child).expect("the child's id");
    let by = Instant::now() + Duration::from_secs(10);
    while server.requests() == 0 {
        assert!(Instant::now() < by, "no call");
        std::thread::sleep(Duration::from_millis(5));
    }
    parent.0.kill().expect("killed");
    parent.0.wait().expect("an end");
    server.delay(Duration::ZERO);
    let next = at_once(vec![call(&server, "good-token", directory.name(), &[])]);
    // The shell's own: not every machine has the program.
    let killed = Command::new("sh").args(["-c", &format!("kill {}", child.trim())]).status().expect("a shell");
    assert!(killed.success(), "the child lived");
    assert_eq!(next.count("TE_OK"), 1, "{next:?}");
    assert!(next.longest < 1000, "nobody waits for the dead: {next:?}");
}
