//! What the guard costs a call: one reservation and its end, with a good token. `cargo bench --bench guard`
//!
//! In memory and on a file, one thread; then on one file from 8 processes at 100 calls a second each.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use thousandeyes::guard::{
    Answered, Caller, End, Families, FileStore, Fingerprint, Guard, MemoryStore, Scope, Store,
};

const CALLS: u32 = 50_000;
const PROCESSES: u32 = 8;
const PACE: Duration = Duration::from_millis(10);
const PACED_CALLS: u32 = 500;

fn guard(store: Arc<dyn Store>, name: u8) -> Guard {
    let caller = Caller {
        token: Fingerprint([name; 16]),
        scope: Scope::Network,
        budget: 36,
        route: 0,
        families: Families::default(),
    };
    Guard::new(store, caller)
}

fn call(guard: &Guard) -> Duration {
    let started = Instant::now();
    let passage = guard.enter(Families::default(), &(started + Duration::from_secs(120))).expect("permission");
    passage.end(End::Answered(Answered::Accepted), Vec::new());
    started.elapsed()
}

fn median_and_99th(mut times: Vec<Duration>) -> (f64, f64) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)].as_secs_f64() * 1e6;
    (at(50), at(99))
}

fn print(what: &str, (median, worst): (f64, f64)) {
    println!("{what:<44} {median:>8.2} {worst:>8.2}");
}

/// One of several processes: calls at a pace, and prints each call's nanoseconds.
fn paced(directory: &str, name: u8) {
    let guard = guard(Arc::new(FileStore::open(Some(directory)).expect("a store")), name);
    call(&guard);
    let begun = Instant::now();
    for number in 1..=PACED_CALLS {
        std::thread::sleep((begun + PACE * number).saturating_duration_since(Instant::now()));
        println!("{}", call(&guard).as_nanos());
    }
}

fn together(directory: &str) -> Vec<Duration> {
    let me = std::env::current_exe().expect("a path");
    let start = |number: u32| {
        let name = (number + 10).to_string();
        Command::new(&me).args(["--paced", directory, &name]).stdout(Stdio::piped()).spawn().expect("a process")
    };
    let processes: Vec<_> = (0..PROCESSES).map(start).collect();
    let outputs = processes.into_iter().map(|process| process.wait_with_output().expect("an end"));
    let lines = outputs.flat_map(|output| {
        let text = String::from_utf8(output.stdout).expect("numbers");
        text.lines().map(|line| Duration::from_nanos(line.parse().expect("a number"))).collect::<Vec<_>>()
    });
    lines.collect()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, mode, directory, name] = arguments.as_slice()
        && mode == "--paced"
    {
        return paced(directory, name.parse().expect("a number"));
    }
    let directory = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let name = directory.to_str().expect("UTF-8");
    println!("{:<44} {:>8} {:>8}", "microseconds a call", "median", "99th");
    let memory = guard(Arc::new(MemoryStore::default()), 1);
    print("in memory", median_and_99th((0..CALLS).map(|_| call(&memory)).collect()));
    let file = guard(Arc::new(FileStore::open(Some(name)).expect("a store")), 1);
    print("on a file", median_and_99th((0..CALLS).map(|_| call(&file)).collect()));
    print("on a file, 8 processes at 100 calls a second", median_and_99th(together(name)));
    std::fs::remove_dir_all(&directory).expect("an empty directory");
}
