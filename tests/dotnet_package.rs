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

    let empty = output(dotnet(&["pack", "bindings/dotnet"]).arg("-o").arg(&packages));
    assert!(!empty.status.success() && text(&empty).contains("-p:Runtimes=DIR"), "{}", text(&empty));
    let runtimes = format!("-p:Runtimes={}", packages.join("runtimes").display());
    run(dotnet(&["pack", "bindings/dotnet", &runtimes]).arg("-o").arg(&packages));

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
