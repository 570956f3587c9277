//! A program that serves on a port until it is dropped.

use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
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

/// A port that is free now.
pub fn free(at: IpAddr) -> SocketAddr {
    TcpListener::bind((at, 0)).and_then(|listener| listener.local_addr()).expect("a free port")
}
