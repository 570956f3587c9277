//! What was asked of the API, as a message names it.

use crate::account_group;
use crate::error::steers;
use crate::token::Token;
use crate::transport::Outgoing;

/// The longest path that a message quotes.
const LONGEST_PATH: usize = 200;
/// The longest account group that a message quotes; those of the API are numbers.
const LONGEST_GROUP: usize = 40;

/// A request, and the token that no message may say.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) outgoing: &'a Outgoing<'a>,
    pub(crate) token: &'a Token,
}

impl Asked<'_> {
    /// "GET /v7/tests", or "GET /v7/tests (account group 17)".
    pub(super) fn what(&self) -> String {
        let (method, path) = (self.outgoing.method, self.quoted(self.path(), LONGEST_PATH));
        self.account_group()
            .map_or_else(|| format!("{method} {path}"), |group| format!("{method} {path} (account group {group})"))
    }

    pub(super) fn path(&self) -> &str {
        self.outgoing.url.path()
    }

    /// The account group in the URL; none is the user's login account group.
    pub(super) fn account_group(&self) -> Option<String> {
        let group = account_group::of(self.outgoing.url)?;
        Some(self.quoted(&group, LONGEST_GROUP))
    }

    pub(super) fn is_get(&self) -> bool {
        *self.outgoing.method == http::Method::GET
    }

    /// What to do after a fault that may pass: what changes something may have changed it already.
    pub(super) fn again(&self) -> &'static str {
        if self.is_get() { "Try again later." } else { "Look whether it was carried out before you repeat it." }
    }

    /// A part of an answer or of a URL: without the token, on one line, not longer than `longest` characters. In this
    /// order: of a token that is cut through, half would stay.
    pub(super) fn quoted(&self, text: &str, longest: usize) -> String {
        let hidden = self.token.hide_in(text);
        let words = hidden.split(|c: char| c.is_whitespace() || steers(c)).filter(|word| !word.is_empty());
        let mut quoted = words.collect::<Vec<_>>().join(" ");
        if let Some((at, _)) = quoted.char_indices().nth(longest) {
            quoted.truncate(at);
            quoted.push('…');
        }
        quoted
    }
}
