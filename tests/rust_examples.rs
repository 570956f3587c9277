//! The Rust programs of examples/rust, and that every language has the same ones.
// quick

mod support;

use support::example::{self, in_rust};
use support::installed::root;

#[test]
fn the_examples_run() {
    example::all_of(&in_rust);
}

#[test]
fn every_language_has_the_same_examples() {
    for language in ["c", "cpp", "csharp", "powershell", "python", "rust"] {
        let mut found: Vec<String> = std::fs::read_dir(root().join("examples").join(language))
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_lowercase().replace('_', ""))
            .filter(|name| name != "listtestsctypes")
            .collect();
        found.sort();
        assert_eq!(found, ["firstcall", "listtests", "lockout", "watch"], "{language}");
    }
}
