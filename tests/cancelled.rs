//! Wherever a call waits, cancelling it, cancelling its client and the host's interrupt end it within 100 ms.
#![cfg(unix)]

mod support;

use std::any::Any;
use std::ffi::{CStr, CString, c_void};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use support::capi::{Owned, TOKEN, Watchdog, alone};
use support::faults::{in_words, rows};
use support::stand_in::{Answer, StandIn, Step};
use thousandeyes::ffi::call::{te_call_cancel, te_call_new, te_call_set_body};
use thousandeyes::ffi::callbacks::te_options_set_interrupt;
use thousandeyes::ffi::client::{te_client_cancel, te_client_guard, te_client_new, te_get, te_perform};
use thousandeyes::ffi::json::te_response_json_int64;
use thousandeyes::ffi::network::te_options_set_proxy;
use thousandeyes::ffi::options::{te_options_new, te_options_set_base_url, te_options_set_state_dir};
use thousandeyes::ffi::response::te_response_sent;
use thousandeyes::ffi::status::TE_E_CANCELLED;

/// 100 ms are promised; the rest is for a machine that has other work.
const SOON: Duration = Duration::from_millis(250);

/// Something to wait for.
struct Place {
    name: &'static str,
    base_url: String,
    proxy: String,
    body: usize,
    /// Another call of the client waits there before.
    second: bool,
    /// What `te_response_sent` says, and how many 401 answers the guard counts then.
    sent: i32,
    lost: i64,
    /// What makes it wait.
    _held: Box<dyn Any + Send + Sync>,
}

impl Place {
    fn new(name: &'static str, base_url: String, sent: i32, held: impl Any + Send + Sync) -> Self {
        let lost = i64::from(sent == -1);
        Self { name, base_url, proxy: String::new(), body: 0, second: false, sent, lost, _held: Box::new(held) }
    }
}

/// A port whose connections the system makes, and nobody takes.
fn deaf() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

/// A port whose queue is full: packets that ask for a connection are dropped.
fn full() -> (impl Any + Send + Sync, SocketAddr) {
    use socket2::{Domain, Socket, Type};
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a port");
    listener.listen(0).expect("a listener");
    let address = listener.local_addr().expect("an address").as_socket().expect("of IP");
    let fits = |_: &u32| TcpStream::connect_timeout(&address, Duration::from_millis(300)).ok();
    let queue: Vec<TcpStream> = (0..64).map_while(|number| fits(&number)).collect();
    assert!(queue.len() < 64, "the queue has no end");
    ((listener, queue), address)
}

fn serving(answers: Vec<Answer>) -> (String, StandIn) {
    let server = StandIn::start();
    server.accept(TOKEN.to_str().expect("ASCII")).script("/v7/tests", answers);
    (server.base_url(), server)
}

fn places() -> Vec<Place> {
    let (kept, address) = full();
    let connecting = Place::new("connecting", format!("http://{address}"), 0, kept);
    let (kept, address) = deaf();
    let handshake = Place::new("the TLS handshake", format!("https://{address}"), 0, kept);
    let (kept, address) = deaf();
    let proxy = format!("http://{address}");
    let proxied = Place { proxy, ..Place::new("the proxy", "https://api.example.com".to_owned(), 0, kept) };
    let (kept, address) = deaf();
    let sending = Place { body: 16 << 20, ..Place::new("sending", format!("http://{address}"), -1, kept) };
    let (url, server) = serving(vec![Answer::silence()]);
    let head = Place::new("the head", url, -1, server);
    let half = rows::whole();
    let half = Answer::wire(vec![rows::send(&half[..half.len() - 9]), Step::Silence]);
    let (url, server) = serving(vec![half]);
    let body = Place::new("the body", url, 1, server);
    let zipped = rows::zipped();
    let zipped = Answer::wire(vec![rows::send(&zipped[..zipped.len() - 20]), Step::Silence]);
    let (url, server) = serving(vec![zipped]);
    let gzip = Place::new("a body in gzip", url, 1, server);
    let drip = Step::Drip(vec![b' '; 1000], Duration::from_millis(30));
    let (url, server) = serving(vec![Answer::wire(vec![rows::send(rows::head("")), drip])]);
    let slow = Place::new("a slow body", url, 1, server);
    let (url, server) = serving(vec![Answer::silence()]);
    let guard = Place { second: true, ..Place::new("the guard", url, 0, server) };
    let limited = |name: &str, value: &str| Answer::new(429).header(name, value);
    let remaining =
        limited("X-Organization-Rate-Limit-Reset", "60").header("X-Organization-Rate-Limit-Remaining", "0");
    let (url, server) = serving(vec![remaining]);
    let rate = Place::new("a rate limit", url, 1, server);
    let (url, server) = serving(vec![limited("Retry-After", "60")]);
    let asked = Place::new("Retry-After", url, 1, server);
    let (url, server) = serving(vec![Answer::new(503).header("Retry-After", "60")]);
    let fault = Place::new("the pause after a fault", url, 1, server);
    vec![connecting, handshake, proxied, sending, head, body, gzip, slow, guard, rate, asked, fault]
}

