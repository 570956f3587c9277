//! The documents show the examples as they are.
// quick

use std::fs::read_to_string;

#[test]
fn every_program_in_the_documents_is_the_example_in_its_language() {
    let root = env!("CARGO_MANIFEST_DIR");
    let examples = [
        ("README.md", "c", "c/list_tests.c"),
        ("README.md", "cpp", "cpp/list_tests.cpp"),
        ("README.md", "python", "python/list_tests.py"),
        ("README.md", "csharp", "csharp/ListTests.cs"),
        ("README.md", "rust", "rust/list_tests.rs"),
        ("docs/python.md", "python", "python/list_tests_ctypes.py"),
    ];
    for (document, language, file) in examples {
        let shown = read_to_string(format!("{root}/{document}")).expect("a document");
        let example = read_to_string(format!("{root}/examples/{file}")).expect("an example");
        assert!(shown.contains(&format!("```{language}\n{example}```\n")), "{document} shows another {file}");
    }
}
