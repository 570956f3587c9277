//! A program that serves on a port until it is dropped.

use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Killed when dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Starts a program that is told a free port, and waits until it listens there. Another program may take the port
    /// first: then it is started with another.
    pub fn start(at: IpAddr, make: impl Fn(SocketAddr) -> Command) -> Self {
        let mut last = String::new();
        for _ in 0..5 {
            let address = free(at);
            let mut command = make(address);
            command.stdin(Stdio::null()).stdout(Stdio::null());
            let child = command.spawn().unwrap_or_else(|error| panic!("{command:?} cannot be run: {error}"));
            let mut server = Self { child, address };
            if server.listens() {
                return server;
            }
            last = format!("{command:?}");
        }
        panic!("it does not listen: {last}");
    }

    fn listens(&mut self) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(10) {
            if self.child.try_wait().expect("a child").is_some() {
                return false;
            }
            if TcpStream::connect(self.address).is_ok() {
                return true;
            }
            sleep(Duration::from_millis(5));
        }
        false
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A port that is free now, below those that a system hands out to whoever takes any: none of these comes between.
pub fn free(at: IpAddr) -> SocketAddr {
    const PORTS: u32 = 20_000;
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    let first = std::process::id().wrapping_mul(97);
    (0..PORTS)
        .map(|_| 10_000 + first.wrapping_add(TAKEN.fetch_add(1, Relaxed)) % PORTS)
        .find_map(|port| {
            let address = SocketAddr::new(at, u16::try_from(port).ok()?);
            TcpListener::bind(address).is_ok().then_some(address)
        })
        .expect("a free port")
}
