//! The table of faults.

use std::io::Write;

use thousandeyes::Status;

use super::{Outcome, Row};
use crate::support::stand_in::Step;

use Outcome::{Incomplete, Success, Unanswered};

/// A document as large as it takes to be cut somewhere.
pub const DOCUMENT: &str = r#"{"things": [{"thingId": "1"}, {"thingId": "2"}]}"#;

/// Status line and headers of an answer.
pub fn head(headers: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{headers}\r\n")
}

/// A whole answer with its length.
pub fn whole() -> String {
    format!("{}{DOCUMENT}", head(&format!("Content-Length: {}\r\n", DOCUMENT.len())))
}

/// A whole answer in two chunks.
pub fn chunked() -> String {
    let (first, second) = DOCUMENT.split_at(20);
    format!(
        "{}{:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
        head("Transfer-Encoding: chunked\r\n"),
        first.len(),
        second.len()
    )
}

pub fn send(bytes: impl Into<Vec<u8>>) -> Step {
    Step::Send(bytes.into())
}

/// What is sent, and the connection kept.
fn kept(bytes: impl Into<Vec<u8>>) -> Vec<Step> {
    vec![send(bytes), Step::Keep]
}

/// A body in these chunks, whatever they are; the connection is kept.
fn in_chunks(chunks: &str) -> Vec<Step> {
    kept(format!("{}{chunks}", head("Transfer-Encoding: chunked\r\n")))
}

/// An answer that ends after so many bytes, for every number of them.
pub fn cuts(answer: &[u8], end: &[Step]) -> Vec<Row> {
    let body = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
    // Once the last chunk's line is there, nothing is missing (RFC 9112 section 8).
    let complete = if answer.ends_with(b"0\r\n\r\n") { answer.len() - 2 } else { answer.len() };
    let row = |bytes: usize| {
        let outcome = match bytes {
            _ if bytes < body => Unanswered(Status::Io),
            _ if bytes < answer.len() => Incomplete(Status::Io),
            _ => Success,
        };
        let what = format!("{bytes} of {} bytes, then {end:?}", answer.len());
        Row::new(what, [&[send(&answer[..bytes])], end].concat(), outcome, "")
    };
    (0..complete).chain([answer.len()]).map(row).collect()
}

/// Lengths that are not what follows.
pub fn lengths() -> Vec<Row> {
    let bad = Unanswered(Status::BadResponse);
    let size = DOCUMENT.len();
    let with = |headers: &str| format!("{}{DOCUMENT}", head(headers));
    let sized = |length: &str| kept(with(&format!("Content-Length: {length}\r\n")));
    let two =
        |first: usize, second: usize| kept(with(&format!("Content-Length: {first}\r\nContent-Length: {second}\r\n")));
    let page = "<html>the next page</html>";
    let smuggled = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{page}", page.len());
    let both = format!("Content-Length: {size}\r\nTransfer-Encoding: chunked\r\n");
    vec![
        Row::new("the length is right", sized(&size.to_string()), Success, ""),
        Row::new("a length too long", vec![send(with("Content-Length: 999\r\n"))], Incomplete(Status::Io), ""),
        Row::new("a length too short", sized("20"), Incomplete(Status::BadResponse), "JSON"),
        Row::new("two answers at once", kept(format!("{}{smuggled}", whole())), Success, ""),
        Row::new("two answers at once, in chunks", kept(format!("{}{smuggled}", chunked())), Success, ""),
        Row::new("two lengths", two(size, 20), bad, ""),
        Row::new("two lengths, the shorter first", two(20, size), bad, ""),
        Row::new("a list of lengths", sized(&format!("{size}, 20")), bad, ""),
        Row::new("the same length twice", two(size, size), Success, ""),
        Row::new("a length with a sign", sized(&format!("+{size}")), bad, ""),
        Row::new("a length below zero", sized("-1"), bad, ""),
        Row::new("a length in words", sized("many"), bad, ""),
        Row::new("an empty length", sized(""), bad, ""),
        Row::new("a length of 2 to the 64", sized("18446744073709551616"), bad, ""),
        Row::new("a length of 2 to the 64, less 1", sized("18446744073709551615"), Incomplete(Status::TooLarge), ""),
        Row::new("a length, and chunks", kept(format!("{}30\r\n{DOCUMENT}\r\n0\r\n\r\n", head(&both))), Success, ""),
        Row::new(
            "an unknown coding",
            vec![send(with("Transfer-Encoding: pigeon\r\n"))],
            Incomplete(Status::BadResponse),
            "",
        ),
        Row::new("no length, HTTP/1.0", vec![send(with("").replace("/1.1", "/1.0"))], Success, ""),
        Row::new("no length, HTTP/1.1", vec![send(with(""))], Success, ""),
        Row::new("no length, and a reset", vec![send(with("")), Step::Reset], Incomplete(Status::Io), "reset"),
        Row::new("a status without a body, and one", kept(with("").replace("200 OK", "204 No")), Success, ""),
    ]
}

