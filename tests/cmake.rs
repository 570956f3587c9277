//! Projects built with `CMake` against an installation that was moved.
// needs: cc gcc
// needs: c++ g++
// needs: cmake cmake
// needs: make make
// needs: readelf binutils

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use support::example;
use support::installed::{command, install, output, root, run, scratch, text};

/// An empty folder of that name.
fn empty(name: &str) -> PathBuf {
    let folder = scratch("cmake").join(name);
    let _absent = std::fs::remove_dir_all(&folder);
    std::fs::create_dir(&folder).unwrap();
    folder
}

/// An installation that lies elsewhere than where it was put, under a name that scripts stumble over.
fn moved() -> &'static Path {
    static MOVED: OnceLock<PathBuf> = OnceLock::new();
    MOVED.get_or_init(|| {
        let folder = scratch("cmake");
        let (first, moved) = (folder.join("first"), folder.join("moved & there (x)"));
        for tree in [&first, &moved] {
            let _absent = std::fs::remove_dir_all(tree);
        }
        // Deeper than usual, as where there are several architectures.
        run(install().arg("--prefix").arg(&first).arg("--libdir").arg(first.join("lib/of-here")));
        std::fs::rename(&first, &moved).unwrap();
        moved
    })
}

/// The configured project, not yet built.
fn configure(project: &str, build: &Path, asked: &str) -> Command {
    let mut cmake = command("cmake");
    cmake.arg("-S").arg(root().join("tests/cmake").join(project)).arg("-B").arg(build);
    cmake.arg(format!("-DASKED={asked}")).arg(format!("-DEXAMPLES={}", root().join("examples").display()));
    cmake.arg(format!("-Dthousandeyes_DIR={}", moved().join("lib/of-here/cmake/thousandeyes").display()));
    cmake.env_remove("LD_LIBRARY_PATH");
    cmake
}

#[test]
fn c_and_cpp_projects_link_the_shared_and_the_static_library_of_a_moved_prefix() {
    for project in ["c", "cpp"] {
        let build = empty(project);
        run(&mut configure(project, &build, "0.1"));
        run(command("cmake").arg("--build").arg(&build));
        for (program, shared) in [("with_thousandeyes", true), ("with_static", false)] {
            let program = build.join(program);
            example::lists_tests(|| {
                let mut example = command(&program);
                // CMake wrote into the program where the library is.
                example.env_remove("LD_LIBRARY_PATH");
                example
            });
            let dynamic = text(&run(command("readelf").arg("-d").arg(&program)));
            assert_eq!(dynamic.contains("[libthousandeyes.so.0]"), shared, "{dynamic}");
        }
        // Newer C libraries have all of them inside; older ones do not.
        let described = std::fs::read_to_string(moved().join("lib/of-here/pkgconfig/thousandeyes.pc")).unwrap();
        let private = described.lines().find_map(|line| line.strip_prefix("Libs.private: ")).unwrap();
        let linked = std::fs::read_to_string(build.join("CMakeFiles/with_static.dir/link.txt")).unwrap();
        assert!(linked.contains(private), "{private} is not in {linked}");
    }
}

/// Found under a prefix, and not in any other place of this machine.
#[test]
fn a_prefix_is_all_that_cmake_must_be_told() {
    let tree = scratch("cmake").join("plain");
    run(install().arg("--prefix").arg(&tree));
    let build = empty("by-prefix");
    let mut cmake = configure("c", &build, "");
    let told = text(&run(cmake.arg("-Uthousandeyes_DIR").arg(format!("-DCMAKE_PREFIX_PATH={}", tree.display()))));
    assert!(build.join("CMakeCache.txt").is_file(), "{told}");
    let cache = std::fs::read_to_string(build.join("CMakeCache.txt")).unwrap();
    let found = format!("thousandeyes_DIR:PATH={}", tree.join("lib/cmake/thousandeyes").display());
    assert!(cache.lines().any(|line| line == found), "{found} is not in\n{cache}");
}

#[test]
fn a_version_that_promises_less_is_not_taken() {
    let version = env!("CARGO_PKG_VERSION");
    let build = empty("asked");
    for (asked, found) in [
        (version, true),
        ("0.1", true),
        ("0.0.1...0.9", true),
        ("0.1.99", false),
        ("0.0", false),
        ("0.2", false),
        ("1", false),
        ("0.0.1...<0.1", false),
    ] {
        let told = output(&mut configure("c", &build, asked));
        assert_eq!(told.status.success(), found, "{asked}: {}", text(&told));
        assert_eq!(text(&told).contains(&format!("version: {version}")), !found, "{asked}: {}", text(&told));
    }
}
