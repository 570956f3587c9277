//! The picture: 401 answers of the last hour at one office over a day.

use std::fmt::Write as _;

use thousandeyes::guard::Millis;

use super::api::BLOCKED_AT;
use super::measure::Outcome;
use super::report::{Compared, count};
use super::{HOUR, MINUTE};

/// The plot within the picture, in tenths of a unit so that no fraction is rounded differently anywhere.
const LEFT: Millis = 620;
const TOP: Millis = 1000;
const WIDTH: Millis = 7600;
const HEIGHT: Millis = 2800;
/// The greatest count on the axis.
const MOST: Millis = 140;
const HOURS: Millis = 24;

pub(crate) fn draw(office: &Compared) -> String {
    let mut plot = String::new();
    for &(from, until) in &office.naive.api.blocks {
        let (from, until) = (across(from), across(until.min(HOURS * HOUR)));
        let width = tenths(until - from);
        let _ = writeln!(plot, r#"<rect class="block" x="{}" y="100" width="{width}" height="280"/>"#, tenths(from));
    }
    for count in (0..=MOST).step_by(20) {
        let (y, text) = (tenths(down(count)), tenths(down(count) + 40));
        let _ =
            writeln!(plot, r#"<path class="grid" d="M62 {y}H822"/><text class="y" x="54" y="{text}">{count}</text>"#);
    }
    for hour in (0..=HOURS).step_by(3) {
        let x = tenths(across(hour * HOUR));
        let _ = writeln!(
            plot,
            r#"<path class="tick" d="M{x} 380v5"/><text class="x" x="{x}" y="400">{hour:02}:00</text>"#
        );
    }
    let api = i64::try_from(BLOCKED_AT).expect("fits on the axis");
    for (count, class, text, beside) in
        [(api, "api", "the API blocks the address", -60), (36, "budget", "the guard's budget, one store", 160)]
    {
        let (line, label) = (tenths(down(count)), tenths(down(count) + beside));
        let _ = writeln!(plot, r#"<path class="{class}" d="M62 {line}H822"/>"#);
        let _ = writeln!(plot, r#"<text class="{class}" x="816" y="{label}">{text}: {count}</text>"#);
    }
    for (at, label) in [(3 * HOUR, "token revoked"), (9 * HOUR, "token replaced")] {
        let x = tenths(across(at));
        let _ =
            writeln!(plot, r#"<path class="event" d="M{x} 90V380"/><text class="x" x="{x}" y="85">{label}</text>"#);
    }
    let sent = count(office.naive.api.requests_while_blocked);
    for (at, of, text) in [
        (6 * HOUR, 127, format!("{sent} requests got 429")),
        (16 * HOUR + 30 * MINUTE, 65, "five forgotten copies of the old token".to_owned()),
    ] {
        let (x, y) = (tenths(across(at)), tenths(down(of)));
        let _ = writeln!(plot, r#"<text class="api note" x="{x}" y="{y}">{text}</text>"#);
    }
    for (class, outcome) in [("naive", &office.naive), ("guarded", &office.guarded)] {
        let _ = writeln!(plot, r#"<path class="{class}" d="{}"/>"#, line(outcome));
    }
    include_str!("frame.svg").replace("{plot}\n", &plot)
}

/// The course as steps: the highest value in each five minutes.
fn line(outcome: &Outcome) -> String {
    let course = outcome.api.course();
    let mut steps = course.iter().peekable();
    let mut now = 0;
    let mut drawn = 0;
    let mut path = format!("M{} {}", tenths(LEFT), tenths(down(0)));
    for five in 0..HOURS * 12 {
        let mut highest = now;
        while let Some((_, count)) = steps.next_if(|(at, _)| *at < (five + 1) * 5 * MINUTE) {
            now = i64::try_from(*count).unwrap_or(MOST);
            highest = highest.max(now);
        }
        if highest != drawn {
            let _ = write!(path, "H{}V{}", tenths(across(five * 5 * MINUTE)), tenths(down(highest)));
            drawn = highest;
        }
    }
    path + &format!("H{}", tenths(LEFT + WIDTH))
}

fn across(at: Millis) -> Millis {
    LEFT + at * WIDTH / (HOURS * HOUR)
}

fn down(count: Millis) -> Millis {
    TOP + HEIGHT - count.min(MOST) * HEIGHT / MOST
}

fn tenths(length: Millis) -> String {
    match length % 10 {
        0 => (length / 10).to_string(),
        rest => format!("{}.{rest}", length / 10),
    }
}
