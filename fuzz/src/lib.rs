//! What several targets hold the library to.

/// A token of every kind of character, as nobody else's text has it.
pub const TOKEN: &str = "0a1b2c3d-Secret._~Token+4e/5f==";
/// Enough of it to be half of a secret.
pub const HALF: &str = "0a1b2c3d-Sec";

/// A message is one line that steers no terminal, and not too long.
pub fn check_line(message: &str) {
    let steers =
        |c: char| c.is_control() || "\u{200e}\u{200f}\u{61c}".contains(c) || ('\u{2028}'..='\u{202e}').contains(&c);
    assert!(!message.contains(steers), "not one plain line: {message:?}");
    assert!(message.chars().count() <= 1600, "{} characters: {message:?}", message.chars().count());
}

/// As [`check_line`], and the token is not in it.
pub fn check_message(message: &str) {
    check_line(message);
    let decoded = percent_encoding::percent_decode_str(message).decode_utf8_lossy();
    for text in [message, &decoded] {
        assert!(!text.contains(TOKEN), "the token is in {message:?}");
    }
}
