//! Name lookups, remembered for a while: ureq asks on every request, before it looks for a connection.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::Uri;
use ureq::Error;
use ureq::config::Config;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::context;

/// So long an address is used without asking again.
const KEEP: Duration = Duration::from_secs(60);
/// The most addresses of one host that are tried.
const MOST: usize = 16;

/// Addresses of hosts, by "host:port".
#[derive(Debug, Default)]
pub(super) struct Cache {
    known: Mutex<HashMap<String, (Instant, Vec<SocketAddr>)>>,
}

impl Resolver for Cache {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let host = uri.host().ok_or(Error::HostNotFound)?;
        let default = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        let port = uri.port_u16().unwrap_or(default);
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let mut result = self.empty();
        if let Ok(address) = bare.parse::<IpAddr>() {
            result.push(SocketAddr::new(address, port));
            return Ok(result);
        }
        let key = format!("{bare}:{port}");
        let remembered = self.lock().get(&key).filter(|(at, _)| at.elapsed() < KEEP).map(|(_, all)| all.clone());
        let addresses = match remembered {
            Some(addresses) => addresses,
            None => self.look_up(key)?,
        };
        for address in addresses.into_iter().take(MOST) {
            result.push(address);
        }
        if result.is_empty() { Err(Error::HostNotFound) } else { Ok(result) }
    }
}

impl Cache {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Instant, Vec<SocketAddr>)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// On a thread of its own, since no lookup can be interrupted; the call goes on in slices.
    fn look_up(&self, key: String) -> Result<Vec<SocketAddr>, Error> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let name = key.clone();
        std::thread::Builder::new().name("te-lookup".to_owned()).spawn(move || {
            let found = name.to_socket_addrs().map(Iterator::collect::<Vec<_>>);
            // Nobody listens any more when the call was cancelled.
            drop(sender.send(found));
        })?;
        loop {
            match receiver.recv_timeout(context::connect_slice()?) {
                Ok(Ok(addresses)) => {
                    self.lock().insert(key, (Instant::now(), addresses.clone()));
                    return Ok(addresses);
                }
                Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return Err(Error::HostNotFound),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}
