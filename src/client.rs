//! The client: one token at one origin, and what can be done with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::account_group::AccountGroup;
use crate::answer::Answer;
use crate::call::Call;
use crate::config::{Config, Level};
use crate::credentials::{Credentials, Current};
use crate::environment::variable;
use crate::error::{Error, Result};
use crate::explain;
use crate::families::Learned;
use crate::guard::{Denied, Guard};
use crate::identity;
use crate::status::Status;
use crate::target::{Base, Origin};
use crate::token::Token;
use crate::transport::{Limits, Outgoing, ProxySetting, Settings, Transport};
use crate::watch::{Watch, in_callback, tell};

/// Makes calls with one token at one origin. May be used by many threads at once. A clone is the same client: it shares
/// the connections, and is cancelled with it.
#[derive(Clone)]
pub struct Client(pub(crate) Arc<Parts>);

/// What a client and its clones share.
pub(crate) struct Parts {
    base: Base,
    account_group: String,
    pub(crate) credentials: Current,
    pub(crate) transport: Transport,
    pub(crate) learned: Learned,
    config: Config,
    cancelled: Arc<AtomicBool>,
}

impl Client {
    /// A client for a token, or else for `$TE_TOKEN`, or else for the one in the file `$TE_TOKEN_FILE`.
    ///
    /// Touches no network.
    pub fn new(token: Option<&str>, config: Config) -> Result<Self> {
        Self::from_bytes(token.map(str::as_bytes), config)
    }

    pub(crate) fn from_bytes(token: Option<&[u8]>, mut config: Config) -> Result<Self> {
        config.log = config.log.or_else(crate::config::log_to_stderr);
        if !(1..=110).contains(&config.unauthorized_budget) {
            return Err(Error::new(Status::InvalidArgument, "The budget of 401 answers must be 1 to 110."));
        }
        let token = Token::find(token)?;
        let base = Base::find(config.base_url.as_deref())?;
        let account_group = match &config.account_group {
            Some(id) => id.clone(),
            None => variable("TE_AID")?.unwrap_or_default(),
        };
        let proxy = ProxySetting::find(config.proxy.as_deref())?;
        let transport = Transport::new(&Settings {
            origin: &base.origin,
            proxy: &proxy,
            ca_file: config.ca_file.as_deref(),
            client_certificate: config.client_certificate.as_ref(),
            user_agent: &user_agent(config.user_agent.as_deref())?,
            limits: Limits { connect: config.connect_timeout, idle: config.idle_timeout },
            body_limit: config.body_limit,
        })?;
        let caller = identity::caller(&base.origin, &token, &config, &proxy);
        let guard = Guard::new(identity::store(config.state_dir.as_deref()), caller);
        if let (Some(log), Some(complaint)) = (&config.log, guard.complaint()) {
            tell(log, Level::Warn, &complaint);
        }
        Ok(Self(Arc::new(Parts {
            base,
            account_group,
            credentials: Current::new(Credentials::new(token, guard)?),
            transport,
            learned: Learned::default(),
            config,
            cancelled: Arc::default(),
        })))
    }

    /// GET a path ("tests", "/tests?max=10", "/v7/tests") or an absolute URL of the same origin.
    pub fn get(&self, path: &str) -> Result<Answer> {
        self.perform(&Call::get(path))
    }

    /// Makes a call. Waits for the guard and for rate limits inside the call's time.
    pub fn perform(&self, call: &Call) -> Result<Answer> {
        self.perform_within(call, &self.watch(call))
    }

    /// How long a call that begins now may take, and what ends it.
    pub(crate) fn watch(&self, call: &Call) -> Watch {
        let far = Duration::from_secs(100 * 365 * 86_400);
        Watch {
            deadline: Instant::now() + self.timeout(call).min(far),
            cancelled: [Arc::clone(&self.0.cancelled), Arc::clone(&call.cancelled)],
            interrupt: self.0.config.interrupt.clone(),
            waits: self.0.config.wait_for_rate_limits,
            log: self.0.config.log.clone(),
        }
    }

    pub(crate) fn timeout(&self, call: &Call) -> Duration {
        call.timeout.unwrap_or(self.0.config.timeout)
    }

    /// Where a call goes.
    pub(crate) fn url(&self, call: &Call) -> Result<http::Uri> {
        let account_group = AccountGroup { of_call: call.account_group.as_deref(), of_client: &self.0.account_group };
        self.0.base.resolve(&call.target, &call.query, account_group).map_err(|error| self.hidden(error))
    }

