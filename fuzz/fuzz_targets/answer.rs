//! An answer off the wire, and what the library makes of it: for the guard, for programs and for people.
//!
//! An input is a request line with the status ("GET /v7/tests?aid=3 403"), header lines, an empty line and the body.
#![no_main]

use http::{Method, Uri};
use libfuzzer_sys::{Corpus, fuzz_target};
use libthousandeyes_fuzz::{HALF, TOKEN, check_message};
use thousandeyes::fuzzing::{self, Meaning};
use thousandeyes::guard::{Answered, End, Noted};
use thousandeyes::{Error, Status};

const DAY: i64 = 86_400_000;

struct Input {
    method: Method,
    url: Uri,
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

fn parse(data: &[u8]) -> Option<Input> {
    let end = data.windows(2).position(|two| two == b"\n\n").unwrap_or(data.len());
    let head = String::from_utf8_lossy(&data[..end]);
    let body = data.get(end + 2..).unwrap_or_default().to_vec();
    let mut lines = head.split('\n');
    let mut request = lines.next()?.split(' ');
    // No others can be asked for.
    let method = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        .into_iter()
        .find(|method| request.clone().next() == Some(method))?;
    let method = Method::from_bytes(method.as_bytes()).ok()?;
    let url = format!("https://api.thousandeyes.com/v7{}", request.nth(1)?).parse().ok()?;
    let status = request.next()?.parse().ok().filter(|status| (100..1000).contains(status))?;
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    Some(Input { method, url, status, headers, body })
}

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some(Input { method, url, status, headers, body }) = parse(data) else { return Corpus::Reject };
    let accepted_ago = (body.len() % 2 == 1).then_some(5 * DAY);
    let is_shared = accepted_ago.is_none();
    let noted = Noted { accepted_ago, next_try_in: (status == 401).then_some(900_000), is_shared };
    let answer = fuzzing::answer(status, headers.clone(), body.clone());
    let Ok(Meaning { end, limits, result }) = fuzzing::meaning(TOKEN.as_bytes(), &method, &url, &noted, answer)
    else {
        panic!("the token is good")
    };

    let limited = headers.iter().any(|(name, _)| name.starts_with("x-") && name[2..].contains("-rate-limit-"));
    assert!(limits.len() <= headers.len() && (limited || limits.is_empty()));
    assert!(limits.iter().all(|limit| (0..=DAY).contains(&limit.resets_in)), "{limits:?}");
    check_verdict(status, limited, end);

    let (message, seen) = match &result {
        Ok(answer) => {
            assert!((200..300).contains(&status));
            let partial = answer.status() == Status::Partial;
            assert_eq!(partial, !answer.message().is_empty());
            assert!(status == 207 || !partial);
            (answer.message(), answer)
        }
        Err(error) => {
            check_error(status, error, &noted);
            (error.message(), error.response().expect("the answer is in the error"))
        }
    };
    assert_eq!((seen.http_status(), seen.headers(), seen.body()), (status, headers.as_slice(), body.as_slice()));
    check_message(message);
    check_halves(data, message);
    Corpus::Keep
});

fn check_verdict(status: u16, limited: bool, end: End) {
    match end {
        End::Answered(Answered::Accepted) => assert!(matches!(status, 200..300 | 403) || status == 429 && limited),
        End::Answered(Answered::Rejected) | End::Lost => assert_eq!(status, 401),
        End::Answered(Answered::RetryAfter(wait)) => {
            assert!(status == 429 && !limited && (1000..=DAY).contains(&wait));
        }
        End::Answered(Answered::SourceIpBlocked) => assert!(status == 429 && !limited),
        End::Answered(Answered::Nothing) => assert_ne!(status, 401),
        other => panic!("{other:?} of an answer"),
    }
}

fn check_error(status: u16, error: &Error, noted: &Noted) {
    assert!(!error.status().is_ok() && error.message().len() > 20, "{error:?}");
    if let Some(wait) = error.retry_in() {
        assert!(wait.as_millis() <= DAY as u128, "{wait:?}");
    }
    let about_token = matches!(error.status(), Status::Unauthorized | Status::LockoutSuspected);
    assert!(!about_token || status == 401);
    assert!(error.status() != Status::LockoutSuspected || noted.accepted_ago.is_some());
    assert!(error.status() != Status::Server || status >= 500);
}

/// Where nothing but whole tokens came in, no half of one goes out: each is hidden before a text is cut.
fn check_halves(data: &[u8], message: &str) {
    let said = String::from_utf8_lossy(data);
    let escaped = said.contains(['\\', '%']);
    if !escaped && !said.replace(TOKEN, " ").contains(HALF) {
        assert!(!message.contains(HALF), "half a token is in {message:?}");
    }
}
