//! Where the state lies, how that is told, and which places are refused.
// needs: mkfifo coreutils

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use support::installed::run;
use support::stand_in::StandIn;
use support::told::{Told, once};
use support::users::{Folder, as_plain, give_to_plain, mode, plain_id};

const FILE: &str = "guard-1.state";

/// Two processes with a bad token: the second hears of it from the first.
fn shares(folder: &Folder, settings: &[(&str, &str)], arguments: &[&str]) -> Told {
    let server = StandIn::start();
    let one = || {
        let mut command = folder.plain(&server, "bad-token");
        once({
            command.envs(settings.iter().copied()).args(arguments);
            command
        })
    };
    let first = one();
    assert_eq!(first.status, "TE_E_UNAUTHORIZED");
    let second = one();
    let shared = second.store() != "memory";
    let who_knows = if shared { "any program that shares this state" } else { "others know nothing of it" };
    assert!(first.message.contains(who_knows), "{first:?}");
    assert_eq!(server.requests(), if shared { 1 } else { 2 }, "{second:?}");
    let refused = if shared { "TE_E_TOKEN_REFUSED" } else { "TE_E_UNAUTHORIZED" };
    assert_eq!(second.status, refused, "{second:?}");
    assert_eq!(second.message.contains(second.reason()), shared, "a refusal says which store: {second:?}");
    second
}

#[test]
fn the_first_place_that_is_named_is_used_and_told() {
    let folder = Folder::new();
    let [option, variable, systemd, xdg] =
        ["option", "variable", "systemd", "xdg"].map(|name| folder.directory(name, 0o700));
    let home = folder.directory("home", 0o700);
    let several = format!("{systemd}:{variable}");
    let all = [
        ("TE_STATE_DIR", variable.as_str()),
        ("STATE_DIRECTORY", several.as_str()),
        ("XDG_STATE_HOME", xdg.as_str()),
        ("HOME", home.as_str()),
    ];
    let option_first = shares(&folder, &all, &["--state-dir", &option]);
    let expected = [
        (option, "the state_dir option", "shared"),
        (variable.clone(), "$TE_STATE_DIR", "shared"),
        (systemd.clone(), "$STATE_DIRECTORY", "shared"),
        (format!("{xdg}/thousandeyes"), "this user's own", "private"),
        (format!("{home}/.local/state/thousandeyes"), "this user's own", "private"),
    ];
    let told =
        (0..5).map(
            |from| if from == 0 { option_first.guard.clone() } else { shares(&folder, &all[from - 1..], &[]).guard },
        );
    for (guard, (path, source, store)) in told.zip(expected) {
        assert_eq!(guard["store_reason"], format!("{path} ({source})"));
        assert_eq!(guard["store"], store);
        assert_eq!(mode(format!("{path}/{FILE}")), 0o600, "{path}");
    }
}

#[test]
fn without_a_home_the_temporary_directory_and_then_memory() {
    let folder = Folder::new();
    let home = folder.directory("home", 0o500);
    let told = shares(&folder, &[("HOME", &home)], &[]);
    let temporary = format!("{}/thousandeyes-{}", folder.path("tmp"), plain_id());
    let because =
        format!("; not {home}/.local/state/thousandeyes (this user's own): Permission denied (os error 13)");
    assert_eq!(told.reason(), format!("{temporary} (this user's own, temporary){because}"));
    assert_eq!((told.store(), mode(&temporary)), ("private", 0o700));

    let told = shares(&folder, &[("HOME", &home), ("TMPDIR", &home)], &[]);
    assert_eq!((told.store(), told.number("budget")), ("memory", 12));
    assert!(told.reason().contains("of this process only, since no directory can be used"), "{told:?}");
    assert_eq!(told.reason().matches("Permission denied").count(), 2, "{told:?}");

    for (settings, arguments) in [(&[("TE_STATE_DIR", "")][..], &[][..]), (&[], &["--state-dir", ""])] {
        let told = shares(&folder, settings, arguments);
        assert_eq!((told.store(), told.number("budget")), ("memory", 36));
        assert!(told.reason().contains("as it was set"), "{told:?}");
    }
}

/// What a program with this environment writes to its log at "warn" before its first call.
fn complaint(folder: &Folder, settings: &[(&str, &str)]) -> String {
    let server = StandIn::start();
    server.accept("good-token");
    let mut program = folder.plain(&server, "good-token");
    let output = program.envs(settings.iter().copied()).env("TE_LOG", "warn").output().expect("a program");
    assert_eq!(server.requests(), 1, "{output:?}");
    String::from_utf8(output.stderr).expect("UTF-8")
}

#[test]
fn whoever_named_a_place_that_is_not_used_is_told_so() {
    let folder = Folder::new();
    let (home, file) = (folder.directory("home", 0o700), folder.path("file"));
    fs::write(&file, "").expect("written");
    let told = complaint(&folder, &[("HOME", &home), ("TE_STATE_DIR", &file)]);
    for part in ["$TE_STATE_DIR", ".local/state/thousandeyes", "know nothing of it"] {
        assert!(told.contains(part), "no {part} in {told}");
    }
    let told = complaint(&folder, &[("HOME", &file), ("TMPDIR", &file), ("TE_STATE_DIR", &file)]);
    assert!(told.contains("memory") && told.contains("Each new process may send a dead token once more."), "{told}");
    for silent in [&[("HOME", home.as_str())][..], &[("TE_STATE_DIR", "")], &[("TE_STATE_DIR", &home)]] {
        assert_eq!(complaint(&folder, silent), "");
    }
}

