//! The state as bytes: records of kind, length and body, little endian. A reader passes over a longer body's end and
//! keeps kinds that it does not know, so that what a later version writes survives an earlier one.

use super::field::{Put, array, class, class_number, fingerprint, number, option, scope, ticket, time};
use super::sound::make_sound;
use crate::guard::state::{Block, Charge, Failed, NextInLine, Rejection, Reservation, State, Token};
use crate::guard::timeline::Boot;
use crate::guard::window::Window;
use crate::guard::{Failure, Family, Fingerprint};
use crate::status::Status;

const HEAD: u8 = 1;
const TOKEN: u8 = 2;
const FAILURE: u8 = 3;
const SHARED: u8 = 4;
const CHARGE: u8 = 5;
const RESERVATION: u8 = 6;
const BOOT: u8 = 7;
const WINDOW: u8 = 8;

/// The longest text of a failure that is kept.
const LONGEST_TEXT: usize = 160;
/// The most bytes of unknown records that are kept.
const MOST_UNKNOWN: usize = 16 * 1024;

/// Writes the state behind what `out` holds.
pub(super) fn encode(state: &State, out: &mut Vec<u8>) {
    record(out, HEAD, |out| {
        out.time(state.latest);
        out.number(state.tickets);
        out.option(state.cautious_until);
    });
    for boot in &state.boots {
        record(out, BOOT, |out| {
            out.bytes(&boot.id);
            out.time(boot.offset);
        });
    }
    for (fingerprint, token) in &state.tokens {
        record(out, TOKEN, |out| put_token(out, *fingerprint, token));
        if let Some(failed) = &token.failed {
            record(out, FAILURE, |out| put_failed(out, *fingerprint, failed));
        }
        for window in &token.windows.0 {
            record(out, WINDOW, |out| {
                out.bytes(&fingerprint.0);
                out.bytes(window.family.bytes());
                out.number(window.limit.into());
                out.number(window.left.into());
                out.time(window.ends);
                out.bytes(&[u8::from(window.told)]);
            });
        }
    }
    for (scope, shared) in &state.shared {
        record(out, SHARED, |out| {
            out.scope(*scope);
            out.option(shared.blocked.as_ref().map(|block| block.since));
            out.option(shared.blocked.as_ref().map(|block| block.next_probe));
            out.number(shared.blocked.as_ref().and_then(|block| block.probe).unwrap_or(0));
            out.option(shared.retry_after);
            out.option(shared.reserve_used);
            out.number(shared.reserve_ticket.unwrap_or(0));
            let next = shared.next_in_line;
            out.number(next.map_or(0, |next| next.owner));
            out.bytes(&next.map_or([0; 16], |next| next.token.0));
            out.option(next.map(|next| next.until));
        });
        for charge in &shared.charges {
            record(out, CHARGE, |out| {
                out.scope(*scope);
                out.time(charge.at);
                out.bytes(&[class_number(charge.class)]);
                let (ticket, fingerprint) = charge.lost.unwrap_or((0, Fingerprint([0; 16])));
                out.number(ticket);
                out.bytes(&fingerprint.0);
            });
        }
        for (ticket, reservation) in &shared.in_flight {
            record(out, RESERVATION, |out| {
                out.scope(*scope);
                out.number(*ticket);
                out.bytes(&reservation.token.0);
                out.number(reservation.owner);
                out.bytes(&[class_number(reservation.class)]);
                out.time(reservation.expires);
                out.time(reservation.lasts);
            });
        }
    }
    out.extend_from_slice(&state.unknown);
}

fn put_token(out: &mut Vec<u8>, fingerprint: Fingerprint, token: &Token) {
    out.bytes(&fingerprint.0);
    out.bytes(&[u8::from(token.in_doubt) | u8::from(token.one_more_try) << 1]);
    out.option(token.accepted);
    out.option(token.rejected.map(|rejection| rejection.since));
    out.option(token.rejected.map(|rejection| rejection.next_probe));
    out.number(token.rejected.map_or(0, |rejection| rejection.probes.into()));
    out.number(token.changed);
    out.number(token.trial.unwrap_or(0));
    out.time(token.used);
    for place in 0..3 {
        out.option(token.unblocked.get(place).copied());
    }
}

fn put_failed(out: &mut Vec<u8>, fingerprint: Fingerprint, failed: &Failed) {
    out.bytes(&fingerprint.0);
    out.number(failed.ticket);
    out.number(failed.route);
    out.time(failed.at);
    out.bytes(&(failed.failure.status as i32).to_le_bytes());
    let text: String = failed.failure.text.chars().take(LONGEST_TEXT).collect();
    out.bytes(text.as_bytes());
}

fn record(out: &mut Vec<u8>, kind: u8, body: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(&[kind, 0, 0]);
    let start = out.len();
    body(out);
    let length = u16::try_from(out.len() - start).unwrap_or(u16::MAX);
    out[start - 2..start].copy_from_slice(&length.to_le_bytes());
}

