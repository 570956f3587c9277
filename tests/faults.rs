//! Whatever a server does to a connection: a status that says what happened, within the call's time, in words, and a next
//! call that gets its own answer.

mod support;

use support::faults::{World, check_all, rows};

#[test]
fn lengths_that_are_wrong() {
    check_all(&rows::lengths(), 1, World::plain);
}

#[test]
fn chunks_that_are_none() {
    check_all(&rows::chunks(), 1, World::plain);
}

#[test]
fn heads_that_are_none() {
    check_all(&rows::heads(), 1, World::plain);
}

#[test]
fn gzip_that_is_damaged() {
    check_all(&rows::gzip(), 1, World::plain);
}

#[test]
fn silence_ends_with_the_calls_time() {
    check_all(&rows::silences(), usize::MAX, World::plain);
}
