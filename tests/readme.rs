//! The README shows the examples as they are.
// quick

use std::fs::read_to_string;

#[test]
fn every_program_in_the_readme_is_the_example_in_its_language() {
    let root = env!("CARGO_MANIFEST_DIR");
    let readme = read_to_string(format!("{root}/README.md")).expect("a README");
    let examples = [
        ("c", "list_tests.c"),
        ("cpp", "list_tests.cpp"),
        ("python", "list_tests.py"),
        ("python", "list_tests_package.py"),
        ("csharp", "ListTests.cs"),
        ("rust", "list_tests.rs"),
    ];
    for (language, file) in examples {
        let example = read_to_string(format!("{root}/examples/{file}")).expect("an example");
        assert!(readme.contains(&format!("```{language}\n{example}```\n")), "README.md shows another {file}");
    }
}
