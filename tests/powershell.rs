//! The PowerShell module in the real PowerShell engine: tests/powershell, run by the .NET SDK.
// needs: dotnet dotnet-sdk-10.0
// needs: cc gcc
// needs: python3 python3

mod support;

use std::path::Path;
use std::process::Command;

use support::installed::{command, compile, heeding_ctrl_c, library, root, run, scratch, text};

/// The SDK, with none of its servers left running.
fn dotnet(verb: &str) -> Command {
    let mut dotnet = command("dotnet");
    dotnet.current_dir(root()).env("MSBUILDDISABLENODEREUSE", "1").arg(verb).arg("-p:UseSharedCompilation=false");
    dotnet
}

/// The example in other languages, for the storm: C# on .NET, C and Python, as JSON.
fn callers() -> String {
    let made = scratch("powershell-callers");
    run(dotnet("build").args(["tests/dotnet_package", "-o"]).arg(&made));
    let assembly = made.join("ListTests.dll");
    let program = compile("cc", "examples/c/list_tests.c", &[]);
    let script = root().join("examples/python/list_tests_ctypes.py");
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let commands =
        [vec!["dotnet".to_owned(), text(&assembly)], vec![text(&program)], vec!["python3".to_owned(), text(&script)]];
    serde_json::to_string(&commands).unwrap()
}

fn tests_in_the_engine(module: &Path, callers: &str, which: &[&str]) {
    let stand_in = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples/stand_in");
    assert!(stand_in.exists(), "{} is not built: cargo build --features test-hooks --examples", stand_in.display());
    let mut tests = dotnet("test");
    tests.arg("tests/powershell").args(which).env("TE_LIBRARY", library()).env("TE_TEST_STAND_IN", stand_in);
    tests.env("TE_TEST_MODULE", module).env("TE_TEST_ROOT", root()).env("TE_TEST_CALLERS", callers);
    tests.envs(std::env::var_os("TE_TEST_WHOLE").map(|whole| ("TE_TEST_WHOLE", whole)));
    let told = text(&run(heeding_ctrl_c(&mut tests)));
    // Where none is found, the SDK calls it a success too.
    assert!(told.contains("Passed!"), "{told}");
}

/// One after the other: both write the same files, and times are measured.
#[test]
fn the_module_works_in_the_engine_built_and_compiled_on_import() {
    let module = root().join("target/powershell/ThousandEyes");
    run(dotnet("build").args(["bindings/powershell", "-o"]).arg(&module));
    let callers = callers();
    tests_in_the_engine(&module, &callers, &[]);
    // The same sources: what takes long need not be done twice.
    let clone = root().join("bindings/powershell/ThousandEyes");
    tests_in_the_engine(&clone, &callers, &["--filter", "Takes!=Long"]);
}
