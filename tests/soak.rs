//! Many threads and clients, calls that are cancelled and handles that are freed at any time, against a server that is
//! faulty at random: every answer is its caller's own, and nothing is left in the end. `SOAK_SECONDS` says how long.
//! `tests/run` runs it under `ThreadSanitizer` too.
// needs: openssl openssl
// in tests/run: SOAK_SECONDS=60
#![cfg(target_os = "linux")]

mod support;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};
use std::time::{Duration, Instant};

use support::capi::{Watchdog, alone};
use support::client::Directory;
use support::soak::faults::Faults;
use support::soak::{Random, Worker, World};
use thousandeyes::ffi::object::te_live_handles;

const THREADS: u64 = 32;

fn seconds() -> u64 {
    std::env::var("SOAK_SECONDS").map_or(10, |text| text.parse().expect("SOAK_SECONDS is a number"))
}

/// Set by `tests/thread_sanitizer`. The sanitizer keeps memory of its own for all that was ever touched.
fn is_sanitized() -> bool {
    std::env::var_os("TSAN_OPTIONS").is_some()
}

/// What a process holds: the number of its threads, and its open descriptors, of which sockets have numbers of no meaning.
fn held() -> (usize, Vec<String>) {
    let entries = |of: &str| std::fs::read_dir(format!("/proc/self/{of}")).expect("Linux").flatten();
    let target = |entry: std::fs::DirEntry| std::fs::read_link(entry.path()).ok();
    let name = |path: std::path::PathBuf| {
        path.to_string_lossy().trim_end_matches(|c: char| "[]0123456789".contains(c)).to_owned()
    };
    // The sanitizer's own, to the program that finds names for it.
    let own = |name: &String| name == "pipe:" && is_sanitized();
    let mut open: Vec<_> = entries("fd").filter_map(target).map(name).filter(|name| !own(name)).collect();
    open.sort();
    (entries("task").count(), open)
}

/// Memory in use, in MiB.
fn memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") / 1024
}

/// Works for so long; gives the most memory of its third and of its last quarter.
fn soak(world: &World, time: Duration) -> (usize, usize) {
    let over = &AtomicBool::new(false);
    let begun = Instant::now();
    let mut most = [0; 5];
    std::thread::scope(|scope| {
        let faults = scope.spawn(|| Faults::new(world).until(over));
        let workers: Vec<_> = (0..THREADS).map(|n| scope.spawn(move || Worker::new(world, n).until(over))).collect();
        while begun.elapsed() < time && !workers.iter().any(std::thread::ScopedJoinHandle::is_finished) {
            std::thread::sleep(Duration::from_millis(20));
            let quarter = usize::try_from(begun.elapsed().as_millis() * 4 / time.as_millis()).expect("a quarter");
            most[quarter.min(4)] = memory().max(most[quarter.min(4)]);
        }
        over.store(true, SeqCst);
        let told: Vec<_> = workers.into_iter().map(|worker| worker.join().expect("no panic")).collect();
        support::soak::check(&told, faults.join().expect("no panic"));
    });
    (most[2], most[3])
}

#[test]
fn nothing_is_mixed_up_and_nothing_is_left() {
    let alone = alone();
    let seconds = seconds();
    let _watchdog = Watchdog::new(seconds + 60);
    let directory = Directory::new();
    // Once for what is made once in a process.
    drop(World::new(&directory, &Random::new()));
    let before = held();
    let world = World::new(&directory, &Random::new());
    let (third, last) = soak(&world, Duration::from_secs(seconds));
    drop(world);
    assert_eq!(te_live_handles(), 0);
    let by = Instant::now() + Duration::from_secs(10);
    while held() != before && Instant::now() < by {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(held(), before, "threads and descriptors");
    println!("at most {third} MiB in the third quarter, {last} MiB in the last");
    assert!(is_sanitized() || last <= third + 8 + third / 20, "{third} MiB grew to {last}");
    drop(alone);
}

/// The proof that the sanitizer is on, and not told to look away. The child is this test again.
#[test]
#[ignore = "only under ThreadSanitizer, where tests/run runs it"]
fn the_sanitizer_sees_a_race() {
    static mut RACED: u64 = 0;
    static READY: AtomicU64 = AtomicU64::new(0);
    let _alone = alone();
    let race = || {
        // At the same time, and with no order between them.
        READY.fetch_add(1, Relaxed);
        while READY.load(Relaxed) < 2 {
            std::hint::spin_loop();
        }
        for _ in 0..1000 {
            // SAFETY: none; this is the fault.
            unsafe { (&raw mut RACED).write((&raw const RACED).read() + 1) };
        }
    };
    if std::env::var_os("RACE").is_some() {
        let guarded = std::sync::Mutex::new(0);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| (0..1000).for_each(|_| *guarded.lock().expect("no panic") += 1));
                scope.spawn(race);
            }
        });
        std::process::exit(0);
    }
    let mut child = std::process::Command::new(std::env::current_exe().expect("a path"));
    child.args(["--exact", "the_sanitizer_sees_a_race", "--include-ignored", "--nocapture"]);
    let output = child.env("RACE", "1").output().expect("a child");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("ThreadSanitizer: data race"), "{said}");
    assert!(said.contains("RACED") && !said.contains("MutexGuard"), "{said}");
}
