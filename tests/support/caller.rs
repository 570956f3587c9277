//! A program that makes calls and says what became of them, for tests that start many. Token and base URL come from the
//! environment, as with any program.
//!
//! `caller [--calls N | --seconds N] [--threads N] [--pause-ms N] [--timeout-ms N] [--when-stdin-closes]`; calls 0: until
//! it is killed. `caller --on-lines`: one call for each line of its input, and a line of JSON about it.
//! `--state-dir DIR`, `--ca-file PATH` and `--proxy URL` are the options of those names. `--bad-tokens N`: one call with each of so many tokens that
//! begin with `$TE_TOKEN`.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thousandeyes::{Client, Config, Error, Result};

struct Options {
    calls: u64,
    seconds: u64,
    threads: u64,
    timeout_ms: u64,
    pause: Duration,
    when_stdin_closes: bool,
    on_lines: bool,
    state_dir: Option<String>,
    ca_file: Option<String>,
    proxy: Option<String>,
    bad_tokens: u64,
}

fn options() -> Options {
    let mut options = Options {
        calls: 1,
        seconds: 0,
        threads: 1,
        timeout_ms: 120_000,
        pause: Duration::ZERO,
        when_stdin_closes: false,
        on_lines: false,
        state_dir: None,
        ca_file: None,
        proxy: None,
        bad_tokens: 0,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let text = match argument.as_str() {
            "--state-dir" => Some(&mut options.state_dir),
            "--ca-file" => Some(&mut options.ca_file),
            "--proxy" => Some(&mut options.proxy),
            _ => None,
        };
        if let Some(text) = text {
            *text = arguments.next();
            continue;
        }
        let mut number = || arguments.next().and_then(|text| text.parse().ok()).expect("a number");
        match argument.as_str() {
            "--calls" => options.calls = number(),
            "--seconds" => (options.seconds, options.calls) = (number(), 0),
            "--timeout-ms" => options.timeout_ms = number(),
            "--bad-tokens" => options.bad_tokens = number(),
            "--threads" => options.threads = number(),
            "--pause-ms" => options.pause = Duration::from_millis(number()),
            "--when-stdin-closes" => options.when_stdin_closes = true,
            "--on-lines" => options.on_lines = true,
            other => panic!("{other} is no option"),
        }
    }
    options
}

/// How often each status came, and the longest that one call took, in milliseconds.
fn call(client: &Client, options: &Options) -> (BTreeMap<&'static str, u64>, u128) {
    let (mut statuses, mut longest) = (BTreeMap::new(), 0);
    let begun = Instant::now();
    for number in 0.. {
        let over = options.seconds > 0 && begun.elapsed() >= Duration::from_secs(options.seconds);
        if over || options.calls > 0 && number == options.calls {
            break;
        }
        let started = Instant::now();
        let status = client.get("/tests").as_ref().map_or_else(Error::status, |_| thousandeyes::Status::Ok);
        longest = longest.max(started.elapsed().as_millis());
        *statuses.entry(status.name()).or_insert(0) += 1;
        std::thread::sleep(options.pause);
    }
    (statuses, longest)
}

/// A client that could not be made fails every call alike.
fn tell(client: &Result<Client>) {
    let result = client.as_ref().map_err(Clone::clone).and_then(|client| client.get("/tests"));
    let (status, message, sent) = match &result {
        Ok(_) => (thousandeyes::Status::Ok, String::new(), thousandeyes::Sent::Yes),
        Err(error) => (error.status(), error.message().to_owned(), error.was_sent()),
    };
    let report = client.as_ref().ok().map(|client| client.guard().expect("what the guard knows"));
    let guard: Option<Value> = report.map(|report| serde_json::from_slice(report.body()).expect("JSON"));
    let sent = format!("{sent:?}");
    println!("{}", json!({ "status": status.name(), "message": message, "sent": sent, "guard": guard }));
}

fn main() {
    let options = options();
    let timeout = Duration::from_millis(options.timeout_ms);
    let config = Config {
        timeout,
        state_dir: options.state_dir.clone(),
        ca_file: options.ca_file.clone(),
        proxy: options.proxy.clone(),
        ..Config::default()
    };
    for number in 0..options.bad_tokens {
        let token = std::env::var("TE_TOKEN").expect("a token");
        let client = Client::new(Some(&format!("{token}-{number}")), config.clone()).expect("a client");
        assert!(client.get("/tests").is_err());
    }
    if options.bad_tokens > 0 {
        return;
    }
    let client = Client::new(None, config);
    if options.on_lines {
        std::io::stdin().lock().lines().for_each(|_| tell(&client));
        return;
    }
    let client = client.expect("a client");
    if options.when_stdin_closes {
        let _until_closed = std::io::stdin().read(&mut [0]);
    }
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..options.threads).map(|_| scope.spawn(|| call(&client, &options))).collect();
        for thread in threads {
            let (statuses, longest) = thread.join().expect("no panic");
            for (status, count) in statuses {
                println!("{status} {count}");
            }
            println!("longest {longest}");
        }
    });
}
