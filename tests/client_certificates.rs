//! Servers that let nobody in without a client certificate.
// needs: nginx nginx-light
// needs: openssl openssl
// needs: stunnel4 stunnel4

mod support;

use std::ffi::CString;
use std::fs;

use support::capi::Owned;
use support::client::Directory;
use support::net::certificates::{Authority, Certificate, Wanted, openssl};
use support::net::origin::{Origin, TOKEN, client};
use support::net::proxies::Stunnel;
use thousandeyes::ffi::client::{te_client_new, te_get};
use thousandeyes::ffi::network::{te_options_set_ca_file, te_options_set_client_certificate};
use thousandeyes::ffi::options::{te_options_new, te_options_set_base_url, te_options_set_state_dir};
use thousandeyes::{Client, ClientCertificate, Config, Sent, Status};

/// A server that asks for certificates of an authority, and who signs them.
struct World {
    origin: Origin,
    clients: Authority,
}

impl World {
    fn new(settings: &str) -> Self {
        let clients = Authority::new("Client CA");
        let verify = format!("ssl_verify_client on; ssl_client_certificate {}; {settings}", clients.file());
        Self { origin: Origin::on_loopback(&verify), clients }
    }

    fn certificate(&self) -> Certificate {
        of(&self.clients)
    }

    fn showing(&self, certificate: &Certificate) -> Config {
        showing(&self.origin, text(&certificate.chain), Some(text(&certificate.key)))
    }
}

fn of(authority: &Authority) -> Certificate {
    authority.issue("a client", &Wanted { names: "DNS:client.example.com", usage: "clientAuth", ..Wanted::default() })
}

fn text(path: &std::path::Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}

fn showing(origin: &Origin, certificate: String, key: Option<String>) -> Config {
    Config { client_certificate: Some(ClientCertificate { certificate, key }), ..origin.trusting() }
}

#[test]
fn a_certificate_is_shown_in_both_versions_of_tls() {
    for version in ["TLSv1.2", "TLSv1.3"] {
        let world = World::new(&format!("ssl_protocols {version}; keepalive_requests 1;"));
        let client = client(world.showing(&world.certificate()));
        for _ in 0..2 {
            client.get("/tests").expect("an answer");
        }
        assert!(world.origin.nginx.log(2)[1].resumed);
    }
}

#[test]
fn the_chain_goes_with_it() {
    let world = World::new("ssl_verify_depth 2;");
    let between = world.clients.below("Client Issuing CA");
    client(world.showing(&of(&between))).get("/tests").expect("an answer");
}

#[test]
fn keys_of_every_form_are_read() {
    let world = World::new("");
    let folder = Directory::new();
    let rsa = world.clients.issue_rsa("a client", &Wanted { usage: "clientAuth", ..Wanted::default() });
    let ec = world.certificate();
    let form = |from: &Certificate, name: &str, command: &[&str]| {
        let key = folder.0.join(name);
        openssl(&folder, &[command, &[&text(&from.key), "-out", name]].concat());
        Certificate { chain: from.chain.clone(), key }
    };
    for (certificate, header) in [
        (form(&rsa, "pkcs8", &["pkcs8", "-topk8", "-nocrypt", "-in"]), "PRIVATE KEY"),
        (form(&rsa, "pkcs1", &["rsa", "-traditional", "-in"]), "RSA PRIVATE KEY"),
        (form(&ec, "sec1", &["ec", "-in"]), "EC PRIVATE KEY"),
        (ec.clone(), "PRIVATE KEY"),
    ] {
        let key = fs::read_to_string(&certificate.key).expect("read");
        assert!(key.starts_with(&format!("-----BEGIN {header}-----")), "{header}");
        client(world.showing(&certificate)).get("/tests").expect("an answer");
        for both in [format!("{key}\n{}", read(&certificate)), format!("{}\n{key}", read(&certificate))] {
            let path = folder.0.join("both");
            fs::write(&path, both).expect("written");
            client(showing(&world.origin, text(&path), None)).get("/tests").expect("an answer");
        }
    }
}

fn read(certificate: &Certificate) -> String {
    fs::read_to_string(&certificate.chain).expect("read")
}

/// nginx agrees on TLS first, and then answers 400 in place of the API.
#[test]
fn a_server_that_gets_none_or_a_strangers_says_so_and_so_does_the_message() {
    for version in ["TLSv1.2", "TLSv1.3"] {
        let world = World::new(&format!("ssl_protocols {version};"));
        let strangers = Authority::new("Another CA");
        for config in [world.origin.trusting(), world.showing(&of(&strangers))] {
            let error = client(config).get("/tests").expect_err("a failure");
            assert!(error.message().contains("client certificate"), "{error}");
            assert_eq!(error.was_sent(), Sent::Yes, "{error}");
            assert_eq!(error.response().map(thousandeyes::Answer::http_status), Some(400), "{error}");
        }
        assert_eq!(world.origin.api.requests(), 0);
    }
}

