//! Answers that end, properly or with a reset, after each of their bytes: no success before the last, and what was read of
//! one is never a part of the next.

mod support;

use support::faults::{World, check_all, rows};
use support::stand_in::Step;

#[test]
fn an_answer_with_a_length_that_is_closed() {
    check_all(&rows::cuts(rows::whole().as_bytes(), &[]), 2, World::plain);
}

#[test]
fn an_answer_with_a_length_that_is_reset() {
    check_all(&rows::cuts(rows::whole().as_bytes(), &[Step::Reset]), 2, World::plain);
}

#[test]
fn an_answer_in_chunks_that_is_closed() {
    check_all(&rows::cuts(rows::chunked().as_bytes(), &[]), 2, World::plain);
}

#[test]
fn an_answer_in_chunks_that_is_reset() {
    check_all(&rows::cuts(rows::chunked().as_bytes(), &[Step::Reset]), 2, World::plain);
}

#[test]
fn an_answer_in_gzip_that_is_closed() {
    check_all(&rows::cuts(&rows::zipped(), &[]), 2, World::plain);
}

#[test]
fn an_answer_in_gzip_that_is_reset() {
    check_all(&rows::cuts(&rows::zipped(), &[Step::Reset]), 2, World::plain);
}
