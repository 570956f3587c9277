//! Processes that are stopped or die at every point of a step: the others go on, or end at their own deadlines.

mod support;

use std::process::Child;
use std::time::{Duration, Instant};

use support::client::Directory;
use support::processes::{Told, at_once, call};
use support::stand_in::StandIn;

/// Where a process holds the lock, and where it does not.
const LOCKED: [&str; 3] = ["locked", "half written", "written"];
const FREE: [&str; 4] = ["before the lock", "unlocked", "reserved", "answered"];

struct World {
    server: StandIn,
    directory: Directory,
}

impl World {
    fn new() -> Self {
        let world = Self { server: StandIn::start(), directory: Directory::new() };
        world.server.accept("token-a").accept("token-b");
        world
    }

    fn call(&self, token: &str) -> Told {
        at_once(vec![call(&self.server, token, self.directory.name(), &["--timeout-ms", "1500"])])
    }

    fn halted(&self, token: &str, point: &str, signal: &str) -> Halted {
        let mut halted = call(&self.server, token, self.directory.name(), &[]);
        Halted(halted.env("TE_TEST_HALT", format!("{point}:{signal}")).spawn().expect("a process"))
    }
}

/// A process that ends with the test, also with one that failed.
struct Halted(Child);

impl Drop for Halted {
    fn drop(&mut self) {
        // It may have ended.
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

impl Halted {
    fn succeeds(&mut self) -> bool {
        self.0.wait().expect("an end").success()
    }
}

/// Waits until a process is stopped.
fn until_stopped(Halted(child): &Halted) {
    let by = Instant::now() + Duration::from_secs(10);
    loop {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).expect("a process");
        if stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T')) {
            return;
        }
        assert!(Instant::now() < by, "never stopped: {stat}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn signal(Halted(child): &Halted, name: &str) {
    // The shell's own: not every machine has the program.
    let command = format!("kill -s {name} {}", child.id());
    let sent = std::process::Command::new("sh").args(["-c", &command]).status();
    assert!(sent.expect("a shell").success());
}

#[test]
fn a_stopped_process_holds_nobody_up_for_longer_than_their_time() {
    for point in LOCKED.into_iter().chain(FREE) {
        let world = World::new();
        let mut stopped = world.halted("token-a", point, "STOP");
        until_stopped(&stopped);
        let other = world.call("token-b");
        if LOCKED.contains(&point) {
            assert_eq!(other.count("TE_E_TIMEOUT"), 1, "{point}: {other:?}");
            assert!((1400..2000).contains(&other.longest), "{point}: {other:?}");
            assert_eq!(world.server.seen("token-b"), 0, "{point}");
        } else {
            assert_eq!(other.count("TE_OK"), 1, "{point}: {other:?}");
        }
        if point == "reserved" || point == "answered" {
            let same = world.call("token-a");
            assert_eq!(same.count("TE_E_TIMEOUT"), 1, "{point}: waits for a verdict: {same:?}");
        }
        signal(&stopped, "CONT");
        assert!(stopped.succeeds());
        assert_eq!(world.call("token-a").count("TE_OK"), 1, "{point}");
        assert_eq!(world.call("token-b").count("TE_OK"), 1, "{point}");
    }
}

/// One that found the file empty and was overtaken does not overwrite what others wrote into it.
#[test]
fn a_state_is_not_overwritten_by_one_that_came_when_there_was_none() {
    let world = World::new();
    let mut stopped = world.halted("bad-token", "not written out", "STOP");
    until_stopped(&stopped);
    assert_eq!(world.call("bad-token").count("TE_E_UNAUTHORIZED"), 1);
    signal(&stopped, "CONT");
    assert!(stopped.succeeds());
    assert_eq!(world.server.seen("bad-token"), 1);
}

#[test]
fn nobody_waits_for_the_dead() {
    for point in LOCKED.into_iter().chain(FREE) {
        for token in ["token-a", "token-b"] {
            let world = World::new();
            let mut dead = world.halted("token-a", point, "KILL");
            assert!(!dead.succeeds(), "{point}: it lives");
            let next = world.call(token);
            assert_eq!(next.count("TE_OK"), 1, "{point}: {next:?}");
            assert!(next.longest < 500, "{point}: {next:?}");
        }
    }
}

/// The answer that a dead process never recorded counts as a 401.
#[test]
fn what_the_dead_sent_counts() {
    let world = World::new();
    for _ in 0..40 {
        let mut dead = world.halted("bad-token", "answered", "KILL");
        assert!(!dead.succeeds() || world.server.unauthorized() >= 18);
    }
    assert_eq!(world.server.unauthorized(), 18, "half of the budget, though no answer was ever recorded");
}
