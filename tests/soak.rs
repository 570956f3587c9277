//! Many threads and clients, calls that are cancelled and handles that are freed at any time, against a server that is
//! faulty at random: every answer is its caller's own, and nothing is left in the end. `SOAK_SECONDS` says how long.
//! `tests/run` runs it under `ThreadSanitizer` too.
// needs: openssl openssl
// in tests/run: SOAK_SECONDS=60
#![cfg(target_os = "linux")]

mod support;

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use support::capi::{Watchdog, alone};
use support::client::Directory;
use support::soak::{Faults, Random, Worker, World};
use thousandeyes::ffi::object::te_live_handles;

const THREADS: u64 = 32;

fn seconds() -> u64 {
    std::env::var("SOAK_SECONDS").map_or(10, |text| text.parse().expect("SOAK_SECONDS is a number"))
}

/// What a process holds: threads and open descriptors.
fn held() -> (usize, usize) {
    let count = |of: &str| std::fs::read_dir(format!("/proc/self/{of}")).expect("Linux").count();
    (count("task"), count("fd"))
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
    assert!(last <= third + 8 + third / 20, "{third} MiB grew to {last}");
    drop(alone);
}
