//! Proxies of Debian's packages: HTTP, SOCKS5, and TLS in front of either.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::{Command, Stdio};

use super::certificates::Certificate;
use super::network::HERE;
use super::server::Server;
use crate::support::client::Directory;

/// tinyproxy, which knows CONNECT and Basic.
pub struct Tinyproxy {
    server: Server,
    folder: Directory,
}

impl Tinyproxy {
    /// Lets everybody through; `settings` are more lines of its configuration.
    pub fn start(settings: &str) -> Self {
        let folder = Directory::new();
        let log = folder.0.join("log");
        let server = Server::start(IpAddr::from(HERE), |address| {
            let path = folder.0.join("tinyproxy.conf");
            let (ip, port, log) = (address.ip(), address.port(), log.display());
            let text = format!(
                "Listen {ip}\nPort {port}\nLogFile \"{log}\"\nLogLevel Connect\nMaxClients 50\nTimeout 30\n{settings}\n"
            );
            fs::write(&path, text).expect("written");
            let mut command = Command::new("tinyproxy");
            command.arg("-d").arg("-c").arg(path);
            command
        });
        Self { server, folder }
    }

    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// The requests that it saw, as "CONNECT host:port".
    pub fn requests(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.0.join("log")).unwrap_or_default();
        let lines = text.lines().filter_map(|line| line.split_once("): "));
        lines.filter_map(|(_, request)| request.strip_suffix(" HTTP/1.1")).map(str::to_owned).collect()
    }
}

/// microsocks, which speaks SOCKS5 and counts nothing.
pub struct Microsocks(Server);

impl Microsocks {
    /// For everybody, or for one user.
    pub fn start(user: Option<(&str, &str)>) -> Self {
        Self(Server::start(IpAddr::from(HERE), |address| {
            let mut command = Command::new("microsocks");
            command.arg("-i").arg(address.ip().to_string()).arg("-p").arg(address.port().to_string());
            if let Some((user, password)) = user {
                command.args(["-u", user, "-P", password]);
            }
            command.stderr(Stdio::null());
            command
        }))
    }

    pub fn address(&self) -> SocketAddr {
        self.0.address
    }
}

/// stunnel: TLS in front of a proxy makes it an HTTPS proxy.
pub struct Stunnel {
    server: Server,
    _folder: Directory,
}

impl Stunnel {
    /// In a network of its own, with more lines for its configuration.
    pub fn start(certificate: &Certificate, to: SocketAddr, settings: &str) -> Self {
        Self::start_at(HERE.into(), certificate, to, settings)
    }

    /// On loopback.
    pub fn on_loopback(certificate: &Certificate, to: SocketAddr, settings: &str) -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST.into(), certificate, to, settings)
    }

    fn start_at(at: IpAddr, certificate: &Certificate, to: SocketAddr, settings: &str) -> Self {
        let folder = Directory::new();
        let server = Server::start(at, |address| {
            let path = folder.0.join("stunnel.conf");
            let (chain, key) = (certificate.chain.display(), certificate.key.display());
            let text = format!(
                "foreground = yes\npid =\nsyslog = no\n[proxy]\naccept = {address}\nconnect = {to}\ncert = {chain}\n\
                 key = {key}\n{settings}\n"
            );
            fs::write(&path, text).expect("written");
            let mut command = Command::new("stunnel4");
            command.arg(path).stderr(Stdio::null());
            command
        });
        Self { server, _folder: folder }
    }

    pub fn address(&self) -> SocketAddr {
        self.server.address
    }
}
