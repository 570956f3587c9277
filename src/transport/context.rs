//! What the connectors know of the call they work for. ureq blocks on the caller's thread, so a thread-local
//! reaches them where its interfaces have no room for it.

use std::cell::{Cell, RefCell};
use std::io;
use std::mem::ManuallyDrop;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::guard::{Patience, SLICE, Stopped};
use crate::watch::Watch;

/// One call, as its connection sees it.
pub(super) struct Context {
    watch: Watch,
    connect_by: Instant,
    /// The request, or a part of it, was handed to the connection.
    pub(super) sent: Cell<bool>,
    /// The connection already carried another request.
    pub(super) reused: Cell<bool>,
    /// Something of the answer was read.
    pub(super) answered: Cell<bool>,
    /// The connection to the proxy, or to the origin, stood.
    pub(super) connected: Cell<bool>,
}

thread_local! {
    // Never destroyed, so that a call made while its thread ends (a C++ destructor's, say) finds it. Empty between calls.
    static CURRENT: ManuallyDrop<RefCell<Option<Rc<Context>>>> = const { ManuallyDrop::new(RefCell::new(None)) };
}

/// Leaves the context when dropped.
pub(super) struct Entered;

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.with(|current| current.borrow_mut().take());
    }
}

/// Stops a call from inside an I/O error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop(pub(super) Stopped);

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Stopped::Deadline => "the time was over",
            Stopped::Cancelled => "the call was cancelled",
        })
    }
}

impl std::error::Error for Stop {}

/// Whether an I/O error is a [`Stop`].
pub(super) fn is_stop(error: &io::Error) -> bool {
    error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Stop>)
}

impl Context {
    pub(super) fn new(watch: &Watch, connect_timeout: Duration) -> Rc<Self> {
        let now = Instant::now();
        Rc::new(Self {
            watch: watch.clone(),
            connect_by: now.checked_add(connect_timeout).map_or(watch.deadline, |by| by.min(watch.deadline)),
            sent: Cell::new(false),
            reused: Cell::new(false),
            answered: Cell::new(false),
            connected: Cell::new(false),
        })
    }

    /// Makes it this thread's current context: for sending, and again for reading the body.
    pub(super) fn enter(self: &Rc<Self>) -> Entered {
        CURRENT.with(|current| *current.borrow_mut() = Some(Rc::clone(self)));
        Entered
    }

    /// The next slice of an I/O wait, or why to stop.
    fn slice(&self, by: Instant) -> io::Result<Duration> {
        let left = self.watch.left().map_err(|why| io::Error::other(Stop(why)))?;
        let left = by.left().map_err(|why| io::Error::other(Stop(why)))?.min(left);
        Ok(left.min(SLICE))
    }
}

/// The context of the call this thread makes.
pub(super) fn current() -> Option<Rc<Context>> {
    CURRENT.with(|current| current.borrow().clone())
}

/// The next slice of a connect.
pub(super) fn connect_slice() -> io::Result<Duration> {
    current().map_or(Ok(SLICE), |context| {
        let by = if context.connected.get() { context.watch.deadline } else { context.connect_by };
        context.slice(by)
    })
}

/// The next slice of reading or writing; TLS and proxy handshakes belong to the connect's time.
pub(super) fn io_slice() -> io::Result<Duration> {
    connect_slice()
}
