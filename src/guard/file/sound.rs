//! What a state that was read must not hold, whoever wrote it: the rules never leave it behind, and would wait for it.

use std::collections::BTreeMap;

use super::field::FARTHEST;
use crate::guard::rules::GRACE;
use crate::guard::state::{Reservation, State, lose};
use crate::guard::timeline::MOST_BOOTS;
use crate::guard::window::MOST as MOST_WINDOWS;
use crate::guard::{HOUR, Millis, Ticket};

/// No boot's clock lies further from the state's time: far enough from [`FARTHEST`] that what is written is read again as
/// it was.
const FARTHEST_BOOT: Millis = FARTHEST / 2;

/// More tickets than can be given out.
pub(super) const MOST_TICKETS: Ticket = 1 << 62;

/// Takes out what would hold callers back for longer than any rule does.
pub(super) fn make_sound(state: &mut State) {
    if state.tickets > MOST_TICKETS {
        number_anew(state);
    }
    for shared in state.shared.values_mut() {
        shared.in_flight.values_mut().for_each(|reservation| {
            reservation.lasts = reservation.lasts.clamp(0, HOUR + GRACE);
        });
        let on_wire = |ticket: &Ticket| shared.in_flight.contains_key(ticket);
        shared.reserve_ticket = shared.reserve_ticket.filter(on_wire);
        if let Some(block) = &mut shared.blocked {
            block.probe = block.probe.filter(on_wire);
        }
    }
    let on_wire: BTreeMap<Ticket, &Reservation> =
        state.shared.values().flat_map(|shared| &shared.in_flight).map(|(ticket, of)| (*ticket, of)).collect();
    for (fingerprint, token) in &mut state.tokens {
        token.trial = token.trial.filter(|trial| on_wire.get(trial).is_some_and(|of| of.token == *fingerprint));
        token.changed = token.changed.min(state.tickets);
        token.windows.0.truncate(MOST_WINDOWS);
    }
    begin_anew_at_zero(state);
    let first = state.boots.len().saturating_sub(MOST_BOOTS);
    state.boots.drain(..first);
    state.pull_back(state.latest);
}

/// The requests that hold such numbers are taken for lost.
fn number_anew(state: &mut State) {
    for shared in state.shared.values_mut() {
        while let Some(&ticket) = shared.in_flight.keys().next() {
            lose(shared, &mut state.tokens, ticket, state.latest);
        }
        for (ticket, _) in shared.charges.iter_mut().filter_map(|charge| charge.lost.as_mut()) {
            *ticket = 1;
        }
    }
    state.tokens.values_mut().for_each(|token| token.failed = None);
    state.tickets = 1;
}

