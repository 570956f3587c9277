//! What the state directory gives away after calls of every kind: no secret, in no form.

mod support;

use std::fmt::Write;
use std::fs;

use ring::digest::{SHA256, digest};
use support::client::{Directory, client, status};
use support::stand_in::StandIn;
use support::state_file::{SALT, StateFile};
use thousandeyes::{Client, Config, Status};

const GOOD: &str = "good-token-3c1f9a77";
const BAD: &str = "bad-token-90ab12de55";
const PASSWORD: &str = "proxy-password-77";

/// Every file of the directory.
fn bytes(directory: &Directory) -> Vec<u8> {
    let files = fs::read_dir(&directory.0).expect("a directory").map(|entry| entry.expect("a file").path());
    files.flat_map(|file| fs::read(file).expect("bytes")).collect()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}

/// Without what depends on what stands around it: padding, and the last digit before it.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let digit = |six: &[u8]| DIGITS[six.iter().fold(0, |number, bit| number * 2 + usize::from(*bit))];
    bits.chunks_exact(6).map(digit).map(char::from).collect()
}

/// The ways in which a secret could stand somewhere.
fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let hash = digest(&SHA256, secret.as_bytes());
    let hash = hash.as_ref();
    let reversed: Vec<u8> = secret.bytes().rev().collect();
    let utf_16: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        ("as it is", secret.as_bytes().to_vec()),
        ("its beginning", secret.as_bytes()[..10].to_vec()),
        ("its end", secret.as_bytes()[secret.len() - 8..].to_vec()),
        ("backwards", reversed),
        ("UTF-16", utf_16),
        ("base64", base64(secret.as_bytes()).into_bytes()),
        ("hex", hex(secret.as_bytes()).into_bytes()),
        ("SHA-256", hash[..16].to_vec()),
        ("SHA-256 in hex", hex(&hash[..16]).into_bytes()),
        ("SHA-256 in base64", base64(&hash[..15]).into_bytes()),
    ]
}

#[test]
fn the_state_tells_no_secret() {
    let server = StandIn::start();
    server.accept(GOOD);
    let directory = Directory::new();
    for token in [GOOD, BAD] {
        let client = client(&server, token, directory.name());
        let first = status(&client.get("/tests"));
        assert_eq!(first, if token == GOOD { Status::Ok } else { Status::Unauthorized });
        client.unblock_token().expect("once more");
        assert_eq!(status(&client.get("/tests")), first);
    }
    // A failure that is kept for those who wait names where it happened. The proxy is nobody's port.
    let closed = StandIn::start();
    let nowhere = closed.address();
    drop(closed);
    let config = Config {
        base_url: Some("https://api.invalid".to_owned()),
        proxy: Some(format!("http://someone:{PASSWORD}@{nowhere}")),
        state_dir: Some(directory.name().to_owned()),
        ..Config::default()
    };
    let through_proxy = Client::new(Some(GOOD), config).expect("a client");
    assert_eq!(status(&through_proxy.get("/tests")), Status::Connect);

    let bytes = bytes(&directory);
    for secret in [GOOD, BAD, PASSWORD] {
        for (name, form) in forms(secret) {
            assert!(!contains(&bytes, &form), "{secret} stands in the state, {name}");
        }
    }
    assert!(contains(&bytes, b"Connection refused"), "the failure was kept");
    for token in [GOOD, BAD] {
        // How the fingerprint is made, first without its salt.
        let unsalted = digest(&SHA256, format!("{}\0{token}\0", server.origin()).as_bytes());
        let unsalted = &unsalted.as_ref()[..16];
        assert!(!contains(&bytes, unsalted) && !contains(&bytes, &unsalted[..8]), "no salt");
        let state = StateFile::read(&directory);
        let salted = digest(&SHA256, &[&state.0[SALT], unsalted].concat());
        assert!(contains(&bytes, &salted.as_ref()[..16]), "what is searched for would be found");
    }
}

#[test]
fn each_directory_has_a_salt_of_its_own() {
    let server = StandIn::start();
    let salts = [0, 1].map(|_| {
        let directory = Directory::new();
        assert_eq!(status(&client(&server, BAD, directory.name()).get("/tests")), Status::Unauthorized);
        StateFile::read(&directory).0[SALT].to_vec()
    });
    assert_ne!(salts[0], salts[1]);
    assert!(salts.iter().all(|salt| salt[..8] != salt[8..]), "{salts:?}");
}
