//! Names the shared library for the run-time linker, and writes the C header beside the build.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_CAPI").is_none() {
        return;
    }
    soname();
    header();
}

/// The name that programs are linked against changes only when the ABI does.
fn soname() {
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    match os.as_str() {
        "linux" | "freebsd" | "netbsd" | "openbsd" | "android" => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libthousandeyes.so.0");
        }
        "macos" => println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libthousandeyes.0.dylib"),
        _ => {}
    }
}

#[cfg(feature = "capi")]
fn header() {
    println!("cargo:rerun-if-changed=cbindgen.toml");
    println!("cargo:rerun-if-changed=src/ffi");
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let config = cbindgen::Config::from_root_or_default(&root);
    let mut sources: Vec<_> = std::fs::read_dir(format!("{root}/src/ffi"))
        .expect("src/ffi is there")
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    sources.sort();
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in sources {
        builder = builder.with_src(source);
    }
    builder.generate().expect("src/ffi has a C header").write_to_file(out.join("thousandeyes.h"));
}

#[cfg(not(feature = "capi"))]
fn header() {}