/// Chunks that are none.
pub fn chunks() -> Vec<Row> {
    let bad = Incomplete(Status::BadResponse);
    let all = format!("30\r\n{DOCUMENT}\r\n");
    assert_eq!(DOCUMENT.len(), 0x30);
    let sized = |size: &str| in_chunks(&format!("{size}\r\n{DOCUMENT}\r\n0\r\n\r\n"));
    vec![
        Row::new("all chunks", in_chunks(&format!("{all}0\r\n\r\n")), Success, ""),
        Row::new("chunks with extensions", sized("030;name=\"a value\""), Success, ""),
        Row::new("chunks with trailers", in_chunks(&format!("{all}0\r\nExpires: 0\r\nA: b\r\n\r\n")), Success, ""),
        Row::new("a chunk's size is no number", sized("xyz"), bad, ""),
        Row::new("a chunk's size is empty", sized(""), bad, ""),
        Row::new("a chunk's size below zero", sized("-30"), bad, ""),
        Row::new("a chunk's size with a prefix", sized("0x30"), bad, ""),
        Row::new("a chunk's size beyond 64 bits", sized("10000000000000030"), bad, ""),
        Row::new("a chunk's size far beyond", sized(&"f".repeat(5000)), bad, ""),
        Row::new(
            "a chunk of 2 to the 63, and an end",
            vec![send(format!("{}7fffffffffffffff\r\n{DOCUMENT}", head("Transfer-Encoding: chunked\r\n")))],
            Incomplete(Status::Io),
            "",
        ),
        Row::new("no line end after a chunk", in_chunks(&format!("30\r\n{DOCUMENT}0\r\n\r\n")), bad, ""),
        Row::new("a chunk longer than it says", in_chunks(&format!("2f\r\n{DOCUMENT}\r\n0\r\n\r\n")), bad, ""),
        Row::new(
            "no last chunk",
            vec![send(format!("{}{all}", head("Transfer-Encoding: chunked\r\n")))],
            Incomplete(Status::Io),
            "",
        ),
    ]
}

/// What comes instead of a head, or before it.
pub fn heads() -> Vec<Row> {
    let bad = Unanswered(Status::BadResponse);
    let before = |bytes: &[u8]| kept([bytes, whole().as_bytes()].concat());
    let early = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n";
    let go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    let line = |line: &str| kept(whole().replace("HTTP/1.1 200 OK", line));
    let settings = b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64\x00\x04\x00\x10\x00\x00";
    vec![
        Row::new("garbage before the status line", before(b"\x00\xff\x13garbage "), bad, "not HTTP"),
        Row::new("text before the status line", before(b"Welcome!\r\n"), bad, "not HTTP"),
        Row::new("no HTTP at all", vec![send("SSH-2.0-OpenSSH_9.2p1\r\n")], bad, "not HTTP"),
        Row::new("a body alone", vec![send(DOCUMENT)], bad, "not HTTP"),
        Row::new("HTTP/2", vec![send(*settings)], bad, "not HTTP"),
        Row::new("an alert of TLS", vec![send(b"\x15\x03\x01\x00\x02\x02\x46")], bad, "not HTTP"),
        Row::new("100 before the answer", before(go_on.as_bytes()), Success, ""),
        Row::new("103 before the answer", before(early.as_bytes()), Success, ""),
        Row::new("several before the answer", before(format!("{go_on}{early}{early}").as_bytes()), Success, ""),
        Row::new(
            "informational answers without an end",
            vec![Step::Repeat(early.into(), 1_000_000)],
            Unanswered(Status::Timeout),
            "time",
        )
        .within(300),
        Row::new("a status line without a reason", line("HTTP/1.1 200"), Success, ""),
        Row::new("a status of two digits", line("HTTP/1.1 20 OK"), bad, "not HTTP"),
        Row::new("a status of four digits", line("HTTP/1.1 2000 OK"), bad, "not HTTP"),
        Row::new("a status in words", line("HTTP/1.1 OK"), bad, "not HTTP"),
        Row::new("a version that is none", line("HTTP/x.y 200 OK"), bad, "not HTTP"),
        Row::new("a header without a colon", kept(head("Broken\r\nContent-Length: 0\r\n")), bad, "not HTTP"),
        Row::new("a header with a NUL", kept(head("A: b\0c\r\nContent-Length: 0\r\n")), bad, "not HTTP"),
    ]
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

fn with_gzip(bytes: &[u8]) -> Vec<u8> {
    let head = head(&format!("Content-Encoding: gzip\r\nContent-Length: {}\r\n", bytes.len()));
    [head.as_bytes(), bytes].concat()
}

/// A whole answer in gzip.
pub fn zipped() -> Vec<u8> {
    with_gzip(&packed(DOCUMENT.as_bytes()))
}

/// Gzip that is damaged.
pub fn gzip() -> Vec<Row> {
    let bad = Incomplete(Status::BadResponse);
    let good = packed(DOCUMENT.as_bytes());
    let sent = |bytes: &[u8]| kept(with_gzip(bytes));
    let flipped = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 0x55;
        sent(&bytes)
    };
    let end = good.len();
    let nothing = head("Content-Encoding: gzip\r\n").replace("200 OK", "204 No Content");
    vec![
        Row::new("gzip", sent(&good), Success, ""),
        Row::new("no gzip though it says so", sent(DOCUMENT.as_bytes()), bad, "gzip"),
        Row::new("gzip without its first byte", sent(&good[1..]), bad, "gzip"),
        Row::new("gzip of an unknown method", flipped(2), bad, "gzip"),
        Row::new("gzip with a damaged block", flipped(12), bad, "gzip"),
        Row::new("gzip with a wrong checksum", flipped(end - 6), bad, "gzip"),
        Row::new("gzip with a wrong size", flipped(end - 2), bad, "gzip"),
        Row::new("gzip cut off in its head", sent(&good[..5]), bad, "gzip"),
        Row::new("gzip cut off in its data", sent(&good[..end / 2]), bad, "gzip"),
        Row::new("gzip cut off in its end", sent(&good[..end - 1]), bad, "gzip"),
        Row::new("gzip and bytes after it", sent(&[&good[..], b"trailing"].concat()), bad, "gzip"),
        Row::new("gzip of nothing", sent(&packed(b"")), Success, ""),
        Row::new("no body, which says it is gzip", kept(nothing), Success, ""),
    ]
}
