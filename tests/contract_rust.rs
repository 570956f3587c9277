//! The contract of the C interface inside the library's own process: a panic, and threads that free what others use.
//! `tests/run` runs it under `AddressSanitizer` too.
// quick

mod support;

use std::ffi::{CStr, c_void};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use support::capi::{Alone, Owned, TOKEN, Watchdog, alone, call, client};
use support::stand_in::StandIn;
use thousandeyes::ffi::call::{te_call_cancel, te_call_set_body, te_call_set_header, te_call_set_query};
use thousandeyes::ffi::client::{te_client_cancel, te_client_guard, te_client_new, te_get, te_perform, te_request};
use thousandeyes::ffi::json::{
    te_response_json_count, te_response_json_name, te_response_json_raw, te_response_json_string,
};
use thousandeyes::ffi::network::te_options_set_proxy;
use thousandeyes::ffi::object::{te_free, te_message, te_status_of};
use thousandeyes::ffi::options::{te_options_new, te_options_set_state_dir, te_options_set_timeout_ms};
use thousandeyes::ffi::pages::{te_pages_new, te_pages_next};
use thousandeyes::ffi::response::{te_response_body, te_response_header, te_response_header_name, te_response_sent};
use thousandeyes::ffi::status::{TE_E_BAD_HANDLE, TE_E_CANCELLED, TE_E_PANIC, TE_OK};

fn start() -> (Alone, StandIn) {
    let alone = alone();
    let server = StandIn::start();
    server.accept(TOKEN.to_str().unwrap()).tests(3, 50);
    (alone, server)
}

fn get(client: &Owned, path: &CStr) -> Owned {
    // SAFETY: a C string.
    Owned(unsafe { te_get(client.0.cast(), path.as_ptr()) }.cast())
}

#[test]
fn a_panic_is_a_status_and_the_next_call_works() {
    let (_alone, server) = start();
    let client = Owned(client(&server));
    let path = c"test-hooks/panic";
    let prepared = Owned(call(c"GET", path));
    // SAFETY: C strings, and a body of that length.
    let requested =
        || unsafe { te_request(client.0.cast(), c"POST".as_ptr(), path.as_ptr(), c"{}".as_ptr().cast(), 2).cast() };
    let performed = || te_perform(client.0.cast(), prepared.0.cast()).cast();
    for _ in 0..3 {
        // SAFETY: a C string.
        let pages = Owned(unsafe { te_pages_new(client.0.cast(), path.as_ptr()) }.cast());
        let page = Owned(te_pages_next(pages.0.cast()).cast());
        assert_eq!((page.status(), pages.status()), (TE_E_PANIC, TE_E_PANIC));
        for response in [page, get(&client, path), Owned(requested()), Owned(performed())] {
            assert_eq!(response.status(), TE_E_PANIC);
            assert_eq!(te_response_sent(response.0.cast()), -1, "nobody knows");
            assert!(response.message().contains("panic"), "{}", response.message());
            assert_eq!(get(&client, c"status").status(), TE_OK);
        }
    }
    assert_eq!(server.requests(), 12);
    assert_eq!((client.status(), prepared.status()), (TE_OK, TE_OK));
}

/// Handles that all threads use and free: as many of each kind.
static SHARED: [AtomicPtr<c_void>; 32] = [const { AtomicPtr::new(null_mut()) }; 32];
const KINDS: usize = 5;

fn make(server: &StandIn, kind: usize) -> *mut c_void {
    match kind {
        0 => client(server),
        // SAFETY: a C string.
        1 => unsafe { te_get(null(), c"tests".as_ptr()) }.cast(),
        2 => te_options_new().cast(),
        3 => call(c"POST", c"status"),
        _ => {
            // A client that nobody else has: one that another thread cancels makes its pages wait.
            let client = Owned(client(server));
            // SAFETY: a C string.
            unsafe { te_pages_new(client.0.cast(), c"tests?max=1".as_ptr()) }.cast()
        }
    }
}

/// Uses a handle as one of a kind, which it may or may not be; what it lends is not read, for it may be freed.
fn use_as(handle: *mut c_void, kind: usize, other: *mut c_void) {
    let name = c"name".as_ptr();
    // SAFETY: C strings and a body of that length; handles may be anything.
    unsafe {
        match kind {
            0 => {
                te_free(te_client_guard(handle.cast()).cast());
                te_free(te_perform(handle.cast(), other.cast()).cast());
            }
            1 => {
                te_response_body(handle.cast(), null_mut());
                te_response_header(handle.cast(), name);
                te_response_header_name(handle.cast(), 0);
                te_response_json_string(handle.cast(), c"/tests/0/testName".as_ptr(), null());
                te_response_json_count(handle.cast(), c"/tests".as_ptr());
                te_response_json_name(handle.cast(), c"".as_ptr(), 0);
                te_response_json_raw(handle.cast(), c"".as_ptr(), null_mut());
            }
            2 => {
                te_options_set_timeout_ms(handle.cast(), 1000);
                te_options_set_proxy(handle.cast(), c"".as_ptr());
                te_options_set_state_dir(handle.cast(), c"".as_ptr());
                te_free(te_client_new(name, handle.cast()).cast());
            }
            4 => te_free(te_pages_next(handle.cast()).cast()),
            _ => {
                te_call_set_query(handle.cast(), name, name);
                te_call_set_header(handle.cast(), name, name);
                te_call_set_body(handle.cast(), name.cast(), 4, null());
            }
        }
    }
    te_status_of(handle);
    te_message(handle);
}

