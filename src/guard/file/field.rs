//! The fields of records: each as bytes, and read again; nothing where the bytes end too early.

#![allow(clippy::option_option, reason = "outside: can be read; inside: is there")]

use crate::guard::state::Class;
use crate::guard::{Fingerprint, Millis, Scope, Ticket};

/// No time of any clock is further from zero; sums of a few of them cannot overflow.
pub(super) const FARTHEST: Millis = 1 << 52;

/// Writes fields.
pub(super) trait Put {
    fn bytes(&mut self, bytes: &[u8]);

    fn number(&mut self, number: u64) {
        self.bytes(&number.to_le_bytes());
    }

    fn time(&mut self, time: Millis) {
        self.bytes(&time.to_le_bytes());
    }

    fn option(&mut self, time: Option<Millis>) {
        self.time(time.unwrap_or(Millis::MIN));
    }

    fn scope(&mut self, scope: Scope) {
        self.number(match scope {
            Scope::Network => 0,
            Scope::Loopback(name) => name.max(1),
        });
    }
}

impl Put for Vec<u8> {
    fn bytes(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

pub(super) fn array<const N: usize>(body: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = body.split_first_chunk()?;
    *body = rest;
    Some(*first)
}

pub(super) fn number(body: &mut &[u8]) -> Option<u64> {
    array(body).map(u64::from_le_bytes)
}

/// Zero stands for none.
pub(super) fn ticket(body: &mut &[u8]) -> Option<Option<Ticket>> {
    number(body).map(|number| Some(number).filter(|&number| number != 0))
}

pub(super) fn time(body: &mut &[u8]) -> Option<Millis> {
    array(body).map(|bytes| Millis::from_le_bytes(bytes).clamp(-FARTHEST, FARTHEST))
}

pub(super) fn option(body: &mut &[u8]) -> Option<Option<Millis>> {
    let time = Millis::from_le_bytes(array(body)?);
    Some(Some(time).filter(|&time| time != Millis::MIN).map(|time| time.clamp(-FARTHEST, FARTHEST)))
}

pub(super) fn fingerprint(body: &mut &[u8]) -> Option<Fingerprint> {
    array(body).map(Fingerprint)
}

pub(super) fn scope(body: &mut &[u8]) -> Option<Scope> {
    number(body).map(|name| if name == 0 { Scope::Network } else { Scope::Loopback(name) })
}

pub(super) fn class_number(class: Class) -> u8 {
    match class {
        Class::Untried => 0,
        Class::Probe => 1,
        Class::Accepted => 2,
        Class::Unblocked => 3,
        Class::Retry => 4,
    }
}

/// A class of a later version counts where it costs most.
pub(super) fn class(body: &mut &[u8]) -> Option<Class> {
    array(body).map(|[number]| match number {
        1 => Class::Probe,
        2 => Class::Accepted,
        3 => Class::Unblocked,
        4 => Class::Retry,
        _ => Class::Untried,
    })
}
