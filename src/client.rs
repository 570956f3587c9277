//! The client: one token at one origin, and the path of a call through guard and transport.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use http::header::HeaderValue;

use crate::account_group::AccountGroup;
use crate::answer::Answer;
use crate::call::Call;
use crate::config::{Config, Level};
use crate::environment::variable;
use crate::error::{Error, Result, Sent};
use crate::explain::{self, Asked};
use crate::families::Learned;
use crate::guard::{Answered, Denied, End, Failure, Guard, HOUR, Millis, Patience, pause};
use crate::identity;
use crate::rate::{self, TooMany};
use crate::status::Status;
use crate::sys::{clock, halt};
use crate::target::Base;
use crate::token::Token;
use crate::transport::{Broken, Outgoing, ProxySetting, Settings, Transport};
use crate::watch::{Watch, in_callback, tell};

/// Makes calls with one token at one origin. May be used by many threads at once. A clone is the same client: it shares
/// the connections, and is cancelled with it.
#[derive(Clone)]
pub struct Client {
    base: Base,
    token: Arc<Token>,
    authorization: HeaderValue,
    account_group: String,
    guard: Guard,
    transport: Arc<Transport>,
    config: Arc<Config>,
    cancelled: Arc<AtomicBool>,
    learned: Arc<Learned>,
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
        let mut authorization = HeaderValue::try_from(
            zeroize::Zeroizing::new(format!("Bearer {}", token.as_str())).as_str(),
        )
        .map_err(|_| Error::new(Status::BadToken, "The token cannot be sent in a header. Nothing was sent."))?;
        authorization.set_sensitive(true);
        let account_group = match &config.account_group {
            Some(id) => id.clone(),
            None => variable("TE_AID")?.unwrap_or_default(),
        };
        let proxy = ProxySetting::find(config.proxy.as_deref())?;
        let transport = Transport::new(&Settings {
            origin: &base.origin,
            proxy: &proxy,
            ca_file: config.ca_file.as_deref(),
            user_agent: &user_agent(config.user_agent.as_deref())?,
            connect_timeout: config.connect_timeout,
            body_limit: config.body_limit,
        })?;
        let caller = identity::caller(&base.origin, &token, &config, &proxy);
        let guard = Guard::new(identity::store(config.state_dir.as_deref()), caller);
        Ok(Self {
            base,
            token: Arc::new(token),
            authorization,
            account_group,
            guard,
            transport: Arc::new(transport),
            config: Arc::new(config),
            cancelled: Arc::default(),
            learned: Arc::default(),
        })
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
            cancelled: [Arc::clone(&self.cancelled), Arc::clone(&call.cancelled)],
            interrupt: self.config.interrupt.clone(),
            waits: self.config.wait_for_rate_limits,
            log: self.config.log.clone(),
        }
    }

    pub(crate) fn timeout(&self, call: &Call) -> Duration {
        call.timeout.unwrap_or(self.config.timeout)
    }

    /// Where a call goes.
    pub(crate) fn url(&self, call: &Call) -> Result<http::Uri> {
        let account_group = AccountGroup { of_call: call.account_group.as_deref(), of_client: &self.account_group };
        self.base.resolve(&call.target, &call.query, account_group).map_err(|error| self.hidden(error))
    }

    /// Makes a call inside the time that a watch gives.
    pub(crate) fn perform_within(&self, call: &Call, watch: &Watch) -> Result<Answer> {
        not_in_callback()?;
        #[cfg(feature = "test-hooks")]
        crate::panic_if_asked(&call.target);
        let url = self.url(call)?;
        let outgoing = Outgoing {
            method: &call.method,
            url: &url,
            authorization: &self.authorization,
            headers: &call.headers,
            body: call.body.as_deref(),
        };
        let started = Instant::now();
        let result = self.attempts(&outgoing, watch);
        self.tell(Level::Debug, || {
            let path = url.path();
            let outcome = match &result {
                Ok(answer) => answer.http_status().to_string(),
                Err(error) => error.status().name().to_owned(),
            };
            self.token.hide_in(&format!("{} {path}: {outcome} in {} ms", call.method, started.elapsed().as_millis()))
        });
        result
    }

    /// Sends until there is an answer to give: a rate limit is waited for, a dead idle connection replaced.
    fn attempts(&self, outgoing: &Outgoing, watch: &Watch) -> Result<Answer> {
        let asked = Asked { outgoing, token: &self.token };
        let mut last: Option<Limited> = None;
        let mut replaced = false;
        loop {
            let families = self.learned.of(outgoing.method, outgoing.url.path());
            let passage = match (self.guard.enter(families, watch), last.take()) {
                // Of limits that the guard cannot tell apart, the answer itself says how long.
                (Ok(passage), Some(limited)) if limited.until > clock::now() => {
                    passage.end(End::GivenUp, Vec::new());
                    let limited = self.wait_out(limited, watch)?;
                    last = Some(limited);
                    continue;
                }
                (Ok(passage), _) => passage,
                (Err(Denied::Limited(..)), Some(limited)) => return Err(limited.error),
                (Err(denied), Some(limited)) => return Err(self.denied_after(&denied, &limited.error)),
                (Err(denied), None) if replaced => {
                    let before = "It may have been sent before, on a connection that broke.";
                    let error = self.denied(&denied).sent(Sent::Perhaps);
                    return Err(error.with_message(|message| message.replace("Nothing was sent.", before)));
                }
                (Err(denied), None) => return Err(self.denied(&denied)),
            };
            halt::at("reserved");
            let incoming = match self.transport.send(outgoing, watch) {
                Ok(incoming) => incoming,
                Err(broken) => {
                    let again = broken.stale && !replaced && outgoing.method == http::Method::GET;
                    passage.end(end_of(&broken), Vec::new());
                    if again {
                        replaced = true;
                        continue;
                    }
                    return Err(self.hidden(explain::broken(&broken, None, &asked)));
                }
            };
            halt::at("answered");
            let answered = clock::now();
            let end = verdict(incoming.head());
            let stops = matches!(end, End::Answered(Answered::Rejected | Answered::SourceIpBlocked));
            let rejected = end == End::Answered(Answered::Rejected);
            let limits = rate::told(incoming.head());
            self.learned.learn(outgoing.method, outgoing.url.path(), &limits);
            let noted = passage.end(end, limits);
            let (answer, broken) = incoming.read();
            if let Some(broken) = broken.filter(|_| !rejected) {
                return Err(self.hidden(explain::broken(&broken, Some(&answer), &asked)).answer(answer));
            }
            if (200..300).contains(&answer.http_status()) && !answer.is_html() {
                if let Some(why) = answer.broken_json().map(str::to_owned) {
                    return Err(self.hidden(explain::not_json(answer, &asked, &why)));
                }
                let answer = explain::told(answer, &asked);
                if answer.status() != Status::Ok {
                    self.tell(Level::Warn, || answer.message().to_owned());
                }
                return Ok(answer);
            }
            let status = answer.http_status();
            let wait = (status == 429).then(|| rate::classify(&answer));
            let error = self.hidden(explain::answer(answer, &asked, &noted, wait));
            if stops {
                self.tell(Level::Warn, || error.message().to_owned());
            }
            let Some(TooMany::RateLimit(wait) | TooMany::RetryAfter(wait)) = wait else { return Err(error) };
            last = Some(Limited { error, until: answered + wait.min(HOUR) });
        }
    }

    fn wait_out(&self, limited: Limited, watch: &Watch) -> Result<Limited> {
        let stopped = |stopped| self.denied_after(&Denied::Stopped(stopped), &limited.error);
        let wait = limited.until - clock::now();
        let left = watch.left().map_err(stopped)?;
        let time = Duration::from_millis(wait.max(1).unsigned_abs());
        if time > left || !watch.waits_for_limit(wait) {
            return Err(limited.error);
        }
        pause(Instant::now() + time, watch).map_err(stopped)?;
        Ok(limited)
    }

    pub(crate) fn hidden(&self, error: Error) -> Error {
        error.with_message(|message| self.token.hide_in(message))
    }

    fn denied(&self, denied: &Denied) -> Error {
        let (store, why) = self.guard.describe();
        let error = explain::denied(denied, &format!("Guard state: {store}, {why}."));
        self.tell(Level::Warn, || error.message().to_owned());
        error
    }

    /// As [`Self::denied`], for a call that was sent and answered 429 before.
    fn denied_after(&self, denied: &Denied, rate_limited: &Error) -> Error {
        let before = "It was sent before and answered 429 (rate limit), so it was not carried out.";
        let error = self.denied(denied).with_message(|message| message.replace("Nothing was sent.", before));
        rate_limited.response().cloned().map_or(error.clone(), |answer| error.answer(answer))
    }

    /// Ends all calls, present and later.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
    }

    /// A person says: try this token once more now. At most three times an hour.
    pub fn unblock_token(&self) -> Result<()> {
        not_in_callback()?;
        let by = Instant::now() + self.config.timeout.min(Duration::from_secs(10));
        self.guard.unblock(&by).map_err(|denied| self.denied(&denied))
    }

    /// What the guard knows of this client's token and of its source IP, as JSON.
    pub fn guard(&self) -> Result<Answer> {
        not_in_callback()?;
        let (store, why) = self.guard.describe();
        let mut report = serde_json::to_value(self.guard.report()).unwrap_or_default();
        report["store"] = store.into();
        report["store_reason"] = why.into();
        report["origin"] = self.base.origin.to_string().into();
        let mut answer = Answer::new(0, vec![("content-type".to_owned(), "application/json".to_owned())]);
        answer.set_body(report.to_string().into_bytes());
        Ok(answer)
    }

    pub(crate) fn tell(&self, level: Level, text: impl FnOnce() -> String) {
        if let Some(log) = &self.config.log {
            tell(log, level, &text());
        }
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("origin", &self.base.origin.to_string()).finish_non_exhaustive()
    }
}

