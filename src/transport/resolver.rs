//! Name lookups, remembered for a while.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

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
    found: Mutex<Option<Found>>,
    done: Condvar,
}

/// When, and the addresses or why there are none.
#[derive(Clone, Debug)]
struct Found {
    at: Instant,
    addresses: Result<Vec<SocketAddr>, String>,
}

impl Cache {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The addresses of a host, or why there are none; fails when the call ends before that is known.
    pub(super) fn find(&self, host: &str, port: u16) -> io::Result<Result<Vec<SocketAddr>, String>> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(Ok(vec![SocketAddr::new(address, port)]));
        }
        let key = format!("{host}:{port}");
        let lookup = {
            let mut known = self.lock();
            match known.get(&key) {
                Some(Entry::Known(at, addresses)) if at.elapsed() < KEEP => return Ok(Ok(addresses.clone())),
                Some(Entry::Asked(lookup)) if !lookup.is_old() => Arc::clone(lookup),
                _ => {
                    let lookup = Lookup::begin(&key)?;
                    known.insert(key.clone(), Entry::Asked(Arc::clone(&lookup)));
                    lookup
                }
            }
        };
        let Found { at, addresses } = lookup.wait()?;
        let mut known = self.lock();
        // What was not found is asked for again by the next call.
        match &addresses {
            Ok(addresses) => known.insert(key, Entry::Known(at, addresses.clone())),
            Err(_) => known.remove(&key),
        };
        Ok(addresses)
    }

    /// Whether the addresses that [`Self::find`] would tell are from before.
    pub(super) fn remembers(&self, host: &str, port: u16) -> bool {
        matches!(self.lock().get(&format!("{host}:{port}")), Some(Entry::Known(at, _)) if at.elapsed() < KEEP)
    }

    /// None of its addresses answered: the next call asks anew.
    pub(super) fn forget(&self, host: &str, port: u16) {
        self.lock().remove(&format!("{host}:{port}"));
    }
}

impl Lookup {
    fn begin(key: &str) -> io::Result<Arc<Self>> {
        let (lookup, name) = (Arc::<Self>::default(), key.to_owned());
        let asked = Arc::clone(&lookup);
        // The host's signals are handled on the host's threads.
        signal::with_all_blocked(|| {
            std::thread::Builder::new().name("te-lookup".to_owned()).spawn(move || {
                let addresses = look_up(&name);
                *asked.lock() = Some(Found { at: Instant::now(), addresses });
                asked.done.notify_all();
            })
        })?;
        Ok(lookup)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Found>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it ended so long ago, with nobody waiting any more, that it must be made again.
    fn is_old(&self) -> bool {
        let keep = |found: &Found| if found.addresses.is_ok() { KEEP } else { FAILED };
        self.lock().as_ref().is_some_and(|found| found.at.elapsed() >= keep(found))
    }

    /// Waits inside the call's time.
    fn wait(&self) -> io::Result<Found> {
        loop {
            // With no lock held: it asks the caller's own function.
            let slice = context::slice()?;
            let found = self.lock();
            if let Some(found) = &*found {
                return Ok(found.clone());
            }
            drop(self.done.wait_timeout(found, slice));
        }
    }
}

fn look_up(name: &str) -> Result<Vec<SocketAddr>, String> {
    match name.to_socket_addrs() {
        Ok(addresses) => Some(families_in_turn(addresses.take(MOST).collect()))
            .filter(|addresses| !addresses.is_empty())
            .ok_or_else(|| "it has no address".to_owned()),
        // The system's own words come last.
        Err(error) => Err(error.to_string().rsplit(": ").next().unwrap_or_default().to_owned()),
    }
}

/// So that a family that leads nowhere costs one try at most before the other: RFC 8305 section 4.
fn families_in_turn(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let Some(first) = addresses.first().map(SocketAddr::is_ipv6) else { return addresses };
    let (mut one, mut other): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == first);
    let mut in_turn = Vec::with_capacity(one.len() + other.len());
    let (mut one, mut other) = (one.drain(..), other.drain(..));
    loop {
        let before = in_turn.len();
        in_turn.extend(one.next());
        in_turn.extend(other.next());
        if in_turn.len() == before {
            return in_turn;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_families_of_addresses_take_turns_and_the_system_says_which_is_first() {
        let parse = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<SocketAddr>>();
        let rows: [(&[&str], &[&str]); 3] = [
            (&["[::1]:1", "[::2]:1", "1.1.1.1:1", "[::3]:1"], &["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"]),
            (&["1.1.1.1:1", "2.2.2.2:1", "[::1]:1"], &["1.1.1.1:1", "[::1]:1", "2.2.2.2:1"]),
            (&[], &[]),
        ];
        for (found, tried) in rows {
            assert_eq!(families_in_turn(parse(found)), parse(tried));
        }
    }
}
