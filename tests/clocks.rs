//! Clocks that jump, and machines that start anew: no good token is refused for longer than its rule says, and no
//! rejected one is sent again at once.

mod support;

use std::process::Command;
use std::time::Duration;

use support::client::Directory;
use support::processes::{at_once, call};
use support::stand_in::StandIn;
use support::told::{Told, once};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A moment as a process sees it: both clocks against the true ones, and a boot.
#[derive(Clone, Copy, Debug)]
struct At {
    boot_clock: i64,
    wall_clock: i64,
    boot: u8,
}

const START: At = At { boot_clock: 0, wall_clock: 0, boot: 1 };

impl At {
    /// So much later, as a clock that is right sees it.
    fn later(self, by: i64) -> Self {
        Self { boot_clock: self.boot_clock + by, wall_clock: self.wall_clock + by, ..self }
    }
}

struct World {
    server: StandIn,
    directory: Directory,
}

impl World {
    fn new() -> Self {
        Self { server: StandIn::start(), directory: Directory::new() }
    }

    fn command(&self, at: At, token: &str, arguments: &[&str]) -> Command {
        let mut caller = call(&self.server, token, self.directory.name(), arguments);
        caller.env("TE_TEST_BOOT_CLOCK_MS", at.boot_clock.to_string());
        caller.env("TE_TEST_WALL_CLOCK_MS", at.wall_clock.to_string()).env("TE_TEST_BOOT", at.boot.to_string());
        caller
    }

    fn once(&self, at: At, token: &str) -> Told {
        once(self.command(at, token, &[]))
    }

    /// One token each: accepted, never accepted, and accepted before it was rejected.
    fn with_tokens() -> Self {
        let world = Self::new();
        world.server.accept("good").accept("revoked");
        assert_eq!(world.once(START, "good").status, "TE_OK");
        assert_eq!(world.once(START, "revoked").status, "TE_OK");
        world.server.revoke("revoked");
        assert_eq!(world.once(START, "revoked").status, "TE_E_LOCKOUT_SUSPECTED");
        assert_eq!(world.once(START, "dead").status, "TE_E_UNAUTHORIZED");
        world.server.reset_counts();
        world
    }
}

/// How far clocks are off: seconds to decades.
const JUMPS: [i64; 13] = [
    -20 * 365 * DAY,
    -30 * DAY,
    -DAY,
    -5 * HOUR,
    -HOUR,
    -MINUTE,
    -1,
    1,
    MINUTE / 2,
    5 * HOUR,
    DAY,
    30 * DAY,
    20 * 365 * DAY,
];

/// What holds after any jump. `passed`: how much later it is by the clock that counts.
fn check(world: &World, at: At, passed: i64) {
    let (dead, revoked) = (world.once(at, "dead"), world.once(at, "revoked"));
    for (token, told, first_rest) in [("dead", &dead, 15 * MINUTE), ("revoked", &revoked, MINUTE)] {
        if passed < first_rest - MINUTE / 4 {
            assert_eq!(told.status, "TE_E_TOKEN_REFUSED", "{at:?}: {told:?}");
            assert_eq!(world.server.seen(token), 0, "{at:?}: sent again at once");
            let rest = told.number("next_try_in_ms");
            assert!(rest <= first_rest, "{at:?}: {token} rests for {} minutes", rest / MINUTE);
        }
        assert!(world.server.seen(token) <= 1, "{at:?}");
    }
    assert!(revoked.message.contains("It was accepted") || revoked.status == "TE_E_LOCKOUT_SUSPECTED", "{revoked:?}");
    assert_eq!(world.once(at, "good").status, "TE_OK", "{at:?}");

    world.server.reset_counts().accept("revoked");
    assert_eq!(world.once(at.later(HOUR), "revoked").status, "TE_OK", "{at:?}: an hour later it is tried again");
    assert_eq!(world.once(at, "good").status, "TE_OK", "{at:?}: and back again");
}

#[test]
fn the_wall_clock_means_nothing_within_a_boot() {
    for jump in JUMPS {
        check(&World::with_tokens(), At { wall_clock: jump, ..START }, 0);
    }
}

