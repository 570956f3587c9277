//! The pages of a list, one call each: follows `_links.next`, never to another origin, never in a circle.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use http::Method;

use crate::answer::Answer;
use crate::call::Call;
use crate::client::{Client, not_in_callback};
use crate::config::Level;
use crate::error::{Error, Result, in_words};
use crate::guard::{Stopped, pause};
use crate::items::Items;
use crate::json::Kind;
use crate::status::{self, Status};
use crate::watch::Watch;

/// Between asking for the same page again when the failure does not say how long: a loop that asks without looking at
/// what it gets must not spin.
const PAUSE: Duration = Duration::from_secs(1);
/// So many failures in a row are final.
const MOST_FAILURES: u32 = 3;
/// The longest part of a link that a message quotes.
const MOST_QUOTED: usize = 200;

/// The pages of a list, as an iterator that makes one call for each.
///
/// A page that failed is asked for again by the next call of `next`, which first waits as long as the failure says, or
/// else a second. The third failure in a row is final: every later call gives the same error, after a second.
#[derive(Debug)]
pub struct Pages {
    client: Client,
    /// Makes the page that is asked for next.
    call: Call,
    number: u64,
    /// Hashes of the URLs that were read: by chance two of a million are alike once in 30 million lists.
    read: HashSet<u64>,
    hasher: RandomState,
    failure: Option<Failure>,
    done: bool,
}

/// Why the next page is not there yet, or never will be.
#[derive(Debug)]
struct Failure {
    /// What the last call really made of it.
    cause: Error,
    /// What the caller was told last, the page named.
    told: Error,
    times: u32,
    again: Instant,
    last: bool,
    /// Whether the caller has been given it.
    reported: bool,
}

impl Client {
    /// The pages of a list: GET a path as for [`Client::get`], then what `_links.next` leads to.
    pub fn pages(&self, path: &str) -> Pages {
        Pages::new(self.clone(), Call::get(path))
    }

    /// The pages that begin with a call. Each is made with its body, headers, account group and time; its query is the
    /// first page's only. The methods are GET and POST, with which the API's filters page.
    pub fn pages_of(&self, call: &Call) -> Result<Pages> {
        if ![Method::GET, Method::POST].contains(&call.method) {
            let text = format!("A list is read with GET or POST, not with {}. Nothing was sent.", call.method);
            return Err(Error::new(Status::InvalidArgument, text));
        }
        Ok(Pages::new(self.clone(), call.clone()))
    }
}

impl Iterator for Pages {
    type Item = Result<Answer>;

    fn next(&mut self) -> Option<Result<Answer>> {
        (!self.done).then(|| self.ask())
    }
}

impl Pages {
    fn new(client: Client, call: Call) -> Self {
        let (read, hasher) = (HashSet::new(), RandomState::new());
        Self { client, call, number: 1, read, hasher, failure: None, done: false }
    }

    /// The items of all pages, one at a time; `key` as for [`Answer::items_pointer`].
    pub fn items(self, key: Option<&str>) -> Items {
        Items::new(self, key)
    }

    /// Whether every later call of `next` gives the same error.
    pub(crate) fn has_failed(&self) -> bool {
        self.failure.as_ref().is_some_and(|failure| failure.last)
    }

    fn ask(&mut self) -> Result<Answer> {
        not_in_callback()?;
        let watch = self.client.watch(&self.call);
        if let Some(failure) = &mut self.failure {
            if failure.last {
                if std::mem::replace(&mut failure.reported, true) {
                    let _cut_short = pause(Instant::now() + PAUSE, &watch);
                }
                return Err(failure.told.clone());
            }
            let left = failure.again.saturating_duration_since(Instant::now()).min(self.client.timeout(&self.call));
            let number = self.number;
            self.client.tell(Level::Info, || {
                format!("Page {number} failed: waiting {} ms before it is asked for again", left.as_millis())
            });
            if let Err(error) = wait(failure, &watch) {
                return Err(self.fail(&error, false));
            }
        }
        match self.client.perform_within(&self.call, &watch) {
            Ok(answer) => {
                self.failure = None;
                self.turn(&answer);
                Ok(answer)
            }
            Err(error) => Err(self.fail(&error, true)),
        }
    }

    /// Notes a failure, and names the page in it. `asked`: it came of a call, not of the wait in front of one.
    fn fail(&mut self, error: &Error, asked: bool) -> Error {
        let named = self.named(error);
        // A rejected token is for a person to look at: the guard's next try of it is not worth a wait of minutes here.
        let known = error.retry_in().filter(|_| error.kind() != status::Kind::Token);
        // A call whose whole time is shorter must have time left after the pause.
        let pause = known.unwrap_or(PAUSE.min(self.client.timeout(&self.call) / 2));
        let again = Instant::now().checked_add(pause).unwrap_or_else(Instant::now);
        let before = self.failure.take();
        let times = before.as_ref().map_or(0, |failure| failure.times) + 1;
        let last = times >= MOST_FAILURES;
        let (cause, again) = match before {
            Some(before) if !asked => (before.cause, before.again),
            _ => (error.clone(), again),
        };
        self.failure = Some(Failure { cause, told: named.clone(), times, again, last, reported: true });
        named
    }

