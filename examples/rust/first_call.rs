//! Makes one call and prints its answer: `first_call [PATH]`. Token: `$TE_TOKEN` or the file `$TE_TOKEN_FILE`.

use std::process::ExitCode;

use thousandeyes::{Client, Config, Result};

fn call(path: &str) -> Result<String> {
    let client = Client::new(None, Config::default())?;
    let answer = client.get(path)?;
    Ok(String::from_utf8_lossy(answer.body()).into_owned())
}

fn main() -> ExitCode {
    let path = std::env::args().nth(1).unwrap_or_else(|| "/account-groups".to_owned());
    match call(&path) {
        Ok(body) => {
            println!("{body}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", error.status().name());
            ExitCode::FAILURE
        }
    }
}
