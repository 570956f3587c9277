//! The .NET package, made and used: the C# examples run on it with nothing but the package's own library.
// needs: dotnet dotnet-sdk-10.0

mod support;

use std::path::Path;
use std::process::Command;

use support::example;
use support::installed::{command, library, output, root, run, scratch, text};

fn dotnet(arguments: &[&str]) -> Command {
    let mut dotnet = command("dotnet");
    // The library comes from the package, or from nowhere.
    dotnet.current_dir(root()).env_remove("LD_LIBRARY_PATH").env("MSBUILDDISABLENODEREUSE", "1");
    dotnet.args(arguments).arg("-p:UseSharedCompilation=false");
    dotnet
}

#[cfg(target_os = "linux")]
#[test]
fn the_examples_run_on_the_package() {
    let packages = scratch("dotnet-package");
    std::fs::remove_dir_all(&packages).unwrap();
    let processor = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    let native = packages.join(format!("runtimes/linux-{processor}/native"));
    std::fs::create_dir_all(&native).unwrap();
    std::fs::copy(library(), native.join("libthousandeyes.so")).unwrap();

    // The folder is named from where the command is run, which is not the project's.
    let pack = |more: &[&str]| {
        let mut pack = dotnet(&["pack"]);
        pack.current_dir(&packages).arg(root().join("bindings/dotnet")).args(more).arg("-o").arg(&packages);
        pack
    };
    for (more, says) in [(&[][..], "-p:Runtimes=DIR"), (&["-p:Runtimes=none"], "There is no RID/native/FILE in ")] {
        let refused = output(&mut pack(more));
        assert!(!refused.status.success() && text(&refused).contains(says), "{}", text(&refused));
        assert!(!packages.join("ThousandEyes.Native.0.1.0.nupkg").exists());
    }
    run(&mut pack(&["-p:Runtimes=runtimes"]));

    let from = format!("-p:Packages={}", packages.display());
    let built = |file: &str| {
        let made = packages.join(file);
        let which = format!("-p:Example={file}");
        run(dotnet(&["build", "tests/dotnet_package", &from, &which]).arg("-o").arg(&made));
        made.join(format!("{file}.dll"))
    };
    let run_built = |assembly: &Path| {
        let mut example = command("dotnet");
        example.env_remove("LD_LIBRARY_PATH").arg(assembly);
        example
    };
    let (list_tests, watch) = (built("ListTests"), built("Watch"));
    example::lists_tests(|| run_built(&list_tests));
    example::watches_until_ctrl_c(&|_| run_built(&watch));
}
