//! Answers that are far larger than they should be: an error, soon, in little memory.
#![cfg(target_os = "linux")]

mod support;

use std::io::Write;
use std::time::{Duration, Instant};

use flate2::{Compress, Compression, FlushCompress};
use support::processes::call;
use support::stand_in::{Answer, StandIn, Step};
use support::told::Process;

const TOKEN: &str = "sizes-token";
const MIB: usize = 1 << 20;

/// The most memory a process ever had, in bytes.
fn peak_memory(process: &Process) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
}

/// A process meets such an answer in its second call; in the third the server behaves. Of its time, a minute, the call
/// needs little, and of memory not more than so much.
fn met(what: &str, steps: Vec<Step>, most: usize, expected: &str, says: &str) {
    let server = StandIn::start();
    server.accept(TOKEN);
    let mut process = Process::start(call(&server, TOKEN, "", &["--timeout-ms", "60000"]));
    assert_eq!(process.call().status, "TE_OK");
    let before = peak_memory(&process);
    server.script("/v7/tests", vec![Answer::wire(steps)]);
    let begun = Instant::now();
    let told = process.call();
    let (took, grown) = (begun.elapsed(), peak_memory(&process) - before);
    assert_eq!(told.status, expected, "{what}: {told:?}");
    assert!(told.message.contains(says), "{what}: {told:?}");
    support::faults::in_words(&told.message);
    assert!(grown < most, "{what}: {} KiB", grown / 1024);
    assert!(took < Duration::from_secs(15), "{what}: {took:?}");
    assert_eq!(process.call().status, "TE_OK", "{what}");
    assert_eq!(server.requests(), 3, "{what}");
}

fn send(text: &str) -> Step {
    Step::Send(text.into())
}

#[test]
fn a_head_without_an_end() {
    let start = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let bad = "TE_E_BAD_RESPONSE";
    let times = |bytes: usize, piece: &str| Step::Repeat(piece.into(), bytes / piece.len());
    let kib = "x".repeat(1024);
    let line = format!("A: {kib}\r\n");
    met("one header of 200 MB", vec![send(start), send("A: "), times(200 * MIB, &kib)], MIB, bad, "headers");
    met("200 MB of headers", vec![send(start), times(200 * MIB, &line)], MIB, bad, "headers");
    met("a status line of 200 MB", vec![send("HTTP/1.1 200 "), times(200 * MIB, &kib)], MIB, bad, "");
    met("200 MB of empty lines", vec![times(200 * MIB, "\r\n\r\n")], MIB, bad, "");
    met("200 MB of text", vec![times(200 * MIB, &kib)], MIB, bad, "HTTP");
}

#[test]
fn heads_that_are_too_large() {
    let bad = "TE_E_BAD_RESPONSE";
    let answer = |headers: String| vec![Step::Send(support::faults::rows::head(&headers).into_bytes())];
    met("10,000 headers", answer("X-Header: value\r\n".repeat(10_000)), MIB, bad, "headers");
    met("a header of 1 MB", answer(format!("A: {}\r\n", "x".repeat(MIB))), MIB, bad, "headers");
    met("a header's name of 1 MB", answer(format!("{}: x\r\n", "A".repeat(MIB))), MIB, bad, "");
}

#[test]
fn chunks_that_are_nothing_but_overhead() {
    let bad = "TE_E_BAD_RESPONSE";
    let start = send(&support::faults::rows::head("Transfer-Encoding: chunked\r\n"));
    let kib = "x".repeat(1024);
    let size = vec![start.clone(), Step::Repeat("0".repeat(1024).into(), 200 * 1024)];
    met("a chunk's size of 200 MB", size, MIB, bad, "");
    let extension = vec![start.clone(), send("1;"), Step::Repeat(kib.clone().into(), 200 * 1024)];
    met("a chunk's extension of 200 MB", extension, MIB, bad, "");
    let trailers = vec![start, send("0\r\n"), Step::Repeat(format!("A: {kib}\r\n").into(), 200 * 1024)];
    // Nothing is missing once the last chunk is there, and nothing more is read.
    met("200 MB of trailers", trailers, MIB, "TE_OK", "");
}

/// Gzip of so many MiB of zeros, of a hundred bytes and some for each KiB... built from one piece, which is its own
/// continuation.
fn bomb(mib: usize) -> Vec<Step> {
    let mut packer = Compress::new(Compression::best(), false);
    let (zeros, mut piece) = (vec![0; MIB], Vec::with_capacity(MIB));
    packer.compress_vec(&zeros, &mut piece, FlushCompress::Full).expect("memory");
    assert_eq!(packer.total_in(), MIB as u64);
    let mut start = Vec::new();
    write!(start, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n").expect("memory");
    write!(start, "Content-Length: {}\r\n\r\n", 10 + mib * piece.len() + 10).expect("memory");
    start.extend(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03");
    vec![Step::Send(start), Step::Repeat(piece, mib), Step::Send(vec![3, 0, 0, 0, 0, 0, 0, 0, 0, 0])]
}

#[test]
fn a_body_beyond_the_limit() {
    let limit = 64 * MIB;
    let large = "TE_E_TOO_LARGE";
    met("10 GB in 10 MB of gzip", bomb(10 * 1024), 3 * limit, large, "limit");
    let start = support::faults::rows::head("Transfer-Encoding: chunked\r\n");
    let chunk = format!("100000\r\n{}\r\n", " ".repeat(MIB));
    met("chunks", vec![send(&start), Step::Repeat(chunk.into(), 200)], 3 * limit, large, "limit");
    let endless = vec![send(&support::faults::rows::head("")), Step::Repeat(vec![b' '; MIB], 200)];
    met("no length", endless, 3 * limit, large, "limit");
    let announced = format!("Content-Length: {}\r\n", 200 * MIB);
    met("announced", vec![send(&support::faults::rows::head(&announced)), Step::Silence], MIB, large, "limit");
}
