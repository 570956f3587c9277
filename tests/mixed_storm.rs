//! Programs in four languages at the same moment, with one bad token, on one state directory.
// needs: cc gcc
// needs: c++ g++
// needs: python3 python3
// needs: mcs mono-mcs
// needs: mono mono-runtime

mod support;

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use support::client::Directory;
use support::installed::{command, compile, library, root, run, scratch, text};
use support::stand_in::StandIn;

const PROCESSES: usize = 52;
/// Long enough for each to start and to ask while the first one's answer is on its way.
const DELAY: Duration = Duration::from_secs(8);

/// The binding and the example as one program.
fn in_csharp() -> Vec<String> {
    let made = scratch("mixed-storm").join("ListTests.exe");
    let binding = std::fs::read_dir(root().join("bindings/dotnet")).unwrap().map(|entry| entry.unwrap().path());
    let sources = binding.filter(|path| path.extension().is_some_and(|extension| extension == "cs"));
    let mut mcs = Command::new("mcs");
    mcs.arg("-langversion:5").arg(format!("-out:{}", made.display())).args(sources);
    run(mcs.arg(root().join("examples/csharp/ListTests.cs")));
    vec!["mono".to_owned(), made.to_str().unwrap().to_owned()]
}

/// The example in each language, as a command line.
fn languages() -> [(&'static str, Vec<String>); 4] {
    let text = |path: std::path::PathBuf| path.to_str().unwrap().to_owned();
    let script = text(root().join("examples/python/list_tests_ctypes.py"));
    [
        ("C", vec![text(compile("cc", "examples/c/list_tests.c", &["-std=c99"]))]),
        ("C++", vec![text(compile("c++", "examples/cpp/list_tests.cpp", &["-std=c++11"]))]),
        ("Python", vec!["python3".to_owned(), "-B".to_owned(), script]),
        ("C#", in_csharp()),
    ]
}

/// A program that begins when its input ends.
fn waiting(line: &[String], server: &StandIn, state: &Directory, input: std::io::PipeReader) -> Child {
    let mut shell = command("sh");
    shell.args(["-c", "read -r _; exec \"$@\"", "sh"]).args(line).env("TE_LIBRARY", library());
    shell.env("TE_BASE_URL", server.base_url()).env("TE_TOKEN", "bad-token").env("TE_STATE_DIR", state.name());
    shell.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn fifty_two_processes_in_four_languages_with_one_bad_token_are_one_request() {
    let languages = languages();
    let server = StandIn::start();
    server.delay(DELAY);
    let state = Directory::new();
    let (input, start) = std::io::pipe().unwrap();
    let mut children: Vec<_> = (0..PROCESSES)
        .map(|number| {
            let (name, line) = &languages[number % languages.len()];
            (*name, waiting(line, &server, &state, input.try_clone().unwrap()))
        })
        .collect();
    drop(input);
    drop(start);

    std::thread::sleep(DELAY * 2 / 3);
    for (name, child) in &mut children {
        assert!(child.try_wait().unwrap().is_none(), "{name} did not wait for the first answer");
    }
    assert_eq!(server.requests(), 1, "with no answer yet");
    let mut first = Vec::new();
    for (name, child) in children {
        let output = child.wait_with_output().unwrap();
        let told = text(&output);
        assert_eq!(output.status.code(), Some(1), "{name}: {told}");
        if told.starts_with("TE_E_UNAUTHORIZED: ") {
            first.push(name);
        } else {
            assert!(told.starts_with("TE_E_TOKEN_REFUSED: ") && told.lines().count() == 1, "{name}: {told}");
        }
    }
    assert_eq!(first.len(), 1, "{first:?}");
    assert_eq!((server.requests(), server.seen("bad-token"), server.unauthorized()), (1, 1, 1));
}
