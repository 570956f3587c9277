//! What the documents show is compiled and run: their fragments, put together, against the stand-in of the API.
// needs: cc gcc
// needs: c++ g++
// needs: pkg-config pkg-config
// needs: mcs mono-mcs
// needs: mono mono-runtime
// needs: python3 python3

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::client::Directory;
use support::documents::{Block, Frame, blocks, of};
use support::installed::{cleaned, command, prefix, root, run, scratch, text, typed};
use support::stand_in::StandIn;

const TOKEN: &str = "reader-token";

/// What is for people to read, or for a program that is not run here.
const SHOWN: [&str; 4] = ["toml", "cmake", "text", "console"];
/// The documents and what runs their languages: here, in `readme.rs`, `readme_commands.rs` and `powershell.rs`.
const DOCUMENTS: [(&str, &[&str]); 15] = [
    ("README.md", &["sh", "c", "cpp", "python", "csharp", "powershell", "rust"]),
    ("CONTRIBUTING.md", &[]),
    ("bindings/python/README.md", &["python", "sh"]),
    ("docs/architecture.md", &[]),
    ("docs/c.md", &["c", "sh"]),
    ("docs/cpp.md", &["cpp"]),
    ("docs/csharp.md", &["csharp", "sh"]),
    ("docs/packaging.md", &[]),
    ("docs/powershell.md", &["powershell", "sh"]),
    ("docs/python.md", &["python", "sh"]),
    ("docs/release.md", &[]),
    ("docs/rust.md", &["rust"]),
    ("docs/settings.md", &[]),
    ("docs/simulation.md", &["sh"]),
    ("docs/threat-model.md", &[]),
];

#[test]
fn no_document_shows_what_nothing_runs() {
    let known: Vec<_> = DOCUMENTS.iter().map(|(document, _)| root().join(document)).collect();
    for entry in std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()) {
        let is_document = entry.extension().is_some_and(|extension| extension == "md");
        assert!(!is_document || known.contains(&entry), "{entry:?} has to be in this test's list");
    }
    for (document, languages) in DOCUMENTS {
        for Block { language, line, .. } in blocks(document) {
            let is_run = languages.contains(&&*language) || SHOWN.contains(&&*language);
            assert!(is_run, "{document}:{line}: nothing runs {language:?}");
        }
    }
}

/// Runs a program on a stand-in of its own, in which it must end well.
fn run_on_stand_in(program: &mut Command) -> (String, u64) {
    let server = StandIn::start();
    server.accept(TOKEN).tests(5, 2);
    let told = run(program.env("TE_BASE_URL", server.base_url()).env("TE_TOKEN", TOKEN));
    (text(&told), server.requests())
}

fn compile_and_run(frame: &Frame, document: &str, language: &str, compile: &dyn Fn(&Path) -> Command) {
    let (whole, rest) = frame.programs(document, &of(document, language));
    for (number, program) in whole.iter().chain([&rest]).enumerate() {
        let source = scratch("documents").join(format!("{language}-{number}.{}", extension(language)));
        std::fs::write(&source, program).unwrap();
        let (told, requests) = run_on_stand_in(&mut compile(&source));
        assert!(requests > 0, "{document}, {}: {told}", source.display());
    }
}

fn extension(language: &str) -> &str {
    match language {
        "csharp" => "cs",
        "rust" => "rs",
        other => other,
    }
}

fn linked(compiler: &str, standard: &str, source: &Path) -> Command {
    let program = source.with_extension("exe");
    let mut compile = Command::new(compiler);
    compile.args([standard, "-Wall", "-Wextra", "-Werror", "-I"]).arg(prefix().join("include")).arg(source);
    run(compile.arg("-o").arg(&program).arg("-L").arg(prefix().join("lib")).arg("-lthousandeyes"));
    command(program)
}

#[test]
fn c() {
    let frame = Frame {
        main: "int main(",
        outside: &["static int32_t", "static void"],
        head: "#include <stdio.h>\n#include <thousandeyes.h>\n",
        function: "static void @(te_client *client)\n{\n(void)client;\n{\n§}\n}\n",
        call: "@(client);\n",
        end: "int main(void)\n{\nte_client *client = te_client_new(NULL, NULL);\n§te_free(client);\n\
              return te_live_handles() != 0;\n}\n",
    };
    compile_and_run(&frame, "docs/c.md", "c", &|source| linked("cc", "-std=c99", source));
}

#[test]
fn cpp() {
    let frame = Frame {
        main: "int main(",
        outside: &[],
        head: "#include <atomic>\n#include <iostream>\n#include <thousandeyes.hpp>\n",
        function: "static void @(const thousandeyes::client &client)\n{\n(void)client;\n{\n§}\n}\n",
        call: "@(client);\n",
        end: "int main()\n{\n{\nconst thousandeyes::client client;\n§}\nreturn te_live_handles() != 0;\n}\n",
    };
    compile_and_run(&frame, "docs/cpp.md", "cpp", &|source| linked("c++", "-std=c++11", source));
}

