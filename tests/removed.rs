//! A state directory that disappears, or is emptied, under programs that run: what they know goes into the next one.

mod support;

use std::fs;
use std::process::Command;
use std::time::Duration;

use support::client::Directory;
use support::processes::call;
use support::stand_in::StandIn;
use support::told::{Process, Told, once};

struct World {
    server: StandIn,
    directory: Directory,
}

impl World {
    fn new() -> Self {
        let world = Self { server: StandIn::start(), directory: Directory::new() };
        world.server.accept("good-token");
        world
    }

    fn command(&self, token: &str) -> Command {
        call(&self.server, token, self.directory.name(), &[])
    }

    fn once(&self, token: &str) -> Told {
        once(self.command(token))
    }

    /// Programs that run, know of ten bad tokens, and have one of them each.
    fn with_programs(&self, count: usize) -> Vec<Process> {
        for number in 0..9 {
            assert_eq!(self.once(&format!("bad-token-{number}")).status, "TE_E_UNAUTHORIZED");
        }
        let mut programs: Vec<_> = (0..count).map(|_| Process::start(self.command("bad-token"))).collect();
        let told: Vec<_> = programs.iter_mut().map(|program| program.call().status).collect();
        assert_eq!(told[0], "TE_E_UNAUTHORIZED");
        assert!(told[1..].iter().all(|status| status == "TE_E_TOKEN_REFUSED"), "{told:?}");
        self.server.reset_counts();
        programs
    }

    fn remove(&self) {
        fs::remove_dir_all(&self.directory.0).expect("removed");
        // So often the programs look.
        std::thread::sleep(Duration::from_millis(1050));
    }

    fn truncate(&self) {
        let file = fs::File::options().write(true).open(self.directory.0.join("guard-1.state")).expect("the state");
        file.set_len(0).expect("emptied");
    }
}

/// All still refuse, and all count ten.
fn still_know(programs: &mut [Process], world: &World) {
    for program in programs {
        let told = program.call();
        assert_eq!(told.status, "TE_E_TOKEN_REFUSED", "{told:?}");
        assert_eq!(told.store(), "shared", "{told:?}");
        assert_eq!(told.number("unauthorized_last_hour"), 10, "{told:?}");
    }
    assert_eq!(world.server.requests(), 0);
}

#[test]
fn what_a_program_knew_goes_into_the_directory_that_it_makes_anew() {
    let world = World::new();
    let mut programs = world.with_programs(5);
    world.remove();
    still_know(&mut programs, &world);
    let later = world.once("bad-token");
    assert_eq!((later.status.as_str(), later.number("unauthorized_last_hour")), ("TE_E_TOKEN_REFUSED", 10));
    assert_eq!(world.once("bad-token-3").status, "TE_E_TOKEN_REFUSED");
    assert_eq!(world.once("good-token").status, "TE_OK");
    assert_eq!(world.server.seen("bad-token") + world.server.seen("bad-token-3"), 0);
}

#[test]
fn what_a_program_knew_goes_into_the_directory_that_another_made_anew() {
    let world = World::new();
    let mut programs = world.with_programs(5);
    world.remove();
    assert_eq!(world.once("good-token").status, "TE_OK");
    world.server.reset_counts();
    still_know(&mut programs, &world);
    assert_eq!(world.once("bad-token").status, "TE_E_TOKEN_REFUSED");
    still_know(&mut programs, &world);
}

#[test]
fn a_directory_that_was_moved_is_used_until_there_is_another() {
    let world = World::new();
    let mut programs = world.with_programs(3);
    let moved = Directory::new();
    fs::rename(&world.directory.0, &moved.0).expect("moved");
    std::thread::sleep(Duration::from_millis(1050));
    still_know(&mut programs, &world);
    assert!(!world.directory.0.exists());
    assert_eq!(world.once("good-token").status, "TE_OK");
    world.server.reset_counts();
    std::thread::sleep(Duration::from_millis(1050));
    still_know(&mut programs, &world);
    assert_eq!(world.once("bad-token").status, "TE_E_TOKEN_REFUSED");
}

#[test]
fn what_a_program_knew_goes_into_a_file_that_was_emptied() {
    let world = World::new();
    let mut programs = world.with_programs(5);
    world.truncate();
    still_know(&mut programs, &world);
    assert_eq!(world.once("bad-token").status, "TE_E_TOKEN_REFUSED");
}

#[test]
fn what_a_program_knew_goes_into_a_file_that_was_emptied_and_begun_by_another() {
    let world = World::new();
    let mut programs = world.with_programs(5);
    world.truncate();
    assert_eq!(world.once("good-token").status, "TE_OK");
    world.server.reset_counts();
    still_know(&mut programs, &world);
    assert_eq!(world.once("bad-token").status, "TE_E_TOKEN_REFUSED");
}

#[test]
fn a_directory_that_cannot_be_made_anew_is_left_for_another() {
    let world = World::new();
    let home = Directory::new();
    let mut command = world.command("bad-token");
    command.env("HOME", home.name()).env_remove("XDG_STATE_HOME");
    let mut program = Process::start(command);
    assert_eq!(program.call().status, "TE_E_UNAUTHORIZED");
    world.remove();
    fs::write(&world.directory.0, "in the way").expect("a file");
    let told = program.call();
    assert_eq!(told.status, "TE_E_TOKEN_REFUSED", "{told:?}");
    assert!(told.reason().starts_with(home.name()), "{told:?}");
    assert!(told.reason().contains(&format!("{} ($TE_STATE_DIR) can no longer be used", world.directory.name())));
    assert_eq!(world.server.requests(), 1);
    fs::remove_file(&world.directory.0).expect("removed");
}
