//! The guard's rules under random interleavings. More of them: `PROPTEST_CASES=100000 cargo test --release --test rules`.
// quick

#[path = "support/world/mod.rs"]
mod world;

use proptest::collection::vec;
use proptest::prelude::*;
use world::{Step, World, brisk, step};

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

    #[test]
    fn nobody_is_over_a_rate_limit_or_held_back_below_it(steps in vec(brisk(), 0..600)) {
        run(36, [true; 14], steps);
    }
}

/// A program with many threads leaves the next place to one that has none.
#[test]
fn who_has_nothing_on_the_wire_is_next_in_line() {
    use thousandeyes::guard::{
        Answered, Awaited, Caller, Decision, End, Event, Families, Fingerprint, Scope, State, rules,
    };
    let caller = Caller {
        token: Fingerprint([1; 16]),
        scope: Scope::Network,
        budget: 36,
        route: 0,
        families: Families::default(),
    };
    let (busy, small) = (1, 2);
    let mut state = State::default();
    let mut now = 1_000_000;
    let ask = |state: &mut State, owner, now| {
        rules::apply(state, &Event::Reserve { caller, owner, waited_for: None, lasts: 120_000 }, now)
    };
    let end = |state: &mut State, ticket, now| {
        rules::apply(
            state,
            &Event::Finish { ticket, caller, end: End::Answered(Answered::Accepted), limits: Vec::new() },
            now,
        )
    };
    let Decision::Go(first) = ask(&mut state, busy, now) else { panic!("nobody was before it") };
    end(&mut state, first, now);
    let mut tickets = Vec::new();
    while let Decision::Go(ticket) = ask(&mut state, busy, now) {
        tickets.push(ticket);
    }
    assert_eq!(tickets.len(), 16);
    assert_eq!(ask(&mut state, small, now), Decision::LinedUp);
    assert_eq!(ask(&mut state, small, now), Decision::Wait(Awaited::Others));
    end(&mut state, tickets.remove(0), now);
    assert_eq!(ask(&mut state, busy, now), Decision::Wait(Awaited::Others), "that place is taken");
    assert!(matches!(ask(&mut state, small, now), Decision::Go(_)));
    end(&mut state, tickets.remove(0), now);
    assert!(matches!(ask(&mut state, busy, now), Decision::Go(_)), "and the next is free again");
    // Who lined up and does not come keeps nobody up for longer than a second.
    assert_eq!(ask(&mut state, 3, now), Decision::LinedUp);
    end(&mut state, tickets.remove(0), now);
    now += 1000;
    assert!(matches!(ask(&mut state, busy, now), Decision::Go(_)));
}
