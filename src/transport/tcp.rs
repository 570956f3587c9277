//! TCP in slices: between them a call can be cancelled, interrupted, or run out of time.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
};

use super::context;
use crate::guard::SLICE;
use crate::sys::socket;

/// Opens a connection unless a proxy's connector already did.
#[derive(Debug)]
pub(super) struct Connect;

impl<In: Transport> Connector<In> for Connect {
    type Out = Either<In, Tcp>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        if let Some(chained) = chained {
            return Ok(Some(Either::A(chained)));
        }
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for &address in &details.addrs {
            match socket::connect(address, context::connect_slice) {
                Ok(stream) => return Tcp::new(stream, details).map(|tcp| Some(Either::B(tcp))),
                Err(error) if context::is_stop(&error) => return Err(Error::Io(error)),
                Err(error) => last = error,
            }
        }
        Err(Error::Io(last))
    }
}

/// One connection.
pub(super) struct Tcp {
    stream: TcpStream,
    buffers: LazyBuffers,
    slice: (Duration, Duration),
}

impl Tcp {
    fn new(stream: TcpStream, details: &ConnectionDetails) -> Result<Self, Error> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(SLICE))?;
        stream.set_write_timeout(Some(SLICE))?;
        let config = details.config;
        let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        Ok(Self { stream, buffers, slice: (SLICE, SLICE) })
    }
}

/// What a blocking socket says when its timeout passed, or a signal came.
fn is_pause(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut | Interrupted)
}

impl Transport for Tcp {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), Error> {
        let mut rest = &self.buffers.output()[..amount];
        while !rest.is_empty() {
            let slice = context::io_slice()?.max(Duration::from_millis(1));
            if slice != self.slice.1 {
                self.stream.set_write_timeout(Some(slice))?;
                self.slice.1 = slice;
            }
            match self.stream.write(rest) {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::WriteZero).into()),
                Ok(written) => rest = &rest[written..],
                Err(error) if is_pause(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
        loop {
            let slice = context::io_slice()?.max(Duration::from_millis(1));
            if slice != self.slice.0 {
                self.stream.set_read_timeout(Some(slice))?;
                self.slice.0 = slice;
            }
            match self.stream.read(self.buffers.input_append_buf()) {
                Ok(read) => {
                    self.buffers.input_appended(read);
                    return Ok(read > 0);
                }
                Err(error) if is_pause(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn is_open(&mut self) -> bool {
        socket::is_idle(&self.stream)
    }
}

impl fmt::Debug for Tcp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tcp").field("peer", &self.stream.peer_addr().ok()).finish_non_exhaustive()
    }
}