    /// Makes a call inside the time that a watch gives.
    pub(crate) fn perform_within(&self, call: &Call, watch: &Watch) -> Result<Answer> {
        self.carry_out(call, watch, true)
    }

    /// Makes a call. Without `again` one request is sent at most, whatever becomes of it.
    pub(crate) fn carry_out(&self, call: &Call, watch: &Watch, again: bool) -> Result<Answer> {
        not_in_callback()?;
        if self.0.cancelled.load(Ordering::SeqCst) {
            let text = "This client was cancelled. Nothing was sent. Make a new one for further calls.";
            return Err(Error::new(Status::Cancelled, text));
        }
        #[cfg(feature = "test-hooks")]
        crate::panic_if_asked(&call.target);
        let url = self.url(call)?;
        let credentials = self.0.credentials.get();
        let outgoing = Outgoing {
            method: &call.method,
            url: &url,
            authorization: credentials.authorization(),
            headers: &call.headers,
            body: call.body.as_deref(),
        };
        let started = Instant::now();
        let result = self.attempts(&outgoing, &credentials, watch, again);
        self.tell(Level::Debug, || {
            let path = url.path();
            let outcome = match &result {
                Ok(answer) => answer.http_status().to_string(),
                Err(error) => error.status().name().to_owned(),
            };
            credentials.token().hide_in(&format!(
                "{} {path}: {outcome} in {} ms",
                call.method,
                started.elapsed().as_millis()
            ))
        });
        result
    }

    pub(crate) fn hidden(&self, error: Error) -> Error {
        error.with_message(|message| self.hide_in(message))
    }

    /// A text without the token.
    pub(crate) fn hide_in(&self, text: &str) -> String {
        self.0.credentials.get().token().hide_in(text)
    }

    pub(crate) fn denied(&self, denied: &Denied, guard: &Guard) -> Error {
        let (store, why) = guard.describe();
        let error = explain::denied(denied, &format!("Guard state: {store}, {why}."));
        if error.status() != Status::Cancelled {
            self.tell(Level::Warn, || error.message().to_owned());
        }
        error
    }

    pub(crate) fn retries(&self) -> u32 {
        self.0.config.retries
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.0.base.origin
    }

    /// Ends all calls, present and later.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::SeqCst);
    }

    /// A person says: try this token once more now. At most three times an hour.
    pub fn unblock_token(&self) -> Result<()> {
        not_in_callback()?;
        let by = Instant::now() + self.0.config.timeout.min(Duration::from_secs(10));
        let credentials = self.0.credentials.get();
        let guard = credentials.guard();
        guard.unblock(&by).map_err(|denied| self.denied(&denied, guard))
    }

    /// What the guard knows of this client's token and of its source IP, as JSON.
    pub fn guard(&self) -> Result<Answer> {
        not_in_callback()?;
        let credentials = self.0.credentials.get();
        let (store, why) = credentials.guard().describe();
        let mut report = serde_json::to_value(credentials.guard().report()).unwrap_or_default();
        report["store"] = store.into();
        report["store_reason"] = why.into();
        report["origin"] = self.0.base.origin.to_string().into();
        let mut answer = Answer::new(0, vec![("content-type".to_owned(), "application/json".to_owned())]);
        answer.set_body(report.to_string().into_bytes());
        Ok(answer)
    }

    pub(crate) fn tell(&self, level: Level, text: impl FnOnce() -> String) {
        if let Some(log) = &self.0.config.log {
            tell(log, level, &text());
        }
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("origin", &self.0.base.origin.to_string()).finish_non_exhaustive()
    }
}

/// Inside a callback the caller may hold what the library needs.
pub(crate) fn not_in_callback() -> Result<()> {
    if in_callback() {
        let text = "A call was made from inside a callback of this library. Nothing was sent.";
        return Err(Error::new(Status::InvalidArgument, text));
    }
    Ok(())
}

fn user_agent(program: Option<&str>) -> Result<String> {
    let own = concat!("libthousandeyes/", env!("CARGO_PKG_VERSION"));
    let platform = format!("{own} ({}; {})", std::env::consts::OS, std::env::consts::ARCH);
    let text = program.map_or_else(|| platform.clone(), |program| format!("{} {platform}", program.trim()));
    if text.len() > 512 || !text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        let why = "The user agent must be visible ASCII, at most 400 characters.";
        return Err(Error::new(Status::InvalidArgument, why));
    }
    Ok(text)
}
