//! What is known, and the salt of the fingerprints in it: a token's print in one directory means nothing in another.

use std::collections::HashMap;

use ring::digest::{Context, SHA256};

use crate::guard::{Caller, Decision, Event, Fingerprint, HOUR, Millis, Owner, Report, State, Ticket, rules};
use crate::sys::clock::Moment;

/// A state and its salt.
#[derive(Clone, Default)]
pub(super) struct Known {
    pub(super) state: State,
    salt: [u8; 16],
    /// Hashing costs more than the rest of a step.
    prints: HashMap<Fingerprint, Fingerprint>,
    /// What lies between this boot's clock and the state's time.
    offset: Millis,
    /// This boot was not met before, and that is not written yet.
    is_new_boot: bool,
}

impl Known {
    pub(super) fn salt(&self) -> [u8; 16] {
        self.salt
    }

    pub(super) fn set_salt(&mut self, salt: [u8; 16]) {
        if self.salt != salt {
            self.salt = salt;
            self.prints.clear();
        }
    }

    /// The caller as the state knows it.
    fn caller(&mut self, caller: &Caller) -> Caller {
        Caller { token: self.print(caller.token), ..*caller }
    }

    fn print(&mut self, token: Fingerprint) -> Fingerprint {
        let salt = self.salt;
        *self.prints.entry(token).or_insert_with(|| {
            let mut context = Context::new(&SHA256);
            context.update(&salt);
            context.update(&token.0);
            Fingerprint(context.finish().as_ref().first_chunk().copied().unwrap_or_default())
        })
    }

    /// This moment in the state's time. `ago`: how long ago its last step was, if it was in another boot.
    pub(super) fn meet(&mut self, moment: &Moment, ago: Millis) {
        self.is_new_boot = !self.state.has_met(moment.boot);
        self.offset = self.state.offset(moment.boot, moment.now, ago);
    }

    /// Until that is written, the next in this boot begins at the same time: none would pass for those who are refused.
    pub(super) fn is_new_boot(&self) -> bool {
        self.is_new_boot
    }

    pub(super) fn is_written(&mut self) {
        self.is_new_boot = false;
    }

    /// This moment in the state's time.
    pub(super) fn time(&self, moment: &Moment) -> Millis {
        moment.now + self.offset
    }

    /// Takes it for possible that much happened which is not known.
    pub(super) fn be_cautious(&mut self, moment: &Moment) {
        self.state.cautious_until = Some(self.time(moment) + HOUR);
    }

    /// One step of the rules.
    pub(super) fn apply(&mut self, event: &Event, moment: &Moment) -> Decision {
        let now = self.time(moment);
        let mut event = event.clone();
        match &mut event {
            Event::Reserve { caller, .. } | Event::Finish { caller, .. } | Event::Unblock { caller } => {
                *caller = self.caller(caller);
            }
            Event::Died { .. } => {}
        }
        rules::apply(&mut self.state, &event, now)
    }

    /// Adds what another state knows and this one does not. Under another salt only the tokens of this process can be
    /// told: nobody knows whose prints the others are.
    pub(super) fn absorb(&mut self, mut other: Self) {
        if self.salt != other.salt {
            let mut theirs = std::mem::take(&mut other.state.tokens);
            for (token, print) in &other.prints {
                if let Some(known) = theirs.remove(print) {
                    other.state.tokens.insert(self.print(*token), known);
                }
            }
        }
        other.state.move_by(self.offset - other.offset);
        self.state.absorb(other.state);
    }

    /// What a reservation would be answered, if it is held back.
    pub(super) fn held_back(
        &mut self,
        caller: &Caller,
        owner: Owner,
        waited_for: Option<Ticket>,
        moment: &Moment,
    ) -> Option<Decision> {
        let (caller, now) = (self.caller(caller), self.time(moment));
        rules::held_back(&mut self.state, &caller, owner, waited_for, now)
    }

    /// What is known of one caller, for people.
    pub(super) fn report(&mut self, caller: &Caller, moment: &Moment) -> Report {
        let (caller, now) = (self.caller(caller), self.time(moment));
        rules::report(&mut self.state, &caller, now)
    }
}