/// Where the state's time comes near to its bounds, no honest one: the clocks of all boots are set anew.
fn begin_anew_at_zero(state: &mut State) {
    if state.latest.abs() > FARTHEST_BOOT / 2 {
        let by = -state.latest;
        state.move_by(by);
        state.boots.iter_mut().for_each(|boot| boot.offset += by);
    }
    for boot in &mut state.boots {
        boot.offset = boot.offset.clamp(-FARTHEST_BOOT, FARTHEST_BOOT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::file::format::{decode, encode};
    use crate::guard::state::{Block, Class, Rejection, Shared, Token};
    use crate::guard::timeline::Boot;
    use crate::guard::{
        Answered, Caller, Decision, End, Event, Families, Fingerprint, MINUTE, Refusal, Scope, rules,
    };

    const FAR: Millis = 1 << 52;
    const TOKEN: Fingerprint = Fingerprint([1; 16]);
    fn caller() -> Caller {
        Caller { token: TOKEN, scope: Scope::Network, budget: 36, route: 1, families: Families::default() }
    }

    fn read(token: Token, shared: Shared) -> State {
        let state =
            State { tokens: [(TOKEN, token)].into(), shared: [(Scope::Network, shared)].into(), ..State::default() };
        decoded(&state)
    }

    fn decoded(state: &State) -> State {
        let mut bytes = Vec::new();
        encode(state, &mut bytes);
        decode(&bytes)
    }

    fn reserve(state: &mut State, now: Millis) -> Decision {
        rules::apply(state, &Event::Reserve { caller: caller(), owner: 1, waited_for: None, lasts: MINUTE }, now)
    }

    #[test]
    fn nobody_waits_for_a_request_that_is_not_there() {
        let block = Block { since: 0, next_probe: 0, probe: Some(7) };
        let strangers = Shared {
            in_flight: [(7, Reservation { token: Fingerprint([2; 16]), ..on_wire() })].into(),
            ..Shared::default()
        };
        for (token, shared) in [
            (Token { trial: Some(7), ..Token::default() }, Shared::default()),
            (Token { trial: Some(7), ..Token::default() }, strangers),
            (Token::default(), Shared { blocked: Some(block), ..Shared::default() }),
        ] {
            assert!(matches!(reserve(&mut read(token, shared), 2 * MINUTE), Decision::Go(_)));
        }
        let shared = Shared { reserve_ticket: Some(7), ..Shared::default() };
        assert_eq!(read(Token::default(), shared).shared[&Scope::Network].reserve_ticket, None);
    }

    fn on_wire() -> Reservation {
        Reservation { token: TOKEN, owner: 9, class: Class::Accepted, expires: FAR, lasts: FAR }
    }

    #[test]
    fn no_wait_exceeds_its_rules_longest() {
        let rejected = Some(Rejection { since: FAR, next_probe: FAR, probes: 0 });
        let token = Token { rejected, ..Token::default() };
        let decision = reserve(&mut read(token, Shared::default()), 0);
        let Decision::Refuse(Refusal::TokenRefused { since, retry_in, .. }) = decision else {
            panic!("{decision:?}")
        };
        assert_eq!((since, retry_in), (0, 15 * MINUTE));

        let shared = Shared { in_flight: [(7, on_wire())].into(), ..Shared::default() };
        let state = read(Token::default(), shared);
        assert_eq!(state.shared[&Scope::Network].in_flight[&7].expires, HOUR + GRACE);
    }

    #[test]
    fn no_number_keeps_a_401_from_being_remembered() {
        let mut state = read(Token { changed: Ticket::MAX, ..Token::default() }, Shared::default());
        let Decision::Go(ticket) = reserve(&mut state, 0) else { panic!("it may go") };
        let end = End::Answered(Answered::Rejected);
        rules::apply(&mut state, &Event::Finish { ticket, caller: caller(), end, limits: Vec::new() }, 0);
        assert!(matches!(reserve(&mut state, 0), Decision::Refuse(_)));
    }

    #[test]
    fn no_request_gets_a_ticket_that_another_has() {
        for greatest in [MOST_TICKETS - 1, MOST_TICKETS, MOST_TICKETS + 1, Ticket::MAX] {
            let shared = Shared { in_flight: [(greatest, on_wire())].into(), ..Shared::default() };
            let mut state = read(Token { accepted: Some(0), ..Token::default() }, shared);
            let mut counted = 1;
            for _ in 0..3 {
                counted += usize::from(matches!(reserve(&mut state, 0), Decision::Go(_)));
                state = decoded(&state);
                let shared = &state.shared[&Scope::Network];
                assert_eq!(shared.in_flight.len() + shared.charges.len(), counted, "{greatest}");
            }
            assert!(counted > 1, "{greatest}");
        }
    }

    #[test]
    fn no_time_of_a_boot_makes_what_is_written_unreadable() {
        const CLOCK: Millis = 1000 * HOUR;
        for (latest, offset) in [(FAR, FAR), (0, FAR), (FAR, 0), (-FAR, FAR), (FAR, -FAR), (-FAR, -FAR)] {
            let boots = vec![Boot { id: [1; 16], offset }];
            let mut state = decoded(&State { latest, boots, ..State::default() });
            for step in 0..3 {
                let now = CLOCK + step + state.offset([1; 16], CLOCK, 0);
                if step == 0 {
                    let Decision::Go(ticket) = reserve(&mut state, now) else { panic!("it may go") };
                    let end = End::Answered(Answered::Rejected);
                    let finish = Event::Finish { ticket, caller: caller(), end, limits: Vec::new() };
                    rules::apply(&mut state, &finish, now);
                }
                state = decoded(&state);
            }
            let now = CLOCK + 3 + state.offset([1; 16], CLOCK, 0);
            let known = rules::report(&mut state, &caller(), now);
            let told = (known.unauthorized_last_hour, known.rejected_ms_ago, known.next_try_in_ms);
            assert_eq!(told, (1, Some(3), Some(15 * MINUTE - 3)), "{latest} {offset}");
        }
    }

    #[test]
    fn what_is_bounded_while_it_runs_is_bounded_when_it_is_read() {
        let boot = |id| Boot { id: [id; 16], offset: 0 };
        let boots = decoded(&State { boots: (0..100).map(boot).collect(), ..State::default() }).boots;
        assert_eq!((boots.len(), boots.last()), (MOST_BOOTS, Some(&boot(99))));
    }
}
