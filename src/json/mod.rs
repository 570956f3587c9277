//! Questions about a JSON body by RFC 6901 pointer, answered from an index over its bytes.
//!
//! A level of the document is indexed when somebody asks about it, in 4 bytes an element; nothing is built of what
//! nobody asks about. Values are read from their own text, so numbers are what the API wrote, digit for digit.

mod found;
mod level;

use std::collections::HashMap;
use std::hash::RandomState;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::value::RawValue;

pub(crate) use found::{Found, Kind};
use level::Level;

/// No document of the API is nested nearly as deeply. The parser keeps a byte for each level that is open.
const DEEPEST: usize = 512;

/// The byte at which a value, or a member's name, begins.
type At = u32;

/// What is known of a body's JSON. A copy begins anew.
#[derive(Default)]
pub(crate) struct Index {
    checked: OnceLock<Result<(), String>>,
    levels: Mutex<HashMap<At, Level>>,
}

impl Index {
    /// Whether the body is one JSON value, or why not. One look at its bytes, taken once; nothing is built.
    pub(crate) fn check(&self, body: &[u8]) -> Result<(), &str> {
        let checked = self.checked.get_or_init(|| {
            if At::try_from(body.len()).is_err() {
                return Err("larger than 4 GiB".to_owned());
            }
            if is_deeper(body, DEEPEST) {
                return Err(format!("nested deeper than {DEEPEST} levels"));
            }
            serde_json::from_slice::<&RawValue>(body).map(|_| ()).map_err(|error| error.to_string())
        });
        checked.as_ref().copied().map_err(String::as_str)
    }

    /// The value at a pointer.
    pub(crate) fn find<'a>(&self, body: &'a [u8], pointer: &str) -> Option<Found<'a>> {
        self.check(body).ok()?;
        let mut at = At::try_from(body.len() - body.trim_ascii_start().len()).ok()?;
        if !pointer.is_empty() {
            let mut levels = self.lock();
            for token in pointer.strip_prefix('/')?.split('/') {
                let hasher = levels.hasher().clone();
                at = level(&mut levels, body, at)?.child(body, &unescaped(token), &hasher)?;
            }
        }
        Some(Found { body, at })
    }

    /// How many elements or members a value has; `None` when it is neither array nor object.
    pub(crate) fn count(&self, of: Found) -> Option<usize> {
        level(&mut self.lock(), of.body, of.at).map(Level::len)
    }

    /// Where an object's members have their names, in the document's order, each name once.
    pub(crate) fn name<'a>(&self, of: Found<'a>, number: usize) -> Option<Found<'a>> {
        let at = level(&mut self.lock(), of.body, of.at)?.name(number)?;
        Some(Found { body: of.body, at })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<At, Level>> {
        self.levels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for Index {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").finish_non_exhaustive()
    }
}

/// The level that begins at a byte; `None` for a scalar, and where there is no memory for it.
fn level<'a>(levels: &'a mut HashMap<At, Level>, body: &[u8], at: At) -> Option<&'a Level> {
    if !levels.contains_key(&at) {
        levels.try_reserve(1).ok()?;
        let level = Level::read(body, at, levels.hasher())?;
        levels.insert(at, level);
    }
    levels.get(&at)
}

/// RFC 6901 section 4.
fn unescaped(token: &str) -> std::borrow::Cow<'_, str> {
    if token.contains('~') { token.replace("~1", "/").replace("~0", "~").into() } else { token.into() }
}

/// As a pointer's part.
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Whether brackets outside of strings are nested deeper. What is no JSON may be called either.
fn is_deeper(body: &[u8], most: usize) -> bool {
    let mut depth = 0_usize;
    let mut rest = body.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'[' | b'{' if depth == most => return true,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => skip_string(&mut rest),
            _ => {}
        }
    }
    false
}

/// To behind the closing quote.
fn skip_string(rest: &mut std::slice::Iter<u8>) {
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => return,
            b'\\' => {
                rest.next();
            }
            _ => {}
        }
    }
}

/// A hash of a name: enough to find it, not to tell it from another.
fn hash(name: &str, hasher: &RandomState) -> u32 {
    use std::hash::BuildHasher;
    #[allow(clippy::cast_possible_truncation, reason = "half of the bits are enough")]
    let hash = hasher.hash_one(name) as u32;
    hash
}

#[cfg(test)]
mod tests;
