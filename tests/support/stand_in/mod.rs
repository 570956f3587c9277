//! A stand-in of the v7 API on a loopback port, for tests and for trying the library out.
//!
//! It checks tokens, counts what it saw, blocks a source after too many refusals, and can be told to answer badly.
//! One thread serves one connection. Nothing here ever waits for the network while it holds the state's lock.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::must_use_candidate,
    clippy::missing_panics_doc,
    clippy::missing_errors_doc,
    reason = "every test and example compiles its own copy and uses a part of it"
)]

mod answer;
mod control;
mod date;
mod limits;
mod request;
mod routes;
mod send;
mod serve;
mod shared;
mod state;
mod tokens;
mod wire;

use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

#[allow(unused_imports, reason = "not every test scripts answers")]
pub use self::answer::Answer;
#[allow(unused_imports, reason = "not every test limits rates")]
pub use self::limits::Family;
#[allow(unused_imports, reason = "not every test reads the log")]
pub use self::state::Seen;
#[allow(unused_imports, reason = "not every test breaks connections")]
pub use self::wire::Step;

use self::shared::Shared;
use self::tokens::Standing;

/// A running stand-in. Dropping it closes its port and every connection.
#[derive(Debug)]
pub struct StandIn {
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

impl StandIn {
    /// Starts on a free port of 127.0.0.1; panics where there is none, as a test should.
    pub fn start() -> Self {
        Self::start_on((Ipv4Addr::LOCALHOST, 0)).expect("a free port on the loopback interface")
    }

    /// Starts on an address of the caller's choice.
    pub fn start_on(address: impl ToSocketAddrs) -> io::Result<Self> {
        let (shared, accepting) = serve::start(address)?;
        Ok(Self { shared, accepting: Some(accepting) })
    }

    /// The address to connect to.
    pub fn address(&self) -> SocketAddr {
        self.shared.address
    }

    /// What `TE_BASE_URL` should be: `http://127.0.0.1:PORT`, without `/v7`.
    pub fn base_url(&self) -> String {
        self.shared.origin()
    }

    /// Scheme, host and port; the same text as the base URL.
    pub fn origin(&self) -> String {
        self.shared.origin()
    }

    /// Makes a token good.
    pub fn accept(&self, token: &str) -> &Self {
        self.stand(token, Standing::Accepted)
    }

    /// Makes a token known but refused from now on.
    pub fn revoke(&self, token: &str) -> &Self {
        self.stand(token, Standing::Revoked)
    }

    /// Locks the account behind a token: the same 401 as for a wrong token, as with the real API.
    pub fn lock(&self, token: &str) -> &Self {
        self.stand(token, Standing::Locked)
    }

    fn stand(&self, token: &str, standing: Standing) -> &Self {
        self.shared.lock().tokens.set(token, standing);
        self
    }

    /// How many 401 answers within an hour block their source; `None` never blocks. 120 at the start.
    pub fn block_after(&self, answers: Option<usize>) -> &Self {
        self.shared.lock().block.after = answers;
        self
    }

    /// Lifts every block and forgets the 401 answers that led to it.
    pub fn unblock(&self) -> &Self {
        self.shared.lock().block.lift();
        self
    }

    /// API requests received, those answered badly or never included.
    pub fn requests(&self) -> u64 {
        self.shared.lock().requests
    }

    /// 401 answers, scripted ones included.
    pub fn unauthorized(&self) -> u64 {
        self.shared.lock().unauthorized
    }

    /// Requests refused because their source was blocked.
    pub fn blocked(&self) -> u64 {
        self.shared.lock().blocked
    }

    /// Requests that carried this token, whatever became of them.
    pub fn seen(&self, token: &str) -> u64 {
        self.shared.lock().tokens.seen(token)
    }

    /// The most requests that were being answered at once.
    pub fn max_in_flight(&self) -> u64 {
        self.shared.lock().max_in_flight
    }

    /// The most requests with this token that were being answered at once.
    pub fn max_in_flight_of(&self, token: &str) -> u64 {
        self.shared.lock().tokens.max_in_flight(token)
    }

    /// Connections accepted, those of the control endpoints included.
    pub fn connections(&self) -> u64 {
        self.shared.lock().connections
    }

    /// The last 10,000 API requests, oldest first.
    pub fn log(&self) -> Vec<Seen> {
        self.shared.lock().log.iter().cloned().collect()
    }

    /// Sets every counter to zero and empties the log; tokens, scripts and blocks stay.
    pub fn reset_counts(&self) -> &Self {
        self.shared.lock().reset_counts();
        self
    }

    /// Back to plain behaviour: no delay, scripts, limits, skew or block. Tokens and counters stay.
    pub fn reset_behaviour(&self) -> &Self {
        self.shared.lock().reset_behaviour();
        self
    }

    /// Holds every API answer back for this long.
    pub fn delay(&self, by: Duration) -> &Self {
        self.shared.lock().delay = by;
        self
    }

    /// Queues answers for the next requests of a path, such as `/v7/tests`; a path with a query must match in full.
    pub fn script(&self, path: &str, answers: Vec<Answer>) -> &Self {
        self.shared.lock().script(Some(path), answers);
        self
    }

    /// Queues answers for the next requests, whatever their path; a path's own script goes first.
    pub fn script_any(&self, answers: Vec<Answer>) -> &Self {
        self.shared.lock().script(None, answers);
        self
    }

    /// How many tests the account has, and how many of them a page holds unless `max` is given.
    pub fn tests(&self, total: usize, page_size: usize) -> &Self {
        let mut state = self.shared.lock();
        state.tests_total = total;
        state.page_size = page_size;
        drop(state);
        self
    }

    /// Of the next request that arrives, once all before it are served so, only so many bytes are read; then these steps
    /// follow on its connection.
    pub fn break_off(&self, after: usize, steps: Vec<Step>) -> &Self {
        self.shared.lock().break_off(after, steps);
        self
    }

    /// Requests that were broken off.
    pub fn parts(&self) -> u64 {
        self.shared.lock().parts
    }

    /// Limits a family of requests and announces it in headers; the window starts with its first request.
    pub fn limit(&self, family: Family, per_window: u32, window: Duration) -> &Self {
        self.shared.lock().limit(family, per_window, window);
        self
    }

    /// Sets the server's clock this many seconds ahead of the real one, or behind it.
    pub fn clock_skew(&self, seconds: i64) -> &Self {
        self.shared.lock().skew = seconds;
        self
    }

    /// Tells resets without their part of a second. Otherwise they are rounded up, so that whoever waits as told finds
    /// the window open.
    pub fn round_resets_down(&self) -> &Self {
        self.shared.lock().round = f64::floor;
        self
    }

    /// Calls a function for every API request, once its answer is decided and before it is sent.
    pub fn on_request(&self, call: impl Fn(&Seen) + Send + Sync + 'static) -> &Self {
        self.shared.lock().on_request = Some(Arc::new(call));
        self
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.shared.stop.now();
        for stream in self.shared.lock().open.values() {
            // One that its client has closed already is fine too.
            let _ = stream.shutdown(Shutdown::Both);
        }
        // The accepting thread sits in accept(): a connection of our own wakes it. Without one, waiting could hang.
        let woken = TcpStream::connect_timeout(&self.shared.address, Duration::from_secs(2)).is_ok();
        if let (true, Some(thread)) = (woken, self.accepting.take()) {
            let _ = thread.join();
        }
    }
}
