//! TCP in slices: between them a call can be cancelled, interrupted, or run out of time.

use std::fmt;
use std::io::{self, IoSlice, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::context;
use crate::guard::SLICE;
use crate::sys::{connect, socket};

/// Bytes in both directions: TCP, or a layer on it. Reads and writes block until there is something, or the call ends.
pub(super) trait Stream: Read + Write + fmt::Debug + Send + Sync {
    /// Whether a connection that nobody uses can still carry a request.
    fn is_idle(&self) -> bool;
}

/// One connection.
pub(super) struct Tcp {
    stream: TcpStream,
    slice: (Duration, Duration),
}

impl Tcp {
    /// Connects to the first of some addresses that answers.
    pub(super) fn open(addresses: &[SocketAddr]) -> io::Result<Self> {
        let stream = connect::connect(addresses, context::slice)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(SLICE))?;
        stream.set_write_timeout(Some(SLICE))?;
        Ok(Self { stream, slice: (SLICE, SLICE) })
    }
}

/// What a blocking socket says when its timeout passed, or a signal came.
fn is_pause(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut | Interrupted)
}

impl Read for Tcp {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            let slice = context::slice()?.max(Duration::from_millis(1));
            if slice != self.slice.0 {
                self.stream.set_read_timeout(Some(slice))?;
                self.slice.0 = slice;
            }
            match self.stream.read(room) {
                Err(error) if is_pause(&error) => {}
                Ok(read) => {
                    context::progress(false);
                    return Ok(read);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl Write for Tcp {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    /// A flight of a TLS handshake is many small parts.
    fn write_vectored(&mut self, parts: &[IoSlice]) -> io::Result<usize> {
        loop {
            let slice = context::slice()?.max(Duration::from_millis(1));
            if slice != self.slice.1 {
                self.stream.set_write_timeout(Some(slice))?;
                self.slice.1 = slice;
            }
            match socket::send(&self.stream, parts) {
                Err(error) if is_pause(&error) => {}
                Ok(written) => {
                    context::progress(written > 0);
                    return Ok(written);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for Tcp {
    fn is_idle(&self) -> bool {
        socket::is_idle(&self.stream)
    }
}

impl fmt::Debug for Tcp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tcp").field("peer", &self.stream.peer_addr().ok()).finish_non_exhaustive()
    }
}
