//! The simulated office keeps the guard's numbers, and the page in docs/ says what it gives now.
// quick

#[allow(dead_code)] // its main() and what only that uses
#[path = "../examples/simulate/main.rs"]
mod simulate;

use std::sync::LazyLock;

use simulate::measure::{Outcome, Why};
use simulate::plan::{Plan, Settings};
use simulate::report::{Compared, documents, results};
use simulate::{HOUR, MINUTE, compare_all, scenarios};

static ALL: LazyLock<Vec<Compared>> = LazyLock::new(|| compare_all(scenarios::all(), &Settings::default()));

/// The worst hour of 401 answers of the stores whose programs all use the library.
fn worst_of_guarded_stores(plan: &Plan, outcome: &Outcome) -> usize {
    let naive: Vec<usize> =
        plan.jobs.iter().filter(|job| job.naive).map(|job| plan.secrets[job.secret].store).collect();
    let guarded = (0..plan.stores.len()).filter(|store| !naive.contains(store));
    guarded.map(|store| outcome.api.worst_hour(Some(store))).max().expect("a store")
}

#[test]
fn no_store_goes_over_its_budget_and_three_stay_below_the_block() {
    for Compared { plan, guarded, .. } in &*ALL {
        // A clock that goes forward makes an hour of the store shorter than an hour.
        let budgets = if plan.name == scenarios::CLOCKS { 2 } else { 1 };
        let worst = worst_of_guarded_stores(plan, guarded);
        assert!(worst <= budgets * 36, "{}: {worst} answers of 401 for one store", plan.name);
        let alone = plan.jobs.iter().all(|job| !job.naive);
        if alone {
            assert!(guarded.worst_hour <= 108, "{}: {} at the address", plan.name, guarded.worst_hour);
            assert!(guarded.api.blocks.is_empty(), "{}: blocked", plan.name);
        }
    }
}

#[test]
fn no_good_call_is_refused_for_longer_than_its_rule_says() {
    for Compared { plan, guarded, .. } in &*ALL {
        for (&(why, worked_before), &longest) in &guarded.longest_refused {
            // And a minute until the next job comes.
            let most = MINUTE
                + match (why, worked_before) {
                    (Why::TokenRefused, true) | (Why::BudgetExhausted, _) => HOUR,
                    (Why::TokenRefused, false) => 24 * HOUR,
                    (Why::BlockKnown, _) => 15 * MINUTE,
                    _ => continue,
                };
            assert!(longest <= most, "{}: {why:?} for {} min", plan.name, longest / MINUTE);
        }
        assert_eq!(guarded.unrecovered, 0, "{}: not back at the end", plan.name);
    }
}

#[test]
fn one_forgotten_job_blocks_the_address_unless_it_is_guarded() {
    let Compared { plan, naive, guarded } = &ALL[0];
    assert_eq!(plan.name, "forgotten job");
    assert!(naive.blocked_for > 24 * HOUR, "{} h of three days", naive.blocked_for / HOUR);
    assert!(naive.unserved[&Why::Blocked] > 1000, "the bystanders suffer too");
    assert!(guarded.api.blocks.is_empty() && !guarded.unserved.contains_key(&Why::TokenRefused));
}

#[test]
fn a_seed_decides_everything() {
    let with_seed = |seed| {
        let mut plans = scenarios::all();
        plans.retain(|plan| plan.name == "unguarded neighbour");
        results(&compare_all(plans, &Settings { seed, ..Settings::default() })).text()
    };
    assert_eq!(with_seed(7), with_seed(7));
    assert_ne!(with_seed(7), with_seed(8));
}

#[test]
fn the_page_says_what_the_command_makes_now() {
    for (name, made) in documents(&ALL) {
        let path = format!("{}/{name}", env!("CARGO_MANIFEST_DIR"));
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(written == made, "{name} is old: cargo run --release --example simulate -- --write");
    }
}
