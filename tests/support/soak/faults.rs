//! Faults at random.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use super::{Random, World};
use crate::support::faults::{Outcome, rows};
use crate::support::stand_in::{Answer, Step};
use crate::support::tls_front::Manner;

/// Scripts faults.
pub struct Faults<'a> {
    world: &'a World,
    random: Random,
    kinds: Vec<Answer>,
}

impl<'a> Faults<'a> {
    pub fn new(world: &'a World) -> Self {
        // Not those that pass for a good answer, which nobody could tell from one.
        let cuts = rows::cuts(rows::whole().as_bytes(), &[Step::Reset]).into_iter().step_by(12).collect();
        let rows = [rows::chunks(), rows::heads(), rows::gzip(), cuts].concat();
        let bad = rows.iter().filter(|row| row.outcome != Outcome::Success);
        let mut kinds: Vec<_> = bad.map(|row| Answer::wire(row.steps.clone())).collect();
        kinds.extend([Answer::silence(), Answer::reset(), Answer::new(503), Answer::new(500)]);
        kinds.push(Answer::pass().wait(Duration::from_millis(50)));
        // One answer, and another that nobody asked for. Not later: it could come when the next is waited for.
        let two = ["HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", &rows::whole()].concat();
        kinds.extend(vec![Answer::wire(vec![rows::send(two), Step::Keep]); 5]);
        Self { world, random: Random(world.seed), kinds }
    }

    /// Gives the number of faults.
    pub fn until(mut self, over: &AtomicBool) -> u64 {
        let mut made = 0;
        while !over.load(SeqCst) {
            std::thread::sleep(Duration::from_millis(self.random.below(20)));
            made += 1;
            match self.random.below(20) {
                // A quiet time, after all that was scripted.
                0 => {
                    std::thread::sleep(Duration::from_millis(200));
                    self.world.server.reset_behaviour().block_after(None).reset_counts();
                }
                1 => self.world.front.set(
                    self.random
                        .of(&[Manner::Relay { goodbye: false }, Manner::Reset, Manner::Within(100, vec![0; 99])])
                        .clone(),
                ),
                2 => drop(self.world.server.break_off(9, vec![Step::Reset])),
                3..10 => self.world.front.set(Manner::Relay { goodbye: true }),
                _ => drop(self.world.server.script_any(vec![self.random.of(&self.kinds).clone()])),
            }
        }
        made
    }
}
