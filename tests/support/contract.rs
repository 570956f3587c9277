//! The C program that breaks every rule of the interface, and a stand-in for it.

use std::path::PathBuf;
use std::process::Command;

use super::client::Directory;
use super::installed::{command, compile_all};
use super::stand_in::{Answer, StandIn};

/// What the program is made of; the first has its `main`.
pub const SOURCES: [&str; 7] = [
    "tests/c/contract.c",
    "tests/c/contract_handles.c",
    "tests/c/contract_strings.c",
    "tests/c/contract_numbers.c",
    "tests/c/contract_calls.c",
    "tests/c/contract_callbacks.c",
    "tests/c/contract_pages.c",
];

/// Numbers at the limits of what C can hold, and beyond.
const NUMBERS: &str = r#"{
    "largest": 9223372036854775807, "too_large": 9223372036854775808, "as_text": "-9223372036854775808",
    "fraction": 1.5, "text": "five", "nul_inside": "a\u0000b", "true": true, "null": null, "list": [1, "2", {}],
    "exact": 1.10E+2, "many": 123456789012345678901234567890
}"#;

/// The compiled program.
pub fn program() -> PathBuf {
    compile_all("cc", &SOURCES, &["-std=c99"])
}

/// A stand-in with the answers that the program asks for, and a directory for what it leaves behind.
pub struct Setting {
    pub server: StandIn,
    directory: Directory,
}

impl Setting {
    pub fn new() -> Self {
        let server = StandIn::start();
        let json =
            |status: u16, body: &str| Answer::new(status).header("Content-Type", "application/json").body(body);
        server.accept("contract-good-token").tests(3, 50);
        server.script("/v7/numbers", vec![json(200, NUMBERS)]);
        server.script("/v7/teapot", vec![json(418, "{}")]);
        server.script("/v7/portal", vec![Answer::html(200)]);
        let limit = |answer: Answer, family: &str, fields: &[(&str, &str)]| {
            fields.iter().fold(answer, |answer, (field, value)| {
                answer.header(&format!("X-{family}-Rate-Limit-{field}"), value)
            })
        };
        let limited = limit(json(200, "{}"), "Organization", &[("Limit", "240"), ("Remaining", "17")]);
        let deploy = [("Limit", "10"), ("Remaining", "3"), ("Reset", "12")];
        server.script("/v7/limited", vec![limit(limited, "Template-Deploy", &deploy)]);
        server.script("/v7/spent", vec![limit(json(429, "{}"), "New", &[("Remaining", "0"), ("Reset", "40")])]);
        let page = |id: &str, next: &str| {
            let link = format!("{}{next}", server.base_url());
            json(200, &format!(r#"{{"items": [{{"id": {id}}}], "_links": {{"next": {{"href": "{link}"}}}}}}"#))
        };
        server.script("/v7/list", vec![page("1", "/v7/list?page=2")]);
        let fault = || Answer::problem(500, "Out of order", "/v7/list");
        server.script("/v7/list?page=2", vec![fault(), fault(), page("2", "/v7/list?page=3")]);
        server.script("/v7/list?page=3", vec![json(200, r#"{"items": [{"id": 3}]}"#)]);
        server.script("/v7/circle", vec![page("1", "/v7/circle")]);
        server.script("/v7/away", vec![page("1", "0/v7/away")]);
        Self { server, directory: Directory::new() }
    }

    /// A command that finds the stand-in, with the guard's state in memory or in a directory.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>, store: &str) -> Command {
        let mut command = command(program);
        command.env("TE_BASE_URL", self.server.base_url()).current_dir(&self.directory.0);
        let state = self.directory.0.join("state");
        command.env("TE_STATE_DIR", if store == "shared" { state.as_os_str() } else { "".as_ref() });
        command.env("CONTRACT_STORE", store);
        command
    }
}
