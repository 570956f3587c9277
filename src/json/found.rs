//! One value, read from its text.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::At;

/// A value in a checked body.
#[derive(Clone, Copy)]
pub(crate) struct Found<'a> {
    pub(super) body: &'a [u8],
    pub(super) at: At,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// Borrowed where no escape stands in it.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Found<'a> {
    pub(crate) fn kind(self) -> Kind {
        match self.rest().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// As it stands in the body.
    pub(crate) fn text(self) -> &'a str {
        let raw = self.read::<&RawValue>();
        raw.map_or("", RawValue::get)
    }

    /// A string without its quotes and escapes; `None` for half a surrogate pair, which no text can hold.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        self.read::<Text>().map(|text| text.0)
    }

    /// A member's name; one that no text can hold is known by what stands in the body.
    pub(crate) fn name(self) -> Cow<'a, str> {
        self.string().unwrap_or_else(|| self.text().into())
    }

    fn rest(self) -> &'a [u8] {
        usize::try_from(self.at).ok().and_then(|at| self.body.get(at..)).unwrap_or_default()
    }

    /// What follows the value is not looked at.
    fn read<T: Deserialize<'a>>(self) -> Option<T> {
        T::deserialize(&mut serde_json::Deserializer::from_slice(self.rest())).ok()
    }
}

/// What C programs ask; a Rust program reads [`Found::text`] as whatever it likes.
#[cfg(any(feature = "capi", test))]
impl Found<'_> {
    /// The byte of the body at which it begins: no other value has the same.
    #[cfg(feature = "capi")]
    pub(crate) fn at(self) -> u32 {
        self.at
    }

    /// A whole number, or a string of decimal digits.
    pub(crate) fn int64(self) -> Option<i64> {
        match self.kind() {
            Kind::Number => self.text().parse().ok(),
            Kind::String => self.string()?.parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn double(self) -> Option<f64> {
        let number = (self.kind() == Kind::Number).then(|| self.text())?;
        number.parse().ok().filter(|number: &f64| number.is_finite())
    }

    pub(crate) fn boolean(self) -> Option<bool> {
        self.read()
    }
}
