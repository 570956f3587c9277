//! The README shows the examples as they are.
// quick

use std::fs::read_to_string;

#[test]
fn every_program_in_the_readme_is_the_example_in_its_language() {
    let root = env!("CARGO_MANIFEST_DIR");
    let readme = read_to_string(format!("{root}/README.md")).expect("a README");
    let examples = [
        ("c", "c/list_tests.c"),
        ("cpp", "cpp/list_tests.cpp"),
        ("python", "python/list_tests.py"),
        ("python", "python/list_tests_ctypes.py"),
        ("csharp", "csharp/ListTests.cs"),
        ("rust", "rust/list_tests.rs"),
    ];
    for (language, file) in examples {
        let example = read_to_string(format!("{root}/examples/{file}")).expect("an example");
        assert!(readme.contains(&format!("```{language}\n{example}```\n")), "README.md shows another {file}");
    }
}
