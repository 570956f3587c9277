//! The way to the API's origin: lookup, TCP, proxy, TLS.

use std::fmt;
use std::io;
use std::sync::{Arc, Weak};

use http::Uri;
use ureq::Error;
use ureq::config::Config;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectionDetails, Connector, NextTimeout};

use super::connection::Connection;
use super::context::Stop;
use super::failure::{Fault, how_it_broke, late};
use super::proxy::{self, Kind, Proxy};
use super::resolver::Cache;
use super::tcp::{Stream, Tcp};
use super::tls::{self, Peer, Tls};
use crate::status::Status;
use crate::target::Origin;

/// What settings say about the way.
pub(super) struct Way {
    pub(super) origin: Origin,
    pub(super) proxy: Option<Proxy>,
    /// Where the origin cannot be reached without one.
    pub(super) advice_without_proxy: &'static str,
    pub(super) tls: tls::Settings,
    pub(super) user_agent: String,
}

/// Makes connections, with what one process learned on the way.
pub(super) struct Connect {
    /// The client's own, and gone with it: connections that a forked child cannot close must not keep it.
    way: Weak<Way>,
    names: Cache,
    tls: Tls,
}

impl Connect {
    pub(super) fn new(way: &Arc<Way>) -> Self {
        Self { way: Arc::downgrade(way), names: Cache::default(), tls: Tls::default() }
    }

    fn open(&self, way: &Way) -> io::Result<Box<dyn Stream>> {
        let Way { origin, proxy, tls, .. } = way;
        let (host, port) = (origin.host(), origin.port());
        let stream = match proxy {
            Some(proxy) => self.through(way, proxy)?,
            None => self.reach(host, port, None, way.advice_without_proxy)?,
        };
        if !origin.is_https() {
            return Ok(stream);
        }
        self.tls.begin(tls, stream, host, Peer::Origin { through_proxy: proxy.is_some() })
    }

    fn reach(
        &self,
        host: &str,
        port: u16,
        proxy: Option<&Proxy>,
        advice: &'static str,
    ) -> io::Result<Box<dyn Stream>> {
        let of = if proxy.is_some() { " of the proxy" } else { "" };
        let mut remembered = self.names.remembers(host, port);
        loop {
            let addresses = self
                .names
                .find(host, port)
                .map_err(|error| late(error, format_args!("the name server did not tell where {host} is"), advice))?
                .map_err(|why| {
                    let text = format!("the host name {host}{of} was not found ({why})");
                    Fault::new(Status::Dns, text).advice(advice)
                })?;
            let error = match Tcp::open(&addresses) {
                Ok(stream) => return Ok(Box::new(stream)),
                Err(error) => error,
            };
            self.names.forget(host, port);
            let stopped = Stop::of(&error).is_some();
            // It may have moved since.
            if std::mem::take(&mut remembered) && !stopped {
                continue;
            }
            let to = proxy.map_or_else(String::new, |proxy| format!(" to the proxy {}", proxy.address()));
            let at = match addresses.len() {
                0 | 1 => String::new(),
                count => format!(" at any of {count} addresses"),
            };
            if stopped {
                return Err(late(error, format_args!("no connection{to}{at}"), advice));
            }
            let text = format!("no connection{to}{at} could be made ({error})");
            return Err(Fault::new(Status::Connect, text).advice(advice).into());
        }
    }

    fn through(&self, way: &Way, proxy: &Proxy) -> io::Result<Box<dyn Stream>> {
        let Way { origin, tls, user_agent, .. } = way;
        let (host, port) = (origin.host(), origin.port());
        let advice = "Check the proxy's host and port (HTTPS_PROXY), and whether it runs.";
        let mut stream = self.reach(&proxy.host, proxy.port, Some(proxy), advice)?;
        if proxy.kind == Kind::Https {
            stream = self.tls.begin(tls, stream, &proxy.host, Peer::Proxy)?;
        }
        let made = match proxy.kind {
            Kind::Http | Kind::Https => proxy::tunnel(&mut *stream, proxy, host, port, user_agent),
            Kind::Socks5 => proxy::connect(&mut *stream, proxy, host, port),
        };
        made.map_err(|error| match error.get_ref() {
            // Told already.
            Some(inner) if inner.is::<Fault>() => error,
            Some(inner) if inner.is::<Stop>() => {
                let advice = if proxy.kind == Kind::Socks5 { "Is it a SOCKS 5 proxy? Most are http://." } else { "" };
                late(error, format_args!("the proxy {} did not answer", proxy.address()), advice)
            }
            _ => {
                let broke = || {
                    let text = how_it_broke(&error, &format!("the proxy {}", proxy.address()));
                    Fault::new(Status::Connect, text).advice(proxy::LATER)
                };
                // In version 1.3 a server may break off after its client took TLS as agreed.
                let refused = tls::rustls_error(&error).map(|error| tls::fault_of(error, &proxy.host, Peer::Proxy));
                refused.unwrap_or_else(broke).into()
            }
        })?;
        Ok(stream)
    }
}

impl Connector for Connect {
    type Out = Connection;

    fn connect(&self, details: &ConnectionDetails, _: Option<()>) -> Result<Option<Connection>, Error> {
        let way = self.way.upgrade().ok_or_else(|| io::Error::other("the client is gone"))?;
        let stream = self.open(&way)?;
        Ok(Some(Connection::new(stream, way.origin.is_https(), details.config.input_buffer_size())))
    }
}

impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect").finish_non_exhaustive()
    }
}

/// ureq asks for addresses on every request, before it looks for a connection; [`Connect`] asks when it makes one.
#[derive(Debug)]
pub(super) struct NotYet;

impl Resolver for NotYet {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        Ok(self.empty())
    }
}
