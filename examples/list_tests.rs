//! Lists the tests of the account: token from `$TE_TOKEN` or the file `$TE_TOKEN_FILE`.

use std::process::ExitCode;

use thousandeyes::{Client, Config, Result};

fn list_tests() -> Result<()> {
    let client = Client::new(None, Config::default())?;
    let answer = client.get("/tests")?;
    let tests = answer.pointer("/tests").and_then(|tests| tests.as_array());
    for test in tests.into_iter().flatten() {
        println!("{}", test["testName"].as_str().unwrap_or("(no name)"));
    }
    Ok(())
}

fn main() -> ExitCode {
    match list_tests() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", error.status().name());
            ExitCode::FAILURE
        }
    }
}
