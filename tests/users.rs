//! Several users on one machine, and a disk of a known size: as root, who can be any of them.
// needs: root sudo
// needs: setpriv util-linux
// needs: mount mount

mod support;

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use support::installed::run;
use support::stand_in::StandIn;
use support::told::{Process, once};
use support::users::{Folder, am_root, mode};

const ANNA: u32 = 61_001;
const BERT: u32 = 61_002;
const TEAM: u32 = 61_000;
const FILE: &str = "guard-1.state";

/// The caller as a user of these groups; the first one is the group of what it makes.
fn caller(folder: &Folder, server: &StandIn, token: &str, user: u32, groups: &[u32]) -> Command {
    assert!(am_root(), "this test needs root: sudo tests/run");
    let (user, group) = (user.to_string(), groups[0].to_string());
    let all = groups.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
    let prefix = ["setpriv", "--reuid", &user, "--regid", &group, "--groups", &all];
    folder.prefixed(&prefix, server, token)
}

/// A directory of an exact owner, group and mode.
fn directory(folder: &Folder, name: &str, (owner, group): (u32, u32), mode: u32) -> String {
    let path = folder.directory(name, mode);
    chown(&path, Some(owner), Some(group)).expect("another owner");
    fs::set_permissions(&path, Permissions::from_mode(mode)).expect("a mode");
    path
}

#[test]
fn two_users_of_a_group_share_its_directory() {
    for (first, second) in [(ANNA, BERT), (BERT, ANNA)] {
        let (folder, server) = (Folder::new(), StandIn::start());
        let team = directory(&folder, "team", (ANNA, TEAM), 0o2770);
        for (user, status) in [(first, "TE_E_UNAUTHORIZED"), (second, "TE_E_TOKEN_REFUSED")] {
            let mut caller = caller(&folder, &server, "bad-token", user, &[user, TEAM]);
            caller.env("TE_STATE_DIR", &team);
            let told = once(caller);
            assert_eq!((told.status.as_str(), told.store()), (status, "shared"), "{told:?}");
        }
        assert_eq!(server.requests(), 1);
        let file = fs::metadata(format!("{team}/{FILE}")).expect("a file");
        assert_eq!((file.uid(), file.gid(), file.mode() & 0o777), (first, TEAM, 0o660));
    }
}

#[test]
fn who_is_not_in_the_group_has_a_place_of_his_own() {
    let (folder, server) = (Folder::new(), StandIn::start());
    let team = directory(&folder, "team", (ANNA, TEAM), 0o2770);
    for (user, groups, store) in [(ANNA, &[ANNA, TEAM][..], "shared"), (BERT, &[BERT], "private")] {
        let mut caller = caller(&folder, &server, "bad-token", user, groups);
        caller.env("TE_STATE_DIR", &team);
        let told = once(caller);
        assert_eq!((told.status.as_str(), told.store()), ("TE_E_UNAUTHORIZED", store), "{told:?}");
        assert_eq!(told.reason().contains(&format!("not {team} ($TE_STATE_DIR): Permission denied")), user == BERT);
    }
    assert_eq!(server.requests(), 2);
}

/// What sudo and su leave in the environment is not this user's.
#[test]
fn the_home_of_another_is_not_used() {
    let (folder, server) = (Folder::new(), StandIn::start());
    let home = directory(&folder, "home", (ANNA, ANNA), 0o777);
    let state = directory(&folder, "state", (ANNA, ANNA), 0o777);
    // A number that the user database does not know.
    let mut command = caller(&folder, &server, "bad-token", BERT, &[BERT]);
    command.env("HOME", &home).env("XDG_STATE_HOME", &state);
    let told = once(command);
    let temporary = format!("{}/thousandeyes-{BERT}", folder.path("tmp"));
    assert!(told.reason().starts_with(&temporary), "{told:?}");
    assert_eq!(mode(&temporary), 0o700);
    for path in [home, state] {
        assert_eq!(fs::read_dir(path).expect("a directory").count(), 0);
    }
}

