//! The Python package, as a user has it: one wheel, in a virtual environment of its own. tests/python runs on it.
// needs: python3 python3-venv
// needs: cc gcc

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use support::example;
use support::installed::{heeding_ctrl_c, library, output, root, run, scratch, text, typed};

/// The interpreters of this machine that the package is for; `python3` is the first.
const INTERPRETERS: [&str; 7] =
    ["python3", "python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14"];

fn python(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut python = typed(program);
    // What lies in the person's own folders is no part of a test, nor may the tests leave anything behind.
    python.env("PYTHONNOUSERSITE", "1").env("PYTHONDONTWRITEBYTECODE", "1").env_remove("PYTHONPATH");
    python.env("TE_STATE_DIR", "");
    python
}

/// A virtual environment of an interpreter.
fn environment(interpreter: &str, name: &str, more: &[&str]) -> PathBuf {
    let folder = scratch("python").join(name);
    run(python(interpreter).args(["-m", "venv", "--clear"]).args(more).arg(&folder));
    folder.join("bin/python")
}

/// The pip of the tools, for another environment: to put one into each takes longer than its tests.
fn pip_for(python_of: &Path) -> Command {
    let mut pip = python(tools());
    pip.args(["-m", "pip", "--quiet", "--python"]).arg(python_of);
    pip
}

/// What builds the wheel and checks its types: from the package index once, then kept.
fn tools() -> &'static Path {
    static TOOLS: OnceLock<PathBuf> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let kept = scratch("python").join("tools/bin/python");
        let has_all = |tools: &Path| {
            tools.exists() && output(python(tools).args(["-c", "import hatchling.build, mypy"])).status.success()
        };
        if !has_all(&kept) {
            environment("python3", "tools", &[]);
            let install = ["-m", "pip", "install", "--quiet", "hatchling>=1.27", "mypy"];
            let told = output(python(&kept).args(install));
            assert!(
                has_all(&kept),
                "hatchling and mypy are missing; with a package index that can be reached, type: {} {}\n{}",
                kept.display(),
                install.join(" "),
                text(&told)
            );
        }
        kept
    })
}

/// Builds the wheel from a folder of the project.
fn wheel(from: &Path, to: &str, library: Option<&Path>) -> PathBuf {
    let folder = scratch("python").join(to);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    let mut build = python(tools());
    build.args(["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w"]).arg(&folder).arg(from);
    match library {
        Some(library) => build.env("TE_LIBRARY", library),
        None => build.env_remove("TE_LIBRARY"),
    };
    run(&mut build);
    let wheels: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(wheels.len(), 1, "{wheels:?}");
    wheels.into_iter().next().unwrap()
}

fn built() -> &'static Path {
    static WHEEL: OnceLock<PathBuf> = OnceLock::new();
    WHEEL.get_or_init(|| wheel(root(), "wheel", Some(&library())))
}

/// An environment with the wheel in it and nothing else.
fn installed(interpreter: &str) -> PathBuf {
    let python_of = environment(interpreter, interpreter, &["--without-pip"]);
    run(pip_for(&python_of).args(["install", "--no-index"]).arg(built()));
    python_of
}

fn with_package() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| installed(INTERPRETERS[0]))
}

fn suite(interpreter: &Path) -> Command {
    let stand_in = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples/stand_in");
    assert!(stand_in.exists(), "{} is not built: cargo build --features test-hooks --examples", stand_in.display());
    let mut tests = python(interpreter);
    tests.current_dir(root().join("tests/python")).env("TE_TEST_ROOT", root()).env("TE_TEST_STAND_IN", stand_in);
    tests.args(["-m", "unittest"]);
    tests
}

/// One interpreter after the other: times are measured.
#[test]
fn the_tests_pass_on_the_installed_wheel_in_every_python_here() {
    let mut versions = Vec::new();
    for interpreter in INTERPRETERS {
        let version = python(interpreter).args(["-c", "import sys; print(sys.version)"]).output();
        let Some(version) = version.ok().filter(|version| version.status.success()).map(|version| text(&version))
        else {
            continue;
        };
        if versions.contains(&version) {
            continue;
        }
        let python_of =
            if interpreter == INTERPRETERS[0] { with_package().to_owned() } else { installed(interpreter) };
        let told = text(&run(heeding_ctrl_c(&mut suite(&python_of))));
        // Where it finds none, unittest of before 3.12 calls it a success too.
        let count = told.split_once("\nRan ").and_then(|(_, rest)| rest.split(' ').next()?.parse::<u32>().ok());
        assert!(count.is_some_and(|count| count > 60) && told.ends_with("\nOK\n"), "{interpreter}: {told}");
        versions.push(version);
    }
    assert!(!versions.is_empty(), "no Python runs here");
}

