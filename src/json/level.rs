//! The elements of one array, or the members of one object.

use std::hash::RandomState;

use serde::Deserializer;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::found::Found;
use super::{At, hash};

/// Where the parts of an array or object begin.
pub(super) enum Level {
    Array(Vec<At>),
    Object(Object),
}

pub(super) struct Object {
    /// Names and values, in the document's order, each name once.
    members: Vec<(At, At)>,
    /// Hashes of the names, and whose they are; sorted.
    order: Vec<(u32, u32)>,
}

impl Level {
    /// Reads the array or object that begins at a byte of a checked body; `None` for a scalar, or without memory.
    pub(super) fn read(body: &[u8], at: At, hasher: &RandomState) -> Option<Self> {
        let rest = body.get(usize::try_from(at).ok()?..)?;
        let mut reader = serde_json::Deserializer::from_slice(rest);
        let start = body.as_ptr().addr();
        match rest.first()? {
            b'[' => reader.deserialize_seq(Elements { start }).ok().map(Self::Array),
            b'{' => {
                let members = reader.deserialize_map(Members { start }).ok()?;
                Object::new(members, body, hasher).map(Self::Object)
            }
            _ => None,
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Array(elements) => elements.len(),
            Self::Object(object) => object.members.len(),
        }
    }

    /// The element of that number, or the member of that name.
    pub(super) fn child(&self, body: &[u8], token: &str, hasher: &RandomState) -> Option<At> {
        match self {
            Self::Array(elements) => elements.get(number(token)?).copied(),
            Self::Object(object) => object.value(body, token, hasher),
        }
    }

    pub(super) fn name(&self, number: usize) -> Option<At> {
        match self {
            Self::Array(_) => None,
            Self::Object(object) => object.members.get(number).map(|(name, _)| *name),
        }
    }
}

/// RFC 6901: no sign, no zero in front.
fn number(token: &str) -> Option<usize> {
    let plain = token == "0" || !token.starts_with(['0', '+']);
    plain.then(|| token.parse().ok())?
}

impl Object {
    fn new(mut members: Vec<(At, At)>, body: &[u8], hasher: &RandomState) -> Option<Self> {
        let mut order = sorted(&members, body, hasher)?;
        if merge(&mut members, &order, body) {
            order = sorted(&members, body, hasher)?;
        }
        Some(Self { members, order })
    }

    fn value(&self, body: &[u8], name: &str, hasher: &RandomState) -> Option<At> {
        let wanted = hash(name, hasher);
        let first = self.order.partition_point(|(hash, _)| *hash < wanted);
        let alike = self.order[first..].iter().take_while(|(hash, _)| *hash == wanted);
        let mut members = alike.filter_map(|(_, member)| self.members.get(usize::try_from(*member).ok()?));
        members.find(|(at, _)| Found { body, at: *at }.name() == name).map(|(_, value)| *value)
    }
}

fn sorted(members: &[(At, At)], body: &[u8], hasher: &RandomState) -> Option<Vec<(u32, u32)>> {
    let mut order = Vec::new();
    order.try_reserve_exact(members.len()).ok()?;
    let named = members.iter().map(|(at, _)| hash(&Found { body, at: *at }.name(), hasher));
    order.extend(named.zip(0..));
    order.sort_unstable();
    Some(order)
}

/// Of several members with one name the value of the last stays, in the first one's place. Whether there were any.
fn merge(members: &mut Vec<(At, At)>, order: &[(u32, u32)], body: &[u8]) -> bool {
    let before = members.len();
    for alike in order.chunk_by(|one, next| one.0 == next.0).filter(|alike| alike.len() > 1) {
        let mut first: Vec<usize> = Vec::new();
        for index in alike.iter().filter_map(|(_, index)| usize::try_from(*index).ok()) {
            let (at, value) = members[index];
            let name = Found { body, at }.name();
            match first.iter().find(|first| Found { body, at: members[**first].0 }.name() == name) {
                Some(&first) => {
                    members[first].1 = value;
                    members[index].1 = At::MAX;
                }
                None => first.push(index),
            }
        }
    }
    members.retain(|(_, value)| *value != At::MAX);
    members.len() < before
}

struct Elements {
    start: usize,
}

struct Members {
    start: usize,
}

/// Where a part begins, from where it lies in memory.
fn place<E: Error>(start: usize, part: &RawValue) -> Result<At, E> {
    At::try_from(part.get().as_ptr().addr() - start).map_err(E::custom)
}

impl<'de> Visitor<'de> for Elements {
    type Value = Vec<At>;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = parts.next_element::<&RawValue>()? {
            elements.try_reserve(1).map_err(A::Error::custom)?;
            elements.push(place(self.start, element)?);
        }
        Ok(elements)
    }
}

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(At, At)>;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = parts.next_entry::<&RawValue, &RawValue>()? {
            members.try_reserve(1).map_err(A::Error::custom)?;
            members.push((place(self.start, name)?, place(self.start, value)?));
        }
        Ok(members)
    }
}
