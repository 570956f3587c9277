//! A directory on a file system without locks protects the threads of a process, carefully, and says so.
// needs: cc gcc

mod support;

use std::process::Command;

use support::client::Directory;
use support::installed::{root, run, scratch};
use support::processes::{at_once, call};
use support::stand_in::StandIn;
use support::told::once;

#[test]
fn without_locks_the_state_is_in_memory_and_the_budget_small() {
    let library = scratch("without-locks").join("without_locks.so");
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-Wall", "-Wextra", "-Werror"]).arg(root().join("tests/c/without_locks.c"));
    run(cc.arg("-o").arg(&library).arg("-ldl"));
    let server = StandIn::start();
    server.accept("good-token");
    let directory = Directory::new();
    let caller = |token: &str, arguments: &[&str]| {
        let mut caller = call(&server, token, directory.name(), arguments);
        // The other places are on that file system as well.
        caller.env("LD_PRELOAD", &library).env("HOME", directory.name()).env("TMPDIR", directory.name());
        caller
    };
    let good = once(caller("good-token", &[]));
    assert_eq!((good.status.as_str(), good.store()), ("TE_OK", "memory"));
    assert!(good.reason().contains("($TE_STATE_DIR): No locks available"), "{}", good.reason());

    server.reset_counts();
    let told = at_once(vec![caller("bad-token", &["--threads", "8", "--calls", "10"])]);
    assert_eq!((server.requests(), told.count("TE_E_TOKEN_REFUSED")), (1, 79), "{told:?}");
}
