//! A process that makes a call whenever it is asked to, and tells all about it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

/// What came of one call, and what the guard knew afterwards.
#[derive(Debug)]
pub struct Told {
    pub status: String,
    pub message: String,
    /// "No", "Yes" or "Perhaps".
    pub sent: String,
    pub guard: Value,
}

impl Told {
    /// A number of the guard's report.
    pub fn number(&self, name: &str) -> i64 {
        self.guard[name].as_i64().unwrap_or_else(|| panic!("no {name}: {self:?}"))
    }

    /// "shared", "private" or "memory".
    pub fn store(&self) -> &str {
        self.guard["store"].as_str().expect("a word")
    }

    /// Which directory, and why not another.
    pub fn reason(&self) -> &str {
        self.guard["store_reason"].as_str().expect("a sentence")
    }
}

/// Runs until it is dropped.
pub struct Process {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Process {
    /// Starts a caller's command.
    pub fn start(mut command: Command) -> Self {
        let mut child =
            command.arg("--on-lines").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a process");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, output }
    }

    /// One call.
    pub fn call(&mut self) -> Told {
        self.child.stdin.as_ref().expect("a pipe").write_all(b"\n").expect("it lives");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        let mut told: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("it ended: {line:?}"));
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let (status, message, sent) = (text(&told["status"]), text(&told["message"]), text(&told["sent"]));
        Told { status, message, sent, guard: told["guard"].take() }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// One call by a process of its own.
pub fn once(command: Command) -> Told {
    Process::start(command).call()
}
