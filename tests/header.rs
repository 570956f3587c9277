//! The installed header in every language standard it is meant for, and the library's symbols against it.
// needs: cc gcc
// needs: c++ g++
// needs: clang clang
// needs: nm binutils
// needs: readelf binutils

mod support;

use std::collections::BTreeSet;
use std::process::Command;

use support::header::of_project;
use support::installed::{command, library, prefix, root, run, scratch, text};

/// Nothing in front of the header, and the header twice; called, so that the names are C's in C++ too.
const PROGRAM: &str = r"
#include <thousandeyes.h>
#include <thousandeyes.h>

int32_t version_seen_elsewhere(void);

static int32_t go_on(void *user)
{
    return user == NULL;
}

int main(void)
{
    te_interrupt interrupt = go_on;
    te_status status = TE_E_PANIC;
    int64_t wait = te_response_retry_after_ms(NULL);
    te_options *options = te_options_new();
    size_t length = 1;
    const char *body = te_response_body(NULL, &length);
    te_options_set_interrupt(options, interrupt, NULL);
    te_free(options);
    return version_seen_elsewhere() != TE_ABI_VERSION || status >= TE_OK || wait != -1 || length != 0 || body[0] != 0;
}
";

/// Another unit of the same program.
const UNIT: &str = r"
#include <thousandeyes.h>

int32_t version_seen_elsewhere(void);
int32_t version_seen_elsewhere(void)
{
    return te_abi_version();
}
";

/// Without -isystem: warnings of the header itself are errors.
const WARNINGS: [&str; 5] = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"];

/// What clang knows, but for what the programs are and not the header: C compiled as C++.
const EVERYTHING: [&str; 4] = ["-Weverything", "-Wno-c++98-compat", "-Wno-c++98-compat-pedantic", "-Werror"];

#[test]
fn the_header_compiles_alone_and_twice_and_in_two_units_in_every_standard() {
    let of_c = ["c99", "c11", "c17", "c2x"];
    let of_cpp = ["c++11", "c++14", "c++17", "c++20", "c++2b"];
    for (compiler, extension, standards, flags) in [
        ("gcc", "c", &of_c[..], &WARNINGS[..]),
        ("clang", "c", &of_c, &EVERYTHING),
        ("g++", "cc", &of_cpp, &WARNINGS),
        ("clang++", "cc", &of_cpp, &EVERYTHING),
    ] {
        let write = |name: &str, text: &str| {
            let source = scratch("header").join(format!("{name}-{compiler}.{extension}"));
            std::fs::write(&source, text).unwrap();
            source
        };
        let null = if extension == "c" { "NULL" } else { "nullptr" };
        let units = [write("twice", &PROGRAM.replace("NULL", null)), write("unit", UNIT)];
        for standard in standards {
            let program = scratch("header").join(format!("{compiler}-{standard}"));
            let mut compile = Command::new(compiler);
            compile.arg(format!("-std={standard}")).args(flags).arg("-I").arg(prefix().join("include"));
            compile.args(&units).arg("-o").arg(&program);
            run(compile.arg("-L").arg(prefix().join("lib")).arg("-lthousandeyes"));
            run(&mut command(&program));
        }
    }
}

#[test]
fn the_library_exports_what_the_header_declares_and_nothing_else() {
    let declared: BTreeSet<String> = of_project().into_iter().map(|function| function.name).collect();
    assert!(declared.len() > 40 && declared.iter().all(|name| name.starts_with("te_")), "{declared:?}");
    let listing = text(&run(Command::new("nm").args(["-D", "--defined-only"]).arg(library())));
    let exported = listing.lines().filter_map(|line| line.split_whitespace().last()).map(str::to_owned).collect();
    let one_only: Vec<&String> = declared.symmetric_difference(&exported).collect();
    assert!(one_only.is_empty(), "only in the header or only in the library: {one_only:?}");
}

#[test]
fn every_function_is_listed_with_its_first_version() {
    let list = std::fs::read_to_string(root().join("docs/symbols.txt")).unwrap();
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let listed: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(' ')).collect();
    let declared = of_project();
    for name in declared.iter().map(|function| function.name.as_str()) {
        let version = env!("CARGO_PKG_VERSION");
        let found = listed.iter().filter(|(known, _)| *known == name).count();
        assert_eq!(found, 1, "docs/symbols.txt must have this line, once:\n{name} {version}");
    }
    for (name, version) in &listed {
        let known = declared.iter().any(|function| function.name == *name);
        assert!(known, "docs/symbols.txt has {name}, which the header lacks: programs that call it would break");
        assert_eq!(version.split('.').filter(|part| part.parse::<u32>().is_ok()).count(), 3, "{name} {version}");
    }
    assert!(listed.is_sorted(), "docs/symbols.txt is not sorted");
}

#[test]
fn the_library_has_its_abi_in_its_name() {
    let dynamic = text(&run(Command::new("readelf").arg("-d").arg(library())));
    let major = env!("CARGO_PKG_VERSION_MAJOR");
    assert!(dynamic.contains(&format!("Library soname: [libthousandeyes.so.{major}]")), "{dynamic}");
}

#[cfg(target_env = "gnu")]
#[test]
fn the_oldest_c_library_is_the_one_that_packagers_are_told() {
    let version = |text: &str| {
        let digits = text.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
        digits.split('.').map(|part| part.parse().unwrap()).collect::<Vec<u32>>()
    };
    let symbols = text(&run(Command::new("readelf").args(["--dyn-syms", "--wide"]).arg(library())));
    let needed = symbols.split("@GLIBC_").skip(1).map(version).max().unwrap();
    let document = std::fs::read_to_string(root().join("docs/packaging.md")).unwrap();
    let told = version(document.split_once("needs glibc ").unwrap().1);
    assert!(needed <= told, "it needs glibc {needed:?}; docs/packaging.md says {told:?}");
}

#[test]
fn no_test_hook_is_shipped() {
    for file in ["libthousandeyes.so.0", "libthousandeyes.a"] {
        let bytes = std::fs::read(prefix().join("lib").join(file)).unwrap();
        let shipped = String::from_utf8_lossy(&bytes);
        assert!(shipped.contains("te_live_handles"), "{file} is not the library");
        for hook in ["test-hooks", "a test asked for this panic", "move_clock"] {
            assert!(!shipped.contains(hook), "{file} has {hook}");
        }
    }
}
