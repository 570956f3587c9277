//! What the guard costs in system calls. What it costs in time: `cargo bench --bench guard`.
// needs: strace strace
// needs: cc gcc
// needs: valgrind valgrind

mod support;

use std::path::PathBuf;

use support::client::Directory;
use support::installed::{command, compile, run, text};
use support::stand_in::StandIn;

/// Makes so many calls through the installed library.
fn program() -> PathBuf {
    compile("cc", "tests/c/calls.c", &["-O2"])
}

/// How often each of these system calls was made.
fn counted(server: &StandIn, token: &str, calls: u32, which: &str) -> u32 {
    counted_at(&server.base_url(), token, calls, which)
}

fn counted_at(base_url: &str, token: &str, calls: u32, which: &str) -> u32 {
    let state = Directory::new();
    let trace = state.0.join("trace");
    let mut strace = command("strace");
    strace.args(["-f", "-qq", "-e", &format!("trace={which}"), "-e", "signal=none", "-o"]).arg(&trace);
    strace.arg(program()).arg(calls.to_string());
    strace.env("TE_BASE_URL", base_url).env("TE_TOKEN", token).env("TE_STATE_DIR", state.name());
    run(&mut strace);
    u32::try_from(std::fs::read_to_string(trace).expect("a trace").lines().count()).expect("few")
}

/// System calls of 200 calls, those of starting left out.
fn of_two_hundred(server: &StandIn, token: &str, which: &str) -> u32 {
    counted(server, token, 220, which) - counted(server, token, 20, which)
}

#[test]
fn a_call_takes_eight_system_calls_for_the_guard_and_a_refusal_no_lock() {
    let server = StandIn::start();
    server.accept("good-token");
    let files = "fcntl,pread64,pwrite64,futex,fstat,newfstatat,statx";
    let good = of_two_hundred(&server, "good-token", files);
    // Now and then it is looked whether the file still has its name.
    assert!((200 * 8..200 * 8 + 20).contains(&good), "{good} for 200 calls");
    assert_eq!(of_two_hundred(&server, "bad-token", "fcntl"), 0, "a refusal locks nothing");
    let refused = of_two_hundred(&server, "bad-token", files);
    assert!((200..220).contains(&refused), "{refused} for 200 refusals");
}

#[test]
fn a_warm_connection_takes_three_system_calls_and_starts_no_thread_and_looks_no_name_up() {
    let server = StandIn::start();
    server.accept("good-token");
    let network =
        "sendto,recvfrom,sendmsg,recvmsg,read,write,readv,writev,poll,ppoll,setsockopt,getsockopt,connect,socket";
    let calls = of_two_hundred(&server, "good-token", network);
    // Now and then an answer takes longer than one slice of the wait for it.
    assert!(calls < 3 * 200 + 20, "{calls} for 200 calls");
    // By its name: what is looked up reads files at least.
    let named = server.base_url().replace("127.0.0.1", "localhost");
    let few = counted_at(&named, "good-token", 20, "clone,clone3,openat");
    let many = counted_at(&named, "good-token", 220, "clone,clone3,openat");
    assert!(few > 0 && many == few, "{few} for 20 calls, {many} for 220");
    assert_eq!(server.connections(), 4);
}

/// Instructions of the program, as callgrind counts them: the same on every machine of a kind.
fn instructions(server: &StandIn, token: &str, calls: u32) -> u64 {
    let state = Directory::new();
    let mut callgrind = command("valgrind");
    callgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program()).arg(calls.to_string());
    callgrind.env("TE_BASE_URL", server.base_url()).env("TE_TOKEN", token).env("TE_STATE_DIR", state.name());
    let told = text(&run(&mut callgrind));
    let collected = told.lines().find_map(|line| line.split_once("Collected :")).expect("a count");
    collected.1.trim().parse().expect("a number")
}

#[test]
fn a_call_takes_so_many_instructions_and_a_refusal_fewer() {
    let server = StandIn::start();
    server.accept("good-token");
    for (token, most) in [("good-token", 90_000), ("bad-token", 45_000)] {
        let of_one = (instructions(&server, token, 220) - instructions(&server, token, 20)) / 200;
        println!("{token}: {of_one} instructions a call");
        assert!(of_one <= most, "{token}: {of_one} instructions a call");
    }
}
