//! The C++ header against the C header: every function is used and every constant has its name.
// quick

mod support;

use std::path::Path;

use support::header::of_project;

/// What makes the C++ header, without its comments.
fn cpp() -> String {
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("include");
    let mut files = vec![include.join("thousandeyes.hpp")];
    files.extend(std::fs::read_dir(include.join("thousandeyes")).unwrap().map(|entry| entry.unwrap().path()));
    assert!(files.len() > 10, "{files:?}");
    let text: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let lines = text.iter().flat_map(|text| text.lines());
    lines.map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_function_of_c_is_used() {
    let cpp = cpp();
    let functions = of_project();
    assert!(functions.len() > 50);
    for function in functions {
        assert!(cpp.contains(&format!("{}(", function.name)), "no part of the C++ header uses {}", function.name);
    }
}

#[test]
fn every_constant_of_c_has_a_name() {
    let cpp = cpp();
    let c = include_str!("../include/thousandeyes.h");
    let constants: Vec<&str> =
        c.lines().filter_map(|line| line.strip_prefix("#define ")?.split_once(' ')).map(|(name, _)| name).collect();
    assert!(constants.len() > 40);
    let other_words = [("TE_JSON_BOOL", "boolean")];
    for constant in constants.into_iter().filter(|name| *name != "TE_ABI_VERSION") {
        let part =
            ["TE_KIND_", "TE_JSON_", "TE_LOG_", "TE_E_", "TE_"].iter().find_map(|start| constant.strip_prefix(start));
        let usual = part.unwrap().to_lowercase();
        let name = other_words.iter().find(|(known, _)| *known == constant).map_or(usual.as_str(), |(_, name)| name);
        let named = cpp.lines().any(|line| {
            let line = line.trim().trim_start_matches("constexpr te_status ");
            line == format!("{name} = {constant};") || line == format!("{name} = {constant},")
        });
        assert!(named, "the C++ header has no {name} = {constant}");
    }
}
