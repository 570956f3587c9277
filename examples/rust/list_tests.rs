//! Lists the tests of the account, all pages: token from `$TE_TOKEN` or the file `$TE_TOKEN_FILE`.

use std::process::ExitCode;

use thousandeyes::{Client, Config, Result};

fn list_tests() -> Result<()> {
    let client = Client::new(None, Config::default())?;
    for test in client.items("/tests") {
        println!("{}", test?["testName"].as_str().unwrap_or("(no name)"));
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