#[test]
fn the_boot_clock_jumps() {
    for jump in JUMPS {
        check(&World::with_tokens(), At { boot_clock: jump, ..START }, jump);
    }
}

#[test]
fn another_boot_with_any_wall_clock() {
    for jump in JUMPS {
        for boot_clock in [-30 * DAY, 0, 30 * DAY] {
            check(&World::with_tokens(), At { boot_clock, wall_clock: jump, boot: 2 }, jump);
        }
    }
}

#[test]
fn what_was_accepted_is_told_in_later_runs_and_boots() {
    for (boot_clock, boot) in [(2 * HOUR, 1), (-9 * DAY, 2)] {
        let world = World::with_tokens();
        let at = At { boot_clock, wall_clock: 2 * HOUR, boot };
        let good = world.once(at, "good");
        assert_eq!(good.number("accepted_ms_ago") / MINUTE, 0, "accepted just now: {good:?}");
        world.server.revoke("good");
        let told = world.once(at.later(3 * HOUR), "good");
        assert_eq!(told.status, "TE_E_LOCKOUT_SUSPECTED");
        assert!(told.message.contains("was accepted 3 h ago"), "{}", told.message);
        let refused = world.once(at.later(3 * HOUR), "revoked");
        let told = world.once(at.later(3 * HOUR), "revoked");
        assert_eq!(refused.status, "TE_E_LOCKOUT_SUSPECTED", "probed: {refused:?}");
        assert!(told.message.contains("was accepted 5 h ago"), "{}", told.message);
    }
}

#[test]
fn a_token_accepted_five_minutes_ago_in_another_boot_goes_single_file() {
    for boot in [1, 2] {
        let world = World::new();
        world.server.accept("good");
        assert_eq!(world.once(START, "good").status, "TE_OK");
        world.server.reset_counts().delay(Duration::from_millis(300));
        let at = At { boot, ..START.later(5 * MINUTE) };
        let told = at_once((0..20).map(|_| world.command(at, "good", &[])).collect());
        assert_eq!(told.count("TE_OK"), 20, "{told:?}");
        let first = world.server.max_in_flight_of("good");
        assert!((2..=16).contains(&first), "many at once, in the end: {first}");

        world.server.revoke("good").reset_counts();
        let at = At { boot: boot * 3, ..at.later(5 * MINUTE) };
        let told = at_once((0..20).map(|_| world.command(at, "good", &[])).collect());
        assert_eq!(world.server.seen("good"), 1, "{told:?}");
    }
}

#[test]
fn what_the_hour_holds_survives_a_boot() {
    for wall_clock in [-DAY, 0, 10 * MINUTE] {
        let world = World::new();
        for number in 0..18 {
            assert_eq!(world.once(START, &format!("bad-{number}")).status, "TE_E_UNAUTHORIZED");
        }
        let at = At { boot_clock: -3 * DAY, wall_clock, boot: 2 };
        let told = world.once(at, "one-more");
        assert_eq!(told.status, "TE_E_BUDGET_EXHAUSTED", "{told:?}");
        assert_eq!(world.once(at.later(HOUR + MINUTE), "one-more").status, "TE_E_UNAUTHORIZED");
    }
}

/// Two hosts on one directory, one of them a minute ahead: their steps in turn do not add up to time that passed.
#[test]
fn hosts_whose_clocks_differ_do_not_make_time_pass() {
    let world = World::with_tokens();
    let ahead = At { boot_clock: 3 * DAY, wall_clock: MINUTE, boot: 2 };
    for turn in 0..40 {
        for host in [START, ahead] {
            let told = world.once(host, "dead");
            assert_eq!(told.status, "TE_E_TOKEN_REFUSED", "turn {turn}: {told:?}");
            assert_eq!(world.once(host, "good").status, "TE_OK", "turn {turn}");
        }
    }
    assert_eq!(world.server.unauthorized(), 0);
    assert_eq!(world.once(ahead.later(15 * MINUTE), "dead").status, "TE_E_UNAUTHORIZED", "the probe that is due");
}
