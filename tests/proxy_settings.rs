//! Which proxy a call goes through, if any: the option, the environment, and the hosts that go without.
// needs: root sudo
// needs: nginx nginx-light
// needs: openssl openssl
// needs: ip iproute2

mod support;

use std::net::Ipv6Addr;

use support::net::fake_proxy::FakeProxy;
use support::net::network::{HERE, HERE_V6, apart};
use support::net::origin::{HOST, Origin};
use support::told::{Told, once};

/// An API that listens at all addresses, and two proxies to it.
struct World {
    origin: Origin,
    proxies: [FakeProxy; 2],
}

impl World {
    fn with(test: impl FnOnce(&Self) + Send) {
        apart(|network| {
            network.names(&[(HOST, &HERE.to_string()), (HOST, HERE_V6)]);
            let origin = Origin::apart_at(Ipv6Addr::UNSPECIFIED.into());
            let place = (HERE, origin.nginx.address().port()).into();
            test(&Self { origin, proxies: [FakeProxy::to(place), FakeProxy::to(place)] });
        });
    }

    fn proxy(&self, number: usize) -> String {
        format!("http://{}", self.proxies[number].address())
    }

    /// One call of a program that trusts the API.
    fn call(&self, host: &str, environment: &[(&str, &str)], arguments: &[&str]) -> Told {
        let mut caller = self.origin.caller();
        caller.env("TE_BASE_URL", self.origin.nginx.url(host)).envs(environment.iter().copied());
        caller.args(["--ca-file", &self.origin.authority.file()]).args(arguments);
        once(caller)
    }

    /// How many connections each proxy saw.
    fn counts(&self) -> [usize; 2] {
        [0, 1].map(|number| self.proxies[number].heard().len())
    }

    /// The proxy that a call went through.
    #[track_caller]
    fn way(&self, host: &str, environment: &[(&str, &str)], arguments: &[&str]) -> Option<usize> {
        let before = self.counts();
        let told = self.call(host, environment, arguments);
        assert_eq!(told.status, "TE_OK", "{environment:?}: {told:?}");
        let after = self.counts();
        (0..2).find(|&number| after[number] > before[number])
    }
}

#[test]
fn the_environment_names_a_proxy_and_an_option_wins_over_it() {
    World::with(|world| {
        let (first, second) = (world.proxy(0), world.proxy(1));
        let bare = first.trim_start_matches("http://");
        for (environment, arguments, way) in [
            (&[][..], &[][..], None),
            (&[("HTTPS_PROXY", first.as_str())], &[], Some(0)),
            (&[("https_proxy", &first)], &[], Some(0)),
            (&[("ALL_PROXY", &first)], &[], Some(0)),
            (&[("all_proxy", &first)], &[], Some(0)),
            (&[("HTTPS_PROXY", bare)], &[], Some(0)),
            (&[("HTTPS_PROXY", &first), ("ALL_PROXY", &second)], &[], Some(0)),
            (&[("ALL_PROXY", &first), ("https_proxy", &second)], &[], Some(1)),
            (&[("HTTP_PROXY", &first), ("http_proxy", &first)], &[], None),
            (&[("HTTPS_PROXY", ""), ("https_proxy", "")], &[], None),
            (&[("HTTPS_PROXY", &first)], &["--proxy", &second], Some(1)),
            (&[("HTTPS_PROXY", &first), ("ALL_PROXY", &first)], &["--proxy", ""], None),
            (&[("HTTPS_PROXY", &first), ("NO_PROXY", HOST)], &[], None),
            (&[("HTTPS_PROXY", &first), ("no_proxy", HOST)], &[], None),
            (&[("all_proxy", &first), ("no_proxy", "*")], &[], None),
        ] {
            assert_eq!(world.way(HOST, environment, arguments), way, "{environment:?} {arguments:?}");
        }
    });
}

