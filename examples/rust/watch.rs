//! Prints each item of a list when it first appears: `watch [SECONDS [PATH [ID]]]`; by default 60, /alerts and their "id".
//!
//! SIGINT and SIGTERM end it as they end any program: what was on the wire is on record, and nobody waits for it.

use std::collections::HashSet;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;

use thousandeyes::{Client, Config, Error, Kind, Result};

/// Prints what is new, page after page.
fn look(client: &Client, path: &str, id: &str, known: &mut HashSet<String>) -> Result<()> {
    for item in client.items(path) {
        let item = item?;
        // What has no such member is new each time.
        if item.get(id).is_none_or(|id| known.insert(id.to_string())) {
            println!("{item}");
        }
    }
    Ok(())
}

fn watch(interval: Duration, path: &str, id: &str) -> Result<()> {
    let client = Client::new(None, Config::default())?;
    let mut known = HashSet::new();
    loop {
        let mut pause = interval;
        if let Err(error) = look(&client, path, id, &mut known) {
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
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().map_or(Ok(60), |seconds| seconds.parse());
    let Ok(seconds @ 1..) = seconds else {
        eprintln!("usage: watch [SECONDS [PATH [ID]]]");
        return ExitCode::from(2);
    };
    let path = arguments.next().unwrap_or_else(|| "/alerts".to_owned());
    let id = arguments.next().unwrap_or_else(|| "id".to_owned());
    match watch(Duration::from_secs(seconds), &path, &id) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error);
            ExitCode::FAILURE
        }
    }
}
