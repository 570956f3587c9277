//! The C++ header in every standard and compiler: with exceptions and without, in several units of one program.
// needs: c++ g++

mod support;

use std::process::Command;

use support::installed::{command, prefix, root, run, scratch, text};
use support::stand_in::StandIn;

const TOKEN: &str = "cpp-standards-token";
const WARNINGS: [&str; 8] = [
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wconversion",
    "-Wsign-conversion",
    "-Wshadow",
    "-Wold-style-cast",
    "-Werror",
];
const STANDARDS: [&str; 5] = ["c++11", "c++14", "c++17", "c++20", "c++2b"];

/// Those of this machine; a name that is a link to another's program counts as well.
fn compilers() -> impl Iterator<Item = &'static str> {
    ["g++", "clang++"].into_iter().filter(|name| Command::new(name).arg("--version").output().is_ok())
}

#[test]
fn units_of_every_standard_with_exceptions_and_without_make_one_program() {
    assert!(compilers().next().is_some(), "neither g++ nor clang++ is there");
    for compiler in compilers() {
        for standard in STANDARDS {
            let folder = scratch("cpp-standards").join(format!("{compiler}-{standard}"));
            std::fs::create_dir_all(&folder).unwrap();
            let unit = |name: &str, standard: &str, flags: &[&str]| {
                let object = folder.join(name).with_extension("o");
                let mut compile = Command::new(compiler);
                compile.arg(format!("-std={standard}")).args(WARNINGS).args(flags);
                // Without -isystem: warnings of the header itself are errors.
                compile.arg("-I").arg(prefix().join("include")).arg("-c").arg("-o").arg(&object);
                run(compile.arg(root().join("tests/cpp/units").join(name)));
                object
            };
            // Of what several units have under one name, linkers take the first.
            let units = [
                unit("without_exceptions.cpp", standard, &["-fno-exceptions", "-fno-rtti"]),
                unit("main.cpp", standard, &[]),
                // Parts of a program may be older than others.
                unit("with_exceptions.cpp", "c++11", &[]),
            ];
            let program = folder.join("program");
            let mut link = Command::new(compiler);
            link.args(&units).arg("-L").arg(prefix().join("lib")).args(["-lthousandeyes", "-lpthread", "-o"]);
            run(link.arg(&program));

            let server = StandIn::start();
            server.accept(TOKEN).tests(5, 2);
            let mut program = command(program);
            let told = run(program.env("TE_BASE_URL", server.base_url()).env("TE_TOKEN", TOKEN));
            let says = "with 5, without 5, wrong 0, caught 7, alive 0\n";
            assert_eq!(text(&told), says, "{compiler}, {standard}: wrong is the first line that is");
            // Twice three pages, and the three calls that are sent.
            assert_eq!(server.requests(), 9, "{compiler}, {standard}");
        }
    }
}

#[test]
fn each_part_of_the_header_compiles_alone() {
    let mut parts: Vec<_> =
        std::fs::read_dir(prefix().join("include/thousandeyes")).unwrap().map(|part| part.unwrap().path()).collect();
    parts.push(prefix().join("include/thousandeyes.hpp"));
    assert!(parts.len() > 10);
    for part in parts {
        let source = scratch("cpp-standards").join("alone.cpp");
        std::fs::write(&source, format!("#include \"{}\"\n", part.display())).unwrap();
        for flags in [&["-std=c++11"][..], &["-std=c++11", "-fno-exceptions"]] {
            run(Command::new("c++").args(WARNINGS).args(flags).arg("-fsyntax-only").arg(&source));
        }
    }
}