fn in_python(name: &str) -> Command {
    let mut example = python(with_package());
    example.arg(root().join(format!("examples/python/{name}.py")));
    example
}

#[test]
fn the_examples_run_on_the_package() {
    example::all_of(&in_python);
}

#[test]
fn the_types_are_whole() {
    let told = |what: &[&str]| {
        let mut check = python(tools());
        check.current_dir(root()).args(["-m", "mypy", "--strict"]).arg("--cache-dir");
        check.arg(scratch("python").join("mypy")).arg("--python-executable").arg(with_package());
        text(&output(check.args(what)))
    };
    let examples = ["first_call", "list_tests", "list_tests_ctypes", "watch", "lockout"]
        .map(|name| format!("examples/python/{name}.py"));
    let examples: Vec<&str> = examples.iter().map(String::as_str).collect();
    for what in [["-p", "thousandeyes"].as_slice(), &["tests/python"], &examples] {
        let told = told(what);
        assert!(told.starts_with("Success: no issues found"), "{told}");
    }
}

/// The same wheel from either folder; and one that cargo builds where no library is named.
#[test]
fn the_wheel_has_the_library_inside() {
    let name = built().file_name().unwrap().to_str().unwrap().to_owned();
    let machine = std::env::consts::ARCH;
    assert!(name.starts_with("thousandeyes-") && name.contains("-py3-none-"), "{name}");
    assert!(name.ends_with(&format!("{machine}.whl")), "{name}");
    let other = wheel(&root().join("bindings/python"), "wheel-from-its-folder", Some(&library()));
    assert_eq!(std::fs::read(built()).unwrap(), std::fs::read(other).unwrap());
    // install.sh has built it already.
    let made = wheel(root(), "wheel-by-cargo", None);
    let list = "import sys, zipfile; print(*sorted(zipfile.ZipFile(sys.argv[1]).namelist()))";
    let names = |wheel: &Path| text(&run(python(tools()).args(["-c", list]).arg(wheel)));
    let notices = " thousandeyes/third-party-notices.txt";
    assert_eq!(names(&made).replace(notices, ""), names(built()));
    for inside in [" thousandeyes/libthousandeyes.so ", notices] {
        assert!(names(&made).contains(inside), "{}", names(&made));
    }
    let missing = scratch("python").join("no-such-library");
    let mut build = python(tools());
    build.args(["-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w"]).arg(scratch("python").join("none"));
    let told = output(build.arg(root()).env("TE_LIBRARY", &missing));
    assert!(!told.status.success() && text(&told).contains("there is no such file"), "{}", text(&told));
}

#[test]
fn an_editable_install_runs_what_lies_in_the_project() {
    let python_of = environment(INTERPRETERS[0], "editable", &["--without-pip"]);
    let link = root().join("bindings/python/thousandeyes/libthousandeyes.so");
    let of_developer = std::fs::read_link(&link).ok();
    // With the tools of the other environment, as no index may be reached.
    let site = "import site; print(site.getsitepackages()[0])";
    let of_tools = text(&run(python(tools()).args(["-c", site])));
    let mut install = pip_for(&python_of);
    install.args(["install", "--no-deps", "--no-build-isolation", "--editable"]);
    install.arg(root().join("bindings/python")).env("PYTHONPATH", of_tools.trim()).env("TE_LIBRARY", library());
    run(&mut install);
    let code = "import thousandeyes as te; print(te.__file__, te._native._name)";
    let told = text(&run(python(&python_of).args(["-c", code])));
    std::fs::remove_file(&link).unwrap();
    if let Some(library) = of_developer {
        std::os::unix::fs::symlink(library, &link).unwrap();
    }
    let package = link.parent().unwrap().display();
    assert_eq!(told, format!("{package}/__init__.py {}\n", link.display()));
}
