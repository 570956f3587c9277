//! Writing an answer in the manner it asks for.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::net::TcpStream;

use super::answer::{After, Answer, Manner, reason};
use super::shared::Stop;
use super::wire;

/// Above this, an answer does not go out in one piece.
const ONE_PIECE: usize = 32 * 1024;

/// The circumstances of an answer.
pub(super) struct Sending<'a> {
    pub(super) head_only: bool,
    pub(super) keep_alive: bool,
    pub(super) date: String,
    pub(super) stop: &'a Stop,
}

/// Sends an answer and tells whether the connection stays open.
///
/// `leave` is called before the last bytes go out: a client that has its answer must not find the request it made
/// still counted as being answered, or two requests in a row would look like two at once.
pub(super) fn send(
    mut to: &TcpStream,
    answer: &Answer,
    sending: &Sending<'_>,
    leave: &mut dyn FnMut(),
) -> io::Result<bool> {
    let keep = sending.keep_alive && answer.after != After::Close;
    let mut bytes = head(answer, keep, &sending.date).into_bytes();
    let body: &[u8] = if sending.head_only || bodiless(answer.status) { &[] } else { &answer.body };
    match &answer.manner {
        Manner::Whole if body.len() <= ONE_PIECE => {
            bytes.extend_from_slice(body);
            leave();
            to.write_all(&bytes)?;
        }
        Manner::Whole => {
            let (most, last) = body.split_at(body.len() - 1);
            to.write_all(&bytes)?;
            to.write_all(most)?;
            leave();
            to.write_all(last)?;
        }
        &Manner::Slow { bytes: size, every } => {
            to.write_all(&bytes)?;
            let mut pieces = body.chunks(size).peekable();
            while let Some(piece) = pieces.next() {
                sending.stop.sleep(every);
                if pieces.peek().is_none() {
                    leave();
                }
                to.write_all(piece)?;
            }
        }
        &Manner::Cut(size) => {
            bytes.extend_from_slice(&body[..size.min(body.len())]);
            leave();
            to.write_all(&bytes)?;
            return Ok(false);
        }
        Manner::Wire(steps) => return wire::take(to, steps, sending.stop, leave),
        // Never sent: the route's own answer takes its place.
        Manner::Pass => return Ok(false),
    }
    Ok(keep && answer.after == After::Keep)
}

fn bodiless(status: u16) -> bool {
    status < 200 || status == 204 || status == 304
}

fn head(answer: &Answer, keep: bool, date: &str) -> String {
    let status = answer.status;
    let mut head = format!("HTTP/1.1 {status} {}\r\n", reason(status));
    let mut add = |name: &str, value: &str| {
        // Writing to a string does not fail.
        let _ = write!(head, "{name}: {value}\r\n");
    };
    for (name, value) in &answer.headers {
        add(name, value);
    }
    if !answer.has_header("Date") {
        add("Date", date);
    }
    let sized = answer.has_header("Content-Length") || answer.has_header("Transfer-Encoding");
    if !sized && !bodiless(status) {
        add("Content-Length", &answer.body.len().to_string());
    }
    if !keep && !answer.has_header("Connection") {
        add("Connection", "close");
    }
    head.push_str("\r\n");
    head
}
