//! What a connection knows of the call it works for. ureq blocks on the caller's thread, so a thread-local
//! reaches it where its interfaces have no room for it.

use std::cell::{Cell, RefCell};
use std::io;
use std::mem::ManuallyDrop;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::tls::Issuer;
use crate::guard::{Patience, SLICE, Stopped};
use crate::watch::Watch;

/// One call, as its connection sees it.
pub(super) struct Context {
    watch: Watch,
    limits: Limits,
    connect_by: Instant,
    /// Since when nothing was read or written.
    silent_since: Cell<Instant>,
    /// The connection stands, its TLS included.
    pub(super) connected: Cell<bool>,
    /// A part of the request was handed to the network.
    pub(super) sent: Cell<bool>,
    /// The connection already carried another request.
    pub(super) reused: Cell<bool>,
    /// Something of the answer was read.
    pub(super) answered: Cell<bool>,
    /// The server closed the connection.
    pub(super) ended: Cell<bool>,
    /// Who issued the certificate that was not accepted.
    pub(super) refused_issuer: RefCell<Option<Issuer>>,
}

/// How long a connection may take for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Until it stands: name lookup, proxy and TLS included.
    pub(crate) connect: Duration,
    /// Without a byte in either direction.
    pub(crate) idle: Duration,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Cancelled,
    Deadline,
    /// Nothing came for so long as the idle limit allows.
    Silence(Duration),
}

impl From<Stopped> for Stop {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Cancelled => Self::Cancelled,
            Stopped::Deadline => Self::Deadline,
        }
    }
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Deadline => "the time was over",
            Self::Cancelled => "the call was cancelled",
            Self::Silence(_) => "nothing came any more",
        })
    }
}

impl std::error::Error for Stop {}

impl From<Stop> for io::Error {
    fn from(stop: Stop) -> Self {
        Self::other(stop)
    }
}

impl Stop {
    /// The one inside an I/O error.
    pub(super) fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl Context {
    pub(super) fn new(watch: &Watch, limits: Limits) -> Rc<Self> {
        let now = Instant::now();
        Rc::new(Self {
            watch: watch.clone(),
            limits,
            connect_by: now.checked_add(limits.connect).map_or(watch.deadline, |by| by.min(watch.deadline)),
            silent_since: Cell::new(now),
            connected: Cell::new(false),
            sent: Cell::new(false),
            reused: Cell::new(false),
            answered: Cell::new(false),
            ended: Cell::new(false),
            refused_issuer: RefCell::default(),
        })
    }

    /// Makes it this thread's current context: for sending, and again for reading the body.
    pub(super) fn enter(self: &Rc<Self>) -> Entered {
        // What the caller does between reading the headers and the body is not the server's silence.
        self.silent_since.set(Instant::now());
        CURRENT.with(|current| *current.borrow_mut() = Some(Rc::clone(self)));
        Entered
    }

    /// The next slice of a wait, or why to stop.
    fn slice(&self) -> Result<Duration, Stop> {
        let left = self.watch.left()?;
        let left = if self.connected.get() {
            let idle = self.limits.idle;
            let rest = idle.checked_sub(self.silent_since.get().elapsed()).filter(|rest| !rest.is_zero());
            left.min(rest.ok_or(Stop::Silence(idle))?)
        } else {
            left.min(self.connect_by.left()?)
        };
        Ok(left.min(SLICE))
    }
}

/// The context of the call this thread makes.
pub(super) fn current() -> Option<Rc<Context>> {
    CURRENT.with(|current| current.borrow().clone())
}

fn with_current(change: impl FnOnce(&Context)) {
    CURRENT.with(|current| current.borrow().as_deref().map(change));
}

/// The connection stands: what is written from now on is a request.
pub(super) fn connected() {
    with_current(|context| context.connected.set(true));
}

/// The next slice of what the call waits for.
pub(super) fn slice() -> io::Result<Duration> {
    current().map_or(Ok(SLICE), |context| Ok(context.slice()?))
}

/// Something was read or written.
pub(super) fn progress(written: bool) {
    with_current(|context| {
        context.silent_since.set(Instant::now());
        if written && context.connected.get() {
            context.sent.set(true);
        }
    });
}
