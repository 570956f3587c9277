//! What a soak test is made of: a world of clients, workers that use them, and faults.

pub mod faults;

use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering::SeqCst};

use thousandeyes::ffi::call::{te_call_cancel, te_call_new, te_call_set_timeout_ms};
use thousandeyes::ffi::client::{te_client_cancel, te_client_guard, te_client_new, te_get, te_perform, te_request};
use thousandeyes::ffi::json::te_response_json_string;
use thousandeyes::ffi::network::{te_options_set_ca_file, te_options_set_proxy};
use thousandeyes::ffi::object::te_free;
use thousandeyes::ffi::options::{
    te_options_new, te_options_set_base_url, te_options_set_state_dir, te_options_set_timeout_ms,
    te_options_set_unauthorized_budget,
};
use thousandeyes::ffi::pages::{te_pages_new, te_pages_next};
use thousandeyes::ffi::response::te_response_body;
use thousandeyes::ffi::status::{TE_E_BAD_HANDLE, TE_E_PANIC, TE_E_UNAUTHORIZED, te_status, te_status_name};

use super::capi::Owned;
use super::client::Directory;
use super::stand_in::StandIn;
use super::tls_front::{TlsFront, ca_file};

/// Numbers that look random.
pub struct Random(u64);

impl Random {
    /// Others every time; what they begin with is told.
    pub fn new() -> Self {
        let mut bytes = [0; 8];
        std::io::Read::read_exact(&mut std::fs::File::open("/dev/urandom").expect("Linux"), &mut bytes)
            .expect("bytes");
        let seed = u64::from_le_bytes(bytes) | 1;
        println!("seed {seed}");
        Self(seed)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % limit
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[usize::try_from(self.below(all.len() as u64)).expect("small")]
    }
}

const TOKENS: [&CStr; 3] = [c"soak-token-1", c"soak-token-2", c"soak-token-that-is-bad"];

/// Servers, and the clients and calls that all threads use and free.
pub struct World {
    server: StandIn,
    front: TlsFront,
    state_dir: String,
    seed: u64,
    clients: [AtomicPtr<c_void>; 8],
    calls: [AtomicPtr<c_void>; 16],
}

impl World {
    pub fn new(directory: &Directory, random: &Random) -> Self {
        let server = StandIn::start();
        server.block_after(None).tests(3, 1);
        for token in &TOKENS[..2] {
            server.accept(token.to_str().expect("ASCII"));
        }
        let front = TlsFront::start(server.address(), &rustls::version::TLS13);
        let state_dir = directory.name().to_owned();
        let (clients, calls) =
            ([const { AtomicPtr::new(null_mut()) }; 8], [const { AtomicPtr::new(null_mut()) }; 16]);
        let world = Self { server, front, state_dir, seed: random.0, clients, calls };
        for at in 0..world.clients.len() {
            world.renew(at);
        }
        world
    }

    /// Puts a new client in a place, and frees the one that was there, whoever uses it.
    fn renew(&self, at: usize) {
        let options = Owned(te_options_new().cast());
        let text = |text: String| CString::new(text).expect("no NUL");
        let url = text(match at % 4 {
            0 => format!("https://{}", self.front.address),
            1 => self.server.base_url().replace("127.0.0.1", "localhost"),
            _ => self.server.base_url(),
        });
        let state_dir = text(if at.is_multiple_of(3) { self.state_dir.clone() } else { String::new() });
        let ca_file = text(ca_file());
        // SAFETY: C strings.
        let client = unsafe {
            te_options_set_base_url(options.0.cast(), url.as_ptr());
            te_options_set_state_dir(options.0.cast(), state_dir.as_ptr());
            te_options_set_ca_file(options.0.cast(), ca_file.as_ptr());
            te_options_set_proxy(options.0.cast(), c"".as_ptr());
            te_options_set_timeout_ms(options.0.cast(), 500);
            te_options_set_unauthorized_budget(options.0.cast(), 110);
            te_client_new(TOKENS[if at == 7 { 2 } else { at % 2 }].as_ptr(), options.0.cast())
        };
        te_free(self.clients[at].swap(client.cast(), SeqCst));
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for handle in self.clients.iter().chain(&self.calls) {
            te_free(handle.swap(null_mut(), SeqCst));
        }
    }
}

/// How often each status came.
pub type Told = BTreeMap<te_status, u64>;

/// One thread's work.
pub struct Worker<'a> {
    world: &'a World,
    number: u64,
    random: Random,
    told: Told,
}

