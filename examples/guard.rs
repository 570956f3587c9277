//! For admins: what the guard knows of the token in `$TE_TOKEN` (or the file `$TE_TOKEN_FILE`), in words.
//!
//! `cargo run --example guard -- [--unblock]`: with `--unblock` the next call with this token is made although it was
//! rejected, and a block of this address is forgotten; at most three times an hour.

use std::process::ExitCode;

use thousandeyes::{Answer, Client, Config, Result};

fn main() -> ExitCode {
    let unblock = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [option] if option == "--unblock" => true,
        _ => {
            eprintln!("usage: guard [--unblock]");
            return ExitCode::FAILURE;
        }
    };
    match run(unblock) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", error.status().name());
            ExitCode::FAILURE
        }
    }
}

fn run(unblock: bool) -> Result<()> {
    let client = Client::new(None, Config::default())?;
    if unblock {
        client.unblock_token()?;
        println!("unblocked   the next call with this token is made");
    }
    tell(&client.guard()?);
    Ok(())
}

fn tell(report: &Answer) {
    let text = |name: &str| report.pointer(&format!("/{name}")).and_then(|value| value.as_str()).unwrap_or("");
    let number = |name: &str| report.pointer(&format!("/{name}")).and_then(serde_json::Value::as_i64);
    println!("origin      {}", text("origin"));
    println!("state       {}: {}", text("store"), text("store_reason"));
    println!("token       {}", text("token"));
    if let Some(ago) = number("rejected_ms_ago") {
        println!("            first rejected {} ago", words(ago));
    }
    if let Some(ago) = number("accepted_ms_ago") {
        println!("            last accepted {} ago", words(ago));
    }
    if let Some(next) = number("next_try_in_ms") {
        println!("            tried again in {}", words(next));
    }
    println!("on the wire {} requests of it", number("in_flight").unwrap_or(0));
    let (used, budget) = (number("unauthorized_last_hour").unwrap_or(0), number("budget").unwrap_or(0));
    println!("401 answers {used} within the last hour, of {budget} allowed");
    match number("source_ip_blocked_ms_ago") {
        Some(ago) => println!("address     probably blocked by the API, found {} ago", words(ago)),
        None => println!("address     not found blocked"),
    }
    if let Some(wait) = number("retry_after_ms") {
        println!("wait        the API asked everybody to wait another {}", words(wait));
    }
}

fn words(millis: i64) -> String {
    match (millis.max(0) + 500) / 1000 {
        seconds @ 0..=119 => format!("{seconds} s"),
        seconds @ 120..=7199 => format!("{} min", seconds / 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}
