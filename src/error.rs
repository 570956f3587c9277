//! What a failed call tells its caller.

use std::fmt;
use std::time::Duration;

use crate::answer::Answer;
use crate::status::{Kind, Status};

/// Whether the request reached the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Nothing was sent.
    No,
    /// It was sent, and it was answered.
    Yes,
    /// Some of it may have been carried out.
    Perhaps,
}

/// A failed call: its status, one line for a person, and the API's answer if one came.
pub struct Error(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    status: Status,
    message: String,
    sent: Sent,
    retry_after: Option<Duration>,
    answer: Option<Answer>,
}

/// Calls fail with an [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error about something that was not sent.
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        let message = one_line(&message.into());
        Self(Box::new(Inner { status, message, sent: Sent::No, retry_after: None, answer: None }))
    }

    pub(crate) fn with_message(mut self, change: impl FnOnce(&str) -> String) -> Self {
        self.0.message = change(&self.0.message);
        self
    }

    pub(crate) fn sent(mut self, sent: Sent) -> Self {
        self.0.sent = sent;
        self
    }

    pub(crate) fn retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    pub(crate) fn answer(mut self, answer: Answer) -> Self {
        self.0.answer = Some(answer);
        self.0.sent = Sent::Yes;
        self
    }

    /// Which failure it is.
    pub fn status(&self) -> Status {
        self.0.status
    }

    /// What to do about it.
    pub fn kind(&self) -> Kind {
        self.0.status.kind()
    }

    /// One line for a person: what happened, whether anything was sent, what to do next. Never a secret.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Whether the request reached the wire: may a POST be repeated?
    pub fn was_sent(&self) -> Sent {
        self.0.sent
    }

    /// When calling again is worth it, if that is known.
    pub fn retry_in(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The answer, if one came.
    pub fn response(&self) -> Option<&Answer> {
        self.0.answer.as_ref()
    }
}

impl Clone for Error {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.status.name(), self.0.message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

/// Logs and terminals get one line, with nothing in it that could steer them, and not all of what a caller passed.
pub(crate) fn one_line(text: &str) -> String {
    const LONGEST: usize = 1500;
    let mut line: String = text.chars().take(LONGEST).map(|c| if steers(c) { ' ' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() {
        line.push('…');
    }
    line
}

/// Control characters, line ends beyond ASCII, and those that turn the direction of what follows.
pub(crate) fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// How long ago, as people say it: "just now", "45 s ago".
pub(crate) fn ago(millis: i64) -> String {
    if millis < 1000 { "just now".to_owned() } else { format!("{} ago", in_words(millis)) }
}

/// A duration as people say it: "45 s", "12 min", "3 h".
pub(crate) fn in_words(millis: i64) -> String {
    let seconds = (millis.max(0) + 999) / 1000;
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", (seconds + 30) / 60),
        7200..=172_799 => format!("{} h", (seconds + 1800) / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}
