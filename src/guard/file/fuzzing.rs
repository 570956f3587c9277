//! The state as bytes, for fuzzers.

use crate::guard::{Millis, State};

/// Reads a state.
pub fn decode(bytes: &[u8]) -> State {
    super::format::decode(bytes)
}

/// A state's bytes, and whether they fit into the file.
pub fn encode(state: &State) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    super::format::encode(state, &mut bytes);
    let fits = bytes.len() <= super::slots::MOST;
    (bytes, fits)
}

/// What lies between a boot's clock and the state's time, for a process that comes `ago` after the last step.
pub fn offset(state: &mut State, boot: u8, clock: Millis, ago: Millis) -> Millis {
    state.offset([boot; 16], clock, ago)
}

/// Whether the next reader numbers the requests anew, and takes those on the wire for lost.
pub fn is_out_of_tickets(state: &State) -> bool {
    state.tickets > super::sound::MOST_TICKETS
}
