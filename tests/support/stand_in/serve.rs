//! Accepting connections and serving each on a thread of its own.

use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::answer::Answer;
use super::request::{Reader, Refusal, Request};
use super::send::{Sending, send};
use super::shared::Shared;
use super::{control, date, routes, wire};

/// Small, so that hundreds of connections cost little; deep enough for the JSON parser's own limit.
const STACK: usize = 512 * 1024;

pub(super) fn start(at: impl ToSocketAddrs) -> io::Result<(Arc<Shared>, JoinHandle<()>)> {
    let listener = TcpListener::bind(at)?;
    let mut address = listener.local_addr()?;
    // "Any address" is good to listen on, not to connect to.
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    let shared = Arc::new(Shared::new(address));
    let for_thread = Arc::clone(&shared);
    let accepting = thread::Builder::new().name("stand-in".into()).spawn(move || accept(&listener, &for_thread))?;
    Ok((shared, accepting))
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut id = 0;
    loop {
        let accepted = listener.accept();
        if shared.stop.is_set() {
            return;
        }
        let Ok((stream, peer)) = accepted else {
            // Out of file descriptors, most likely: some will come back.
            shared.stop.sleep(Duration::from_millis(10));
            continue;
        };
        id += 1;
        let stream = Arc::new(stream);
        {
            let mut state = shared.lock();
            state.connections += 1;
            state.open.insert(id, Arc::clone(&stream));
        }
        let open = Open { shared: Arc::clone(shared), stream, id };
        // A thread that cannot start drops its connection, and with it closes it.
        let _ = thread::Builder::new()
            .name(format!("stand-in-{id}"))
            .stack_size(STACK)
            .spawn(move || open.serve(peer.ip()));
    }
}

/// A connection in the list of open ones, for as long as this lives.
struct Open {
    shared: Arc<Shared>,
    stream: Arc<TcpStream>,
    id: u64,
}

impl Drop for Open {
    fn drop(&mut self) {
        // One that ends with a reset must not say a proper goodbye first.
        if !wire::is_reset(&self.stream) {
            let _ = self.stream.shutdown(Shutdown::Both);
        }
        self.shared.lock().open.remove(&self.id);
    }
}

impl Open {
    fn serve(&self, source: IpAddr) {
        // The stop may have come between the accept and the entry in the list.
        if self.shared.stop.is_set() {
            return;
        }
        let _ = self.stream.set_nodelay(true);
        let mut reader = Reader::new(Arc::clone(&self.stream));
        loop {
            if reader.begin().is_err() {
                return;
            }
            let broken_off = self.shared.lock().next_break();
            if let Some((bytes, steps)) = broken_off {
                // The client may be gone, or close before all of it came.
                if reader.take(bytes).is_ok() {
                    let _ = wire::take(&self.stream, &steps, &self.shared.stop, &mut || {});
                }
                return;
            }
            let served = match reader.next() {
                Ok(request) => self.answer(&request, source),
                Err(Refusal::Gone) => return,
                Err(Refusal::Bad(status)) => {
                    self.refuse(status);
                    return;
                }
            };
            if !served.unwrap_or(false) || self.shared.stop.is_set() {
                return;
            }
        }
    }

    fn answer(&self, request: &Request, source: IpAddr) -> io::Result<bool> {
        if request.path().starts_with(control::PREFIX) {
            let answer = control::answer(&self.shared, request);
            return self.send(request, &answer, &mut || {});
        }
        let mut in_flight = InFlight { shared: &self.shared, request, left: false };
        let (answer, settings) = {
            let mut state = self.shared.lock();
            let admission = state.enter(request, source);
            let settings = routes::Settings {
                origin: self.shared.origin(),
                tests_total: state.tests_total,
                page_size: state.page_size,
                epoch: date::whole(date::epoch(state.skew)),
                delay: state.delay,
            };
            (admission, settings)
        };
        let headers = answer.headers;
        let mut answer = answer.answer.unwrap_or_else(|| routes::answer(request, &settings));
        for (name, value) in headers {
            if !answer.has_header(&name) {
                answer.headers.push((name, value));
            }
        }
        let told = self.shared.lock().record(request, answer.status);
        if let Some((hook, seen)) = told {
            hook(&seen);
        }
        self.shared.stop.sleep(settings.delay.saturating_add(answer.wait));
        if self.shared.stop.is_set() {
            return Ok(false);
        }
        self.send(request, &answer, &mut || in_flight.leave())
    }

    fn send(&self, request: &Request, answer: &Answer, leave: &mut dyn FnMut()) -> io::Result<bool> {
        let skew = self.shared.lock().skew;
        let sending = Sending {
            head_only: request.method == "HEAD",
            keep_alive: request.keep_alive,
            date: date::http_date(date::whole(date::epoch(skew))),
            stop: &self.shared.stop,
        };
        send(&self.stream, answer, &sending, leave)
    }

    /// Tells a client that its bytes are no request. Closing while more of them arrive would reset the connection and
    /// take the answer with it, so the rest is read for a moment.
    fn refuse(&self, status: u16) {
        let answer = Answer::problem(status, "The stand-in cannot read this request", "");
        let _ = self.send(&Request::default(), &answer, &mut || {});
        let _ = self.stream.shutdown(Shutdown::Write);
        let _ = self.stream.set_read_timeout(Some(Duration::from_millis(200)));
        let mut dropped = [0; 8192];
        for _ in 0..4096 {
            if !matches!((&*self.stream).read(&mut dropped), Ok(n) if n > 0) {
                return;
            }
        }
    }
}

/// A request being answered: counted from its arrival until its answer's last bytes.
struct InFlight<'a> {
    shared: &'a Shared,
    request: &'a Request,
    left: bool,
}

impl InFlight<'_> {
    fn leave(&mut self) {
        if !self.left {
            self.left = true;
            self.shared.lock().leave(self.request);
        }
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}
