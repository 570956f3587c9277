//! Who a client is to the guard: hashes that tell tokens and routes apart and give nothing away.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use ring::digest::{Context, SHA256};

use crate::config::Config;
use crate::guard::{Caller, Families, Fingerprint, MemoryStore, Scope, Store};
use crate::sys::fork::Step;
use crate::sys::stack;
use crate::target::Origin;
use crate::token::Token;
use crate::transport::ProxySetting;

/// A number that nobody can foresee; enough for salt and jitter.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(0)
}

/// The store of everybody in this process who names the same state directory. It outlives its clients: a token stays
/// rejected when the last client that saw it is gone.
pub(crate) fn store(option: Option<&str>) -> Arc<dyn Store> {
    /// Locked within a step only, so that no forked child finds it taken.
    static STORES: Mutex<BTreeMap<String, Arc<dyn Store>>> = Mutex::new(BTreeMap::new());
    let name = name(option);
    let known = {
        let _step = Step::begin();
        let stores = STORES.lock().unwrap_or_else(PoisonError::into_inner);
        stores.get(&name).cloned()
    };
    known.unwrap_or_else(|| {
        // Outside of the step, since it takes one of its own; when two threads come here the first one's stays.
        let opened = open(option);
        let _step = Step::begin();
        let mut stores = STORES.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(stores.entry(name).or_insert_with(|| Arc::clone(&opened)))
    })
}

#[cfg(target_os = "linux")]
fn name(option: Option<&str>) -> String {
    crate::guard::FileStore::name(option)
}

#[cfg(target_os = "linux")]
fn open(option: Option<&str>) -> Arc<dyn Store> {
    match crate::guard::FileStore::open(option) {
        Some(store) => Arc::new(store),
        None => Arc::new(MemoryStore::default()),
    }
}

#[cfg(not(target_os = "linux"))]
fn name(option: Option<&str>) -> String {
    option.map_or_else(|| std::env::var("TE_STATE_DIR").unwrap_or_default(), str::to_owned)
}

#[cfg(not(target_os = "linux"))]
fn open(_: Option<&str>) -> Arc<dyn Store> {
    Arc::new(MemoryStore::default())
}

/// The same in every process: what they share is about the same token, origin and route.
pub(crate) fn caller(origin: &Origin, token: &Token, config: &Config, proxy: &ProxySetting) -> Caller {
    let origin_text = origin.to_string();
    let scope = if origin.is_loopback() { Scope::Loopback(number(&[&origin_text])) } else { Scope::Network };
    Caller {
        token: fingerprint(origin, token),
        scope,
        budget: config.unauthorized_budget,
        route: route(config, proxy),
        families: Families::default(),
    }
}

/// Callers on the same way to the origin share its faults.
fn route(config: &Config, proxy: &ProxySetting) -> u64 {
    let certificate = config.client_certificate.as_ref().map_or("", |files| &files.certificate);
    number(&[&proxy.route(), config.ca_file.as_deref().unwrap_or(""), certificate])
}

/// A token at its origin.
pub(crate) fn fingerprint(origin: &Origin, token: &Token) -> Fingerprint {
    Fingerprint(stack::wiped::<{ stack::USUAL }, _>(|| digest(&[&origin.to_string(), token.as_str()])))
}

/// The first half of a SHA-256 over texts that hold no NUL.
fn digest(texts: &[&str]) -> [u8; 16] {
    let mut context = Context::new(&SHA256);
    for text in texts {
        context.update(text.as_bytes());
        context.update(&[0]);
    }
    context.finish().as_ref().first_chunk().copied().unwrap_or_default()
}

fn number(texts: &[&str]) -> u64 {
    digest(texts).first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}
