//! What the integration tests share.
#![allow(dead_code, unreachable_pub, reason = "no test uses all of it")]

pub mod answers;
pub mod capi;
pub mod client;
pub mod contract;
pub mod documents;
pub mod example;
pub mod faults;
pub mod header;
pub mod installed;
pub mod memory;
pub mod net;
pub mod pages;
pub mod processes;
pub mod raw;
pub mod secret_holder;
pub mod soak;
pub mod stand_in;
pub mod state_file;
pub mod tls_front;
pub mod told;
pub mod users;
