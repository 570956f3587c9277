//! A list of three pages, and what tests of pages ask of it.

use std::time::{Duration, Instant};

use serde_json::Value;
use thousandeyes::{Pages, Result, Status};

use super::client::status;
use super::stand_in::{Answer, StandIn};

pub const TOKEN: &str = "pages-token";

pub fn server() -> StandIn {
    let server = StandIn::start();
    server.accept(TOKEN).tests(25, 10);
    server
}

pub fn targets(server: &StandIn) -> Vec<String> {
    server.log().into_iter().map(|seen| seen.target).collect()
}

pub fn ids(pages: impl Iterator<Item = Result<Value>>) -> Vec<String> {
    pages.map(|item| item.expect("an item")["testId"].as_str().expect("an id").to_owned()).collect()
}

pub fn numbers(range: std::ops::RangeInclusive<u32>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

pub fn fault() -> Answer {
    Answer::problem(500, "Out of order", "/v7/tests")
}

/// The next page's status, or `Done`, and how long it took.
pub fn next(pages: &mut Pages) -> (Status, Duration) {
    let started = Instant::now();
    let status = pages.next().map_or(Status::Done, |page| status(&page));
    (status, started.elapsed())
}

pub const SECOND: Duration = Duration::from_secs(1);
