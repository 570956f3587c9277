//! Prints each alert when it first appears, until Ctrl-C: `watch [SECONDS]`, 60 by default from one look to the next.
//!
//! Ctrl-C ends it as it ends any program: what was on the wire is on record, and nobody waits for it.

use std::collections::HashSet;
use std::convert::Infallible;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;

use thousandeyes::{Client, Config, Error, Kind, Result};

/// Prints what is new, page after page.
fn look(client: &Client, known: &mut HashSet<String>) -> Result<()> {
    for alert in client.items("/alerts") {
        let alert = alert?;
        if known.insert(alert["id"].as_str().unwrap_or_default().to_owned()) {
            println!("{alert}");
        }
    }
    Ok(())
}

fn watch(interval: Duration) -> Result<Infallible> {
    let client = Client::new(None, Config::default())?;
    let mut known = HashSet::new();
    loop {
        let mut pause = interval;
        if let Err(error) = look(&client, &mut known) {
            match error.kind() {
                Kind::Retry => {}
                Kind::Wait => pause = pause.max(error.retry_in().unwrap_or_default()),
                _ => return Err(error),
            }
            say(&error);
        }
        sleep(pause);
    }
}

fn say(error: &Error) {
    eprintln!("{}: {error}", error.status().name());
}

fn main() -> ExitCode {
    let Ok(seconds @ 1..) = std::env::args().nth(1).map_or(Ok(60), |seconds| seconds.parse()) else {
        eprintln!("usage: watch [SECONDS]");
        return ExitCode::from(2);
    };
    let Err(error) = watch(Duration::from_secs(seconds));
    say(&error);
    ExitCode::FAILURE
}
