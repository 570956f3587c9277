//! What happens on a connection below HTTP, step by step.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use socket2::SockRef;

use super::shared::Stop;

/// One step. After the last the connection is closed, unless that was [`Step::Reset`] or [`Step::Keep`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Bytes, at once.
    Send(Vec<u8>),
    /// The same bytes so many times.
    Repeat(Vec<u8>, usize),
    /// Bytes one by one, with a pause before each.
    Drip(Vec<u8>, Duration),
    /// A pause.
    Pause(Duration),
    /// Nothing, until the client closes; what it sends is read and dropped.
    Silence,
    /// Nothing, and nothing is read either, until the stand-in ends.
    Deafness,
    /// The connection is reset (RST).
    Reset,
    /// The connection stays open for another request.
    Keep,
}

/// Takes the steps, and tells whether the connection stays open. `leave`: as for any other answer.
pub(super) fn take(mut to: &TcpStream, steps: &[Step], stop: &Stop, leave: &mut dyn FnMut()) -> io::Result<bool> {
    if !steps.iter().any(|step| matches!(step, Step::Silence | Step::Deafness)) {
        leave();
    }
    for step in steps {
        match step {
            Step::Send(bytes) => to.write_all(bytes)?,
            Step::Repeat(bytes, times) => {
                for _ in 0..*times {
                    to.write_all(bytes)?;
                }
            }
            Step::Drip(bytes, every) => {
                for byte in bytes {
                    stop.sleep(*every);
                    to.write_all(&[*byte])?;
                }
            }
            Step::Pause(time) => stop.sleep(*time),
            Step::Silence => {
                // Reading notices both ends' closing.
                let mut dropped = [0; 4096];
                while to.read(&mut dropped)? > 0 {}
            }
            Step::Deafness => stop.sleep(Duration::MAX),
            Step::Reset => SockRef::from(to).set_linger(Some(Duration::ZERO))?,
            Step::Keep => return Ok(true),
        }
    }
    Ok(false)
}

/// Whether closing the connection resets it.
pub(super) fn is_reset(stream: &TcpStream) -> bool {
    SockRef::from(stream).linger().is_ok_and(|linger| linger == Some(Duration::ZERO))
}
