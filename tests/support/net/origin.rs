//! An API behind TLS: nginx with a certificate in front of the stand-in, and clients of it.

use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;
use std::time::Duration;

use thousandeyes::{Client, Config, Error, Sent, Status};

use super::certificates::{Authority, Certificate, Wanted};
use super::network::{HERE, HERE_V6};
use super::nginx::Nginx;
use crate::support::client::Directory;
use crate::support::installed::cleaned;
use crate::support::processes::caller;
use crate::support::stand_in::StandIn;

/// What the stand-in accepts.
pub const TOKEN: &str = "good-token";
/// The API's name in a network of its own.
pub const HOST: &str = "api.example.test";

/// Where calls go, and the guard's state of those who make them.
pub struct Origin {
    pub api: StandIn,
    pub nginx: Nginx,
    pub authority: Authority,
    pub state: Directory,
    host: &'static str,
}

impl Origin {
    /// On loopback, with more lines for nginx.
    pub fn on_loopback(settings: &str) -> Self {
        let authority = Authority::new("Example Company CA");
        let certificate = authority.localhost();
        Self::with(authority, &certificate, settings)
    }

    /// On loopback, with a certificate of the test's own.
    pub fn with(authority: Authority, certificate: &Certificate, settings: &str) -> Self {
        Self::start(Ipv4Addr::LOCALHOST.into(), "localhost", authority, certificate, settings)
    }

    /// In a network of its own, as [`HOST`] at [`HERE`].
    pub fn apart() -> Self {
        Self::apart_at(HERE.into())
    }

    /// In a network of its own, as [`HOST`] at one of its addresses; an unspecified one is all of them.
    pub fn apart_at(at: IpAddr) -> Self {
        let authority = Authority::new("Example Company CA");
        let names = format!("DNS:{HOST},IP:{HERE},IP:{HERE_V6}");
        let certificate = authority.issue(HOST, &Wanted { names: &names, ..Wanted::default() });
        Self::start(at, HOST, authority, &certificate, "")
    }

    fn start(
        at: IpAddr,
        host: &'static str,
        authority: Authority,
        certificate: &Certificate,
        settings: &str,
    ) -> Self {
        let api = StandIn::start();
        api.accept(TOKEN);
        let nginx = Nginx::start(at, certificate, api.address(), settings);
        Self { api, nginx, authority, state: Directory::new(), host }
    }

    pub fn url(&self) -> String {
        self.nginx.url(self.host)
    }

    /// Host and port.
    pub fn place(&self) -> String {
        format!("{}:{}", self.host, self.nginx.address().port())
    }

    /// Settings that trust nobody but the system.
    pub fn config(&self) -> Config {
        Config {
            base_url: Some(self.url()),
            state_dir: Some(self.state.name().to_owned()),
            account_group: Some(String::new()),
            proxy: Some(String::new()),
            timeout: Duration::from_secs(10),
            ..Config::default()
        }
    }

    /// Settings that trust the authority as well.
    pub fn trusting(&self) -> Config {
        Config { ca_file: Some(self.authority.file()), ..self.config() }
    }

    /// A client that trusts the authority.
    pub fn client(&self) -> Client {
        client(self.trusting())
    }

    /// One call of a program; its environment says whom it trusts.
    pub fn caller(&self) -> Command {
        let mut command = cleaned(caller());
        command.env("TE_BASE_URL", self.url()).env("TE_TOKEN", TOKEN).env("TE_STATE_DIR", self.state.name());
        command
    }

    /// Has a call fail before anything of it is sent, and the guard none the wiser.
    pub fn refused(&self, config: Config) -> Error {
        let before = self.api.requests();
        let error = match Client::new(Some(TOKEN), config) {
            Err(error) => error,
            Ok(client) => {
                let known = reported(&client);
                let error = client.get("/tests").expect_err("a failure");
                assert_eq!(reported(&client), known, "{error}");
                error
            }
        };
        assert_eq!(self.api.requests(), before, "{error}");
        nothing_sent(&error);
        error
    }
}

/// A client with the token that the stand-in accepts.
pub fn client(config: Config) -> Client {
    Client::new(Some(TOKEN), config).expect("a client")
}

/// An error that says that nothing was sent.
pub fn nothing_sent(error: &Error) {
    assert_eq!(error.was_sent(), Sent::No, "{error}");
    assert!(error.response().is_none(), "{error}");
    assert!(error.message().contains("Nothing was sent."), "{error}");
    assert!(!matches!(error.status(), Status::Unauthorized | Status::TokenRefused), "{error}");
}

/// What the guard knows of requests, without times that pass.
pub fn reported(client: &Client) -> serde_json::Value {
    let report = client.guard().expect("a report");
    let report: serde_json::Value = serde_json::from_slice(report.body()).expect("JSON");
    let mut known: Vec<_> = ["token", "unauthorized_last_hour", "in_flight"].map(|name| report[name].clone()).into();
    known.push(report["source_ip_blocked_ms_ago"].is_null().into());
    known.into()
}
