//! Bytes from the network through the whole client, over a loopback socket: it gives an answer or a reason, in time, and
//! never more than the limit allows.
//!
//! An input is what the server writes before it closes the connection.
#![no_main]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use libthousandeyes_fuzz::{TOKEN, check_message};
use thousandeyes::{Answer, Client, Config, Sent, Status};

const LIMIT: usize = 1024 * 1024;
const TIMEOUT: Duration = Duration::from_secs(5);

/// What the server answers, to as many requests as come.
static ANSWER: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static REQUESTS: AtomicUsize = AtomicUsize::new(0);

fn serve(listener: &TcpListener) {
    let mut request = vec![0; 64 * 1024];
    for stream in listener.incoming() {
        let Ok(mut stream) = stream else { continue };
        let mut read = 0;
        while !request[..read].ends_with(b"\r\n\r\n") {
            match stream.read(&mut request[read..]) {
                Ok(more) if more > 0 => read += more,
                _ => break,
            }
        }
        if read == 0 {
            continue;
        }
        REQUESTS.fetch_add(1, Ordering::SeqCst);
        let answer = ANSWER.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // A client that has enough hangs up.
        let _unsent = stream.write_all(&answer).and_then(|()| stream.shutdown(Shutdown::Write));
        // Until it does: a close with something unread would reset the connection and take the answer with it.
        while stream.read(&mut request).is_ok_and(|more| more > 0) {}
    }
}

fn client() -> &'static Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    CLIENT.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of this machine");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || serve(&listener));
        let config = Config {
            base_url: Some(format!("http://{address}")),
            state_dir: Some(String::new()),
            account_group: Some(String::new()),
            proxy: Some(String::new()),
            timeout: TIMEOUT,
            body_limit: LIMIT,
            wait_for_rate_limits: false,
            // Each would wait, and ask once more: all that is asked here is counted.
            retries: 0,
            ..Config::default()
        };
        Client::new(Some(TOKEN), config).expect("a client")
    })
}

fuzz_target!(|data: &[u8]| {
    let client = client();
    ANSWER.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&data.to_vec());
    REQUESTS.store(0, Ordering::SeqCst);
    // Whatever the guard learned from the answer before, it forgives within a day.
    thousandeyes::move_clock(Duration::from_secs(25 * 3600));

    let started = Instant::now();
    let result = client.get("tests");
    let requests = REQUESTS.load(Ordering::SeqCst);
    assert!(requests <= 2, "{requests} requests, and more than once on a stale connection: {result:?}");
    assert!(started.elapsed() < TIMEOUT, "the connection was closed, and still it waited");
    match &result {
        Ok(answer) => {
            assert!((200..300).contains(&answer.http_status()));
            check_message(answer.message());
            check_length(answer);
        }
        Err(error) => {
            check_message(error.message());
            assert_ne!(error.status(), Status::Timeout, "{error}");
            assert_ne!(error.was_sent(), Sent::No, "{error}");
            if let Some(answer) = error.response() {
                assert!(answer.body().len() <= LIMIT);
            }
        }
    }
});

/// A success holds the whole body.
fn check_length(answer: &Answer) {
    let body = answer.body().len();
    assert!(body <= LIMIT, "{body} bytes");
    let coded = answer.header("transfer-encoding").is_some() || answer.header("content-encoding").is_some();
    let told = answer.header("content-length").and_then(|length| length.trim().parse::<usize>().ok());
    if let Some(told) = told.filter(|_| !coded && answer.http_status() != 204) {
        assert_eq!(body, told, "the body is cut");
    }
}
