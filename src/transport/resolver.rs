//! Name lookups, remembered for a while: ureq asks on every request, before it looks for a connection.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::Uri;
use ureq::Error;
use ureq::config::Config;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::context;
use crate::sys::signal;

/// So long an address is used without asking again.
const KEEP: Duration = Duration::from_secs(60);
/// So long a failure is the answer of those who come while it is told.
const FAILED: Duration = Duration::from_secs(1);
/// The most addresses of one host that are tried.
const MOST: usize = 16;

/// Addresses of hosts, by "host:port".
#[derive(Debug, Default)]
pub(super) struct Cache {
    known: Mutex<HashMap<String, Entry>>,
}

#[derive(Debug)]
enum Entry {
    Known(Instant, Vec<SocketAddr>),
    /// A thread asks; everybody who wants to know waits for it.
    Asked(Arc<Lookup>),
}

/// One lookup, on a thread of its own since none can be interrupted. Who does not wait any longer leaves it alone.
#[derive(Debug, Default)]
struct Lookup {
    /// When, and what.
    found: Mutex<Option<(Instant, Vec<SocketAddr>)>>,
    done: Condvar,
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
        for address in self.find(&format!("{bare}:{port}"))?.into_iter().take(MOST) {
            result.push(address);
        }
        if result.is_empty() { Err(Error::HostNotFound) } else { Ok(result) }
    }
}

impl Cache {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, key: &str) -> Result<Vec<SocketAddr>, Error> {
        let lookup = {
            let mut known = self.lock();
            match known.get(key) {
                Some(Entry::Known(at, addresses)) if at.elapsed() < KEEP => return Ok(addresses.clone()),
                Some(Entry::Asked(lookup)) if !lookup.is_old() => Arc::clone(lookup),
                _ => {
                    let lookup = Lookup::begin(key)?;
                    known.insert(key.to_owned(), Entry::Asked(Arc::clone(&lookup)));
                    lookup
                }
            }
        };
        let (at, addresses) = lookup.wait()?;
        let entry = Entry::Known(at, addresses.clone());
        let mut known = self.lock();
        // What was not found is asked for again by the next call.
        if addresses.is_empty() {
            known.remove(key);
        } else {
            known.insert(key.to_owned(), entry);
        }
        Ok(addresses)
    }
}

impl Lookup {
    fn begin(key: &str) -> Result<Arc<Self>, Error> {
        let (lookup, name) = (Arc::<Self>::default(), key.to_owned());
        let asked = Arc::clone(&lookup);
        // The host's signals are handled on the host's threads.
        signal::with_all_blocked(|| {
            std::thread::Builder::new().name("te-lookup".to_owned()).spawn(move || {
                let found = name.to_socket_addrs().map(Iterator::collect).unwrap_or_default();
                *asked.lock() = Some((Instant::now(), found));
                asked.done.notify_all();
            })
        })?;
        Ok(lookup)
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Instant, Vec<SocketAddr>)>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it ended so long ago, with nobody waiting any more, that it must be made again.
    fn is_old(&self) -> bool {
        self.lock().as_ref().is_some_and(|(at, found)| at.elapsed() >= if found.is_empty() { FAILED } else { KEEP })
    }

    /// Waits inside the call's time.
    fn wait(&self) -> Result<(Instant, Vec<SocketAddr>), Error> {
        loop {
            // With no lock held: it asks the caller's own function.
            let slice = context::connect_slice()?;
            let found = self.lock();
            if let Some(found) = &*found {
                return Ok(found.clone());
            }
            drop(self.done.wait_timeout(found, slice));
        }
    }
}
