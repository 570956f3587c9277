//! What is left of a token in a program's memory when its client is gone.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::FileExt;
use std::process::{Child, Stdio};

use support::client::Directory;
use support::installed::cleaned;
use support::stand_in::StandIn;

const BLOCK: usize = 1 << 20;

/// How often some bytes stand in a process's memory: in all that it can write.
fn count(process: &Child, wanted: &[u8]) -> usize {
    let maps = std::fs::read_to_string(format!("/proc/{}/maps", process.id())).unwrap();
    let memory = std::fs::File::open(format!("/proc/{}/mem", process.id())).unwrap();
    let mut found = 0;
    for map in maps.lines().filter(|map| map.split(' ').nth(1).is_some_and(|rights| rights.starts_with("rw"))) {
        let (from, to) = map.split(' ').next().and_then(|range| range.split_once('-')).unwrap();
        let (mut at, end) = (u64::from_str_radix(from, 16).unwrap(), u64::from_str_radix(to, 16).unwrap());
        // Blocks overlap, so that nothing is cut in two; what begins in the overlap is the next block's.
        while at < end {
            let mut block = vec![0; BLOCK + wanted.len() - 1];
            let Ok(read) = memory.read_at(&mut block, at) else { break };
            found += block[..read].windows(wanted.len()).filter(|bytes| *bytes == wanted).count();
            at += BLOCK as u64;
        }
    }
    found
}

/// How often the token stands in the memory of a program that has made its calls, and when its client is gone.
fn copies(wiping: bool) -> (usize, usize) {
    let (server, state) = (StandIn::start(), Directory::new());
    // Another each time, and nowhere in the program but where it was put.
    let token: String = (0..64).map(|at| char::from(b'a' + u8::try_from((at * 7 + at / 26) % 26).unwrap())).collect();
    server.accept(&token);
    let program = support::processes::caller().with_file_name("secret_holder");
    let mut holder = cleaned(program);
    holder.arg("100").args((!wiping).then_some("--no-wiping")).env("TE_BASE_URL", server.base_url());
    holder.env("TE_STATE_DIR", state.name()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut holder = holder.spawn().expect("secret_holder, built with the tests");
    let mut input = holder.stdin.take().unwrap();
    let mut output = BufReader::new(holder.stdout.take().unwrap());
    let mut says = |word: &str| {
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert_eq!(line.trim(), word);
    };
    input.write_all(token.as_bytes()).unwrap();
    says("called");
    let alive = count(&holder, token.as_bytes());
    input.write_all(b"\n").unwrap();
    says("free");
    let gone = count(&holder, token.as_bytes());
    input.write_all(b"\n").unwrap();
    assert!(holder.wait().unwrap().success());
    assert_eq!(server.seen(&token), 101);
    (alive, gone)
}

#[test]
fn nothing_is_left_of_a_token_whose_client_is_gone() {
    let (alive, gone) = copies(true);
    assert!(alive > 0, "the search finds nothing");
    assert_eq!(gone, 0, "copies of the token");
}

#[test]
fn the_search_finds_what_is_not_wiped() {
    let (_, gone) = copies(false);
    assert!(gone > 0, "without wiping nothing is found either");
}
