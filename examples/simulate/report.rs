//! The results as tables, for a terminal and for the documentation.

use thousandeyes::guard::Millis;

use super::measure::{Outcome, Why};
use super::plan::{Plan, Settings};
use super::world::run;
use super::{HOUR, MINUTE, SECOND, chart};

/// A scenario with both of its runs.
pub(crate) struct Compared {
    pub(crate) plan: Plan,
    pub(crate) naive: Outcome,
    pub(crate) guarded: Outcome,
}

pub(crate) fn compare(plan: Plan, settings: &Settings) -> Compared {
    let (naive, guarded) = (run(&plan, settings, false), run(&plan, settings, true));
    Compared { plan, naive, guarded }
}

pub(crate) struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

/// What the API counted and what the callers got, guarded and naive.
pub(crate) fn results(all: &[Compared]) -> Table {
    let head = vec![
        "scenario",
        "client",
        "calls",
        "sent",
        "worst hour of 401s",
        "blocked",
        "sent while blocked",
        "good calls",
        "of them failed",
        "in a row for",
        "back after",
    ];
    let mut rows = Vec::new();
    for compared in all {
        for (client, outcome) in [("naive", &compared.naive), ("guarded", &compared.guarded)] {
            let name = if client == "naive" { compared.plan.name } else { "" };
            let mut row = vec![name.to_owned(), client.to_owned()];
            row.extend(numbers(outcome));
            rows.push(row);
        }
    }
    Table { head, rows }
}

fn numbers(outcome: &Outcome) -> [String; 9] {
    let worst = match (outcome.worst_hour, outcome.worst_hour_of_a_store) {
        (address, store) if address == store => address.to_string(),
        (address, store) => format!("{address} ({store})"),
    };
    let blocked = match outcome.api.blocks.len() {
        0 => "no".to_owned(),
        times => format!("{times}x {}", duration(outcome.blocked_for)),
    };
    let back = match (outcome.unrecovered, outcome.recovery) {
        (0, None) => String::new(),
        (0, Some(after)) => duration(after),
        _ => "never".to_owned(),
    };
    [
        count(outcome.calls),
        count(outcome.api.requests),
        worst,
        blocked,
        count(outcome.api.requests_while_blocked),
        count(outcome.good_calls),
        count(outcome.unserved.values().sum()),
        duration(outcome.longest_unserved),
        back,
    ]
}

/// Why good calls of the guarded client failed.
pub(crate) fn reasons(all: &[Compared]) -> Table {
    let own = [Why::TokenRefused, Why::BudgetExhausted, Why::BlockKnown, Why::Waited];
    let head = vec!["scenario", "token rests", "budget", "address blocked", "waited in vain", "API and network"];
    let row = |compared: &Compared| {
        let outcome = &compared.guarded;
        let of = |why| outcome.unserved.get(&why).copied().unwrap_or(0);
        let mut row = vec![compared.plan.name.to_owned()];
        for why in own {
            let longest =
                outcome.longest_refused.iter().filter(|((of, _), _)| *of == why).map(|(_, time)| *time).max();
            row.push(match longest {
                None => "0".to_owned(),
                Some(longest) => format!("{} ({})", count(of(why)), duration(longest)),
            });
        }
        row.push(count(outcome.unserved.values().sum::<u64>() - own.map(of).iter().sum::<u64>()));
        row
    };
    Table { head, rows: all.iter().map(row).collect() }
}

impl Table {
    /// In columns, the first to the left and the others to the right.
    pub(crate) fn text(&self) -> String {
        let head: Vec<Vec<&str>> = self.head.iter().map(|title| in_lines(title)).collect();
        let lines = head.iter().map(Vec::len).max().unwrap_or(0);
        let mut all: Vec<Vec<&str>> = (0..lines)
            .map(|line| head.iter().map(|title| title.get(line).copied().unwrap_or("")).collect())
            .collect();
        all.extend(self.rows.iter().map(|row| row.iter().map(String::as_str).collect()));
        let widths: Vec<usize> =
            (0..self.head.len()).map(|column| all.iter().map(|row| row[column].len()).max().unwrap_or(0)).collect();
        let mut text = String::new();
        for (number, row) in all.iter().enumerate() {
            if number == lines {
                let width = widths.iter().sum::<usize>() + 2 * (widths.len() - 1);
                text.push_str(&"-".repeat(width));
                text.push('\n');
            }
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| match column {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
            text += cells.collect::<Vec<_>>().join("  ").trim_end();
            text.push('\n');
        }
        text
    }

    fn markdown(&self) -> String {
        let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
        let rule: Vec<&str> = (0..self.head.len()).map(|column| if column == 0 { "---" } else { "---:" }).collect();
        let rows = self.rows.iter().map(|row| line(row.iter().map(String::as_str).collect()));
        line(self.head.clone()) + &line(rule) + &rows.collect::<String>()
    }
}

/// A title's words, two of short ones to a line.
fn in_lines(title: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = title;
    while rest.len() > 10 {
        let Some(space) = rest[..10].rfind(' ').or_else(|| rest.find(' ')) else { break };
        lines.push(&rest[..space]);
        rest = &rest[space + 1..];
    }
    lines.push(rest);
    lines
}

/// `docs/simulation.md` and `docs/simulation.svg`.
pub(crate) fn documents(all: &[Compared]) -> [(&'static str, String); 2] {
    let stories = all.iter().map(|compared| {
        let days = if compared.plan.lasts_days == 1 { "" } else { " Three days; the others are one." };
        format!("- **{}**: {}{days}\n", compared.plan.name, compared.plan.story)
    });
    let page = include_str!("page.md")
        .replace("{results}\n", &results(all).markdown())
        .replace("{reasons}\n", &reasons(all).markdown())
        .replace("{stories}\n", &stories.collect::<String>());
    let office = all.iter().find(|compared| compared.plan.name == "office").expect("the chart's scenario");
    [("docs/simulation.md", page), ("docs/simulation.svg", chart::draw(office))]
}

pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn duration(time: Millis) -> String {
    if time < SECOND {
        "< 1 s".to_owned()
    } else if time < 2 * MINUTE {
        format!("{} s", time / SECOND)
    } else if time < 2 * HOUR {
        format!("{} min", time / MINUTE)
    } else {
        format!("{} h {:02}", time / HOUR, time % HOUR / MINUTE)
    }
}
