//! A connection as ureq uses it: buffers around a stream, and a note of what of a request reached the wire.

use std::fmt;
use std::io::{self, Read, Write};

use ureq::Error;
use ureq::unversioned::transport::{Buffers, LazyBuffers, NextTimeout, Transport};

use super::context;
use super::failure::{Fault, how_it_broke};
use super::tcp::Stream;
use crate::status::Status;

/// One connection to the API's origin, kept for the next request.
pub(super) struct Connection {
    stream: Box<dyn Stream>,
    buffers: LazyBuffers,
    is_tls: bool,
    requests: u32,
    /// A request is being sent, or its answer read.
    busy: bool,
    /// Nobody uses it: it is in the pool.
    returned: bool,
}

impl Connection {
    pub(super) fn new(stream: Box<dyn Stream>, is_tls: bool, buffer: usize) -> Self {
        let buffers = LazyBuffers::new(buffer, buffer);
        Self { stream, buffers, is_tls, requests: 0, busy: false, returned: false }
    }

    fn begin_request(&mut self) {
        if std::mem::replace(&mut self.busy, true) {
            return;
        }
        if let Some(context) = context::current() {
            context.reused.set(self.requests > 0);
        }
        self.requests += 1;
    }
}

impl Transport for Connection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), Error> {
        self.returned = false;
        self.begin_request();
        context::connected();
        let output = &mut self.buffers.output()[..amount];
        let written = self.stream.write_all(output);
        // The token is in it, and a forked child cannot free the buffers of its parent's connections.
        output.fill(0);
        written?;
        // TLS tells here, not in write, that the network did not take it.
        Ok(self.stream.flush()?)
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
        context::connected();
        let room = self.buffers.input_append_buf();
        if room.is_empty() {
            let text = "the answer's headers, or a line of it, are too large";
            return Err(io::Error::from(Fault::new(Status::BadResponse, text)).into());
        }
        let read = self.stream.read(room).map_err(broken_off)?;
        self.buffers.input_appended(read);
        if let Some(context) = context::current() {
            context.answered.set(context.answered.get() || read > 0);
            context.ended.set(read == 0);
        }
        Ok(read > 0)
    }

    /// Asked when it comes back to the pool and again when it is taken out. The second time tells more, and is enough.
    fn is_open(&mut self) -> bool {
        self.busy = false;
        !std::mem::replace(&mut self.returned, true) || self.stream.is_idle()
    }

    fn is_tls(&self) -> bool {
        self.is_tls
    }
}

/// ureq takes some errors for the end of a body without a length: a reset, and TLS that ended without its goodbye, which
/// anybody on the way can bring about.
fn broken_off(error: io::Error) -> io::Error {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, UnexpectedEof};
    match error.kind() {
        UnexpectedEof | ConnectionAborted | ConnectionReset => {
            Fault::new(Status::Io, how_it_broke(&error, "the server")).into()
        }
        _ => error,
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stream.fmt(f)
    }
}