/// Reads a state; what cannot be read is left out, since what can be is still worth knowing.
pub(super) fn decode(mut bytes: &[u8]) -> State {
    let mut state = State::default();
    while let [kind, low, high, rest @ ..] = bytes {
        let length = usize::from(u16::from_le_bytes([*low, *high]));
        let Some((body, after)) = rest.split_at_checked(length) else { break };
        let known = (HEAD..=WINDOW).contains(kind);
        if known {
            // A body that is too short is not one of this version; there is nothing to keep of it.
            let _unread = get(&mut state, *kind, body);
        } else if state.unknown.len() + 3 + length <= MOST_UNKNOWN {
            state.unknown.extend_from_slice(&bytes[..3 + length]);
        }
        bytes = after;
    }
    for (ticket, reservation) in state.shared.values().flat_map(|shared| &shared.in_flight) {
        state.tickets = state.tickets.max(*ticket);
        state.tokens.entry(reservation.token).or_default().in_flight += 1;
    }
    make_sound(&mut state);
    state
}

fn get(state: &mut State, kind: u8, mut body: &[u8]) -> Option<()> {
    let body = &mut body;
    match kind {
        HEAD => {
            state.latest = time(body)?;
            state.tickets = number(body)?;
            state.cautious_until = option(body)?;
        }
        TOKEN => {
            let (fingerprint, token) = get_token(body)?;
            state.tokens.insert(fingerprint, token);
        }
        BOOT => {
            let (id, offset) = (array(body)?, time(body)?);
            state.boots.push(Boot { id, offset });
        }
        FAILURE => {
            let token = state.tokens.get_mut(&fingerprint(body)?)?;
            let (ticket, route, at) = (number(body)?, number(body)?, time(body)?);
            let code = i32::from_le_bytes(array(body)?);
            let status = Status::ALL.iter().copied().find(|status| *status as i32 == code)?;
            let failure = Failure { status, text: String::from_utf8_lossy(body).into_owned() };
            token.failed = Some(Failed { ticket, route, at, failure });
        }
        WINDOW => {
            let token = state.tokens.get_mut(&fingerprint(body)?)?;
            let family = Family::from_bytes(array(body)?);
            let count = |body: &mut &[u8]| number(body).map(|number| u32::try_from(number).unwrap_or(u32::MAX));
            let (limit, left, ends) = (count(body)?, count(body)?, time(body)?);
            let [told] = array(body)?;
            token.windows.0.push(Window { family, limit, left, ends, told: told != 0 });
        }
        SHARED => {
            let shared = state.shared.entry(scope(body)?).or_default();
            let (since, next_probe, probe) = (option(body)?, option(body)?, ticket(body)?);
            shared.blocked = since.zip(next_probe).map(|(since, next_probe)| Block { since, next_probe, probe });
            (shared.retry_after, shared.reserve_used) = (option(body)?, option(body)?);
            shared.reserve_ticket = ticket(body)?;
            let (owner, token, until) = (number(body)?, fingerprint(body)?, option(body)?);
            shared.next_in_line = until.map(|until| NextInLine { owner, token, until });
        }
        CHARGE => {
            let shared = state.shared.entry(scope(body)?).or_default();
            let (at, class) = (time(body)?, class(body)?);
            let (ticket, fingerprint) = (ticket(body)?, fingerprint(body)?);
            shared.charges.push(Charge { at, class, lost: ticket.map(|ticket| (ticket, fingerprint)) });
        }
        _ => {
            let shared = state.shared.entry(scope(body)?).or_default();
            let (ticket, token, owner) = (number(body)?, fingerprint(body)?, number(body)?);
            let (class, expires, lasts) = (class(body)?, time(body)?, time(body)?);
            shared.in_flight.insert(ticket, Reservation { token, owner, class, expires, lasts });
        }
    }
    Some(())
}

fn get_token(body: &mut &[u8]) -> Option<(Fingerprint, Token)> {
    let fingerprint = fingerprint(body)?;
    let [flags] = array(body)?;
    let accepted = option(body)?;
    let (since, next_probe) = (option(body)?, option(body)?);
    let probes = u32::try_from(number(body)?).unwrap_or(u32::MAX);
    let rejected = since.zip(next_probe).map(|(since, next_probe)| Rejection { since, next_probe, probes });
    let token = Token {
        accepted,
        rejected,
        changed: number(body)?,
        trial: ticket(body)?,
        used: time(body)?,
        unblocked: [option(body)?, option(body)?, option(body)?].into_iter().flatten().collect(),
        in_doubt: flags & 1 != 0,
        one_more_try: flags & 2 != 0,
        ..Token::default()
    };
    Some((fingerprint, token))
}