/// Numbers that look random: the order in which threads run is random enough.
fn random(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state >> 33).unwrap()
}

fn use_and_free(server: &StandIn, thread: u64) {
    let mut state = thread + 1;
    for round in 0..1500 {
        let at = random(&mut state) % SHARED.len();
        let place = &SHARED[at];
        let other = SHARED[random(&mut state) % SHARED.len()].load(Ordering::SeqCst);
        match random(&mut state) % 8 {
            0 => {
                let old = place.swap(make(server, at % KINDS), Ordering::SeqCst);
                te_free(old);
                te_free(old);
                assert_eq!(te_status_of(old), TE_E_BAD_HANDLE);
            }
            // Left in its place: others go on using what is freed.
            1 => te_free(place.load(Ordering::SeqCst)),
            2 => use_as(place.load(Ordering::SeqCst), random(&mut state) % KINDS, other),
            3 if round % 50 == 0 => te_client_cancel(place.load(Ordering::SeqCst).cast()),
            4 if round % 50 == 0 => te_call_cancel(place.load(Ordering::SeqCst).cast()),
            _ => use_as(place.load(Ordering::SeqCst), at % KINDS, other),
        }
    }
}

#[test]
fn threads_use_and_free_the_same_handles_at_random() {
    let (_alone, server) = start();
    let _watchdog = Watchdog::new(120);
    let server = &server;
    for (at, place) in SHARED.iter().enumerate() {
        place.store(make(server, at % KINDS), Ordering::SeqCst);
    }
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16).map(|thread| scope.spawn(move || use_and_free(server, thread))).collect();
        for thread in threads {
            thread.join().expect("no thread panics");
        }
    });
    assert!(server.requests() > 100, "{} requests: clients were not used", server.requests());
    for place in &SHARED {
        te_free(place.swap(null_mut(), Ordering::SeqCst));
    }
}

#[test]
fn a_client_freed_in_the_middle_of_a_call_lives_until_its_end() {
    let (_alone, server) = start();
    let handle = AtomicUsize::new(client(&server).expose_provenance());
    let seen = std::thread::scope(|scope| {
        let calling = scope.spawn(|| {
            let client = std::ptr::with_exposed_provenance_mut(handle.load(Ordering::SeqCst));
            // SAFETY: a C string.
            Owned(unsafe { te_get(client, c"slow?ms=300".as_ptr()) }.cast()).status()
        });
        while server.requests() == 0 {
            std::thread::yield_now();
        }
        te_free(std::ptr::with_exposed_provenance_mut(handle.load(Ordering::SeqCst)));
        calling.join().unwrap()
    });
    assert_eq!(seen, TE_OK);
}

#[test]
fn cancelling_ends_a_call_on_another_thread() {
    let (_alone, server) = start();
    let client = client(&server).expose_provenance();
    let started = std::time::Instant::now();
    let seen = std::thread::scope(|scope| {
        let calling = scope.spawn(move || {
            // SAFETY: a C string.
            Owned(unsafe { te_get(std::ptr::with_exposed_provenance(client), c"slow?ms=20000".as_ptr()) }.cast())
                .status()
        });
        while server.requests() == 0 {
            std::thread::yield_now();
        }
        te_client_cancel(std::ptr::with_exposed_provenance(client));
        calling.join().unwrap()
    });
    assert_eq!(seen, TE_E_CANCELLED);
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    te_free(std::ptr::with_exposed_provenance_mut(client));
}

/// The proof that the sanitizer is on. The child is this test again.
#[test]
#[ignore = "only under AddressSanitizer, where tests/run runs it"]
fn the_sanitizer_sees_what_is_wrong() {
    let (_alone, server) = start();
    if std::env::var_os("READ_FREED").is_some() {
        let client = Owned(client(&server));
        let response = get(&client, c"tests");
        // SAFETY: the pointer is the response's body.
        let body = unsafe { te_response_body(response.0.cast(), null_mut()) };
        drop(response);
        // SAFETY: none; this is the fault.
        println!("read {}", unsafe { body.read_volatile() });
        std::process::exit(0);
    }
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "the_sanitizer_sees_what_is_wrong", "--include-ignored", "--nocapture"]);
    let output = child.env("READ_FREED", "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("AddressSanitizer: heap-use-after-free"), "{said}");
}
