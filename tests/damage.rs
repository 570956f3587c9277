//! A state file that others cut, flip, fill or write: no crash, one whole copy is enough, and none means caution.

mod support;

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use support::client::Directory;
use support::installed::run;
use support::processes::call;
use support::stand_in::StandIn;
use support::state_file::{BLOCK, HEADER, StateFile};
use support::told::{Process, Told, once};

struct World {
    server: StandIn,
    directory: Directory,
    state: StateFile,
}

impl World {
    /// Both copies know of a dead token, of a good one, and of three 401 answers.
    fn new() -> Self {
        let (server, directory) = (StandIn::start(), Directory::new());
        server.accept("good-token");
        for token in ["bad-token-1", "bad-token-2", "dead-token", "good-token", "good-token"] {
            once(call(&server, token, directory.name(), &[]));
        }
        server.reset_counts();
        let state = StateFile::read(&directory);
        Self { server, directory, state }
    }

    fn command(&self, token: &str) -> Command {
        call(&self.server, token, self.directory.name(), &["--timeout-ms", "3000"])
    }

    fn once(&self, token: &str) -> Told {
        once(self.command(token))
    }

    /// How many of 40 new tokens are sent.
    fn flood(&self, clock: &str) -> u64 {
        self.server.reset_counts();
        let mut command = self.command(&format!("new-token-{clock}"));
        command.env("TE_TEST_BOOT_CLOCK_MS", clock).env("TE_TEST_WALL_CLOCK_MS", clock);
        run(command.args(["--bad-tokens", "40"]));
        self.server.unauthorized()
    }
}

/// Does many small jobs on a few threads, each with a directory of its own.
fn in_parallel(jobs: &[usize], job: impl Fn(&Directory, usize) + Sync) {
    let next = AtomicUsize::new(0);
    let work = || {
        let directory = Directory::new();
        while let Some(&number) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            job(&directory, number);
        }
    };
    std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(work))));
}

#[test]
fn a_flipped_bit_anywhere_costs_nothing_that_both_copies_knew() {
    let world = World::new();
    let used = [0, 1].map(|copy| world.state.used(copy));
    let rest = (0..world.state.0.len()).step_by(8191);
    let places: Vec<_> = used.into_iter().flatten().chain(rest).collect();
    assert!(places.len() > 2 * HEADER + 400, "{} bytes in use", places.len());
    in_parallel(&places, |directory, place| {
        let mut state = world.state.clone();
        state.0[place] ^= 1 << (place % 8);
        state.write(directory);
        let told = once(call(&world.server, "dead-token", directory.name(), &[]));
        assert_eq!(told.status, "TE_E_TOKEN_REFUSED", "byte {place}: {told:?}");
        assert_eq!(told.number("unauthorized_last_hour"), 3, "byte {place}: {told:?}");
    });
    assert_eq!(world.server.requests(), 0);
}

#[test]
fn a_broken_newest_copy_loses_one_step() {
    let world = World::new();
    assert_eq!(world.once("last-token").status, "TE_E_UNAUTHORIZED");
    let mut state = StateFile::read(&world.directory);
    let used = state.used(state.newest());
    state.0[used.end - 1] ^= 1;
    state.write(&world.directory);
    // The answer is lost, but not that the request went out: its owner is dead.
    let told = world.once("last-token");
    assert_eq!(told.number("unauthorized_last_hour"), 5, "{told:?}");
    assert_eq!(world.once("dead-token").status, "TE_E_TOKEN_REFUSED");
    assert_eq!(world.server.unauthorized(), 2);
}

type Damage<'a> = &'a dyn Fn(&mut Vec<u8>);

#[test]
fn when_no_copy_is_whole_the_next_hour_is_careful() {
    let damages: [(&str, Damage); 7] = [
        ("both copies flipped", &|bytes| [20, BLOCK + 20].iter().for_each(|&at| bytes[at] ^= 1)),
        ("both states flipped", &|bytes| [HEADER + 9, BLOCK + HEADER + 9].iter().for_each(|&at| bytes[at] ^= 1)),
        ("cut in the first copy", &|bytes| bytes.truncate(HEADER + 5)),
        ("one byte", &|bytes| *bytes = vec![7]),
        ("noise", &|bytes| bytes.iter_mut().zip(noise()).for_each(|(byte, other)| *byte = other)),
        ("other magic", &|bytes| [7, BLOCK + 7].iter().for_each(|&at| bytes[at] = b'2')),
        ("100 MB", &|bytes| *bytes = vec![0xa5; 100_000_000]),
    ];
    for (name, damage) in damages {
        let world = World::new();
        let mut state = world.state.clone();
        damage(&mut state.0);
        state.write(&world.directory);
        drop(state);
        assert_eq!(world.once("good-token").status, "TE_OK", "{name}");
        assert_eq!(world.flood("0"), 6, "{name}: half of the cautious budget");
        let sent: u64 = (0..30).map(|minute| world.flood(&(minute * 120_000).to_string())).sum();
        assert_eq!(sent, 0, "{name}: more within the hour");
        assert_eq!(world.flood("7300000"), 18, "{name}: then the whole budget");
    }
}

