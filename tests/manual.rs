//! The manual pages: one for every function, and none that a reader of manual pages complains of.
// needs: mandoc mandoc

mod support;

use std::path::PathBuf;
use std::process::Command;

use support::header;
use support::installed::{output, root, run, scratch, text};

fn pages() -> PathBuf {
    let made = scratch("manual");
    // Of an older run.
    let _absent = std::fs::remove_dir_all(&made);
    run(Command::new(root().join("docs/make-man")).arg(&made));
    made.join("man3")
}

#[test]
fn every_function_and_status_has_its_page_and_every_page_is_well_made() {
    let pages = pages();
    for entry in std::fs::read_dir(&pages).unwrap() {
        let page = entry.unwrap().path();
        let source = std::fs::read_to_string(&page).unwrap();
        if let Some(other) = source.strip_prefix(".so man3/") {
            assert!(pages.join(other.trim_end()).is_file(), "{source}");
            continue;
        }
        let told = text(&output(Command::new("mandoc").args(["-T", "lint", "-W", "warning"]).arg(&page)));
        // What is not released yet has no date.
        let told: Vec<_> = told.lines().filter(|line| !line.contains("missing date")).collect();
        assert!(told.is_empty(), "{told:#?}");
    }
    let read = |name: &str| {
        let page = run(Command::new("mandoc").args(["-T", "ascii"]).arg(pages.join(name)));
        let mut plain = String::new();
        // Bold is a letter, a backspace and the letter again.
        for letter in text(&page).chars() {
            if letter == '\u{8}' {
                plain.pop();
            } else {
                plain.push(letter);
            }
        }
        plain
    };
    let of = |name: &str| {
        let source = std::fs::read_to_string(pages.join(format!("{name}.3"))).expect("a page");
        source.strip_prefix(".so man3/").map_or(format!("{name}.3"), |other| other.trim_end().to_owned())
    };
    for function in header::of_project() {
        let page = read(&of(&function.name));
        assert!(page.contains(&format!("\n   {}\n", function.name)), "{} in {page}", function.name);
    }
    let statuses = read("te_status.3");
    for line in std::fs::read_to_string(root().join("include/thousandeyes.h")).unwrap().lines() {
        let name = line.strip_prefix("#define TE_E_").and_then(|rest| rest.split(' ').next());
        assert!(name.is_none_or(|name| statuses.contains(&format!("TE_E_{name} ("))), "{line}");
    }
    assert!(read("thousandeyes.3").contains("No constructor and no call returns NULL."));
}