unsafe extern "C" fn asked(flag: *mut c_void) -> i32 {
    // SAFETY: the flag lives as long as the client.
    i32::from(unsafe { &*flag.cast::<AtomicBool>() }.load(SeqCst))
}

fn client(place: &Place, flag: &AtomicBool) -> Owned {
    let text = |text: &str| CString::new(text).expect("no NUL");
    let options = Owned(te_options_new().cast());
    let (url, proxy) = (text(&place.base_url), text(&place.proxy));
    // SAFETY: C strings, and a flag that lives longer.
    unsafe {
        te_options_set_base_url(options.0.cast(), url.as_ptr());
        te_options_set_proxy(options.0.cast(), proxy.as_ptr());
        te_options_set_state_dir(options.0.cast(), c"".as_ptr());
        te_options_set_interrupt(options.0.cast(), Some(asked), (&raw const *flag).cast_mut().cast());
        Owned(te_client_new(TOKEN.as_ptr(), options.0.cast()).cast())
    }
}

fn call(place: &Place) -> Owned {
    let method = if place.body > 0 { c"POST" } else { c"GET" };
    let body = vec![b' '; place.body];
    // SAFETY: C strings, and a body of that length.
    unsafe {
        let call = Owned(te_call_new(method.as_ptr(), c"tests".as_ptr()).cast());
        if !body.is_empty() {
            te_call_set_body(call.0.cast(), body.as_ptr().cast(), body.len(), std::ptr::null());
        }
        call
    }
}

/// A handle for another thread.
#[derive(Clone, Copy)]
struct Shared(*mut c_void);
// SAFETY: handles are tickets.
unsafe impl Send for Shared {}

/// Ends the wait in one way, and gives the answer and the time that it took to come.
fn cancel(place: &Place, way: &str) -> (Owned, Duration, Owned) {
    let flag = AtomicBool::new(false);
    let (client, call) = (client(place, &flag), call(place));
    let (shared, shared_call) = (Shared(client.0), Shared(call.0));
    let (response, took) = std::thread::scope(|scope| {
        if place.second {
            scope.spawn(move || {
                let Shared(client) = { shared };
                // SAFETY: a C string.
                drop(Owned(unsafe { te_get(client.cast(), c"tests".as_ptr()) }.cast()));
            });
            std::thread::sleep(Duration::from_millis(100));
        }
        let calling = scope.spawn(move || {
            let (Shared(client), Shared(call)) = { (shared, shared_call) };
            let response = te_perform(client.cast(), call.cast());
            (Shared(response.cast()), Instant::now())
        });
        std::thread::sleep(Duration::from_millis(300));
        let cancelled = Instant::now();
        match way {
            "call" => te_call_cancel(call.0.cast()),
            "client" => te_client_cancel(client.0.cast()),
            _ => flag.store(true, SeqCst),
        }
        let (response, ended) = calling.join().expect("no panic");
        te_client_cancel(client.0.cast());
        let took =
            ended.checked_duration_since(cancelled).unwrap_or_else(|| panic!("{}: it did not wait", place.name));
        (Owned(response.0), took)
    });
    let guard = Owned(te_client_guard(client.0.cast()).cast());
    (response, took, guard)
}

fn check(place: &Place, way: &str) {
    let (response, took, guard) = cancel(place, way);
    let what = format!("{}, {way}: {} {}", place.name, response.status(), response.message());
    assert_eq!(response.status(), TE_E_CANCELLED, "{what}");
    assert!(took < SOON, "{took:?}: {what}");
    assert_eq!(te_response_sent(response.0.cast()), place.sent, "{what}");
    let message = response.message();
    assert!(message.contains("cancelled") && message.ends_with('.'), "{what}");
    in_words(&message);
    if !place.second {
        let name: &CStr = c"/unauthorized_last_hour";
        // SAFETY: a C string.
        let lost = unsafe { te_response_json_int64(guard.0.cast(), name.as_ptr(), -1) };
        assert_eq!(lost, place.lost, "{what}");
    }
}

#[test]
fn every_wait_ends_soon_in_each_way() {
    let _alone = alone();
    let _watchdog = Watchdog::new(60);
    std::thread::scope(|scope| {
        for way in ["call", "client", "interrupt"] {
            for place in places() {
                scope.spawn(move || check(&place, way));
            }
        }
    });
}
