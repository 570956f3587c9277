//! The way of a call through guard and transport, as often as it takes.

use std::time::{Duration, Instant};

use crate::answer::Answer;
use crate::client::Client;
use crate::config::Level;
use crate::credentials::Credentials;
use crate::error::{Error, Result, Sent};
use crate::explain::{self, Asked};
use crate::guard::{Answered, Denied, End, Failure, Guard, HOUR, Millis, Patience, Stopped, pause};
use crate::rate::{self, TooMany};
use crate::retry::Retries;
use crate::status::Status;
use crate::sys::{clock, halt};
use crate::transport::{Broken, Outgoing};
use crate::watch::Watch;

impl Client {
    /// Sends until there is an answer to give: a rate limit is waited for, a dead idle connection replaced, a GET that
    /// met a fault which may pass sent again.
    /// Without `again` what was sent is not sent a second time.
    pub(crate) fn attempts(
        &self,
        outgoing: &Outgoing,
        credentials: &Credentials,
        watch: &Watch,
        again: bool,
    ) -> Result<Answer> {
        let guard = credentials.guard();
        let asked = Asked { outgoing, token: credentials.token() };
        let hidden = |error: Error| error.with_message(|message| credentials.token().hide_in(message));
        let mut before: Option<Before> = None;
        let mut replaced = false;
        let mut retries = Retries::new(if again { self.retries() } else { 0 });
        loop {
            let families = self.0.learned.of(outgoing.method, outgoing.url.path());
            let passage = match (guard.enter(families, watch), before) {
                // Of limits that the guard cannot tell apart, the answer itself says how long.
                (Ok(passage), Some(Before::Limited(error, until))) if until > clock::now() => {
                    passage.end(End::GivenUp, Vec::new());
                    self.wait_out(&error, until, watch, guard)?;
                    before = Some(Before::Limited(error, until));
                    continue;
                }
                (Ok(passage), _) => passage,
                (Err(Denied::Limited(..)), Some(Before::Limited(error, _))) => return Err(error),
                (Err(denied), Some(before)) => return Err(before.told_in(self.denied(&denied, guard))),
                (Err(denied), None) => return Err(self.denied(&denied, guard)),
            };
            halt::at("reserved");
            let incoming = match self.0.transport.send(outgoing, watch) {
                Ok(incoming) => incoming,
                Err(broken) => {
                    let harmless = outgoing.method == http::Method::GET || broken.sent == Sent::No;
                    let dead = broken.stale && !replaced && again && harmless;
                    passage.end(end_of(&broken), Vec::new());
                    if dead {
                        replaced = true;
                        before = Some(Before::Broken);
                        continue;
                    }
                    let error = hidden(explain::broken(&broken, None, &asked));
                    if matches!(error.status(), Status::Proxy | Status::Tls) {
                        self.tell(Level::Warn, || error.message().to_owned());
                    }
                    return Err(error);
                }
            };
            halt::at("answered");
            let answered = clock::now();
            let end = verdict(incoming.head());
            let stops = matches!(end, End::Answered(Answered::Rejected | Answered::SourceIpBlocked));
            let rejected = end == End::Answered(Answered::Rejected);
            let limits = rate::told(incoming.head());
            self.0.learned.learn(outgoing.method, outgoing.url.path(), &limits);
            let noted = passage.end(end, limits);
            let (answer, broken) = incoming.read();
            if let Some(broken) = broken.filter(|_| !rejected) {
                return Err(hidden(explain::broken(&broken, Some(&answer), &asked)).answer(answer));
            }
            if (200..300).contains(&answer.http_status()) && !answer.is_html() {
                if let Some(why) = answer.broken_json().map(str::to_owned) {
                    return Err(hidden(explain::not_json(answer, &asked, &why)));
                }
                let answer = explain::told(answer, &asked);
                if answer.status() != Status::Ok {
                    self.tell(Level::Warn, || answer.message().to_owned());
                }
                return Ok(answer);
            }
            let status = answer.http_status();
            let wait = (status == 429).then(|| rate::classify(&answer));
            let error = hidden(explain::answer(answer, &asked, &noted, wait));
            if stops {
                // Somebody must look after the token, or find the programs behind this address that should.
                self.tell(Level::Error, || error.message().to_owned());
            }
            let fault = retries.pause(outgoing.method, status, error.retry_in());
            before = Some(match (wait, fault) {
                (Some(TooMany::RateLimit(wait) | TooMany::RetryAfter(wait)), _) if again => {
                    Before::Limited(error, answered + wait.min(HOUR))
                }
                (None, Some(time)) => Before::Fault(self.rest(time, error, watch)?),
                _ => return Err(error),
            });
        }
    }

    /// Waits as long as a 429 asks.
    fn wait_out(&self, limited: &Error, until: Millis, watch: &Watch, guard: &Guard) -> Result<()> {
        let stopped =
            |stopped| Before::Limited(limited.clone(), until).told_in(self.denied(&Denied::Stopped(stopped), guard));
        let wait = (until - clock::now()).max(1);
        let left = watch.left().map_err(stopped)?;
        let time = Duration::from_millis(wait.unsigned_abs());
        if time > left || !watch.waits_for_limit(wait) {
            return Err(limited.clone());
        }
        pause(Instant::now() + time, watch).map_err(|how| match how {
            Stopped::Deadline => limited.clone(),
            Stopped::Cancelled => stopped(how),
        })
    }

    /// Waits before another try, or gives the fault back: there is no time for one.
    fn rest(&self, time: Duration, fault: Error, watch: &Watch) -> Result<Error> {
        let Some(until) = Instant::now().checked_add(time).filter(|until| *until < watch.deadline) else {
            return Err(fault);
        };
        self.tell(Level::Info, || format!("{} Trying again in {} ms", fault.message(), time.as_millis()));
        match pause(until, watch) {
            Ok(()) => Ok(fault),
            Err(Stopped::Deadline) => Err(fault),
            Err(Stopped::Cancelled) => {
                let text = format!("The call was cancelled while it waited to try again after: {}", fault.message());
                Err(Error::new(Status::Cancelled, text).sent(Sent::Yes))
            }
        }
    }
}

/// What became of a request before it is sent again.
enum Before {
    /// It was answered 429, and may be sent again at a time.
    Limited(Error, Millis),
    /// Its idle connection turned out to be dead.
    Broken,
    /// It was answered by a fault that may pass.
    Fault(Error),
}

impl Before {
    /// A refusal of the guard then does not say that nothing was sent.
    fn told_in(&self, refusal: Error) -> Error {
        let (text, answer) = match self {
            Self::Limited(error, _) => {
                ("It was sent before and answered 429 (rate limit), so it was not carried out.", error.response())
            }
            Self::Fault(error) => ("It was sent before, and met a fault.", error.response()),
            Self::Broken => ("It may have been sent before, on a connection that broke.", None),
        };
        let told = refusal.with_message(|message| message.replace("Nothing was sent.", text));
        match answer {
            Some(answer) => told.answer(answer.clone()),
            None => told.sent(Sent::Perhaps),
        }
    }
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