#[test]
fn memory_for_want_of_a_place_is_careful() {
    let folder = Folder::new();
    let closed = folder.directory("closed", 0o500);
    for (settings, half) in
        [(vec![("HOME", closed.as_str()), ("TMPDIR", &closed)], 6), (vec![("TE_STATE_DIR", "")], 18)]
    {
        let server = StandIn::start();
        let mut command = folder.plain(&server, "bad-token");
        command.envs(settings).args(["--bad-tokens", "40"]);
        run(&mut command);
        assert_eq!(server.unauthorized(), half);
    }
}

#[test]
fn modes_whatever_the_umask() {
    for umask in ["000", "027", "077"] {
        let folder = Folder::new();
        let team = folder.directory("team", 0o2770);
        for (path, directory, file) in [(folder.path("tmp/new/deep"), 0o700, 0o600), (team, 0o2770, 0o660)] {
            let server = StandIn::start();
            let script = format!("umask {umask}; exec \"$0\" \"$@\"");
            let mut command = as_plain(folder.prefixed(&["sh", "-c", &script], &server, "bad-token"));
            let told = once({
                command.env("TE_STATE_DIR", &path);
                command
            });
            assert_eq!(told.reason(), format!("{path} ($TE_STATE_DIR)"));
            assert_eq!(mode(&path), directory, "{path}, {umask}");
            assert_eq!(mode(format!("{path}/{FILE}")), file, "{path}, {umask}");
        }
    }
}

/// Prepares a place, which then is refused for this reason; whatever it is, nothing is written through it.
fn is_refused(prepare: impl Fn(&Folder, &str), why: &str) {
    let folder = Folder::new();
    folder.directory("elsewhere", 0o700);
    let path = folder.path("tmp/place");
    prepare(&folder, &path);
    let told = shares(&folder, &[("TE_STATE_DIR", &path), ("HOME", &folder.path("elsewhere"))], &[]);
    assert_eq!(told.store(), "private", "{told:?}");
    assert!(told.reason().contains(&format!("; not {path} ($TE_STATE_DIR): {why}")), "{told:?}");
    let own = folder.path("elsewhere/.local");
    let written =
        fs::read_dir(folder.path("elsewhere")).expect("a directory").map(|entry| entry.expect("a name").path());
    assert_eq!(written.collect::<Vec<_>>(), [std::path::PathBuf::from(own)]);
}

#[test]
fn places_that_others_could_have_made_are_refused() {
    is_refused(|folder, path| symlink(folder.path("elsewhere"), path).unwrap(), "the directory is a symbolic link");
    is_refused(|_, path| symlink("nowhere", path).unwrap(), "");
    is_refused(|folder, _| drop(folder.directory("tmp/place", 0o777)), "everybody may write in the directory");
    is_refused(|folder, _| drop(folder.directory("tmp/place", 0o1777)), "everybody may write in the directory");
    is_refused(|folder, _| drop(folder.directory("tmp/place", 0o500)), "Permission denied");
    is_refused(|_, path| fs::write(path, "").unwrap(), "");
    let in_place = |why, make: &dyn Fn(&Folder, String)| {
        let make = |folder: &Folder, _: &str| {
            let path = folder.directory("tmp/place", 0o700);
            let file = format!("{path}/{FILE}");
            make(folder, file.clone());
            give_to_plain(file);
        };
        is_refused(make, why);
    };
    in_place("it is a symbolic link", &|folder, file| symlink(folder.path("elsewhere/target"), file).unwrap());
    in_place("it is not a file", &|_, file| drop(run(Command::new("mkfifo").args(["-m", "666", &file]))));
    in_place("Is a directory", &|_, file| fs::create_dir(file).unwrap());
    in_place("No such device", &|_, file| drop(std::os::unix::net::UnixListener::bind(file).unwrap()));
}

#[test]
fn a_parent_may_be_a_symbolic_link() {
    let folder = Folder::new();
    folder.directory("real", 0o700);
    symlink("real", folder.path("linked")).unwrap();
    let path = folder.path("linked/state");
    assert_eq!(shares(&folder, &[("TE_STATE_DIR", &path)], &[]).store(), "shared");
    assert_eq!(mode(folder.path("real/state").clone() + "/" + FILE), 0o600);
}

#[test]
fn a_private_place_that_a_group_may_write_is_refused() {
    let folder = Folder::new();
    folder.directory("home", 0o700);
    for name in ["home/.local", "home/.local/state"] {
        folder.directory(name, 0o700);
    }
    folder.directory("home/.local/state/thousandeyes", 0o770);
    let told = shares(&folder, &[("HOME", &folder.path("home"))], &[]);
    assert!(told.reason().contains("a group may write in the directory"), "{told:?}");
    assert!(told.reason().starts_with(&folder.path("tmp")), "{told:?}");
}

#[test]
fn a_limit_on_the_size_of_files_is_survived() {
    let folder = Folder::new();
    let server = StandIn::start();
    server.accept("good-token");
    let script = "trap '' XFSZ; ulimit -f 100; exec \"$0\" \"$@\"";
    let mut command = as_plain(folder.prefixed(&["sh", "-c", script], &server, "good-token"));
    let told = once({
        command.env("HOME", folder.directory("home", 0o700));
        command
    });
    assert_eq!((told.status.as_str(), told.store()), ("TE_OK", "memory"));
    assert_eq!(told.reason().matches("File too large").count(), 2, "{told:?}");
    let told = shares(&folder, &[("HOME", &folder.path("home"))], &[]);
    assert!(told.reason().starts_with(&folder.path("home")), "what was left of it is used: {told:?}");
    let file = folder.path("home/.local/state/thousandeyes/") + FILE;
    assert_eq!(fs::metadata(file).expect("a file").len(), 2 * (4096 + 131_072), "and completed");
}
