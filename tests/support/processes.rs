//! Many processes at once: started, released together, and asked what became of their calls.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::installed::cleaned;
use super::stand_in::StandIn;

/// The program of `tests/support/caller.rs`, built with the tests.
pub fn caller() -> PathBuf {
    let tests = std::env::current_exe().expect("a path");
    let folder = tests.ancestors().nth(2).expect("target/debug");
    let caller = folder.join("examples/caller");
    assert!(caller.exists(), "{} is not built: cargo build --features test-hooks --examples", caller.display());
    caller
}

/// A command for the caller with a token and a state directory.
pub fn call(server: &StandIn, token: &str, state_dir: &str, arguments: &[&str]) -> Command {
    let mut caller = cleaned(caller());
    caller.args(arguments).env("TE_BASE_URL", server.base_url());
    caller.env("TE_TOKEN", token).env("TE_STATE_DIR", state_dir).stdout(Stdio::piped());
    caller
}

/// What many processes told: how often each status came, and the longest call in milliseconds.
#[derive(Debug, Default)]
pub struct Told {
    pub statuses: BTreeMap<String, u64>,
    pub longest: u64,
}

impl Told {
    pub fn count(&self, status: &str) -> u64 {
        self.statuses.get(status).copied().unwrap_or(0)
    }

    fn add(&mut self, output: &str) {
        for line in output.lines() {
            let (name, number) = line.split_once(' ').expect("a name and a number");
            let number: u64 = number.parse().expect("a number");
            if name == "longest" {
                self.longest = self.longest.max(number);
            } else {
                *self.statuses.entry(name.to_owned()).or_default() += number;
            }
        }
    }
}

/// Starts all commands, lets them go at the same moment, and waits for them.
pub fn at_once(commands: Vec<Command>) -> Told {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let start = |mut command: Command| {
        command.arg("--when-stdin-closes").stdin(reader.try_clone().expect("a pipe"));
        command.spawn().expect("a process")
    };
    let children: Vec<Child> = commands.into_iter().map(start).collect();
    drop(reader);
    // Once the last has started and read the token, nobody waits for another.
    std::thread::sleep(std::time::Duration::from_millis(300));
    drop(writer);
    let mut told = Told::default();
    for child in children {
        let output = child.wait_with_output().expect("an end");
        assert!(output.status.success(), "{}", output.status);
        told.add(&String::from_utf8_lossy(&output.stdout));
    }
    told
}
