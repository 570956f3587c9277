//! Serves the stand-in of the API, to try the library and its bindings without an account.
//!
//! `cargo run --example stand_in -- [--port N] [--token T] [--delay-ms N] [--quiet] [--until-stdin-closes]`

#[path = "../tests/support/stand_in/mod.rs"]
mod stand_in;

use std::io::{self, Read, Write};
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::Duration;

use stand_in::{Seen, StandIn};

const USAGE: &str = "usage: stand_in [--port N] [--token T] [--delay-ms N] [--quiet] [--until-stdin-closes]";

struct Options {
    port: u16,
    token: String,
    delay: Duration,
    quiet: bool,
    until_stdin_closes: bool,
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        port: 0,
        token: "stand-in-good-token".into(),
        delay: Duration::ZERO,
        quiet: false,
        until_stdin_closes: false,
    };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--port" => {
                options.port = value()?.parse().map_err(|_| "--port needs a port number")?;
            }
            "--token" => options.token = value()?,
            "--delay-ms" => {
                let ms: u32 = value()?.parse().map_err(|_| "--delay-ms needs a number")?;
                options.delay = Duration::from_millis(ms.into());
            }
            "--quiet" => options.quiet = true,
            "--until-stdin-closes" => options.until_stdin_closes = true,
            _ => return Err(format!("{argument} is no option")),
        }
    }
    // The token goes into lines for a shell to run, so nothing that a shell reads may be in it.
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    if options.token.is_empty() || !options.token.chars().all(plain) {
        return Err("--token may hold letters, digits and -._~+/= only".into());
    }
    Ok(options)
}

/// Enough of a token to tell it from another, and never all of it.
fn masked(token: &str) -> String {
    let shown = (token.chars().count() / 2).min(4);
    token.chars().take(shown).chain(['…']).collect()
}

fn line(seen: &Seen) -> String {
    let sent = seen.header("authorization").map(str::trim);
    // Whatever follows the scheme; a header without a scheme may be the bare token.
    let secret = sent.map(|s| s.split_once(' ').map_or(s, |(_, token)| token.trim()));
    let secret = secret.filter(|s| !s.is_empty());
    let token = secret.map_or("no token".into(), masked);
    let target = match secret {
        Some(secret) => seen.target.replace(secret, "…"),
        None => seen.target.clone(),
    };
    let status = match seen.status_answered {
        0 => "no answer".into(),
        status => status.to_string(),
    };
    format!("{status} {} {target} ({token})", seen.method)
}

fn run(options: &Options) -> io::Result<()> {
    let server = StandIn::start_on((Ipv4Addr::LOCALHOST, options.port))?;
    server.accept(&options.token).delay(options.delay);
    if !options.quiet {
        server.on_request(|seen| {
            // Whoever read the lines may be gone; the server goes on.
            let _ = writeln!(io::stdout(), "{}", line(seen));
        });
    }
    let (url, token) = (server.base_url(), &options.token);
    let mut out = io::stdout();
    writeln!(out, "export TE_BASE_URL={url} TE_TOKEN={token}")?;
    writeln!(out, "$env:TE_BASE_URL = '{url}'; $env:TE_TOKEN = '{token}'")?;
    out.flush()?;
    if options.until_stdin_closes {
        let mut dropped = [0; 1024];
        while io::stdin().read(&mut dropped)? > 0 {}
        return Ok(());
    }
    loop {
        std::thread::park();
    }
}

fn main() -> ExitCode {
    let result = match options(std::env::args().skip(1)) {
        Ok(options) => run(&options).map_err(|e| e.to_string()),
        Err(why) => Err(format!("{why}\n{USAGE}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("stand_in: {why}");
            ExitCode::FAILURE
        }
    }
}