#[test]
fn hosts_that_go_without_a_proxy() {
    World::with(|world| {
        let proxy = world.proxy(0);
        let port = world.origin.nginx.address().port();
        let (with_port, with_another) = (format!("{HOST}:{port}"), format!("{HOST}:1"));
        let v4 = HERE.to_string();
        let v6 = format!("[{HERE_V6}]");
        let [v4_port, v6_port] = [&v4, &v6].map(|host| format!("{host}:{port}"));
        for (except, host, direct) in [
            ("*", HOST, true),
            ("API.Example.Test", HOST, true),
            ("example.test", HOST, true),
            (".example.test", HOST, true),
            ("other.test, api.example.test ,", HOST, true),
            (&with_port, HOST, true),
            (&with_another, HOST, false),
            ("xample.test", HOST, false),
            ("pi.example.test", HOST, false),
            ("api.example.test.example.com", HOST, false),
            ("www.api.example.test", HOST, false),
            (", ,", HOST, false),
            ("*.example.test", HOST, true),
            ("192.0.2.1", &v4, true),
            (&v4_port, &v4, true),
            ("192.0.2.1:1", &v4, false),
            (&v6_port, &v6, true),
            ("[2001:db8::1]:1", &v6, false),
            ("192.0.2.0/24", &v4, true),
            ("0.0.0.0/0", &v4, true),
            ("192.0.2.2/31", &v4, false),
            ("192.0.3.0/24", &v4, false),
            ("192.0.2.0/24", &v6, false),
            ("192.0.2.0/24", HOST, false),
            ("2001:db8::1", &v6, true),
            ("[2001:db8::1]", &v6, true),
            ("2001:DB8:0:0::/32", &v6, true),
            ("2001:db9::/32", &v6, false),
            ("::/0", &v4, false),
        ] {
            let environment = [("HTTPS_PROXY", proxy.as_str()), ("NO_PROXY", except)];
            assert_eq!(world.way(host, &environment, &[]), (!direct).then_some(0), "{except:?} {host}");
        }
    });
}

#[test]
fn loopback_goes_without_a_proxy() {
    World::with(|world| {
        let proxy = world.proxy(0);
        let inner = Origin::on_loopback("");
        for host in ["localhost", "127.0.0.1"] {
            let mut caller = inner.caller();
            caller.env("TE_BASE_URL", inner.nginx.url(host)).env("HTTPS_PROXY", &proxy);
            caller.args(["--ca-file", &inner.authority.file(), "--proxy", &proxy]);
            let told = once(caller);
            assert_eq!((told.status.as_str(), world.counts()), ("TE_OK", [0, 0]), "{told:?}");
        }
        assert_eq!(inner.api.requests(), 2);
    });
}

/// Going direct instead would show what a company keeps behind its proxy.
#[test]
fn a_setting_that_names_no_proxy_is_an_error_and_no_direct_call() {
    World::with(|world| {
        for proxy in [
            "http://",
            "://proxy.example.test",
            "ftp://anna:s3cret@proxy.example.test:21",
            "http://anna:s3cret@proxy.example.test:99999",
            "http://anna:s3cret@proxy.example.test:port",
            "http://anna:s3cret@",
            "http://anna:s3cret@[2001:db8::1",
            "http://anna:s3cret@proxy example.test:3128",
            "proxy.example.test:3128:3128",
            "a proxy",
            "http//anna:s3cret@proxy.example.test",
        ] {
            for environment in [&[("HTTPS_PROXY", proxy)][..], &[("all_proxy", proxy)], &[]] {
                let arguments: &[&str] = if environment.is_empty() { &["--proxy", proxy] } else { &[] };
                let told = world.call(HOST, environment, arguments);
                let at_construction = told.guard.is_null();
                let found = (told.status.as_str(), told.sent.as_str(), at_construction);
                assert_eq!(found, ("TE_E_PROXY", "No", true), "{proxy} {told:?}");
                let source = environment.first().map_or("option", |(name, _)| name);
                let names_it = told.message.to_lowercase().contains(&source.to_lowercase());
                assert!(names_it && told.message.contains("Nothing was sent."), "{told:?}");
                assert!(!told.message.contains("s3cret") && !told.message.contains("anna"), "{told:?}");
            }
        }
        assert_eq!((world.origin.api.requests(), world.counts()), (0, [0, 0]));
    });
}
