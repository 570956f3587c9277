//! A program that holds secrets, and says when there is something to look for in its memory.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::installed::{command, compile};
use super::memory::Sought;

/// `tests/c/secrets.c` on the installed library.
pub fn program(what: &[&str]) -> Command {
    let mut program = command(compile("cc", "tests/c/secrets.c", &["-std=gnu11"]));
    // Or every thread has 64 MiB of its own to look through.
    program.args(what).env("MALLOC_ARENA_MAX", "2");
    program
}

/// The same on the library of the tests, which wipes nothing.
pub fn not_wiping(what: &[&str]) -> Command {
    let tests = std::env::current_exe().expect("a path");
    let mut program = program(what);
    program.env("LD_PRELOAD", tests.with_file_name("libthousandeyes.so")).env("TE_TEST_NO_WIPING", "1");
    program
}

/// One that runs.
pub struct Holder {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Holder {
    /// Starts a program that takes a token and the URL of a proxy.
    pub fn start(program: &mut Command, token: &str, proxy: &str) -> Self {
        let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a process");
        let mut input = child.stdin.take().expect("a pipe");
        input.write_all(format!("{token}\n{proxy}\n").as_bytes()).expect("it reads");
        Self { output: BufReader::new(child.stdout.take().expect("a pipe")), input, child }
    }

    /// What is found in its memory, or in its child's, once it says a word; then it goes on.
    pub fn found(&mut self, word: &str, sought: &Sought) -> Vec<String> {
        let process = self.said(word);
        let found = sought.found_in(process);
        self.go_on();
        found
    }

    /// Lets it go on after a word.
    pub fn pass(&mut self, word: &str) {
        self.said(word);
        self.go_on();
    }

    fn said(&mut self, word: &str) -> u32 {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        let (said, process) = line.trim().split_once(' ').unwrap_or_else(|| panic!("it ended before \"{word}\""));
        assert_eq!(said, word);
        process.parse().expect("a process id")
    }

    fn go_on(&mut self) {
        self.input.write_all(b"\n").expect("it waits");
    }

    /// Waits for its end.
    pub fn end(mut self) {
        assert!(self.child.wait().expect("an end").success());
    }
}

/// A text of letters, digits, "+" and "/" that stands nowhere else: another for every number.
pub fn secret(number: u64, length: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut state = number;
    let letter = |_| {
        // Knuth's MMIX.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(LETTERS[usize::try_from(state >> 58).expect("6 bits")])
    };
    (0..length).map(letter).collect()
}
