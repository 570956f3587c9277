//! The C interface. Its rules stand at the top of `include/thousandeyes.h`, which is made from this folder.
//!
//! Exported functions are plain functions around [`panic::contained`], since cbindgen does not see what a macro
//! makes; they only translate between C and the core.
#![allow(unsafe_code, reason = "pointers from C; each block says why it is sound")]
#![allow(non_camel_case_types, reason = "the names are C's")]
#![allow(clippy::missing_safety_doc, reason = "the rules stand once, at the top of the header")]
#![allow(clippy::doc_markdown, rustdoc::bare_urls, reason = "these comments are the C header's")]

pub mod call;
pub mod callbacks;
pub mod client;
mod handle;
pub mod json;
pub mod network;
pub mod object;
pub mod options;
pub mod pages;
mod panic;
pub mod rate;
pub mod response;
pub mod status;
mod sticky;
mod strings;

#[cfg(test)]
mod tests {
    /// `TE_WRITE_HEADER=1 cargo test header` writes it anew.
    #[test]
    fn the_header_in_include_is_made_from_this_folder() {
        let made = include_str!(concat!(env!("OUT_DIR"), "/thousandeyes.h"));
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/include/thousandeyes.h");
        if std::env::var_os("TE_WRITE_HEADER").is_some() {
            std::fs::write(path, made).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap();
        assert!(committed == made, "include/thousandeyes.h is old: TE_WRITE_HEADER=1 cargo test --lib header");
    }
}
