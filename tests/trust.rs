//! Whom a client trusts: the system's authorities, or those that the environment names in their stead, and a CA file or
//! folder beside them.
// needs: nginx nginx-light
// needs: openssl openssl

mod support;

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use support::client::Directory;
use support::installed::run;
use support::net::certificates::Authority;
use support::net::origin::Origin;
use support::told::{Told, once};
use thousandeyes::{Config, Status};

/// One call of a program with this environment and these arguments.
fn call(origin: &Origin, environment: &[(&str, &str)], arguments: &[&str]) -> Told {
    let mut caller = origin.caller();
    caller.args(arguments).envs(environment.iter().copied());
    once(caller)
}

#[track_caller]
fn works(told: &Told) {
    assert_eq!(told.status, "TE_OK", "{told:?}");
}

#[track_caller]
fn unknown_issuer(told: &Told) {
    assert_eq!((told.status.as_str(), told.sent.as_str()), ("TE_E_TLS", "No"), "{told:?}");
    assert!(told.message.contains("Example Company CA"), "{told:?}");
}

/// A folder with these authorities' certificates.
fn folder(authorities: &[&Authority]) -> Directory {
    let folder = Directory::new();
    for (number, authority) in authorities.iter().enumerate() {
        fs::copy(authority.file(), folder.0.join(format!("{number}.pem"))).expect("copied");
    }
    folder
}

#[test]
fn the_ca_option_is_a_file_or_a_folder_of_files() {
    let origin = Origin::on_loopback("");
    let other = Authority::new("Another CA");
    let both = folder(&[&other, &origin.authority]);
    let bundle = both.0.join("bundle");
    let text = [other.file(), origin.authority.file()].map(|file| fs::read_to_string(file).expect("read"));
    fs::write(&bundle, format!("# {}\n{}", "a comment", text.join("\nsubject=another\n\n"))).expect("written");
    for ca in [origin.authority.file(), both.name().to_owned(), bundle.to_str().expect("UTF-8").to_owned()] {
        works(&call(&origin, &[], &["--ca-file", &ca]));
    }
    unknown_issuer(&call(&origin, &[], &["--ca-file", &other.file()]));
    unknown_issuer(&call(&origin, &[], &[]));
}

#[test]
fn a_file_of_the_environment_stands_in_for_the_systems() {
    let origin = Origin::on_loopback("");
    let other = Authority::new("Another CA");
    works(&call(&origin, &[("SSL_CERT_FILE", &origin.authority.file())], &[]));
    unknown_issuer(&call(&origin, &[("SSL_CERT_FILE", &other.file())], &[]));
    works(&call(&origin, &[("SSL_CERT_FILE", &other.file())], &["--ca-file", &origin.authority.file()]));
    works(&call(&origin, &[("SSL_CERT_FILE", &origin.authority.file())], &["--ca-file", &other.file()]));
}

#[test]
fn a_folder_of_the_environment_stands_in_for_the_systems() {
    let origin = Origin::on_loopback("");
    let other = Authority::new("Another CA");
    let (good, bad) = (folder(&[&origin.authority]), folder(&[&other]));
    let hashed = |folder: &Directory| {
        run(Command::new("openssl").args(["rehash", folder.name()]));
    };
    hashed(&good);
    hashed(&bad);
    works(&call(&origin, &[("SSL_CERT_DIR", good.name())], &[]));
    unknown_issuer(&call(&origin, &[("SSL_CERT_DIR", bad.name())], &[]));
    let two = format!("{}:{}", bad.name(), good.name());
    works(&call(&origin, &[("SSL_CERT_DIR", &two)], &[]));
}

/// The library's own roots take the place of the system's, so that what is told is what is wrong.
#[test]
fn a_machine_without_authorities_is_no_reason_to_fail_otherwise() {
    let origin = Origin::on_loopback("");
    let (nothing, ca) = (Directory::new(), origin.authority.file());
    let missing = nothing.0.join("missing").to_str().expect("UTF-8").to_owned();
    for environment in [
        [("SSL_CERT_FILE", missing.as_str()), ("SSL_CERT_DIR", "")],
        [("SSL_CERT_FILE", "/dev/null"), ("SSL_CERT_DIR", nothing.name())],
        [("SSL_CERT_FILE", &missing), ("SSL_CERT_DIR", nothing.name())],
    ] {
        unknown_issuer(&call(&origin, &environment, &[]));
        works(&call(&origin, &environment, &["--ca-file", &ca]));
    }
}

#[test]
fn a_ca_option_that_names_no_certificate_is_an_error_at_once() {
    let origin = Origin::on_loopback("");
    let folder = Directory::new();
    let path = |name: &str| folder.0.join(name);
    fs::write(path("empty"), "").expect("written");
    fs::write(path("text"), "no certificate\n").expect("written");
    fs::write(path("binary"), [0x30, 0x82, 0, 0xff]).expect("written");
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    fs::write(path("broken"), broken).expect("written");
    let cut: String = fs::read_to_string(origin.authority.file()).expect("read").chars().take(200).collect();
    fs::write(path("cut"), cut).expect("written");
    let key = fs::read(origin.authority.localhost().key).expect("read");
    fs::write(path("key"), key).expect("written");
    run(Command::new("mkfifo").arg(path("fifo")));
    fs::File::create(path("huge")).and_then(|file| file.set_len(1 << 40)).expect("a file with a hole");
    fs::create_dir(path("folder")).expect("a folder");
    fs::write(path("folder/readme"), "no certificate\n").expect("written");
    for name in ["missing", "empty", "text", "binary", "broken", "cut", "key", "fifo", "huge", "folder"] {
        let begun = Instant::now();
        let ca = path(name).to_str().expect("UTF-8").to_owned();
        let error = origin.refused(Config { ca_file: Some(ca.clone()), ..origin.config() });
        assert_eq!(error.status(), Status::Tls, "{error}");
        assert!(error.message().contains(&ca), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(1), "{name}: {:?}", begun.elapsed());
    }
    assert_eq!(origin.api.connections(), 0);
}
