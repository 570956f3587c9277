//! Proxy settings, the exceptions from them, what a proxy answers, and who issued a certificate: nothing is believed that
//! was not said, and no message holds a password or what steers a terminal.
//!
//! An input is three lines, base URL, proxy URL and `NO_PROXY`, and then what the proxy writes.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use libthousandeyes_fuzz::check_line;
use thousandeyes::fuzzing::{Outcome, issuer, through_proxy};

fuzz_target!(|data: &[u8]| -> Corpus {
    let mut lines = data.splitn(4, |&byte| byte == b'\n');
    let mut text = || lines.next().and_then(|line| std::str::from_utf8(line).ok());
    let (Some(base), Some(url), Some(except)) = (text(), text(), text()) else { return Corpus::Reject };
    let answer = lines.next().unwrap_or_default();
    if let Some(name) = issuer(answer) {
        assert!(!name.is_empty() && name.len() <= 3 * 127, "{name:?}");
    }
    match through_proxy(base, url, except, answer.to_vec()) {
        Outcome::NoBase => return Corpus::Reject,
        Outcome::Refused(message) | Outcome::Failed(message) => check(base, url, &one_line(&message)),
        Outcome::Direct => {}
        Outcome::Through { socks: true, read } => {
            assert!(answer.first() == Some(&5) && read >= 2 + 4 + 1 + 2, "{read} of {answer:?}");
        }
        Outcome::Through { socks: false, read } => {
            let code = answer.iter().skip_while(|byte| byte.is_ascii_whitespace()).skip(9).take(3);
            let code: Vec<u8> = code.copied().collect();
            assert!(code.first() == Some(&b'2') && read == answer.len() as u64, "{code:?}");
        }
    }
    Corpus::Keep
});

/// As the library's errors make one line of every message.
fn one_line(message: &str) -> String {
    thousandeyes::Error::new(thousandeyes::Status::Proxy, message).message().to_owned()
}

/// The password of the inputs in fuzz/corpus.
const PASSWORD: &str = "correct-horse-battery";

fn check(base: &str, url: &str, message: &str) {
    check_line(message);
    let address = url.rsplit_once('@').map_or(url, |(_, address)| address);
    let may_be_said = [base, address].iter().any(|named| named.to_ascii_lowercase().contains(PASSWORD));
    assert!(may_be_said || !message.contains(PASSWORD), "the password is in {message:?}");
}
