//! Real proxies before an https origin: HTTP, HTTPS and SOCKS5, with and without a user, and which setting is used.
// needs: root sudo
// needs: nginx nginx-light
// needs: openssl openssl
// needs: ip iproute2
// needs: tinyproxy tinyproxy-bin
// needs: microsocks microsocks
// needs: stunnel4 stunnel4

mod support;

use support::net::certificates::{Authority, Wanted};
use support::net::fake_proxy::FakeProxy;
use support::net::network::HERE;
use support::net::origin::{HOST, Origin, client};
use support::net::proxied::{PROXY, with_api};
use support::net::proxies::{Microsocks, Stunnel, Tinyproxy};
use thousandeyes::{Call, ClientCertificate, Config, Status};

fn through(origin: &Origin, proxy: &str) -> Config {
    Config { proxy: Some(proxy.to_owned()), ..origin.trusting() }
}

#[test]
fn calls_go_through_an_http_proxy_on_one_connection() {
    with_api(|_, origin| {
        let proxy = Tinyproxy::start("");
        let client = client(through(origin, &format!("http://{PROXY}:{}", proxy.address().port())));
        client.get("/tests").expect("an answer");
        client.perform(&Call::new("POST", "/tests/http-server").expect("a call")).expect("an answer");
        client.get("/tests").expect("an answer");
        let place = format!("CONNECT {}", origin.place());
        assert_eq!(proxy.requests(), [place]);
        assert_eq!(origin.api.requests(), 3);
    });
}

#[test]
fn only_the_proxy_needs_to_know_the_origins_name() {
    with_api(|network, origin| {
        network.names(&[]);
        for (scheme, asked) in
            [("http", format!("CONNECT {} ", origin.place())), ("socks5", HOST.into()), ("socks5h", HOST.into())]
        {
            let proxy = FakeProxy::to(origin.nginx.address());
            let url = format!("{scheme}://{}", proxy.address());
            client(through(origin, &url)).get("/tests").unwrap_or_else(|error| panic!("{url}: {error}"));
            assert!(proxy.heard()[0].starts_with(&asked), "{:?}", proxy.heard());
        }
    });
}

#[test]
fn an_http_proxy_is_given_a_user_and_a_password() {
    with_api(|_, origin| {
        let proxy = Tinyproxy::start("BasicAuth anna secret");
        client(through(origin, &format!("http://anna:secret@{}", proxy.address()))).get("/tests").expect("an answer");
        assert_eq!(proxy.requests(), [format!("CONNECT {}", origin.place())]);
    });
}

#[test]
fn a_user_and_a_password_are_what_the_url_encodes() {
    with_api(|_, origin| {
        for (user, password, written, basic) in [
            ("anna", "p@ss:word/1%", "anna:p%40ss%3Aword%2F1%25", "YW5uYTpwQHNzOndvcmQvMSU="),
            ("corp\\anna", "x", "corp%5Canna:x", "Y29ycFxhbm5hOng="),
            ("änna", "ß", "%C3%A4nna:%c3%9f", "w6RubmE6w58="),
        ] {
            let http = FakeProxy::to(origin.nginx.address());
            let socks = Microsocks::start(Some((user, password)));
            for (scheme, address) in [("http", http.address()), ("socks5", socks.address())] {
                let url = format!("{scheme}://{written}@{address}");
                client(through(origin, &url)).get("/tests").unwrap_or_else(|error| panic!("{url}: {error}"));
            }
            assert_eq!(http.header("proxy-authorization"), [format!("Basic {basic}")]);
        }
        assert_eq!(origin.api.requests(), 6);
    });
}

#[test]
fn socks_needs_no_user() {
    with_api(|_, origin| {
        let proxy = Microsocks::start(None);
        for scheme in ["socks5", "socks5h"] {
            let client = client(through(origin, &format!("{scheme}://{PROXY}:{}", proxy.address().port())));
            client.get("/tests").expect("an answer");
            client.get("/tests").expect("an answer");
        }
        assert_eq!(origin.nginx.log(4).iter().map(|seen| seen.number).collect::<Vec<_>>(), [1, 2, 1, 2]);
    });
}