#[test]
fn what_another_user_made_beforehand_is_refused() {
    let (folder, server) = (Folder::new(), StandIn::start());
    let temporary = directory(&folder, &format!("tmp/thousandeyes-{BERT}"), (ANNA, ANNA), 0o777);
    let told = once(caller(&folder, &server, "bad-token", BERT, &[BERT]));
    assert_eq!(told.store(), "memory");
    assert!(told.reason().contains("the directory belongs to another user"), "{told:?}");

    chown(&temporary, Some(BERT), Some(BERT)).expect("another owner");
    fs::set_permissions(&temporary, Permissions::from_mode(0o700)).expect("a mode");
    let file = format!("{temporary}/{FILE}");
    fs::write(&file, "").expect("written");
    fs::set_permissions(&file, Permissions::from_mode(0o666)).expect("a mode");
    let told = once(caller(&folder, &server, "bad-token", BERT, &[BERT]));
    assert!(told.reason().contains("the state file belongs to another user"), "{told:?}");
    assert_eq!(fs::metadata(&file).expect("a file").len(), 0, "nothing was written into it");

    // A directory that a person names may be another's.
    let named = directory(&folder, "named", (ANNA, TEAM), 0o770);
    let mut command = caller(&folder, &server, "bad-token", BERT, &[BERT, TEAM]);
    command.env("TE_STATE_DIR", &named);
    assert_eq!(once(command).store(), "shared");
}

/// A disk of its own, gone when it is dropped.
struct Disk(String);

impl Disk {
    fn new(folder: &Folder, kilobytes: u32) -> Self {
        assert!(am_root(), "this test needs root: sudo tests/run");
        let path = folder.directory("disk", 0o755);
        let size = format!("size={kilobytes}k,mode=755");
        run(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs", &path]));
        Self(path)
    }

    fn fill(&self) {
        let mut bytes = vec![1; 1 << 20];
        let mut names = (0..).map(|number| format!("{}/{number}", self.0));
        while bytes.len() >= 4096 {
            let name = names.next().expect("a number");
            if fs::write(&name, &bytes).is_err() {
                fs::remove_file(name).expect("removed");
                bytes.truncate(bytes.len() / 2);
            }
        }
        assert!(fs::write(Path::new(&self.0).join("one-more"), [1; 4096]).is_err(), "the disk is full");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // What is still busy is unmounted when it no longer is.
        let _unmounted = Command::new("umount").args(["-l", &self.0]).status();
    }
}

#[test]
fn a_disk_without_room_is_passed_over() {
    let (folder, server) = (Folder::new(), StandIn::start());
    let disk = Disk::new(&folder, 128);
    let mut command = folder.bare(&server, "bad-token");
    command.env("TE_STATE_DIR", format!("{}/state", disk.0));
    let told = once(command);
    assert_eq!(told.store(), "private");
    assert!(told.reason().contains("/disk/state ($TE_STATE_DIR): No space left on device"), "{told:?}");
}

#[test]
fn a_disk_that_fills_up_later_does_no_harm() {
    let (folder, server) = (Folder::new(), StandIn::start());
    let disk = Disk::new(&folder, 1024);
    let command = |token: &str| {
        let mut command = folder.bare(&server, token);
        command.env("TE_STATE_DIR", format!("{}/state", disk.0));
        command
    };
    let mut program = Process::start(command("bad-token-0"));
    assert_eq!(program.call().status, "TE_E_UNAUTHORIZED");
    disk.fill();
    // More than fits into what the first step wrote.
    for number in 1..80 {
        let token = format!("good-token-{number}");
        server.accept(&token);
        let told = once(command(&token));
        assert_eq!((told.status.as_str(), told.store()), ("TE_OK", "shared"), "{told:?}");
    }
    let told = program.call();
    assert_eq!((told.status.as_str(), told.store()), ("TE_E_TOKEN_REFUSED", "shared"), "{told:?}");
}
