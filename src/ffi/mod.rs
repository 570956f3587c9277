//! The C interface. Its rules stand at the top of `include/thousandeyes.h`, which is made from this folder.
//!
//! Exported functions are plain functions around [`panic::contained`], since cbindgen does not see what a macro
//! makes; they only translate between C and the core.
#![allow(unsafe_code, reason = "pointers from C; each block says why it is sound")]
#![allow(non_camel_case_types, reason = "the names are C's")]
#![allow(clippy::missing_safety_doc, reason = "the rules stand once, at the top of the header")]

pub mod call;
pub mod client;
mod handle;
pub mod json;
pub mod object;
pub mod options;
mod panic;
pub mod response;
pub mod status;
mod strings;
