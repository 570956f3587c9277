//! States of several boots and hosts: one time line for all of them, and one state made of two.

use super::Millis;
use super::state::{Block, State, Token};

/// One boot of one machine: the state's time is the boot's clock and `offset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Boot {
    pub(super) id: [u8; 16],
    pub(super) offset: Millis,
}

/// The most boots remembered; the one that came first goes first.
pub(super) const MOST_BOOTS: usize = 8;

impl State {
    /// What lies between a boot's clock and the state's time. A boot that is new here begins `ago` after what was
    /// written last, and what was accepted in another is not fresh in it.
    pub(super) fn offset(&mut self, id: [u8; 16], clock: Millis, ago: Millis) -> Millis {
        if let Some(known) = self.boots.iter().find(|boot| boot.id == id) {
            return known.offset;
        }
        let first = self.boots.is_empty();
        let offset = if first { 0 } else { self.latest + ago - clock };
        if self.boots.len() >= MOST_BOOTS {
            self.boots.remove(0);
        }
        self.boots.push(Boot { id, offset });
        if !first {
            self.distrust();
        }
        offset
    }

    pub(super) fn has_met(&self, boot: [u8; 16]) -> bool {
        self.boots.iter().any(|known| known.id == boot)
    }

    fn distrust(&mut self) {
        for token in self.tokens.values_mut() {
            token.in_doubt = true;
        }
    }

    /// Brings all times to another time line.
    pub(super) fn move_by(&mut self, by: Millis) {
        let moved = |time: &mut Millis| *time += by;
        moved(&mut self.latest);
        self.cautious_until.iter_mut().for_each(moved);
        for token in self.tokens.values_mut() {
            token.accepted.iter_mut().for_each(moved);
            token.unblocked.iter_mut().for_each(moved);
            token.failed.iter_mut().for_each(|failed| moved(&mut failed.at));
            token.windows.move_by(by);
            moved(&mut token.used);
            if let Some(rejection) = &mut token.rejected {
                moved(&mut rejection.since);
                moved(&mut rejection.next_probe);
            }
        }
        for shared in self.shared.values_mut() {
            shared.charges.iter_mut().for_each(|charge| moved(&mut charge.at));
            shared.in_flight.values_mut().for_each(|reservation| moved(&mut reservation.expires));
            shared.retry_after.iter_mut().for_each(moved);
            shared.reserve_used.iter_mut().for_each(moved);
            shared.next_in_line = None;
            if let Some(block) = &mut shared.blocked {
                moved(&mut block.since);
                moved(&mut block.next_probe);
            }
        }
    }

    /// Adds what another state of the same time line and salt knows and this one does not.
    pub(super) fn absorb(&mut self, other: Self) {
        self.cautious_until = self.cautious_until.max(other.cautious_until);
        self.tickets = self.tickets.max(other.tickets);
        for (fingerprint, token) in other.tokens {
            self.tokens.entry(fingerprint).or_insert(Token { trial: None, in_flight: 0, ..token });
        }
        for (scope, theirs) in other.shared {
            let shared = self.shared.entry(scope).or_default();
            // Several processes may bring the same ones.
            let mut ours = shared.charges.clone();
            for charge in theirs.charges {
                match ours.iter().position(|other| *other == charge) {
                    Some(same) => drop(ours.swap_remove(same)),
                    None => shared.charges.push(charge),
                }
            }
            shared.retry_after = shared.retry_after.max(theirs.retry_after);
            shared.blocked = shared.blocked.take().or(theirs.blocked.map(|block| Block { probe: None, ..block }));
        }
    }

    /// Takes every reservation off the wire, as if nothing of it were known.
    pub(super) fn leave_all(&mut self) {
        for shared in self.shared.values_mut() {
            while let Some(&ticket) = shared.in_flight.keys().next() {
                shared.leave(&mut self.tokens, ticket);
            }
        }
    }
}
