//! Hosts with several addresses, of which some or all do not answer; names that nobody knows, or nobody tells.
// needs: root sudo
// needs: nginx nginx-light
// needs: openssl openssl
// needs: ip iproute2

mod support;

use std::net::{IpAddr, Ipv6Addr, Shutdown, SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use support::net::fake_proxy::join;
use support::net::network::{HERE, HERE_V6, LOST, LOST_FIRST, LOST_V6, Network, UNREACHABLE_V6, apart};
use support::net::origin::{HOST, Origin, client};
use support::net::{name_server, server};
use thousandeyes::{Call, Config, Error, Status};

/// The name has these addresses.
fn named(network: &Network, addresses: &[&str]) {
    network.names(&addresses.iter().map(|address| (HOST, *address)).collect::<Vec<_>>());
}

/// An API at all of this network's addresses.
fn everywhere() -> Origin {
    Origin::apart_at(Ipv6Addr::UNSPECIFIED.into())
}

/// One call, sent once, and how long it took.
fn call(origin: &Origin, method: &str, path: &str) -> Duration {
    let client = origin.client();
    let begun = Instant::now();
    client.perform(&Call::new(method, path).expect("a call")).expect("an answer");
    let took = begun.elapsed();
    assert_eq!(origin.api.requests(), 1);
    took
}

/// A call that reaches nobody, with a second to connect, and how long it took.
fn unreached(origin: &Origin, url: Option<String>) -> (Error, Duration) {
    let config = origin.trusting();
    let base_url = url.or_else(|| config.base_url.clone());
    let begun = Instant::now();
    let error = origin.refused(Config { base_url, connect_timeout: Duration::from_secs(1), ..config });
    (error, begun.elapsed())
}

#[test]
fn one_family_alone_will_do() {
    for address in [HERE.to_string(), HERE_V6.to_owned()] {
        apart(|network| {
            named(network, &[&address]);
            let origin = Origin::apart_at(address.parse::<IpAddr>().expect("an address"));
            assert!(call(&origin, "GET", "/tests") < Duration::from_millis(500));
        });
    }
}

#[test]
fn an_ipv6_address_is_a_host() {
    apart(|_| {
        let origin = everywhere();
        let url = origin.nginx.url(&format!("[{HERE_V6}]"));
        client(Config { base_url: Some(url), ..origin.trusting() }).get("/tests").expect("an answer");
    });
}

#[test]
fn a_family_that_does_not_answer_costs_a_moment_and_no_second_request() {
    let here = HERE.to_string();
    for dead in [&[LOST_V6][..], &[LOST_V6, "2001:db8:dead::2", "2001:db8:dead::3"], &[UNREACHABLE_V6]] {
        apart(|network| {
            named(network, &[dead, &[&here]].concat());
            let took = call(&everywhere(), "POST", "/tests/http-server");
            assert!(took < Duration::from_millis(600), "{dead:?}: {took:?}");
        });
    }
}

#[test]
fn an_address_where_nobody_listens_costs_nothing() {
    apart(|network| {
        named(network, &[HERE_V6, &HERE.to_string()]);
        let origin = Origin::apart();
        let took = call(&origin, "GET", "/tests");
        assert!(took < Duration::from_millis(200), "{took:?}");
    });
}

#[test]
fn of_several_addresses_that_do_not_answer_the_last_one_that_does_is_found() {
    apart(|network| {
        let [first, second, third] = LOST_FIRST;
        named(network, &[first, second, third, &HERE.to_string()]);
        let took = call(&everywhere(), "GET", "/tests");
        assert!(took < Duration::from_millis(1500), "{took:?}");
    });
}

#[test]
fn how_many_addresses_were_tried_is_told() {
    apart(|network| {
        named(network, &[LOST, LOST_V6]);
        let origin = everywhere();
        let (error, took) = unreached(&origin, None);
        assert!([Status::Timeout, Status::Connect].contains(&error.status()), "{error}");
        assert!(error.message().contains("2 addresses"), "{error}");
        assert!((Duration::from_millis(900)..Duration::from_millis(1500)).contains(&took), "{took:?}");
    });
    apart(|network| {
        named(network, &[HERE_V6, &HERE.to_string()]);
        let url = format!("https://{HOST}:{}", server::free(HERE.into()).port());
        let (error, took) = unreached(&Origin::apart(), Some(url));
        assert_eq!(error.status(), Status::Connect, "{error}");
        assert!(error.message().contains("2 addresses") && error.message().contains("refused"), "{error}");
        assert!(took < Duration::from_millis(300), "{took:?}");
    });
}

/// A relay at one address until it is told to go, with all its connections.
fn relay(at: SocketAddr, to: SocketAddr) -> (mpsc::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind(at).expect("a port");
    let (leave, left) = mpsc::channel();
    let relaying = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a connection");
        std::thread::scope(|scope| {
            scope.spawn(|| join(&stream, to));
            left.recv().expect_err("the test goes on");
            drop(listener);
            stream.shutdown(Shutdown::Both).expect("a connection");
        });
    });
    (leave, relaying)
}

#[test]
fn a_host_that_moves_is_looked_up_anew_when_its_address_no_longer_answers() {
    apart(|network| {
        let (old, new) = ("192.0.2.10", "192.0.2.20");
        let origin = Origin::apart_at(new.parse().expect("an address"));
        let place = origin.nginx.address();
        let (leave, relaying) = relay(SocketAddr::new(old.parse().expect("an address"), place.port()), place);
        named(network, &[old]);
        let client = origin.client();
        client.get("/tests").expect("an answer");

        drop(leave);
        relaying.join().expect("no panic");
        named(network, &[new]);
        // The connection that was kept is dead, and the address that was kept is no longer anybody's.
        client.get("/tests").expect("an answer from where it is now");
        assert_eq!(origin.api.requests(), 2);
    });
}

#[test]
fn a_wait_for_a_connection_is_cancelled_at_once() {
    apart(|network| {
        named(network, &[LOST, LOST_V6]);
        let origin = everywhere();
        let client = origin.client();
        std::thread::scope(|scope| {
            let calling = scope.spawn(|| client.get("/tests").expect_err("a failure"));
            std::thread::sleep(Duration::from_millis(400));
            let cancelled = Instant::now();
            client.cancel();
            assert_eq!(calling.join().expect("no panic").status(), Status::Cancelled);
            assert!(cancelled.elapsed() < Duration::from_millis(250), "{:?}", cancelled.elapsed());
        });
    });
}

#[test]
fn a_name_server_that_does_not_answer_takes_no_longer_than_a_connection_may() {
    apart(|network| {
        network.name_server(LOST);
        let (error, took) = unreached(&Origin::apart(), None);
        assert!([Status::Timeout, Status::Dns].contains(&error.status()), "{error}");
        assert!(error.message().contains("name"), "{error}");
        assert!((Duration::from_millis(900)..Duration::from_millis(1500)).contains(&took), "{took:?}");
    });
}

#[test]
fn a_name_that_nobody_knows_is_told_at_once() {
    apart(|network| {
        let address = "192.0.2.54";
        name_server::knowing_none(address);
        network.name_server(address);
        let (error, took) = unreached(&Origin::apart(), None);
        assert_eq!(error.status(), Status::Dns, "{error}");
        assert!(error.message().contains(HOST), "{error}");
        assert!(took < Duration::from_millis(500), "{took:?}");
    });
}
