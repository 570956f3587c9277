//! What is wrong with a server's certificate is told as what it is, and nothing is sent to the server.
// needs: nginx nginx-light
// needs: openssl openssl

mod support;

use support::client::Directory;
use support::net::certificates::{Authority, Certificate, Wanted, self_signed};
use support::net::origin::{Origin, client};
use thousandeyes::{Config, Status};

const CA: &str = "Example Company CA";

/// What is told of a server's certificate by who trusts this authority.
fn told(authority: Authority, certificate: &Certificate) -> String {
    let origin = Origin::with(authority, certificate, "");
    told_with(&origin, origin.trusting())
}

fn told_with(origin: &Origin, config: Config) -> String {
    let error = origin.refused(config);
    assert_eq!(error.status(), Status::Tls, "{error}");
    assert!(origin.nginx.log(0).is_empty());
    error.message().to_owned()
}

fn told_of(wanted: &Wanted) -> String {
    let authority = Authority::new(CA);
    let certificate = authority.issue("api.example.com", wanted);
    told(authority, &certificate)
}

#[track_caller]
fn says(told: &str, words: &[&str]) {
    for word in words {
        assert!(told.contains(word), "no {word:?} in: {told}");
    }
}

/// Another CA file mends none of these.
#[track_caller]
fn says_without_advice_on_authorities(told: &str, words: &[&str]) {
    says(told, words);
    assert!(!told.contains("CA file") && !told.contains("CA certificate"), "{told}");
}

#[test]
fn expired() {
    let told = told_of(&Wanted { from: "20200101000000Z", until: "20210304000000Z", ..Wanted::default() });
    says_without_advice_on_authorities(&told, &["expired", "04 Mar 2021"]);
}

#[test]
fn not_valid_yet() {
    let told = told_of(&Wanted { from: "20480506000000Z", ..Wanted::default() });
    says_without_advice_on_authorities(&told, &["not valid before", "06 May 2048", "clock"]);
}

#[test]
fn for_another_host() {
    let told = told_of(&Wanted { names: "DNS:other.example.com,DNS:*.example.org", ..Wanted::default() });
    says_without_advice_on_authorities(&told, &["for other.example.com, *.example.org, not for localhost"]);
}

#[test]
fn for_another_purpose() {
    let told = told_of(&Wanted { usage: "clientAuth", ..Wanted::default() });
    says_without_advice_on_authorities(&told, &["not one for servers"]);
}

#[test]
fn of_an_authority_that_nobody_here_trusts() {
    let origin = Origin::on_loopback("");
    let told = told_with(&origin, origin.config());
    says(&told, &[CA, "inspects TLS", "CA file"]);
    let other = Authority::new("Another CA");
    let told = told_with(&origin, Config { ca_file: Some(other.file()), ..origin.config() });
    says(&told, &[CA, "inspects TLS", "CA file"]);
}

#[test]
fn signed_by_itself() {
    for of_authority in [true, false] {
        let folder = Directory::new();
        let certificate = self_signed(&folder, of_authority);
        let origin = Origin::with(Authority::new(CA), &certificate, "");
        let advice =
            if of_authority { "make one with basicConstraints=CA:FALSE" } else { "name it in the CA file option" };
        says(&told_with(&origin, origin.trusting()), &["signed by itself", advice]);
        let itself = certificate.chain.to_str().expect("UTF-8").to_owned();
        let trusting = Config { ca_file: Some(itself), ..origin.config() };
        if of_authority {
            says(&told_with(&origin, trusting), &["signed by itself", "of an authority"]);
        } else {
            client(trusting).get("/tests").expect("an answer");
        }
    }
}

#[test]
fn without_the_certificate_between_it_and_the_authority() {
    let authority = Authority::new(CA);
    let between = authority.below("Example Issuing CA");
    let whole = between.localhost();
    let origin = Origin::with(authority, &whole, "");
    origin.client().get("/tests").expect("an answer");

    let Origin { authority, .. } = origin;
    says(&told(authority, &whole.alone()), &["Example Issuing CA", "intermediate"]);
}

#[test]
fn the_same_name_and_another_key_is_another_authority() {
    let origin = Origin::on_loopback("");
    let impostor = Authority::new(CA);
    let told = told_with(&origin, Config { ca_file: Some(impostor.file()), ..origin.config() });
    says(&told, &[CA]);
}
