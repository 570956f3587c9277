//! Keeps the shared library loaded, and writes the C header beside the build.

/// The files of src/ffi that export something, in the order in which a reader of the header meets them.
#[cfg(feature = "capi")]
const HEADER_ORDER: [&str; 11] =
    ["status", "object", "client", "response", "rate", "json", "call", "pages", "options", "network", "callbacks"];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_CAPI").is_none() {
        return;
    }
    stays_loaded();
    header();
}

/// A name lookup cannot be interrupted: unloading the library must not pull the code from under its thread.
fn stays_loaded() {
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if ["linux", "freebsd", "netbsd", "openbsd", "android"].contains(&&*os) {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}

#[cfg(feature = "capi")]
fn header() {
    println!("cargo:rerun-if-changed=cbindgen.toml");
    println!("cargo:rerun-if-changed=src/ffi");
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let config = cbindgen::Config::from_root_or_default(&root);
    let mut builder = cbindgen::Builder::new().with_config(config);
    for file in HEADER_ORDER {
        builder = builder.with_src(format!("{root}/src/ffi/{file}.rs"));
    }
    builder.generate().expect("src/ffi has a C header").write_to_file(out.join("thousandeyes.h"));
}

#[cfg(not(feature = "capi"))]
fn header() {}
