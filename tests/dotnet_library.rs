//! Which file the C# binding takes the native library from, on Mono and on .NET.
// needs: mcs mono-mcs
// needs: mono mono-runtime
// needs: dotnet dotnet-sdk-10.0

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use support::installed::{command, library, root, run, scratch, text};

/// In a folder where no library lies beside it.
fn program() -> &'static PathBuf {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let made = scratch("dotnet-library").join("Loads.exe");
        let sources = std::fs::read_dir(root().join("bindings/dotnet")).unwrap().map(|entry| entry.unwrap().path());
        let sources = sources.filter(|path| path.extension().is_some_and(|extension| extension == "cs"));
        let mut compile = Command::new("mcs");
        compile.args(["-langversion:5", "-warnaserror", "-warn:4"]).arg(format!("-out:{}", made.display()));
        run(compile.args(sources).arg(root().join("tests/dotnet_library/Loads.cs")));
        let runtime = r#"{"runtimeOptions": {"framework": {"name": "Microsoft.NETCore.App", "version": "10.0.0"}}}"#;
        std::fs::write(made.with_extension("runtimeconfig.json"), runtime).unwrap();
        made
    })
}

/// What the program says on Mono and on .NET, where the system finds no library unless a variable says where.
fn told(arguments: &[PathBuf], variables: &[(&str, &Path)]) -> Vec<String> {
    let runtimes: [&[&str]; 2] = [&["mono"], &["dotnet", "exec"]];
    let of_one = |runtime: &&[&str]| {
        let mut loads = command(runtime[0]);
        loads.args(&runtime[1..]).arg(program()).args(arguments).env_remove("LD_LIBRARY_PATH");
        text(&run(loads.envs(variables.iter().copied())))
    };
    runtimes.iter().map(of_one).collect()
}

fn version() -> String {
    format!("{} from", env!("CARGO_PKG_VERSION"))
}

#[test]
fn the_file_in_te_library_is_taken_and_no_other() {
    let named = library();
    let version = version();
    for told in told(&[], &[("TE_LIBRARY", &named)]) {
        assert_eq!(told, format!("{version} {}\n", named.display()));
    }
    let missing = scratch("dotnet-library").join("none.so");
    for told in told(&[], &[("TE_LIBRARY", &missing), ("LD_LIBRARY_PATH", named.parent().unwrap())]) {
        assert!(told.starts_with(&format!("The native library {} could not be loaded", missing.display())), "{told}");
        assert!(told.contains("No such file or directory") && !told.contains(&version), "{told}");
    }
}

#[test]
fn what_was_not_found_is_looked_for_again() {
    let missing = scratch("dotnet-library").join("none.so");
    for told in told(&[missing, library()], &[]) {
        let lines: Vec<_> =
            told.lines().filter(|line| line.contains("native library") || line.contains("from")).collect();
        assert_eq!(lines.len(), 3, "{told}");
        assert!(lines[0].starts_with("The native library was found neither by the system nor in "), "{told}");
        assert!(lines[0].contains("TE_LIBRARY") && lines[1].contains("none.so"), "{told}");
        assert_eq!(lines[2], format!("{} {}", version(), library().display()));
    }
}

/// The other name is the linker's, and packages for running programs only do not have it.
#[test]
fn the_name_with_the_version_is_enough() {
    let folder = scratch("dotnet-library-of-system");
    std::fs::copy(library(), folder.join("libthousandeyes.so.0")).unwrap();
    for told in told(&[], &[("LD_LIBRARY_PATH", &folder)]) {
        assert_eq!(told, format!("{} the system\n", version()));
    }
}

#[test]
fn a_library_beside_the_program_is_taken() {
    let folder = scratch("dotnet-library-beside");
    let (program, beside) = (folder.join("Loads.exe"), folder.join("libthousandeyes.so.0"));
    std::fs::copy(self::program(), &program).unwrap();
    let settings = self::program().with_extension("runtimeconfig.json");
    std::fs::copy(settings, program.with_extension("runtimeconfig.json")).unwrap();
    std::fs::copy(library(), &beside).unwrap();
    for runtime in [&["mono"][..], &["dotnet", "exec"]] {
        let mut loads = command(runtime[0]);
        let told = text(&run(loads.args(&runtime[1..]).arg(&program).env_remove("LD_LIBRARY_PATH")));
        assert_eq!(told, format!("{} {}\n", version(), beside.display()));
    }
}
