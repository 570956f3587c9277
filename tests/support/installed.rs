//! The installed tree, as a user has it, and programs built and run on it.

use std::collections::HashMap;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, OnceLock};

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The prefix that the install command was run with: `include/thousandeyes.h`, `lib/libthousandeyes.so`...
pub fn prefix() -> &'static Path {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    PREFIX.get_or_init(|| {
        let prefix = root().join("target/installed");
        run(install().arg("--prefix").arg(&prefix));
        prefix
    })
}

/// The install command, as a person types it.
pub fn install() -> Command {
    let mut install = typed(root().join("install.sh"));
    // Set by the person who runs the tests, it would put the tree elsewhere.
    install.env_remove("DESTDIR");
    install
}

/// A command as a person types it: what `cargo test` tells its tests about their package would make the build scripts
/// of dependencies run anew, and with them all of a build.
pub fn typed(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = cleaned(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let of_package = text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_");
        if of_package || ["CARGO", "OUT_DIR", "LD_LIBRARY_PATH", "RUST_RECURSION_COUNT"].contains(&&*text) {
            command.env_remove(&name);
        }
    }
    command
}

/// The shared library of the installed tree.
pub fn library() -> PathBuf {
    prefix().join("lib/libthousandeyes.so.0")
}

/// A folder for what a test makes; its own for every name.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A command on the installed library that no setting of the person who runs the tests reaches; the state is in memory.
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = cleaned(program);
    command.env("TE_STATE_DIR", "").env("LD_LIBRARY_PATH", prefix().join("lib"));
    command
}

/// A command that no setting of the person who runs the tests reaches.
pub fn cleaned(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy().to_uppercase();
        if text.starts_with("TE_") || text.starts_with("SSL_CERT_") || text.ends_with("_PROXY") {
            command.env_remove(&name);
        }
    }
    command
}

/// A shell starts what goes to its background with Ctrl-C ignored, and so would be all that the tests start.
pub fn heeding_ctrl_c(command: &mut Command) -> &mut Command {
    let heed = || {
        // SAFETY: signal() may be called between fork and exec, and nothing is handed over.
        unsafe { libc::signal(libc::SIGINT, libc::SIG_DFL) };
        Ok(())
    };
    // SAFETY: the function allocates nothing and takes no lock.
    unsafe { command.pre_exec(heed) }
}

/// Runs a command that must succeed.
pub fn run(command: &mut Command) -> Output {
    let output = output(command);
    assert!(output.status.success(), "{command:?} failed: {}\n{}", output.status, text(&output));
    output
}

/// Runs a command and takes what it printed.
pub fn output(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?} cannot be run: {error}"))
}

/// Both outputs of a program, as text.
pub fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Compiles one source of the project with warnings as errors against the installed tree, linked to the shared
/// library; `flags` come last.
pub fn compile(compiler: &str, source: &str, flags: &[&str]) -> PathBuf {
    compile_all(compiler, &[source], flags)
}

/// Compiles several sources into one program, once in this process.
pub fn compile_all(compiler: &str, sources: &[&str], flags: &[&str]) -> PathBuf {
    static MADE: Mutex<Option<HashMap<String, PathBuf>>> = Mutex::new(None);
    let name: String = format!("{}-{}-{compiler}{}", env!("CARGO_CRATE_NAME"), sources[0], flags.concat())
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let mut made = MADE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let made = made.get_or_insert_default();
    made.entry(name).or_insert_with_key(|name| link(compiler, sources, flags, name)).clone()
}

fn link(compiler: &str, sources: &[&str], flags: &[&str], name: &str) -> PathBuf {
    let program = scratch("programs").join(name);
    // Another process may run a program of this name: the new one is put in its place when it is whole.
    let unfinished = program.with_extension(std::process::id().to_string());
    let mut command = Command::new(compiler);
    command.args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-g"]);
    command.arg("-I").arg(prefix().join("include")).args(sources.iter().map(|source| root().join(source)));
    command.arg("-o").arg(&unfinished).args(flags);
    run(command.arg("-L").arg(prefix().join("lib")).args(["-lthousandeyes", "-lpthread"]));
    std::fs::rename(&unfinished, &program).unwrap();
    program
}
