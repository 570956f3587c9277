//! HTTP over ureq: the only place that names it. Sends one request, once, and says what reached the wire.

mod agents;
mod connection;
mod connector;
mod context;
mod failure;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod proxy;
mod resolver;
mod tcp;
mod tls;

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use http::{Method, Request, Uri};
use ureq::Agent;

pub(crate) use context::Limits;
pub(crate) use failure::Broken;
pub(crate) use proxy::ProxySetting;

use crate::answer::Answer;
use crate::config::ClientCertificate;
use crate::error::{Result, Sent};
use crate::status::Status;
use crate::target::Origin;
use crate::watch::Watch;
use agents::Agents;
use connector::{Connect, NotYet, Way};
use context::Context;

/// Idle connections are kept for a poll a minute, with room to spare.
const IDLE: Duration = Duration::from_secs(90);
/// As many idle connections as one token may have requests on the wire, and some for other threads.
const MOST_IDLE: usize = 64;
const BUFFER: usize = 64 * 1024;

/// Connections to one origin.
pub(crate) struct Transport {
    agents: Agents,
    limits: Limits,
    body_limit: usize,
}

/// What to send.
pub(crate) struct Outgoing<'a> {
    pub(crate) method: &'a Method,
    pub(crate) url: &'a Uri,
    pub(crate) authorization: &'a HeaderValue,
    pub(crate) headers: &'a [(HeaderName, HeaderValue)],
    pub(crate) body: Option<&'a [u8]>,
}

/// An answer whose status line and headers are read and whose body is still on the wire.
pub(crate) struct Incoming {
    answer: Answer,
    body: ureq::Body,
    context: std::rc::Rc<Context>,
    limit: usize,
}

/// What a transport is made of.
pub(crate) struct Settings<'a> {
    pub(crate) origin: &'a Origin,
    pub(crate) proxy: &'a ProxySetting,
    pub(crate) ca_file: Option<&'a str>,
    pub(crate) client_certificate: Option<&'a ClientCertificate>,
    pub(crate) user_agent: &'a str,
    pub(crate) limits: Limits,
    pub(crate) body_limit: usize,
}

impl Transport {
    pub(crate) fn new(settings: &Settings) -> Result<Self> {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(settings.user_agent)
            .accept("application/hal+json, application/json, */*;q=0.5")
            .proxy(None)
            .max_idle_connections(MOST_IDLE)
            .max_idle_connections_per_host(MOST_IDLE)
            .max_idle_age(IDLE)
            .input_buffer_size(BUFFER)
            .output_buffer_size(BUFFER)
            .timeout_await_100(None)
            .build();
        let way = Arc::new(Way {
            origin: settings.origin.clone(),
            proxy: settings.proxy.for_origin(settings.origin)?,
            advice_without_proxy: settings.proxy.advice_without(),
            tls: tls::Settings::read(settings.ca_file, settings.client_certificate)?,
            user_agent: settings.user_agent.to_owned(),
        });
        let agents = Agents::new(move || Agent::with_parts(config.clone(), Connect::new(&way), NotYet));
        Ok(Self { agents, limits: settings.limits, body_limit: settings.body_limit })
    }

    /// Closes idle connections: what was read from them stays in their buffers, and a forked child could not wipe it.
    pub(crate) fn close_idle(&self) {
        self.agents.close_idle();
    }

    /// Sends a request and reads the answer as far as its headers. Redirects are not followed.
    pub(crate) fn send(&self, outgoing: &Outgoing, watch: &Watch) -> std::result::Result<Incoming, Broken> {
        let context = Context::new(watch, self.limits);
        let _entered = context.enter();
        let mut builder = Request::builder().method(outgoing.method).uri(outgoing.url);
        if let Some(headers) = builder.headers_mut() {
            headers.insert(AUTHORIZATION, outgoing.authorization.clone());
            headers.extend(outgoing.headers.iter().map(|(name, value)| (Some(name.clone()), value.clone())));
        }
        let takes_body = [Method::POST, Method::PUT, Method::PATCH].contains(outgoing.method);
        let agent = self.agents.get();
        let run = if takes_body {
            builder.body(outgoing.body.unwrap_or_default()).map(|request| agent.run(request))
        } else {
            builder.body(()).map(|request| agent.run(request))
        };
        let response = match run {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(failure::explain(&error, &context)),
            Err(error) => return Err(failure::explain(&ureq::Error::Http(error), &context)),
        };
        let (parts, body) = response.into_parts();
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let answer = Answer::new(parts.status.as_u16(), headers);
        Ok(Incoming { answer, body, context, limit: self.body_limit })
    }
}

impl Incoming {
    /// Status line and headers.
    pub(crate) fn head(&self) -> &Answer {
        &self.answer
    }

    /// Reads the body to its end, or fails with what was read of it left out.
    pub(crate) fn read(self) -> (Answer, Option<Broken>) {
        let Self { mut answer, body, context, limit } = self;
        if [204, 304].contains(&answer.http_status()) {
            // A coding that its headers name would look for its own beginning.
            return (answer, None);
        }
        let _entered = context.enter();
        let broken = |status, text: String| Broken { status, text, advice: "", sent: Sent::Yes, stale: false };
        let codings = answer.headers().iter().filter(|(name, _)| name == "transfer-encoding");
        if { codings }.any(|(_, coding)| !coding.trim().eq_ignore_ascii_case("chunked")) {
            let text = "the answer's transfer coding is none that was asked for".to_owned();
            return (answer, Some(broken(Status::BadResponse, text)));
        }
        let expected = body.content_length().and_then(|length| usize::try_from(length).ok());
        let too_large = || {
            let text = format!("the answer's body is larger than the limit of {limit} bytes");
            broken(Status::TooLarge, text)
        };
        if expected.is_some_and(|length| length > limit) {
            return (answer, Some(too_large()));
        }
        let mut bytes: Vec<u8> = Vec::new();
        let mut reader = body.into_reader();
        let mut room = expected.map_or(BUFFER, |length| length.saturating_add(1)).min(limit.saturating_add(1));
        loop {
            // One byte more than the body, for the C interface's closing NUL.
            if bytes.try_reserve(room.saturating_add(1)).is_err() {
                let text = format!("there is no memory for a body of more than {} bytes", bytes.len());
                return (answer, Some(broken(Status::NoMemory, text)));
            }
            let part = (&mut reader).take(room as u64).read_to_end(&mut bytes);
            match part {
                Err(error) => {
                    let error = ureq::Error::from(error);
                    return (answer, Some(Broken { sent: Sent::Yes, ..failure::explain(&error, &context) }));
                }
                Ok(_) if bytes.len() > limit => return (answer, Some(too_large())),
                Ok(read) if read < room => break,
                Ok(_) => room = bytes.len().min(limit.saturating_add(1) - bytes.len()).max(1),
            }
        }
        answer.set_body(bytes);
        (answer, None)
    }
}
