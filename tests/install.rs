//! The install command: what it puts where, and what pkg-config makes of it.
// needs: cc gcc
// needs: pkg-config pkg-config
// needs: readelf binutils
// needs: strace strace

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::installed::{command, install, output, prefix, root, run, scratch, text, typed};
use support::stand_in::StandIn;

const TOKEN: &str = "pkg-config-token";

/// Everything under a folder that is not a folder.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found
}

/// An empty folder of that name.
fn empty(name: &str) -> PathBuf {
    let folder = scratch("install").join(name);
    let _absent = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn a_package_gets_everything_under_destdir() {
    let package = empty("package");
    run(install().env("DESTDIR", &package).args(["--prefix", "/opt/te", "--libdir=/opt/te/lib64"]));
    let version = env!("CARGO_PKG_VERSION");
    let expected = [
        "include/thousandeyes.h",
        "include/thousandeyes.hpp",
        "lib64/cmake/thousandeyes/thousandeyes-config-version.cmake",
        "lib64/cmake/thousandeyes/thousandeyes-config.cmake",
        "lib64/libthousandeyes.a",
        "lib64/libthousandeyes.so",
        "lib64/libthousandeyes.so.0",
        &format!("lib64/libthousandeyes.so.{version}"),
        "lib64/pkgconfig/thousandeyes.pc",
    ];
    let parts =
        files(&root().join("include/thousandeyes")).into_iter().map(|part| format!("include/thousandeyes/{part}"));
    let expected = expected.into_iter().map(str::to_owned).chain(parts);
    assert_eq!(files(&package), expected.map(|file| format!("opt/te/{file}")).collect());
    let folder = package.join("opt/te/lib64");
    let link = |name: &str| std::fs::read_link(folder.join(name)).unwrap();
    assert_eq!(link("libthousandeyes.so"), Path::new("libthousandeyes.so.0"));
    assert_eq!(link("libthousandeyes.so.0"), PathBuf::from(format!("libthousandeyes.so.{version}")));
    let described = std::fs::read_to_string(folder.join("pkgconfig/thousandeyes.pc")).unwrap();
    for line in ["prefix=/opt/te", "libdir=${prefix}/lib64", &format!("Version: {version}")] {
        assert!(described.lines().any(|found| found == line), "{line} is not in\n{described}");
    }
    assert!(!described.contains(package.to_str().unwrap()), "{described}");
    assert!(!described.contains('@'), "{described}");
    for header in ["include/thousandeyes.h", "include/thousandeyes.hpp", "include/thousandeyes/client.hpp"] {
        let installed = std::fs::read(package.join("opt/te").join(header)).unwrap();
        assert_eq!(installed, std::fs::read(root().join(header)).unwrap(), "{header}");
    }
}

/// A program that runs keeps its library, and one that starts meanwhile finds a whole one.
#[test]
fn what_is_installed_again_takes_its_place_in_one_step() {
    let tree = empty("again");
    run(install().arg("--prefix").arg(&tree));
    let before = files(&tree);
    let calls = scratch("install").join("calls");
    let mut traced = typed("strace");
    traced.args(["-f", "-qq", "-s", "4096", "-e", "trace=/^(open|creat|rename|unlink|link|symlink|truncate)"]);
    traced.env_remove("DESTDIR").arg("-o").arg(&calls).arg(install().get_program()).arg("--prefix").arg(&tree);
    run(&mut traced);
    assert_eq!(files(&tree), before);
    let calls = std::fs::read_to_string(calls).unwrap();
    for file in before {
        let path = format!("{}\"", tree.join(&file).display());
        let of_file = calls.lines().filter(|call| call.contains(&path));
        let touched: Vec<_> = of_file.filter(|call| !call.contains("O_RDONLY") && !call.contains(" = -1 ")).collect();
        assert!(touched.len() == 1 && touched[0].contains("rename"), "{file}: {touched:#?}");
    }
}

#[test]
fn uninstalling_removes_what_was_installed_and_says_so() {
    let package = empty("uninstalled");
    let with = |flags: &[&str]| {
        let mut command = install();
        command.env("DESTDIR", &package).args(flags).args(["--prefix=/opt/te", "--libdir", "/opt/te/lib64"]);
        command
    };
    run(&mut with(&[]));
    let installed = files(&package);
    let tree = package.join("opt/te");
    std::fs::write(tree.join("include/thousandeyes/mine.hpp"), "").unwrap();
    let newer = tree.join("lib64/libthousandeyes.so");
    std::fs::remove_file(&newer).unwrap();
    std::os::unix::fs::symlink("libthousandeyes.so.7", &newer).unwrap();

    // Without cargo, which whoever removes it may no longer have.
    let told = text(&run(with(&["--uninstall"]).env("PATH", "/usr/bin:/bin")));
    let left = ["opt/te/include/thousandeyes/mine.hpp", "opt/te/lib64/libthousandeyes.so"];
    assert_eq!(files(&package), left.map(str::to_owned).into());
    assert!(!tree.join("lib64/cmake/thousandeyes").exists(), "a folder of its own");
    for file in installed {
        let says = if left.contains(&&*file) { "Kept" } else { "Removed" };
        let line = format!("{says} {}", package.join(&file).display());
        assert!(told.lines().any(|said| said.starts_with(&line)), "{line} is not in\n{told}");
    }
    std::fs::remove_file(&newer).unwrap();
    let nothing = output(&mut with(&["--uninstall"]));
    assert_eq!(nothing.status.code(), Some(1), "{}", text(&nothing));
}

/// Builds the example as the README of a program would say, and lists the tests with it.
fn build_and_run(tree: &Path, name: &str, asked: &[&str], flags: &[&str]) -> PathBuf {
    let mut ask = Command::new("pkg-config");
    ask.env("PKG_CONFIG_PATH", tree.join("lib/pkgconfig")).args(["--cflags", "--libs"]).args(asked);
    let said = text(&run(ask.arg("thousandeyes")));
    let program = scratch("install").join(name);
    let mut compile = Command::new("cc");
    compile.args(flags).arg(root().join("examples/c/list_tests.c")).args(said.split_whitespace());
    run(compile.arg("-o").arg(&program));
    let server = StandIn::start();
    server.accept(TOKEN).tests(3, 50);
    let listed = run(command(&program)
        .env("LD_LIBRARY_PATH", tree.join("lib"))
        .env("TE_BASE_URL", server.base_url())
        .env("TE_TOKEN", TOKEN));
    assert_eq!(text(&listed).lines().count(), 3, "{}", text(&listed));
    program
}

/// Whether a program asks the run-time linker for this library.
fn needs(program: &Path) -> bool {
    text(&run(Command::new("readelf").arg("-d").arg(program))).contains("[libthousandeyes.so.0]")
}

#[test]
fn pkg_config_links_the_shared_library() {
    assert!(needs(&build_and_run(prefix(), "shared", &[], &[])));
}

#[test]
fn pkg_config_finds_a_prefix_that_was_moved() {
    let (first, moved) = (empty("first"), empty("moved"));
    run(install().arg("--prefix").arg(&first));
    std::fs::rename(&first, &moved).unwrap();
    assert!(needs(&build_and_run(&moved, "moved-prefix", &["--define-prefix"], &[])));
}

#[test]
fn pkg_config_links_the_static_library() {
    let tree = empty("static");
    run(install().arg("--prefix").arg(&tree));
    // Where both are, linkers take the shared one.
    for file in files(&tree.join("lib")).iter().filter(|file| file.contains(".so")) {
        std::fs::remove_file(tree.join("lib").join(file)).unwrap();
    }
    assert!(!needs(&build_and_run(&tree, "static-library", &["--static"], &[])));
}

#[test]
fn pkg_config_links_a_program_that_is_static_altogether() {
    assert!(!needs(&build_and_run(prefix(), "static-program", &["--static"], &["-static"])));
}

#[test]
fn a_library_in_a_folder_that_is_not_named_is_not_forgotten_silently() {
    let package = empty("half-uninstalled");
    let with = |flags: &[&str]| {
        let mut command = install();
        command.env("DESTDIR", &package).arg("--prefix=/opt/te").args(flags);
        command
    };
    run(&mut with(&["--libdir=/opt/te/lib64"]));
    let half = output(&mut with(&["--uninstall"]));
    assert_eq!(half.status.code(), Some(1), "{}", text(&half));
    let told = String::from_utf8_lossy(&half.stderr);
    assert!(told.contains("was it installed with --libdir?"), "{told}");
}

#[test]
fn no_path_of_the_machine_that_built_them_is_in_the_libraries() {
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME")).expect("a home");
    let folders = [format!("{home}/"), format!("{}/", root().display())];
    for name in ["libthousandeyes.a", "libthousandeyes.so.0"] {
        let bytes = std::fs::read(support::installed::library().with_file_name(name)).expect("a library");
        for folder in &folders {
            let found = bytes.windows(folder.len()).position(|window| window == folder.as_bytes());
            let told = found.map(|at| String::from_utf8_lossy(&bytes[at..bytes.len().min(at + 100)]).into_owned());
            assert_eq!(told, None, "{name}");
        }
    }
}

#[test]
fn the_stripped_library_is_small() {
    let stripped = scratch("install").join("stripped.so");
    run(Command::new("strip").arg("-o").arg(&stripped).arg(support::installed::library()));
    let size = std::fs::metadata(stripped).unwrap().len();
    assert!(size <= 3_000_000, "{size} bytes");
}
