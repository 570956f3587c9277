//! The guard's rules under random interleavings. More of them: `PROPTEST_CASES=100000 cargo test --release --test rules`.
// quick

#[path = "support/world/mod.rs"]
mod world;

use proptest::collection::vec;
use proptest::prelude::*;
use world::{Step, World, step};

fn run(budget: u32, good: [bool; 14], steps: Vec<Step>) {
    let mut world = World::new(budget, good);
    for step in steps {
        world.take(step);
    }
    world.everything_recovers();
}

/// Small ones often: their shares are soon used up.
fn budget() -> impl Strategy<Value = u32> {
    prop_oneof![1..=14_u32, 1..=110_u32]
}

fn steady() -> impl Strategy<Value = Step> {
    step().prop_map(|step| match step {
        Step::Back(time) => Step::Pass(time),
        other => other,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 20_000, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn no_interleaving_breaks_a_promise(budget in budget(), good: [bool; 14], steps in vec(steady(), 0..1500)) {
        run(budget, good, steps);
    }

    #[test]
    fn nor_does_a_clock_that_steps_back(budget in budget(), good: [bool; 14], steps in vec(step(), 0..1500)) {
        run(budget, good, steps);
    }
}