#[test]
fn csharp() {
    let frame = Frame {
        main: "static int Main(",
        outside: &[],
        head: "using System;\nusing ThousandEyes;\nstatic class Fragments\n{\n",
        function: "static void @(Client client)\n{\n§}\n",
        call: "@(client);\n",
        end: "static void Main()\n{\nusing (Client client = new Client())\n{\n§}\n}\n}\n",
    };
    let sources = std::fs::read_dir(root().join("bindings/dotnet")).unwrap().map(|entry| entry.unwrap().path());
    let sources: Vec<PathBuf> = sources.filter(|path| path.extension().is_some_and(|end| end == "cs")).collect();
    compile_and_run(&frame, "docs/csharp.md", "csharp", &|source| {
        let program = source.with_extension("exe");
        let mut compile = Command::new("mcs");
        compile.arg("-langversion:5").arg(format!("-out:{}", program.display())).args(&sources);
        run(compile.arg(source));
        let mut mono = command("mono");
        mono.arg(program);
        mono
    });
}

#[test]
fn rust() {
    let frame = Frame {
        main: "fn main(",
        outside: &[],
        head: "use std::sync::Arc;\nuse std::sync::atomic::{AtomicBool, Ordering};\nuse std::time::Duration;\nuse thousandeyes::{Call, Client, Config, Kind, Result, Sent};\n",
        function: "fn @(client: &Client) -> Result<()> {\n§Ok(())\n}\n",
        call: "@(&client)?;\n",
        end: "fn main() -> Result<()> {\nlet client = Client::new(None, Config::default())?;\n§Ok(())\n}\n",
    };
    let made = std::env::current_exe().unwrap();
    let libraries = made.parent().unwrap();
    compile_and_run(&frame, "docs/rust.md", "rust", &|source| {
        let program = source.with_extension("exe");
        let mut compile = typed("rustc");
        compile.args(["--edition", "2024"]).arg(source).arg("-o").arg(&program);
        compile.arg("-L").arg(format!("dependency={}", libraries.display()));
        let library = libraries.parent().unwrap().join("libthousandeyes.rlib");
        run(compile.arg("--extern").arg(format!("thousandeyes={}", library.display())));
        command(program)
    });
}

/// A page's fragments in the order in which a reader types them; its whole programs are `readme.rs`'s.
fn typed_in_python(document: &str) -> (String, u64) {
    let mut program = "import thousandeyes\n".to_owned();
    for block in of(document, "python").iter().filter(|block| !block.text.contains("def main(")) {
        program += &block.text;
        // The first block closes its own.
        program += "client = thousandeyes.Client()\n";
    }
    let mut python = command("python3");
    python.env("PYTHONPATH", root().join("bindings/python")).env("TE_LIBRARY", support::installed::library());
    run_on_stand_in(python.arg("-c").arg(program))
}

#[test]
fn python() {
    let (told, requests) = typed_in_python("bindings/python/README.md");
    assert!(told.contains("Example 5") && requests > 7, "{told}");
    let (told, requests) = typed_in_python("docs/python.md");
    assert!(told.contains("Example 5") && told.contains("company.pem"), "{told}");
    assert_eq!(requests, 3 + 3, "the pages of a list, and three calls of a pool");
}

/// The page's whole program among its blocks.
fn program(document: &str, language: &str, main: &str) -> String {
    of(document, language).into_iter().find(|block| block.text.contains(main)).unwrap().text
}

/// Every command of a page, typed in a folder.
fn type_all(document: &str, folder: &Directory) {
    for block in of(document, "sh") {
        run(typed("sh").args(["-e", "-c", &block.text]).current_dir(&folder.0).env("HOME", &folder.0));
    }
}

#[test]
fn commands_of_c() {
    let home = Directory::new();
    run(support::installed::install().arg("--prefix").arg(home.0.join(".local")));
    std::fs::write(home.0.join("program.c"), program("docs/c.md", "c", "int main(")).unwrap();
    type_all("docs/c.md", &home);
    for program in ["program", "program-static"] {
        let (told, requests) = run_on_stand_in(cleaned(home.0.join(program)).env("TE_STATE_DIR", ""));
        assert_eq!((told.trim(), requests), ("Example group", 1));
    }
}

#[test]
fn commands_of_csharp() {
    let folder = Directory::new();
    std::os::unix::fs::symlink(root().join("bindings"), folder.0.join("bindings")).unwrap();
    std::fs::write(folder.0.join("program.cs"), program("docs/csharp.md", "csharp", "static int Main(")).unwrap();
    type_all("docs/csharp.md", &folder);
    let (told, requests) = run_on_stand_in(command("mono").arg(folder.0.join("program.exe")));
    assert!(told.contains("Example 5") && requests == 3, "{told}");
}

/// Those after the installation, which is `python_package.rs`'s.
#[test]
fn commands_of_python() {
    let commands = of("bindings/python/README.md", "sh");
    let after = commands.iter().filter(|block| !block.text.contains("pip install"));
    let after: String = after.map(|block| block.text.as_str()).collect();
    let mut shell = command("sh");
    shell.env("PYTHONPATH", root().join("bindings/python")).env("TE_LIBRARY", support::installed::library());
    let (told, requests) = run_on_stand_in(shell.args(["-e", "-c", &after]));
    assert!(told.contains("Example 5") && told.contains("usage:") && requests >= 3, "{told}");

    let home = Directory::new();
    std::os::unix::fs::symlink(prefix(), home.0.join(".local")).unwrap();
    let program = &of("docs/python.md", "sh")[0].text;
    let mut shell = cleaned("sh");
    shell.current_dir(root()).args(["-e", "-c", program]).env("HOME", &home.0).env("TE_STATE_DIR", "");
    let (told, requests) = run_on_stand_in(&mut shell);
    assert!(told.contains("Example 5") && requests == 3, "{told}");
}
