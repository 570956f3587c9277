//! What is left in a program's memory of a proxy's password and of a certificate's private key when its client is gone.
// needs: root sudo
// needs: cc gcc
// needs: gcore gdb
// needs: ip iproute2
// needs: microsocks microsocks
// needs: nginx nginx-light
// needs: openssl openssl
// needs: stunnel4 stunnel4
// needs: tinyproxy tinyproxy-bin

mod support;

use std::process::Command;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use support::installed::{run, text};
use support::memory::Sought;
use support::net::certificates::{Authority, Certificate, Wanted};
use support::net::origin::{Origin, TOKEN};
use support::net::proxied::{PROXY, with_api};
use support::net::proxies::{Microsocks, Stunnel, Tinyproxy};
use support::secret_holder::{Holder, not_wiping, program, secret};

const NOTHING: [&str; 0] = [];
/// What is done with a client here; both of its children say "gone" before it says "called".
const DONE: [&str; 3] = ["calls", "threads", "forked"];
/// The calls of each.
const CALLS: u64 = 101 + 40 + 10;

fn start(program: &mut Command, origin: &Origin, proxy: &str) -> Holder {
    program.env("TE_BASE_URL", origin.url()).env("SECRETS_CA", origin.authority.file());
    Holder::start(program, TOKEN, proxy)
}

/// A user and a password, and a proxy's URL with both.
fn login(scheme: &str, host: &str, port: u16) -> (String, String, String) {
    // tinyproxy takes no others.
    let [user, password] = [secret(3, 20), secret(4, 50)].map(|text| text.replace('+', "-").replace('/', "_"));
    let coded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let url = format!("{scheme}://{}:{}@{host}:{port}", coded(&user), coded(&password));
    (user, password, url)
}

fn of_login() -> Sought {
    let (user, password, _) = login("", "", 0);
    Sought::default().text("password", &password).text("user", &user)
}

#[track_caller]
fn nothing_is_left(holder: &mut Holder, sought: &Sought, of: &str) {
    for whose in ["a child that did not use the client", "a child that used it"] {
        assert_eq!(holder.found("gone", sought), NOTHING, "in {whose}");
    }
    let alive = holder.found("called", sought);
    assert!(alive.iter().any(|found| found.starts_with(of)), "it was there: {alive:?}");
    assert_eq!(holder.found("gone", sought), NOTHING);
}

#[test]
fn nothing_is_left_of_a_proxys_password() {
    with_api(|_, origin| {
        let (user, password, _) = login("", "", 0);
        let http = Tinyproxy::start(&format!("BasicAuth {user} {password}"));
        let https = Stunnel::start(&origin.authority.host(PROXY), http.address(), "");
        let socks = Microsocks::start(Some((&user, &password)));
        for (scheme, address) in [("http", http.address()), ("https", https.address()), ("socks5", socks.address())] {
            let (.., url) = login(scheme, PROXY, address.port());
            let mut holder = start(&mut program(&DONE), origin, &url);
            nothing_is_left(&mut holder, &of_login(), "password: 50 bytes");
            holder.end();
        }
        assert_eq!(origin.api.seen(TOKEN), 3 * CALLS);
        assert!(http.requests().len() > 2, "{:?}", http.requests());
    });
}

#[test]
fn nothing_is_left_of_a_password_that_a_proxy_refused() {
    with_api(|_, origin| {
        let http = Tinyproxy::start("BasicAuth anna secret");
        let socks = Microsocks::start(Some(("anna", "secret")));
        for (scheme, address) in [("http", http.address()), ("socks5", socks.address())] {
            let (.., url) = login(scheme, PROXY, address.port());
            let mut holder = start(&mut program(&["in-vain"]), origin, &url);
            holder.pass("called");
            assert_eq!(holder.found("gone", &of_login()), NOTHING);
            holder.end();
        }
        assert_eq!(origin.api.requests(), 0);
    });
}

/// Servers that let nobody in without a certificate, and a client's.
struct Certified {
    origin: Origin,
    /// Its files go with it.
    _authority: Authority,
    certificate: Certificate,
}

impl Certified {
    fn new(issue: fn(&Authority, &str, &Wanted) -> Certificate) -> Self {
        let authority = Authority::new("Client CA");
        let certificate = issue(&authority, "a client", &Wanted { usage: "clientAuth", ..Wanted::default() });
        // So that the key is used often.
        let often = "keepalive_requests 10; ssl_session_tickets off; ssl_session_cache off;";
        let verify = format!("ssl_verify_client on; ssl_client_certificate {}; {often}", authority.file());
        Self { origin: Origin::on_loopback(&verify), _authority: authority, certificate }
    }

