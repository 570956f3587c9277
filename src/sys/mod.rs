//! The few system calls that std lacks. With `src/ffi` the only place with `unsafe`.
#![allow(unsafe_code, reason = "system calls; each block says why it is sound")]

pub(crate) mod clock;
pub(crate) mod socket;