/// The same bytes every time, and no pattern in them.
fn noise() -> impl Iterator<Item = u8> {
    let mut state = 1_u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_le_bytes()[7]
    })
}

#[test]
fn an_empty_file_is_a_new_one() {
    let world = World::new();
    StateFile(Vec::new()).write(&world.directory);
    assert_eq!(world.flood("0"), 18);
}

#[test]
fn a_file_cut_under_a_running_program_loses_nothing_of_what_that_knew() {
    for length in [0, 50, HEADER + 5, BLOCK + 50, 2 * BLOCK] {
        let world = World::new();
        let mut program = Process::start(world.command("dead-token"));
        assert_eq!(program.call().status, "TE_E_TOKEN_REFUSED");
        let file = fs::File::options().write(true).open(StateFile::path(&world.directory)).expect("a file");
        file.set_len(length as u64).expect("cut");
        let told = program.call();
        assert_eq!(told.status, "TE_E_TOKEN_REFUSED", "cut to {length}: {told:?}");
        assert_eq!(world.once("dead-token").status, "TE_E_TOKEN_REFUSED", "cut to {length}");
        assert_eq!(world.server.requests(), 0, "cut to {length}");
    }
}

/// What a member of the group could write: every field of the header and of the records at its limits.
#[test]
fn no_number_crashes_a_reader() {
    let world = World::new();
    let mut killed = world.command("lost-token");
    assert!(!killed.env("TE_TEST_HALT", "reserved:KILL").status().expect("a process").success());
    let with_reservation = StateFile::read(&world.directory);
    let newest = with_reservation.newest();
    let used = with_reservation.used(newest);
    let numbers = [u64::MAX, 1 << 63];
    let fields: Vec<usize> =
        (used.start + 8..used.start + 56).step_by(8).chain(used.start + HEADER..used.end - 8).collect();
    let jobs: Vec<usize> = (0..2 * fields.len()).collect();
    in_parallel(&jobs, |directory, job| {
        let (mut state, at) = (with_reservation.clone(), fields[job / 2]);
        state.0[at..at + 8].copy_from_slice(&numbers[job % 2].to_le_bytes());
        state.sign(newest);
        state.write(directory);
        for (token, boot) in [("good-token", "1"), ("new-token", "2")] {
            let mut command = call(&world.server, token, directory.name(), &["--timeout-ms", "200"]);
            command.env("TE_TEST_BOOT", boot);
            Process::start(command).call();
        }
    });
}

#[test]
fn records_of_a_later_version_survive_a_step() {
    let world = World::new();
    let record = b"what a later version wants to know";
    let mut state = world.state.clone();
    let newest = state.newest();
    state.add_record(newest, 200, record);
    state.write(&world.directory);
    for token in ["good-token", "dead-token", "new-token", "good-token"] {
        world.once(token);
        let state = StateFile::read(&world.directory);
        let bytes = &state.0[state.used(state.newest())];
        let found = bytes.windows(record.len() + 3).filter(|window| window[0] == 200 && window.ends_with(record));
        assert_eq!(found.count(), 1, "after {token}");
    }
    assert_eq!(world.server.seen("dead-token"), 0, "and the rest is read as ever");
}

#[test]
fn a_file_of_another_format_beside_it_is_left_alone() {
    let world = World::new();
    let other = world.directory.0.join("guard-2.state");
    fs::write(&other, b"TEguard2 and so on").expect("written");
    assert_eq!(world.once("dead-token").status, "TE_E_TOKEN_REFUSED");
    assert_eq!(world.once("good-token").status, "TE_OK");
    assert_eq!(fs::read(other).expect("it is there"), b"TEguard2 and so on");
}
