//! Is the token refused, the account locked, this address blocked? Asks the guard, which sends nothing. Once the
//! account is unlocked or the token renewed: `--unblock` makes one call now. Ends with 0 when calls can be made.

use std::process::ExitCode;

use thousandeyes::{Answer, Client, Config, Result};

fn report(known: &Answer) -> bool {
    let number = |name: &str| known.json()?.get(name)?.as_i64();
    let text = |name: &str| known.json().and_then(|known| known.get(name)?.as_str()).unwrap_or_default();
    let minutes = |name: &str| number(name).map(|ms| (ms + 30_000) / 60_000);

    let refused = minutes("rejected_ms_ago");
    match (refused, minutes("accepted_ms_ago")) {
        (None, _) => println!("The token is not refused: {}.", text("token")),
        (Some(ago), None) => {
            println!("The token was refused {ago} min ago and never accepted: mistyped, expired or revoked?");
        }
        (Some(ago), Some(_)) => {
            println!("The token was refused {ago} min ago, but accepted before: is the account locked?");
        }
    }
    if let Some(next) = minutes("next_try_in_ms") {
        println!("No program here sends it for another {next} min.");
    }
    let blocked = minutes("source_ip_blocked_ms_ago");
    if let Some(ago) = blocked {
        println!("The API has blocked this address, as was found {ago} min ago.");
    }
    let count = |name: &str| number(name).unwrap_or(0);
    println!("401 answers within the hour: {} of {}.", count("unauthorized_last_hour"), count("budget"));
    println!("Kept: {}, {}.", text("store"), text("store_reason"));
    refused.is_some() || blocked.is_some()
}

/// Whether the token is held back.
fn run(unblock: bool) -> Result<bool> {
    let client = Client::new(None, Config::default())?;
    let held = report(&client.guard()?);
    if unblock {
        client.unblock_token()?; // at most 3 times an hour
        client.get("/account-groups")?;
        println!("One try now: it worked.");
    }
    Ok(held && !unblock)
}

fn main() -> ExitCode {
    match run(std::env::args().any(|argument| argument == "--unblock")) {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{}: {error}", error.status().name());
            ExitCode::FAILURE
        }
    }
}
