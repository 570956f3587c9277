//! The admin's view of the guard, and unblocking from a shell: `examples/guard.rs`.
// quick

mod support;

use std::process::Command;

use support::client::Directory;
use support::installed::{cleaned, output, text};
use support::processes::{at_once, call};
use support::stand_in::StandIn;

fn guard(server: &StandIn, directory: &Directory) -> Command {
    let tests = std::env::current_exe().unwrap();
    let example = tests.ancestors().nth(2).unwrap().join("examples/guard");
    assert!(example.exists(), "{} is not built: cargo build --features test-hooks --examples", example.display());
    let mut guard = cleaned(example);
    guard.env("TE_BASE_URL", server.base_url()).env("TE_TOKEN", "bad-token").env("TE_STATE_DIR", directory.name());
    guard
}

#[test]
fn it_says_what_is_known_and_lets_a_token_be_tried_again() {
    let server = StandIn::start();
    let directory = Directory::new();
    let tell = |arguments: &[&str]| text(&output(guard(&server, &directory).args(arguments)));
    assert!(tell(&[]).contains("token       never tried\n"), "{}", tell(&[]));
    at_once(vec![call(&server, "bad-token", directory.name(), &[])]);
    let known = tell(&[]);
    for line in [
        &format!("origin      {}\n", server.base_url()),
        &format!("state       shared: {} ($TE_STATE_DIR)\n", directory.name()),
        "token       rejected\n",
        "tried again in 15 min\n",
        "401 answers 1 within the last hour, of 36 allowed\n",
        "address     not found blocked\n",
    ] {
        assert!(known.contains(line), "{line:?} is missing: {known}");
    }
    assert!(tell(&["--unblock"]).starts_with("unblocked   "));
    server.accept("bad-token");
    let again = at_once(vec![call(&server, "bad-token", directory.name(), &[])]);
    assert_eq!((again.count("TE_OK"), server.requests()), (1, 2));
    assert!(tell(&[]).contains("token       accepted\n"));
    assert!(tell(&["--unknown"]).starts_with("usage: "));
}