/// A 429 that tells how long to wait, and until when that is by the guard's clock.
struct Limited {
    error: Error,
    until: Millis,
}

/// Inside a callback the caller may hold what the library needs.
pub(crate) fn not_in_callback() -> Result<()> {
    if in_callback() {
        let text = "A call was made from inside a callback of this library. Nothing was sent.";
        return Err(Error::new(Status::InvalidArgument, text));
    }
    Ok(())
}

/// What an answer says about the token, by its status line and headers.
pub(crate) fn verdict(answer: &Answer) -> End {
    let answered = match answer.http_status() {
        // A proxy's own log-in, most likely: no verdict, and yet the API may count it.
        401 if answer.declares_html() => return End::Lost,
        401 => Answered::Rejected,
        // What does not say that it is no page may be one.
        200..300 if !answer.declares_html() && !answer.is_untyped() => Answered::Accepted,
        403 if answer.is_json() => Answered::Accepted,
        429 => match rate::classify(answer) {
            TooMany::RateLimit(_) => Answered::Accepted,
            TooMany::RetryAfter(wait) => Answered::RetryAfter(wait),
            TooMany::Bare if answer.is_html() => Answered::Nothing,
            TooMany::Bare => Answered::SourceIpBlocked,
        },
        _ => Answered::Nothing,
    };
    End::Answered(answered)
}

/// What the guard is told of an attempt that was not answered.
fn end_of(broken: &Broken) -> End {
    match (broken.sent, broken.status) {
        // The caller's own doing, or its own time that was over: another may fare better.
        (Sent::No, Status::Cancelled | Status::Timeout) => End::GivenUp,
        (Sent::No, status) => End::NotSent(Failure { status, text: broken.text.clone() }),
        _ => End::Lost,
    }
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
