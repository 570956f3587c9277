//! Who a client is to the guard: hashes that tell tokens and routes apart and give nothing away.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock};

use ring::digest::{Context, SHA256};

use crate::config::Config;
use crate::guard::{Caller, Fingerprint, MemoryStore, Scope, Store};
use crate::target::Origin;
use crate::token::Token;
use crate::transport::ProxySetting;

static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// Salt of this process: a fingerprint cannot be looked up in a list of hashes made beforehand.
static SALT: LazyLock<[u8; 16]> = LazyLock::new(|| {
    let mut salt = [0; 16];
    for half in salt.chunks_mut(8) {
        half.copy_from_slice(&random().to_ne_bytes());
    }
    salt
});

/// A number that nobody can foresee; enough for salt and jitter.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(0)
}

/// The store that a state directory names: the option, or else `$TE_STATE_DIR`.
pub(crate) fn store(option: Option<&str>) -> Arc<dyn Store> {
    let directory = option.map_or_else(|| std::env::var("TE_STATE_DIR").unwrap_or_default(), str::to_owned);
    MemoryStore::of(&directory)
}

pub(crate) fn caller(origin: &Origin, token: &Token, config: &Config, proxy: &ProxySetting) -> Caller {
    let origin_text = origin.to_string();
    let scope = if origin.is_loopback() { Scope::Loopback(HASHER.hash_one(&origin_text)) } else { Scope::Network };
    let mut context = Context::new(&SHA256);
    for part in [&SALT[..], origin_text.as_bytes(), &[0], token.as_str().as_bytes()] {
        context.update(part);
    }
    let mut fingerprint = [0; 16];
    fingerprint.copy_from_slice(&context.finish().as_ref()[..16]);
    Caller {
        token: Fingerprint(fingerprint),
        scope,
        budget: config.unauthorized_budget,
        route: HASHER.hash_one((proxy.identity(), &config.ca_file)),
    }
}
