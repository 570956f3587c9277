//! Calls through a proxy that does not let them through, with all that is said of them looked through for secrets.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use thousandeyes::{Client, Config, Error, Status};

use super::fake_proxy::FakeProxy;
use super::network::{HERE, Network, apart};
use super::origin::{HOST, Origin, TOKEN, nothing_sent, reported};

pub const USER: &str = "proxyuser";
pub const PASSWORD: &str = "pr0xyw0rd";
/// Both, as Basic sends them.
pub const BASIC: &str = "cHJveHl1c2VyOnByMHh5dzByZA==";
/// The proxy's name in a network of its own.
pub const PROXY: &str = "proxy.example.test";

/// A network with an API behind TLS, where its name and the proxy's are known.
pub fn with_api(test: impl FnOnce(&Network, &Origin) + Send) {
    apart(|network| {
        network.names(&[(HOST, &HERE.to_string()), (PROXY, &HERE.to_string())]);
        test(network, &Origin::apart());
    });
}

/// A client whose every line is looked through for what must not be in it.
pub struct Caller<'a> {
    origin: &'a Origin,
    client: Client,
    lines: Arc<Mutex<Vec<String>>>,
}

impl<'a> Caller<'a> {
    pub fn new(origin: &'a Origin, proxy: &str) -> Self {
        let lines = Arc::<Mutex<Vec<String>>>::default();
        let log = Arc::clone(&lines);
        let config = Config {
            proxy: Some(proxy.to_owned()),
            connect_timeout: Duration::from_millis(800),
            timeout: Duration::from_secs(5),
            log: Some(Arc::new(move |_, line: &str| log.lock().expect("no panic").push(line.to_owned()))),
            ..origin.trusting()
        };
        Self { origin, client: Client::new(Some(TOKEN), config).expect("a client"), lines }
    }

    /// A call that the proxy does not let through.
    pub fn fails(&self) -> Error {
        let (requests, before) = (self.origin.api.requests(), reported(&self.client));
        let error = self.client.get("/tests").expect_err("a failure");
        assert_eq!(self.origin.api.requests(), requests, "{error}");
        assert_eq!(reported(&self.client), before, "{error}");
        nothing_sent(&error);
        self.lines.lock().expect("no panic").push(format!("{error} {error:?}"));
        error
    }

    pub fn works(&self) {
        let requests = self.origin.api.requests();
        self.client.get("/tests").expect("an answer");
        assert_eq!(self.origin.api.requests(), requests + 1);
    }
}

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        for line in self.lines.lock().expect("no panic").iter() {
            for secret in [USER, PASSWORD, BASIC, TOKEN] {
                assert!(std::thread::panicking() || !line.contains(secret), "{secret} in: {line}");
            }
        }
    }
}

/// What is told of a proxy that does this; afterwards it is mended.
pub fn told(origin: &Origin, scheme: &str, proxy: &FakeProxy) -> Error {
    let address = proxy.address();
    let caller = Caller::new(origin, &format!("{scheme}://{USER}:{PASSWORD}@{address}"));
    let error = caller.fails();
    assert_eq!(proxy.heard().len(), 1, "it is asked once: {error}");
    assert!(error.message().contains("proxy") && error.message().contains(&address.to_string()), "{error}");
    proxy.mend();
    caller.works();
    error
}

#[track_caller]
pub fn says(error: &Error, status: Status, words: &[&str]) {
    assert_eq!(error.status(), status, "{error}");
    for word in words {
        assert!(error.message().contains(word), "no {word:?} in: {error}");
    }
}
