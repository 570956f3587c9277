//! What a client is made of besides its token.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::sys::signal;

/// Asked while a call blocks or waits, at least every 100 ms, on the caller's own thread; `true` cancels.
pub type Interrupt = Arc<dyn Fn() -> bool + Send + Sync>;
/// Given one line without secrets, on the caller's own thread, with no lock held.
pub type Log = Arc<dyn Fn(Level, &str) + Send + Sync>;

/// How much a log line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i32)]
pub enum Level {
    /// Something failed and a person must act.
    Error = 1,
    /// Something a person should know.
    Warn = 2,
    /// A wait, a retry.
    Info = 3,
    /// One line a call.
    Debug = 4,
}

/// A client's certificate for TLS and its private key, as PEM files.
#[derive(Clone, Debug)]
pub struct ClientCertificate {
    /// The certificate, and after it those that lead to the authority.
    pub certificate: String,
    /// The private key, not encrypted; `None`: it is in the same file.
    pub key: Option<String>,
}

/// Settings of a client. What is `None` comes from the environment or has a default.
#[derive(Clone)]
pub struct Config {
    /// Base URL, with or without `/v7`; else `$TE_BASE_URL`, else `$TE_API_ENDPOINT`, else the public API.
    pub base_url: Option<String>,
    /// Where programs share what they know of tokens; empty: in memory only; else `$TE_STATE_DIR`, else
    /// `$STATE_DIRECTORY`, else the user's own state directory.
    pub state_dir: Option<String>,
    /// Account group id (`aid`) for every call that names none; else `$TE_AID`; empty: the user's login account group.
    pub account_group: Option<String>,
    /// PEM file of certificate authorities trusted beside the system's, or a directory of such files.
    pub ca_file: Option<String>,
    /// Shown to a server that asks for one.
    pub client_certificate: Option<ClientCertificate>,
    /// Proxy URL; else `$HTTPS_PROXY`, else `$ALL_PROXY`, with `$NO_PROXY`, else what Windows is set to; empty: none.
    pub proxy: Option<String>,
    /// Put in front of the library's own `User-Agent`.
    pub user_agent: Option<String>,
    /// Time to connect, name lookup and TLS included.
    pub connect_timeout: Duration,
    /// The longest silence of a connection while an answer is awaited or read.
    pub idle_timeout: Duration,
    /// Time of a whole call, waits included.
    pub timeout: Duration,
    /// The largest unpacked body.
    pub body_limit: usize,
    /// The most 401 answers in 60 minutes that the guard allows, 1 to 110.
    pub unauthorized_budget: u32,
    /// How often a GET that was answered 502, 503 or 504 is sent again, inside its time.
    pub retries: u32,
    /// Whether a call waits for the API's rate limits inside its time; else it fails at once and says how long.
    pub wait_for_rate_limits: bool,
    /// Asked while a call blocks.
    pub interrupt: Option<Interrupt>,
    /// Told what happens.
    pub log: Option<Log>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            base_url: None,
            state_dir: None,
            account_group: None,
            ca_file: None,
            client_certificate: None,
            proxy: None,
            user_agent: None,
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            timeout: Duration::from_secs(120),
            body_limit: 64 * 1024 * 1024,
            unauthorized_budget: 36,
            retries: 2,
            wait_for_rate_limits: true,
            interrupt: None,
            log: None,
        }
    }
}

/// The log of a program that set none: standard error, down to the level that `$TE_LOG` names.
pub(crate) fn log_to_stderr() -> Option<Log> {
    let most = match std::env::var("TE_LOG").ok()?.trim().to_ascii_lowercase().as_str() {
        "error" => Level::Error,
        "warn" => Level::Warn,
        "info" => Level::Info,
        "debug" => Level::Debug,
        _ => return None,
    };
    Some(Arc::new(move |level, text| {
        if level <= most {
            write_to_stderr(&format!("thousandeyes: {text}\n"));
        }
    }))
}

/// Without the lock of [`std::io::stderr`], which a forked child may find taken.
fn write_to_stderr(line: &str) {
    use std::io::Write;
    #[cfg(unix)]
    let stderr = std::os::fd::AsFd::as_fd(&std::io::stderr()).try_clone_to_owned().map(std::fs::File::from);
    #[cfg(not(unix))]
    let stderr = std::io::Result::Ok(std::io::stderr());
    // A closed standard error must not end the host.
    let _unwritten = signal::without_broken_pipes(|| stderr.and_then(|mut stderr| stderr.write_all(line.as_bytes())));
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A proxy URL may carry a password.
        let proxy = self.proxy.as_ref().map(|_| "set");
        f.debug_struct("Config")
            .field("base_url", &self.base_url)
            .field("state_dir", &self.state_dir)
            .field("account_group", &self.account_group)
            .field("ca_file", &self.ca_file)
            .field("client_certificate", &self.client_certificate)
            .field("proxy", &proxy)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
