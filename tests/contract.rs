//! The contract of the C interface, broken on purpose by a C program on the installed tree.
// needs: cc gcc

mod support;

use support::contract::{SOURCES, Setting, program};
use support::header::of_project;
use support::installed::{output, root, text};

#[test]
fn the_library_says_what_is_wrong_and_lives() {
    for store in ["memory", "shared"] {
        let setting = Setting::new();
        let output = output(&mut setting.command(program(), store));
        let said = text(&output);
        assert!(output.status.success(), "{}\n{said}", output.status);
        let checks: u64 = said.split(' ').next().and_then(|count| count.parse().ok()).unwrap_or(0);
        assert!(checks > 50_000 && said.ends_with(" 0 failed\n"), "{said}");
        assert_eq!(setting.server.seen("contract-bad-token"), 2);
    }
}

/// A new function cannot be forgotten: what it takes says which parts of the program must call it.
#[test]
fn every_function_is_called_wrongly_in_every_way() {
    let part = |subject: &str| {
        let path = SOURCES.iter().find(|path| path.contains(subject)).unwrap();
        std::fs::read_to_string(root().join(path)).unwrap()
    };
    let whole: String = SOURCES.iter().map(|path| part(path)).collect();
    let (handles, strings, numbers, callbacks) =
        (part("handles"), part("strings"), part("numbers"), part("callbacks"));
    let handle = |parameters: &str| {
        ["te_client *", "te_response *", "te_options *", "te_call *", "te_pages *", "void *handle"]
            .iter()
            .any(|kind| parameters.contains(kind))
    };
    for function in of_project() {
        let takes = &function.parameters;
        let number = ["int32_t ", "int64_t ", "size_t length", "te_status "].iter().any(|kind| takes.contains(kind));
        for (concerned, text, name) in [
            (true, &whole, "contract*.c"),
            (handle(takes), &handles, "contract_handles.c"),
            (takes.contains("const char *"), &strings, "contract_strings.c"),
            (number, &numbers, "contract_numbers.c"),
            (
                takes.contains("te_interrupt ") || takes.contains("te_log ") || takes.contains("te_new_token "),
                &callbacks,
                "contract_callbacks.c",
            ),
        ] {
            // Called, or named in a table of functions.
            let named = [format!("{}(", function.name), format!("{},", function.name)];
            assert!(!concerned || named.iter().any(|name| text.contains(name)), "{} is not in {name}", function.name);
        }
    }
}
