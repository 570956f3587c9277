//! A blocking client for the Cisco `ThousandEyes` v7 API that keeps every program that shares its state from
//! sending a dead token again and again.
//!
//! ```no_run
//! let client = thousandeyes::Client::new(None, thousandeyes::Config::default())?; // token: $TE_TOKEN
//! let tests = client.get("/tests")?;
//! println!("{}", String::from_utf8_lossy(tests.body()));
//! # Ok::<(), thousandeyes::Error>(())
//! ```
#![deny(unsafe_code)]

mod account_group;
mod answer;
mod attempts;
mod call;
mod client;
mod config;
mod credentials;
mod environment;
mod error;
mod explain;
mod families;
#[cfg(feature = "capi")]
pub mod ffi;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
pub mod guard;
mod identity;
mod items;
mod json;
mod pages;
mod rate;
mod retry;
mod rotation;
mod status;
mod sys;
mod target;
mod token;
mod token_file;
mod transport;
mod watch;

pub use answer::Answer;
pub use call::Call;
pub use client::Client;
pub use config::{ClientCertificate, Config, Interrupt, Level, Log};
pub use error::{Error, Result, Sent};
pub use items::Items;
pub use pages::Pages;
pub use rate::RateLimit;
pub use status::{Kind, Status};

/// A fault inside, for tests of what then reaches the caller.
#[cfg(feature = "test-hooks")]
fn panic_if_asked(path: &str) {
    assert!(path != "test-hooks/panic", "a test asked for this panic");
}

/// Moves the guard's clock forward, for tests of hours in milliseconds.
#[cfg(feature = "test-hooks")]
pub fn move_clock(by: std::time::Duration) {
    let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 4);
    sys::clock::moved::BOOT_CLOCK.add(millis);
    sys::clock::moved::WALL_CLOCK.add(millis);
}
