//! A token as programs, shells and editors hand it over: what is accepted can be sent, and is not changed again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use libthousandeyes_fuzz::check_message;
use thousandeyes::fuzzing::token;

/// RFC 6750 section 2.1.
fn is_b64token(token: &[u8]) -> bool {
    let padding = token.iter().rev().take_while(|&&byte| byte == b'=').count();
    let body = &token[..token.len() - padding];
    !body.is_empty() && body.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte))
}

fuzz_target!(|data: &[u8]| {
    let cleaned = match token(data) {
        Ok(cleaned) => cleaned,
        Err(error) => {
            check_message(error.message());
            let text = String::from_utf8_lossy(data);
            assert!(text.trim().len() < 40 || !error.message().contains(text.trim()), "{error}");
            // A word that stands for no token.
            let is_word = error.message().contains("placeholder")
                && data.iter().all(|byte| byte.is_ascii_alphabetic() || b"-_".contains(byte));
            assert!(!is_b64token(data) || data.len() > 8192 || is_word, "{error}: {text}");
            return;
        }
    };
    assert!(is_b64token(cleaned.as_bytes()) && cleaned.len() <= 8192, "{cleaned:?}");
    assert!(!is_b64token(data) || data == cleaned.as_bytes());
    let utf16 = |to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("\u{feff}{cleaned}\r\n").encode_utf16().flat_map(to_bytes).collect()
    };
    let dressed = [
        cleaned.clone().into_bytes(),
        format!("\u{feff} \t{cleaned}\r\n").into_bytes(),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
    ];
    for bytes in dressed {
        assert_eq!(token(&bytes).ok().as_ref(), Some(&cleaned), "{bytes:?}");
    }
});
