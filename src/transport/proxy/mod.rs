//! Which proxy a client uses: the option, the environment, or what Windows is set to; never for loopback.

mod connect;
mod exceptions;
mod socks;
mod url;
mod windows;

pub(super) use connect::tunnel;
pub(super) use socks::connect;
pub(super) use url::{Kind, Proxy};

use crate::environment::variable;
use crate::error::{Error, Result};
use crate::status::Status;
use crate::target::Origin;
use exceptions::Exceptions;
use windows::System;

/// What to do about a proxy that may do it another time.
pub(super) const LATER: &str = "Try again later; if it stays so, ask whoever runs the proxy.";

/// A proxy URL and the hosts that go without it. May hold a password: no Debug.
#[derive(Default)]
pub(crate) struct ProxySetting {
    url: Option<String>,
    except: String,
    source: &'static str,
    /// Windows asks a script for the way, which nobody runs here.
    is_left_to_script: bool,
}

impl ProxySetting {
    /// A setting and its exceptions, for fuzzers.
    #[cfg(fuzzing)]
    pub(super) fn new(url: &str, except: &str) -> Self {
        Self { url: Some(url.to_owned()), except: except.to_owned(), source: "The proxy option", ..Self::default() }
    }

    /// The option, or else `HTTPS_PROXY`, or else `ALL_PROXY`, upper case before lower, or else what Windows is set to.
    pub(crate) fn find(option: Option<&str>) -> Result<Self> {
        let either = |name: &str| match variable(name)? {
            Some(value) => Ok(Some(value)),
            None => variable(&name.to_ascii_lowercase()),
        };
        if let Some(option) = option {
            let url = Some(option.trim().to_owned()).filter(|url| !url.is_empty());
            return Ok(Self { url, source: "The proxy option", ..Self::default() });
        }
        let except = either("NO_PROXY")?.unwrap_or_default();
        for (name, source) in [("HTTPS_PROXY", "$HTTPS_PROXY"), ("ALL_PROXY", "$ALL_PROXY")] {
            if let Some(url) = either(name)? {
                return Ok(Self { url: Some(url), except, source, ..Self::default() });
            }
        }
        let system = System::read();
        let Some(url) = system.url() else {
            return Ok(Self { is_left_to_script: system.has_script, ..Self::default() });
        };
        let except = format!("{except};{}", system.except);
        Ok(Self { url: Some(url), except, source: "The proxy that Windows is set to", is_left_to_script: false })
    }

    /// What to do where an origin cannot be reached without a proxy; empty: what to do about any.
    pub(super) fn advice_without(&self) -> &'static str {
        if self.is_left_to_script {
            "Windows finds its proxy by a script (PAC), which is not supported: name the proxy in the proxy option."
        } else {
            ""
        }
    }

    /// The proxy for an origin, if it goes through one. A setting that is not one is an error: going direct
    /// instead would show the company's traffic to the network it keeps it from.
    pub(super) fn for_origin(&self, origin: &Origin) -> Result<Option<Proxy>> {
        let Some(url) = self.url.as_deref() else { return Ok(None) };
        let proxy = Proxy::parse(url).map_err(|why| {
            Error::new(Status::Proxy, format!("{} cannot be used: {why}. Nothing was sent.", self.source))
        })?;
        let except = Exceptions::parse(&self.except);
        Ok(Some(proxy).filter(|_| !origin.is_loopback() && !except.contain(origin.host(), origin.port())))
    }

    /// What callers on the same way have in common, without user and password.
    pub(crate) fn route(&self) -> String {
        let url = self.url.as_deref().unwrap_or("");
        let host = url.rsplit_once('@').map_or(url, |(_, host)| host);
        format!("{host} {}", self.except)
    }
}