    /// Sets the next page, after one was read.
    fn turn(&mut self, page: &Answer) {
        if let Ok(url) = self.client.url(&self.call) {
            self.read.insert(self.hasher.hash_one(url.to_string()));
        }
        self.number += 1;
        let next = match link(page) {
            Ok(Some(next)) => next.into_owned(),
            Ok(None) => {
                self.done = true;
                return;
            }
            Err(what) => {
                let why = format!("there is no way to it: {what} of the page before is not what it should be");
                return self.end(Status::BadResponse, "", &why);
            }
        };
        self.call.query.clear();
        self.call.target.clone_from(&next);
        match self.client.url(&self.call) {
            Ok(url) if self.read.contains(&self.hasher.hash_one(url.to_string())) => {
                self.end(Status::BadResponse, &next, "it was read already: the API's links lead in a circle");
            }
            Ok(_) => {}
            Err(error) => {
                let foreign = error.status() == Status::ForeignLink;
                let status = if foreign { Status::ForeignLink } else { Status::BadResponse };
                let why = error.message().trim_end_matches(" Nothing was sent.").trim_end_matches('.');
                self.end(status, &next, why);
            }
        }
    }

    /// There is no way to the next page, however often it is asked for.
    fn end(&mut self, status: Status, link: &str, why: &str) {
        let page = self.page(link);
        let error = self.client.hidden(Error::new(status, format!("{page}: {why}. Nothing was sent.")));
        self.failure = Some(Failure {
            cause: error.clone(),
            told: error,
            times: MOST_FAILURES,
            again: Instant::now(),
            last: true,
            reported: false,
        });
    }

    /// An error that says which page it is about.
    fn named(&self, error: &Error) -> Error {
        let url = self.client.url(&self.call).ok();
        let link = url.as_ref().and_then(http::Uri::path_and_query);
        let page = self.page(link.map_or("", |link| link.as_str()));
        let asked = format!("{} {}", self.call.method, link.map_or("", |link| link.path()));
        self.client.hidden(error.clone().with_message(|message| match message.strip_prefix(&asked) {
            // The page is named with the whole of it.
            Some(rest) if rest.starts_with([':', ' ']) => format!("{page}{rest}"),
            _ => format!("{page}: {message}"),
        }))
    }

    /// "Page 3 (GET /v7/tests?cursor=...)"
    fn page(&self, link: &str) -> String {
        // First of all: of a token that is cut through, half would stay.
        let link = self.client.hide_in(link);
        let quoted = link.get(..MOST_QUOTED).map_or_else(|| link.clone(), |start| format!("{start}..."));
        let what = if quoted.is_empty() { String::new() } else { format!(" ({} {quoted})", self.call.method) };
        format!("Page {}{what}", self.number)
    }
}

/// Waits until the page may be asked for again, or says why that is not now.
fn wait(failure: &Failure, watch: &Watch) -> Result<()> {
    let left = failure.again.saturating_duration_since(Instant::now());
    let too_long = failure.again >= watch.deadline;
    let until = if too_long { Instant::now() + PAUSE.min(left) } else { failure.again };
    if pause(until, watch) == Err(Stopped::Cancelled) {
        let text = "The call was cancelled while it waited to ask for the page again. Nothing was sent.";
        return Err(Error::new(Status::Cancelled, text));
    }
    if !too_long {
        return Ok(());
    }
    let millis = i64::try_from(left.as_millis()).unwrap_or(i64::MAX);
    let text = format!(
        "It is not worth asking again for {}, longer than this call's time. Nothing was sent. The failure before: {}",
        in_words(millis),
        failure.cause.message()
    );
    Err(Error::new(failure.cause.status(), text).retry_after(Some(left)))
}

/// The link to the next page; none on the last. Or what stands where it should be.
fn link(page: &Answer) -> std::result::Result<Option<Cow<'_, str>>, &'static str> {
    let part = |pointer: &str, kind: Kind, name: &'static str| match page.find(pointer) {
        None => Ok(None),
        Some(found) if found.kind() == Kind::Null => Ok(None),
        Some(found) if found.kind() == kind => Ok(Some(found)),
        Some(_) => Err(name),
    };
    if part("", Kind::Object, "").is_err() {
        return Ok(None);
    }
    part("/_links", Kind::Object, "_links")?;
    part("/_links/next", Kind::Object, "_links.next")?;
    let href = part("/_links/next/href", Kind::String, "_links.next.href")?;
    let text = href.map(|href| href.string().ok_or("_links.next.href")).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}
