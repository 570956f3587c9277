//! Days of an office in a second: what the API counts of programs with the guard and of programs without it.
//!
//! `cargo run --release --example simulate -- --help`
//!
//! Virtual clocks, a virtual API, and the guard's own rules. No network, and no file but the two of `--write`.

mod api;
mod calls;
mod chance;
mod chart;
pub(crate) mod measure;
pub(crate) mod plan;
pub(crate) mod report;
pub(crate) mod scenarios;
mod world;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use thousandeyes::guard::Millis;

use plan::Settings;

pub(crate) const SECOND: Millis = 1000;
pub(crate) const MINUTE: Millis = 60 * SECOND;
pub(crate) const HOUR: Millis = 60 * MINUTE;
pub(crate) const DAY: Millis = 24 * HOUR;

const USAGE: &str = "usage: simulate [--days N] [--seed N] [--budget N] [--block-minutes N] [--block-prolonged] \
                     [--only NAME] [--write]\n\
                     --write writes docs/simulation.md and docs/simulation.svg, with the default settings";

/// What the command line asks for.
struct Asked {
    settings: Settings,
    only: Option<String>,
    write: bool,
}

fn asked(mut arguments: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked { settings: Settings::default(), only: None, write: false };
    let mut changed = false;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        let settings = &mut asked.settings;
        changed |= argument != "--write";
        match argument.as_str() {
            "--days" => settings.days = Some(number(&value()?, 1..=366)?),
            "--seed" => settings.seed = number(&value()?, 0..=Millis::MAX)?.unsigned_abs(),
            "--budget" => settings.budget = u32::try_from(number(&value()?, 1..=110)?).expect("at most 110"),
            "--block-minutes" => settings.block_minutes = number(&value()?, 1..=10_000)?,
            "--block-prolonged" => settings.block_prolonged = true,
            "--only" => asked.only = Some(value()?),
            "--write" => asked.write = true,
            _ => return Err(USAGE.to_owned()),
        }
    }
    if asked.write && changed {
        return Err("--write takes no other argument: the page says what the defaults give".to_owned());
    }
    Ok(asked)
}

fn number(text: &str, within: std::ops::RangeInclusive<Millis>) -> Result<Millis, String> {
    let number = text.parse().ok().filter(|number| within.contains(number));
    number.ok_or_else(|| format!("{text:?} is not a number from {} to {}", within.start(), within.end()))
}

/// All scenarios, side by side on the processors there are, in their own order.
pub(crate) fn compare_all(plans: Vec<plan::Plan>, settings: &Settings) -> Vec<report::Compared> {
    std::thread::scope(|scope| {
        let runs: Vec<_> = plans.into_iter().map(|plan| scope.spawn(|| report::compare(plan, settings))).collect();
        runs.into_iter().map(|run| run.join().expect("a run that ends")).collect()
    })
}

fn main() -> ExitCode {
    let asked = match asked(std::env::args().skip(1)) {
        Ok(asked) => asked,
        Err(text) => {
            eprintln!("{text}");
            return ExitCode::FAILURE;
        }
    };
    let mut plans = scenarios::all();
    plans.retain(|plan| asked.only.as_ref().is_none_or(|only| plan.name == only));
    if plans.is_empty() {
        let names: Vec<_> = scenarios::all().iter().map(|plan| plan.name).collect();
        eprintln!("No such scenario. There are: {}", names.join(", "));
        return ExitCode::FAILURE;
    }
    let all = compare_all(plans, &asked.settings);
    let title = "Why good calls of the guarded client failed, and how long in a row:";
    let text = format!("{}\n{title}\n\n{}", report::results(&all).text(), report::reasons(&all).text());
    if let Err(error) = std::io::stdout().write_all(text.as_bytes()) {
        eprintln!("standard output: {error}");
        return ExitCode::FAILURE;
    }
    if asked.write {
        for (name, text) in report::documents(&all) {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
            if let Err(error) = std::fs::write(&path, text) {
                eprintln!("{}: {error}", path.display());
                return ExitCode::FAILURE;
            }
            eprintln!("wrote {name}");
        }
    }
    ExitCode::SUCCESS
}