    fn start(&self, mut program: Command) -> Holder {
        program.env("SECRETS_CERTIFICATE", &self.certificate.chain).env("SECRETS_KEY", &self.certificate.key);
        start(&mut program, &self.origin, "")
    }

    /// The numbers of the key that are secret.
    fn sought(&self) -> Sought {
        let told = run(Command::new("openssl").args(["pkey", "-noout", "-text", "-in"]).arg(&self.certificate.key));
        let told = text(&told);
        if told.contains("prime1:") {
            let names = ["prime1", "prime2", "privateExponent", "exponent1", "exponent2", "coefficient"];
            return names
                .iter()
                .fold(Sought::default(), |sought, name| sought.number(name, &Self::number(&told, name)));
        }
        let number = Self::number(&told, "priv");
        Sought::default().number("montgomery", &montgomery(&number)).number("private", &number)
    }

    /// A number by the name that openssl gives it.
    fn number(told: &str, name: &str) -> Vec<u8> {
        let mut lines = told.lines().skip_while(|line| *line != format!("{name}:")).skip(1);
        let hex: String = lines.by_ref().take_while(|line| line.starts_with(' ')).map(str::trim).collect();
        let number: Vec<u8> = hex.split(':').map(|byte| u8::from_str_radix(byte, 16).expect("hex")).collect();
        // A sign.
        number.into_iter().skip_while(|&byte| byte == 0).collect()
    }
}

#[test]
fn nothing_is_left_of_an_rsa_key() {
    let world = Certified::new(Authority::issue_rsa);
    let mut holder = world.start(program(&DONE));
    nothing_is_left(&mut holder, &world.sought(), "prime1, least byte first: 128 bytes");
    holder.end();
    assert_eq!(world.origin.api.seen(TOKEN), CALLS);
}

#[test]
fn nothing_is_left_of_a_key_on_an_elliptic_curve() {
    let world = Certified::new(Authority::issue);
    let mut holder = world.start(program(&DONE));
    nothing_is_left(&mut holder, &world.sought(), "montgomery, least byte first: 32 bytes");
    holder.end();
    assert_eq!(world.origin.api.seen(TOKEN), CALLS);
}

#[test]
fn nothing_is_left_of_a_key_that_is_not_the_certificates() {
    for issue in [Authority::issue, Authority::issue_rsa] {
        let world = Certified::new(issue);
        let other = world.origin.authority.localhost();
        let mut program = program(&[]);
        program.env("SECRETS_CERTIFICATE", &other.chain).env("SECRETS_KEY", &world.certificate.key);
        let mut holder = start(program.env("SECRETS_REFUSED", "1"), &world.origin, "");
        assert_eq!(holder.found("called", &world.sought()), NOTHING);
        holder.pass("gone");
        holder.end();
    }
}

#[test]
fn what_is_not_wiped_is_found() {
    let world = Certified::new(Authority::issue);
    let mut holder = world.start(not_wiping(&["calls"]));
    holder.pass("called");
    let found = holder.found("gone", &world.sought());
    assert!(found.iter().any(|found| found.starts_with("montgomery")), "{found:?}");
    holder.end();
    with_api(|_, origin| {
        let (user, password, _) = login("", "", 0);
        let socks = Microsocks::start(Some((&user, &password)));
        let (.., url) = login("socks5", PROXY, socks.address().port());
        let mut holder = start(&mut not_wiping(&["calls"]), origin, &url);
        holder.pass("called");
        let found = holder.found("gone", &of_login());
        assert!(found.iter().any(|found| found.starts_with("password")), "{found:?}");
        holder.end();
    });
}

/// A number of the curve P-256 in the form in which it is multiplied: times 2^256, modulo the order of its base point.
fn montgomery(number: &[u8]) -> Vec<u8> {
    const ORDER: [u128; 2] = [0xffff_ffff_0000_0000_ffff_ffff_ffff_ffff, 0xbce6_faad_a717_9e84_f3b9_cac2_fc63_2551];
    let mut bytes = [0; 32];
    bytes[32 - number.len()..].copy_from_slice(number);
    let half = |at: usize| u128::from_be_bytes(bytes[at..at + 16].try_into().expect("16 bytes"));
    let (mut high, mut low) = (half(0), half(16));
    for _ in 0..256 {
        let carried = high >> 127 == 1;
        (high, low) = (high << 1 | low >> 127, low << 1);
        if carried || [high, low] >= ORDER {
            let (less, borrowed) = low.overflowing_sub(ORDER[1]);
            (high, low) = (high.wrapping_sub(ORDER[0]).wrapping_sub(u128::from(borrowed)), less);
        }
    }
    [high.to_be_bytes(), low.to_be_bytes()].concat()
}
