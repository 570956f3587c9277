//! The same faults over TLS, and those that only TLS has.
// needs: openssl openssl

mod support;

use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};
use support::faults::Outcome::{Incomplete, Success, Unanswered, Unsent};
use support::faults::{Row, World, check_all, rows, silences};
use support::stand_in::Step;
use support::tls_front::Manner;
use thousandeyes::Status;

const VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

fn check(rows: &[Row]) {
    for version in VERSIONS {
        check_all(rows, 4, || World::over_tls(version));
    }
}

#[test]
fn whatever_is_wrong_without_tls_is_wrong_with_it() {
    check(&[rows::lengths(), rows::chunks(), rows::heads(), rows::gzip()].concat());
    check_all(&silences::all(), 5, || World::over_tls(&TLS13));
}

/// Not each: every one costs several handshakes.
#[test]
fn an_answer_that_ends_after_many_of_its_bytes() {
    for answer in [rows::whole().into_bytes(), rows::chunked().into_bytes(), rows::zipped()] {
        for end in [vec![], vec![Step::Reset]] {
            let rows: Vec<_> = rows::cuts(&answer, &end).into_iter().step_by(7).collect();
            check_all(&rows, 4, || World::over_tls(&TLS13));
        }
    }
}

const ALERT: &[u8] = b"\x15\x03\x03\x00\x02\x02\x28";
const GARBAGE: &[u8] = b"\x99\x88\x77\x66\x55\x44\x33\x22\x11 garbage, and more of it than any record's head has";
/// Of the right form, and not what the keys give.
const FORGED: &[u8] = b"\x17\x03\x03\x00\x20 a record that nobody encrypted...";

#[test]
fn handshakes_that_fail() {
    let (tls, cut) = (Unsent(Status::Tls), Unsent(Status::Connect));
    let row = |what: &str, outcome, manner| Row::new(what, vec![], outcome, "").over(manner);
    check(&[
        row("an alert", tls, Manner::Instead(ALERT.into())),
        row("garbage", tls, Manner::Instead(GARBAGE.into())),
        row("HTTP", tls, Manner::Instead(rows::whole().into())),
        row("a forged record", tls, Manner::Instead(FORGED.into())),
        row("a close", cut, Manner::Instead(vec![])),
        row("a part of a record", cut, Manner::Instead(b"\x16\x03\x03\x10\x00\x02".into())),
        row("a reset", cut, Manner::Reset),
        row("silence", Unsent(Status::Timeout), Manner::Silence).within(1000),
    ]);
}

#[test]
fn records_that_are_wrong() {
    let answer = rows::whole();
    let body = answer.find("\r\n\r\n").expect("a head") + 4;
    let mut all = Vec::new();
    for (name, wrong) in [("alert", ALERT), ("garbage", GARBAGE), ("forged", FORGED)] {
        for (bytes, outcome) in [
            (1, Unanswered(Status::Io)),
            (body - 1, Unanswered(Status::Io)),
            (body, Incomplete(Status::Io)),
            (body + 10, Incomplete(Status::Io)),
        ] {
            let row = Row::new(
                format!("{name} after {bytes}"),
                vec![rows::send(answer.as_str()), Step::Silence],
                outcome,
                "",
            );
            all.push(row.over(Manner::Within(bytes, wrong.into())));
        }
    }
    check(&all);
}

/// Without a length, only `close_notify` tells the end of a body from somebody who cut the line.
#[test]
fn an_end_that_nobody_announced() {
    let without = |text: &str| vec![rows::send(format!("{}{text}", rows::head("")))];
    let text = |text: &str| vec![rows::send(format!("HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n\r\n{text}"))];
    let row = |what: &str, steps, outcome| Row::new(what, steps, outcome, "");
    let bare = Manner::Relay { goodbye: false };
    let broken = Incomplete(Status::Io);
    check(&[
        row("no length, and a goodbye", without(rows::DOCUMENT), Success),
        row("no length, and no goodbye", without(rows::DOCUMENT), broken).over(bare.clone()),
        row("no length, half of it, and no goodbye", without(&rows::DOCUMENT[..20]), broken).over(bare.clone()),
        row("text without a length, and a goodbye", text("a,b\n1,2\n"), Success),
        row("text without a length, and no goodbye", text("a,b\n1"), broken).over(bare.clone()),
        row("no body, no length, and no goodbye", text(""), broken).over(bare.clone()),
        row("a length, and no goodbye", vec![rows::send(rows::whole())], Success).over(bare.clone()),
        row("chunks, and no goodbye", vec![rows::send(rows::chunked())], Success).over(bare),
    ]);
}