#[test]
fn an_https_proxy_is_spoken_to_under_its_own_certificate() {
    with_api(|_, origin| {
        let inner = Tinyproxy::start("BasicAuth anna secret");
        let proxy = Stunnel::start(&origin.authority.host(PROXY), inner.address(), "");
        let url = format!("https://anna:secret@{PROXY}:{}", proxy.address().port());
        let client = client(through(origin, &url));
        client.get("/tests").expect("an answer");
        client.get("/tests").expect("an answer");
        assert_eq!(inner.requests(), [format!("CONNECT {}", origin.place())]);
    });
}

#[test]
fn what_is_wrong_with_an_https_proxys_certificate_is_told_as_the_proxys() {
    with_api(|_, origin| {
        let inner = Tinyproxy::start("");
        let stranger = Authority::new("Proxy Makers CA");
        for (certificate, words) in [
            (stranger.host(PROXY), "Proxy Makers CA"),
            (origin.authority.host("other.example.test"), "other.example.test"),
        ] {
            let proxy = Stunnel::start(&certificate, inner.address(), "");
            let error = origin.refused(through(origin, &format!("https://{PROXY}:{}", proxy.address().port())));
            assert!([Status::Tls, Status::Proxy].contains(&error.status()), "{error}");
            let told = error.message();
            assert!(told.contains(words) && told.contains("proxy") && told.contains(PROXY), "{error}");
        }
        assert_eq!(inner.requests().len(), 0);
    });
}

/// It is the API's to see, and a proxy that wants one of its own is none that can be used.
#[test]
fn a_proxy_is_not_shown_the_client_certificate() {
    with_api(|_, origin| {
        let clients = Authority::new("Client CA");
        let own = clients.issue("a client", &Wanted { usage: "clientAuth", ..Wanted::default() });
        let [certificate, key] = [own.chain, own.key].map(|path| path.to_str().expect("UTF-8").to_owned());
        let inner = Tinyproxy::start("");
        for version in ["TLSv1.2", "TLSv1.3"] {
            let settings =
                format!("sslVersion = {version}\nverifyChain = yes\nrequireCert = yes\nCAfile = {}", clients.file());
            let proxy = Stunnel::start(&origin.authority.host(PROXY), inner.address(), &settings);
            let client_certificate = ClientCertificate { certificate: certificate.clone(), key: Some(key.clone()) };
            let url = format!("https://{PROXY}:{}", proxy.address().port());
            let error =
                origin.refused(Config { client_certificate: Some(client_certificate), ..through(origin, &url) });
            assert!([Status::Tls, Status::Proxy].contains(&error.status()), "{error}");
            let told = error.message();
            assert!(told.contains("client certificate") && told.contains(&format!("the proxy {PROXY}")), "{error}");
        }
        assert_eq!(inner.requests().len(), 0);
    });
}

#[test]
fn a_proxy_that_inspects_tls_is_trusted_with_its_authority_and_hinted_at_without() {
    with_api(|_, origin| {
        let company = Authority::new("Inspection CA");
        let inspecting =
            support::net::nginx::Nginx::start(HERE.into(), &company.host(HOST), origin.api.address(), "");
        let proxy = FakeProxy::to(inspecting.address());
        let url = format!("http://{}", proxy.address());
        let error = origin.refused(through(origin, &url));
        assert_eq!(error.status(), Status::Tls, "{error}");
        assert!(error.message().contains("Inspection CA") && error.message().contains("inspects TLS"), "{error}");
        client(Config { ca_file: Some(company.file()), ..through(origin, &url) }).get("/tests").expect("an answer");
        assert_eq!((origin.api.requests(), inspecting.log(1)[0].status), (1, 200));
    });
}