impl<'a> Worker<'a> {
    pub fn new(world: &'a World, number: u64) -> Self {
        Self { world, number, random: Random(world.seed ^ (number + 1) << 20), told: Told::new() }
    }

    pub fn until(mut self, over: &AtomicBool) -> Told {
        let mut round = 0;
        while !over.load(SeqCst) {
            self.work(round);
            round += 1;
        }
        self.told
    }

    fn work(&mut self, round: u64) {
        let world = self.world;
        let at = usize::try_from(self.random.below(8)).expect("small");
        let client = world.clients[at].load(SeqCst);
        let own = CString::new(format!("{}-{round}", self.number)).expect("no NUL");
        let path = CString::new(format!("/echo?own={}-{round}", self.number)).expect("no NUL");
        match self.random.below(100) {
            0 => world.renew(at),
            1 => {
                te_client_cancel(client.cast());
                world.renew(at);
            }
            2..5 => te_call_cancel(self.random.of(&world.calls).load(SeqCst).cast()),
            5..8 => drop(Owned(te_client_guard(client.cast()).cast())),
            // A server's links lead to its own address, which is only some clients'.
            8..20 => self.list(world.clients[at | 2].load(SeqCst)),
            20..35 => {
                let call = self.random.of(&world.calls);
                // SAFETY: C strings.
                let new = unsafe { te_call_new(c"GET".as_ptr(), path.as_ptr()) };
                te_call_set_timeout_ms(new, i64::try_from(1 + self.random.below(300)).expect("small"));
                te_free(call.swap(new.cast(), SeqCst));
                let response = Owned(te_perform(client.cast(), call.load(SeqCst).cast()).cast());
                // Another thread's call may be in its place.
                self.note(response.status());
            }
            35..60 => {
                let (body, length) = (own.as_ptr().cast(), own.as_bytes().len());
                // SAFETY: C strings, and a body of that length.
                let response = unsafe { te_request(client.cast(), c"POST".as_ptr(), path.as_ptr(), body, length) };
                self.is_own(&Owned(response.cast()), c"/body", &own);
            }
            _ => {
                // SAFETY: a C string.
                let response = Owned(unsafe { te_get(client.cast(), path.as_ptr()) }.cast());
                let target = CString::new(format!("/v7{}", path.to_str().expect("ASCII"))).expect("no NUL");
                self.is_own(&response, c"/target", &target);
            }
        }
    }

    fn list(&mut self, client: *mut c_void) {
        // SAFETY: a C string.
        let pages = Owned(unsafe { te_pages_new(client.cast(), c"tests".as_ptr()) }.cast());
        for _ in 0..5 {
            let page = Owned(te_pages_next(pages.0.cast()).cast());
            self.note(page.status());
            if page.status() != 0 {
                break;
            }
        }
    }

    /// A success holds what this call asked for.
    fn is_own(&mut self, response: &Owned, pointer: &CStr, expected: &CStr) {
        self.note(response.status());
        if response.status() == 0 {
            // SAFETY: C strings; what is borrowed lives as long as the response.
            let (text, body) = unsafe {
                let text =
                    te_response_json_string(response.0.cast(), pointer.as_ptr(), c"none of this server".as_ptr());
                (CStr::from_ptr(text), CStr::from_ptr(te_response_body(response.0.cast(), null_mut())))
            };
            assert_eq!(text, expected, "another's answer: {body:?}");
        }
    }

    fn note(&mut self, status: te_status) {
        *self.told.entry(status).or_default() += 1;
    }
}

/// Most of it worked, all went through faults, and nothing was what must never be.
pub fn check(told: &[Told], faults: u64) {
    let mut all = Told::new();
    for (status, count) in told.iter().flatten() {
        *all.entry(*status).or_default() += count;
    }
    for (status, count) in &all {
        // SAFETY: static and never NULL.
        println!("{:>8} {}", count, unsafe { CStr::from_ptr(te_status_name(*status)) }.to_string_lossy());
    }
    let count = |status| all.get(&status).copied().unwrap_or(0);
    let sum: u64 = all.values().sum();
    println!("{sum:>8} calls, {faults} faults");
    assert!(count(0) > sum / 10 && count(0) > 100, "hardly anything worked");
    assert!(faults > 10 && all.len() > 5, "hardly anything failed");
    assert_eq!(count(TE_E_PANIC), 0);
    assert!(count(TE_E_BAD_HANDLE) < sum / 10, "clients were not there");
    assert!(count(TE_E_UNAUTHORIZED) < 110, "a bad token was sent again and again");
}
