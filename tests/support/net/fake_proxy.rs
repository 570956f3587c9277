//! A proxy that does what no real one can be told to do, and lets everybody through once it is mended.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::network::HERE;

/// What becomes of a connection, once the head of a request or the first bytes of SOCKS are read.
type Manner = dyn Fn(&TcpStream) -> io::Result<()> + Send + Sync;

/// Listens for as long as the tests run, in the network of one of them.
pub struct FakeProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    heard: Mutex<Vec<Vec<u8>>>,
    mended: AtomicBool,
    manner: Box<Manner>,
    /// Where everybody comes out who is let through.
    place: SocketAddr,
}

impl FakeProxy {
    /// Does something with every connection; when mended, lets it through to a place, whatever it asks for.
    pub fn start(place: SocketAddr, manner: impl Fn(&TcpStream) -> io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((IpAddr::from(HERE), 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let (heard, mended) = (Mutex::default(), AtomicBool::new(false));
        let shared = Arc::new(Shared { heard, mended, manner: Box::new(manner), place });
        let served = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&served);
                // A client that went away has its reasons.
                thread::spawn(move || shared.serve(&stream).ok());
            }
        });
        Self { address, shared }
    }

    /// Answers every request with this, and closes.
    pub fn saying(place: SocketAddr, answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(place, move |mut stream| {
            stream.write_all(&answer)?;
            // Closing while more comes in would reset the connection, and the answer would be lost.
            stream.shutdown(Shutdown::Write)?;
            io::copy(&mut stream, &mut io::sink()).map(drop)
        })
    }

    /// Lets everybody through.
    pub fn to(place: SocketAddr) -> Self {
        let proxy = Self::start(place, |_| Ok(()));
        proxy.mend();
        proxy
    }

    pub fn mend(&self) {
        self.shared.mended.store(true, Ordering::SeqCst);
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What came first on each connection; of SOCKS, what was asked for.
    pub fn heard(&self) -> Vec<String> {
        self.shared.heard().iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
    }

    /// The values of a header on each connection.
    pub fn header(&self, name: &str) -> Vec<String> {
        let heard = self.heard();
        let headers = heard.iter().flat_map(|head| head.lines()).filter_map(|line| line.split_once(": "));
        headers.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).collect()
    }
}

impl Shared {
    fn heard(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, mut stream: &TcpStream) -> io::Result<()> {
        let first = first(stream)?;
        let socks = first[0] == 5;
        self.heard().push(first);
        if !self.mended.load(Ordering::SeqCst) {
            return (self.manner)(stream);
        }
        if socks {
            stream.write_all(&[5, 0])?;
            let asked = asked_of_socks(stream)?;
            *self.heard().last_mut().expect("the first bytes") = asked;
            stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
        } else {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        }
        join(stream, self.place)
    }
}

/// A request's head, or the methods that SOCKS offers.
fn first(mut stream: &TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let whole = |bytes: &[u8]| match bytes {
        [5, methods, rest @ ..] => rest.len() == usize::from(*methods),
        _ => bytes.ends_with(b"\r\n\r\n"),
    };
    while !whole(&bytes) {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        bytes.push(byte[0]);
    }
    Ok(bytes)
}

/// The host that a connection by SOCKS goes to, as it was asked for.
pub fn asked_of_socks(mut stream: &TcpStream) -> io::Result<Vec<u8>> {
    let mut head = [0; 5];
    stream.read_exact(&mut head)?;
    let (rest, name) = match head[3] {
        3 => (usize::from(head[4]) + 2, true),
        1 => (5, false),
        _ => (17, false),
    };
    let mut host = vec![0; rest];
    stream.read_exact(&mut host)?;
    host.truncate(rest - 2);
    Ok(if name { host } else { b"an address".to_vec() })
}

/// Hands on what either side says, until both have ended.
pub fn join(stream: &TcpStream, place: SocketAddr) -> io::Result<()> {
    let origin = TcpStream::connect(place)?;
    thread::scope(|scope| {
        scope.spawn(|| pass(&origin, stream));
        pass(stream, &origin);
    });
    Ok(())
}

fn pass(mut from: &TcpStream, mut to: &TcpStream) {
    let _passed = io::copy(&mut from, &mut to);
    let _closed = to.shutdown(Shutdown::Write);
}
