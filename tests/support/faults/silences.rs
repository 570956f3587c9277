//! Servers that say nothing, or little.

use std::time::Duration;

use thousandeyes::Status;

use super::Outcome::{Incomplete, Success, Unanswered};
use super::Row;
use super::rows::{DOCUMENT, chunked, send, whole, zipped};
use crate::support::stand_in::Step;

/// Silence in every phase, and slowness. The connection stays open.
pub fn all() -> Vec<Row> {
    let answer = whole();
    let body = answer.find("\r\n\r\n").expect("a head") + 4;
    let silent = |text: &str| vec![send(text), Step::Silence];
    let dripping = |ms| vec![Step::Drip(answer.clone().into(), Duration::from_millis(ms)), Step::Keep];
    let (chunks, zipped) = (chunked(), zipped());
    let between = chunks.find("\r\n1c\r\n").expect("a second chunk") + 2;
    let time = |row: Row| row.within(1000);
    let unanswered = Unanswered(Status::Timeout);
    let incomplete = Incomplete(Status::Timeout);
    vec![
        time(Row::new("nothing is read", vec![Step::Deafness], unanswered, "time")),
        time(Row::new("silence", vec![Step::Silence], unanswered, "time")),
        time(Row::new("silence in the status line", silent("HTTP/1.1 2"), unanswered, "time")),
        time(Row::new("silence after the status line", silent("HTTP/1.1 200 OK\r\n"), unanswered, "time")),
        time(Row::new("silence in the headers", silent(&answer[..30]), unanswered, "time")),
        time(Row::new("silence before the headers' end", silent(&answer[..body - 2]), unanswered, "time")),
        time(Row::new("silence before the body", silent(&answer[..body]), incomplete, "time")),
        time(Row::new("silence in the body", silent(&answer[..body + 9]), incomplete, "time")),
        time(Row::new(
            "silence in gzip",
            vec![send(&zipped[..zipped.len() - 20]), Step::Silence],
            incomplete,
            "time",
        )),
        time(Row::new("silence between chunks", silent(&chunks[..between]), incomplete, "time")),
        time(Row::new("silence before the last chunk", silent(&chunks[..chunks.len() - 5]), incomplete, "time")),
        Row::new("one byte a second", dripping(1000), unanswered, "time").within(2500),
        Row::new(
            "a body of one byte a second",
            vec![send(&answer[..body]), Step::Drip(DOCUMENT.into(), Duration::from_secs(1)), Step::Keep],
            incomplete,
            "time",
        )
        .within(2500),
        Row::new("one byte in 20 ms", dripping(20), Success, ""),
    ]
}