/// stunnel breaks TLS off, in version 1.3 after the client takes it as agreed.
#[test]
fn a_server_that_breaks_tls_off_wants_a_certificate_or_another_one() {
    for version in ["TLSv1.2", "TLSv1.3"] {
        let origin = Origin::on_loopback("");
        let clients = Authority::new("Client CA");
        let settings =
            format!("sslVersion = {version}\nverifyChain = yes\nrequireCert = yes\nCAfile = {}", clients.file());
        let front = Stunnel::on_loopback(&origin.authority.localhost(), origin.api.address(), &settings);
        let base_url = Some(format!("https://localhost:{}", front.address().port()));
        let another = Authority::new("Another CA");
        let strangers = of(&another);
        let stranger = showing(&origin, text(&strangers.chain), Some(text(&strangers.key)));
        for config in [origin.trusting(), stranger] {
            let error = origin.refused(Config { base_url: base_url.clone(), ..config });
            assert_eq!(error.status(), Status::Tls, "{version}: {error}");
            assert!(error.message().contains("client certificate"), "{version}: {error}");
        }
        let good = of(&clients);
        let good = showing(&origin, text(&good.chain), Some(text(&good.key)));
        client(Config { base_url, ..good }).get("/tests").expect("an answer");
        assert_eq!(origin.api.requests(), 1);
    }
}

#[test]
fn files_that_are_no_certificate_with_its_key_are_errors_at_construction() {
    let world = World::new("");
    let (own, other) = (world.certificate(), world.certificate());
    let folder = Directory::new();
    let encrypted = |name: &str, command: &[&str]| {
        let key = folder.0.join(name);
        openssl(&folder, &[command, &[&text(&own.key), "-passout", "pass:s3cret", "-out", name]].concat());
        text(&key)
    };
    let pkcs8 = encrypted("pkcs8", &["pkcs8", "-topk8", "-in"]);
    let sec1 = encrypted("sec1", &["ec", "-aes256", "-in"]);
    let missing = text(&folder.0.join("missing"));
    let (chain, key) = (text(&own.chain), text(&own.key));
    for (certificate, key, culprit, words) in [
        (&chain, Some(text(&other.key)), &chain, "not the one of this certificate"),
        (&chain, Some(pkcs8.clone()), &pkcs8, "encrypted"),
        (&chain, Some(sec1.clone()), &sec1, "encrypted"),
        (&chain, Some(missing.clone()), &missing, "No such file"),
        (&missing, Some(key.clone()), &missing, "No such file"),
        (&key, Some(key.clone()), &key, "no certificate"),
        (&chain, None, &chain, "no private key"),
        (&chain, Some(folder.name().to_owned()), &folder.name().to_owned(), "not a regular file"),
    ] {
        let config = showing(&world.origin, certificate.clone(), key);
        let Err(error) = Client::new(Some(TOKEN), config) else { panic!("a client with {culprit}") };
        assert_eq!((error.status(), error.was_sent()), (Status::Tls, Sent::No), "{error}");
        assert!(error.message().contains(culprit.as_str()) && error.message().contains(words), "{error}");
    }
    assert_eq!(world.origin.api.connections(), 0);
}

#[test]
fn c_names_the_same_files() {
    let world = World::new("");
    let own = world.certificate();
    let both = own.chain.with_extension("both");
    fs::write(&both, format!("{}{}", read(&own), fs::read_to_string(&own.key).expect("read"))).expect("written");
    let c = |text: &str| CString::new(text).expect("no NUL");
    for (certificate, key) in [(&own.chain, Some(c(&text(&own.key)))), (&both, None)] {
        let options = Owned(te_options_new().cast());
        // SAFETY: C strings, and NULL where the function takes it.
        let client = unsafe {
            te_options_set_base_url(options.0.cast(), c(&world.origin.url()).as_ptr());
            te_options_set_state_dir(options.0.cast(), c"".as_ptr());
            te_options_set_ca_file(options.0.cast(), c(&world.origin.authority.file()).as_ptr());
            let key = key.as_ref().map_or(std::ptr::null(), |key| key.as_ptr());
            te_options_set_client_certificate(options.0.cast(), c(&text(certificate)).as_ptr(), key);
            Owned(te_client_new(c(TOKEN).as_ptr(), options.0.cast()).cast())
        };
        // SAFETY: a C string.
        let response = Owned(unsafe { te_get(client.0.cast(), c"tests".as_ptr()) }.cast());
        assert_eq!((response.status(), response.message().as_str()), (0, ""));
    }
    assert_eq!(world.origin.api.requests(), 2);
}
