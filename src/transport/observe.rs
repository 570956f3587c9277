//! The outermost layer of a connection: notes what of a request reached the wire, and what came back.

use std::fmt;

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::context;
use crate::target::Origin;

/// Wraps connections to the API's origin; one to a proxy carries nothing of a request.
#[derive(Debug)]
pub(super) struct Observe {
    origin: String,
}

impl Observe {
    pub(super) fn new(origin: &Origin) -> Self {
        Self { origin: origin.to_string() }
    }
}

impl<In: Transport> Connector<In> for Observe {
    type Out = Box<dyn Transport>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        let Some(inner) = chained else { return Ok(None) };
        let authority = details.uri.authority().map_or("", |authority| authority.as_str());
        if !self.origin.ends_with(&format!("//{authority}")) {
            return Ok(Some(Box::new(inner)));
        }
        if let Some(context) = context::current() {
            context.connected.set(true);
        }
        Ok(Some(Box::new(Observed { inner, requests: 0, returned: false })))
    }
}

struct Observed<T> {
    inner: T,
    requests: u32,
    /// Nobody uses it: it is in the pool.
    returned: bool,
}

impl<T: Transport> Transport for Observed<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.returned = false;
        if let Some(context) = context::current()
            && !context.sent.replace(true)
        {
            context.connected.set(true);
            context.reused.set(self.requests > 0);
            self.requests += 1;
        }
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let progress = self.inner.await_input(timeout)?;
        if let Some(context) = context::current() {
            context.answered.set(context.answered.get() || progress);
        }
        Ok(progress)
    }

    /// Asked when it comes back to the pool and again when it is taken out. The second time tells more, and is enough.
    fn is_open(&mut self) -> bool {
        !std::mem::replace(&mut self.returned, true) || self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

impl<T: Transport> fmt::Debug for Observed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
