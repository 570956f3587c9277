//! The bearer token: where it comes from, what is cleaned, what is refused before a socket is opened.

use std::fmt;

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::status::Status;
use crate::token_file;

/// A token that can be sent. Its memory is wiped when it is dropped.
pub(crate) struct Token(Zeroizing<String>);

/// The longest token that is sent.
const LONGEST: usize = 8 * 1024;

impl Token {
    /// The token given, or else the one in `$TE_TOKEN`, or else the one in the file `$TE_TOKEN_FILE`.
    pub(crate) fn find(given: Option<&[u8]>) -> Result<Self> {
        if let Some(given) = given {
            return Self::clean(given, "The token passed");
        }
        if let Some(value) = std::env::var_os("TE_TOKEN").filter(|value| !value.is_empty()) {
            let value = Zeroizing::new(value.into_encoded_bytes());
            return Self::clean(&value, "The token in $TE_TOKEN");
        }
        if let Some(path) = std::env::var_os("TE_TOKEN_FILE").filter(|path| !path.is_empty()) {
            let path = std::path::Path::new(&path);
            return Self::clean(&token_file::read(path)?, &format!("The token in the file {}", path.display()));
        }
        Err(Error::new(
            Status::NoToken,
            "No token: none was passed, and neither TE_TOKEN nor TE_TOKEN_FILE is set. Nothing was sent. Create \
             one in ThousandEyes at Manage > Account Settings > Users and Roles > Profile > User API Tokens.",
        ))
    }

    /// Takes off what editors and shells add around a token, and refuses what no server could accept.
    fn clean(bytes: &[u8], what: &str) -> Result<Self> {
        let text = decode(bytes).ok_or_else(|| refuse(what, "is not text"))?;
        let token = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
        if token.is_empty() {
            return Err(Error::new(Status::NoToken, format!("{what} is empty. Nothing was sent.")));
        }
        if token.len() > LONGEST {
            return Err(refuse(what, "is longer than 8 KiB"));
        }
        let lower = Zeroizing::new(token.get(..7).unwrap_or("").to_ascii_lowercase());
        if lower.starts_with("bearer") && token.chars().nth(6).is_some_and(char::is_whitespace) {
            return Err(refuse(what, "begins with \"Bearer \"; pass the token alone"));
        }
        if token.starts_with("{\"") || token.starts_with('[') {
            return Err(refuse(what, "is JSON; pass the token alone"));
        }
        if token.starts_with(['{', '<', '$', '%']) || is_a_word_for_nothing(token) {
            return Err(refuse(what, "is a placeholder that was never filled in"));
        }
        if token.starts_with(['"', '\'']) || token.ends_with(['"', '\'']) {
            return Err(refuse(what, "has quotation marks around it; pass the token alone"));
        }
        if token.chars().any(char::is_whitespace) {
            return Err(refuse(what, "has white space inside: perhaps more than the token was pasted"));
        }
        if !is_b64token(token) {
            return Err(refuse(what, "has characters that no bearer token has (RFC 6750 section 2.1)"));
        }
        Ok(Self(Zeroizing::new(token.to_owned())))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// A text without the token: the API, or a proxy, may have said it back.
    pub(crate) fn hide_in(&self, text: &str) -> String {
        const SHORTEST: usize = 8;
        if self.0.len() < SHORTEST {
            return text.to_owned();
        }
        let mut hidden = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if let Some(after) = self.behind(rest) {
                hidden.push_str("(the token)");
                rest = after;
            } else {
                hidden.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
        hidden
    }

    /// What follows the token in a text that begins with it. Each character may be percent-encoded: which ones are,
    /// depends on who encodes.
    fn behind<'a>(&self, text: &'a str) -> Option<&'a str> {
        let mut rest = text;
        for byte in self.0.bytes() {
            let (said, after) = percent_decoded(rest)?;
            if said != byte {
                return None;
            }
            rest = after;
        }
        Some(rest)
    }
}

