//! What is known, and the salt of the fingerprints in it: a token's print in one directory means nothing in another.

use std::collections::HashMap;

use ring::digest::{Context, SHA256};

use crate::guard::{Caller, Decision, Event, Fingerprint, Millis, State, rules};

/// A state and its salt.
#[derive(Clone, Default)]
pub(super) struct Known {
    pub(super) state: State,
    salt: [u8; 16],
    /// Hashing costs more than the rest of a step.
    prints: HashMap<Fingerprint, Fingerprint>,
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
    pub(super) fn caller(&mut self, caller: &Caller) -> Caller {
        let salt = self.salt;
        let token = *self.prints.entry(caller.token).or_insert_with(|| {
            let mut context = Context::new(&SHA256);
            context.update(&salt);
            context.update(&caller.token.0);
            Fingerprint(context.finish().as_ref().first_chunk().copied().unwrap_or_default())
        });
        Caller { token, ..*caller }
    }

    /// One step of the rules.
    pub(super) fn apply(&mut self, event: &Event, now: Millis) -> Decision {
        let mut event = event.clone();
        match &mut event {
            Event::Reserve { caller, .. } | Event::Finish { caller, .. } | Event::Unblock { caller } => {
                *caller = self.caller(caller);
            }
            Event::Died { .. } => {}
        }
        rules::apply(&mut self.state, &event, now)
    }

    /// Adds what another state knows and this one does not.
    pub(super) fn absorb(&mut self, other: Self) {
        let same_prints = self.salt == other.salt;
        self.state.absorb(other.state, same_prints);
    }
}