/// The first character, if it is ASCII, and what follows it.
fn percent_decoded(text: &str) -> Option<(u8, &str)> {
    let encoded = text.strip_prefix('%').and_then(|rest| rest.split_at_checked(2));
    let decoded = encoded.and_then(|(hex, after)| Some((u8::from_str_radix(hex, 16).ok()?, after)));
    decoded.or_else(|| Some((*text.as_bytes().first()?, text.get(1..)?)))
}

/// What programs write where there is no value, and people where there will be one.
fn is_a_word_for_nothing(token: &str) -> bool {
    let words = ["none", "null", "nil", "undefined", "changeme", "bearer", "your-token", "your_token"];
    words.iter().any(|word| token.eq_ignore_ascii_case(word)) || token.bytes().all(|byte| matches!(byte, b'x' | b'X'))
}

/// RFC 6750 section 2.1: `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn is_b64token(token: &str) -> bool {
    let body = token.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b))
}

/// UTF-8, or the UTF-16 that Windows PowerShell's `>` and `Out-File` write.
fn decode(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let units = |from: fn([u8; 2]) -> u16| {
        let pairs = bytes.get(2..)?.chunks_exact(2).map(|pair| from([pair[0], pair[1]]));
        let units: Zeroizing<Vec<u16>> = Zeroizing::new(pairs.collect());
        String::from_utf16(&units).ok()
    };
    match bytes {
        [0xff, 0xfe, ..] => units(u16::from_le_bytes),
        [0xfe, 0xff, ..] => units(u16::from_be_bytes),
        _ => std::str::from_utf8(bytes).ok().map(str::to_owned),
    }
    .map(Zeroizing::new)
}

fn refuse(what: &str, why: &str) -> Error {
    Error::new(Status::BadToken, format!("{what} {why}. Nothing was sent."))
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(bytes: &[u8]) -> std::result::Result<String, Status> {
        Token::clean(bytes, "The token").map(|t| t.as_str().to_owned()).map_err(|e| e.status())
    }

    #[test]
    fn cleans_what_editors_add() {
        let utf16: Vec<u8> = "\u{feff}abc-1\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [b"abc-1".as_slice(), b" abc-1\r\n", b"\xef\xbb\xbfabc-1\n", &utf16] {
            assert_eq!(clean(bytes).as_deref(), Ok("abc-1"));
        }
    }

    #[test]
    fn refuses_what_cannot_be_a_token() {
        let long = "a".repeat(LONGEST + 1);
        let bad = [
            "Bearer abc",
            "bearer\tabc",
            "\"abc\"",
            "'abc",
            "{token}",
            "<token>",
            "$TE_TOKEN",
            "a b",
            "a\u{1}b",
            "null",
            "None",
            "xxxx",
            "{\"token\":\"a\"}",
        ];
        for text in bad.into_iter().chain(["ünder", "=", long.as_str()]) {
            assert_eq!(clean(text.as_bytes()), Err(Status::BadToken), "{text:?}");
        }
        assert_eq!(clean(b"\xff\x00\xff"), Err(Status::BadToken));
        assert_eq!(clean(b" \r\n"), Err(Status::NoToken));
    }

    #[test]
    fn texts_do_not_tell() {
        let token = Token::clean(b"abc-1+2/3==", "The token").unwrap();
        let said = "token abc-1+2/3== lacks, abc%2D1%2B2%2F3%3D%3D too, abc%2d1%2b2%2f3%3d%3d";
        assert_eq!(token.hide_in(said), "token (the token) lacks, (the token) too, (the token)");
        let mixed = "abc-1%2B2/3%3D=ü%ü%2 abc-%31+2%2f3%3d%3D abc-1+2/3=";
        assert_eq!(token.hide_in(mixed), "(the token)ü%ü%2 (the token) abc-1+2/3=");
    }

    #[test]
    fn debug_does_not_tell() {
        let token = Token::clean(b"abc-1", "The token");
        assert!(!format!("{token:?}").contains("abc"));
    }
}
