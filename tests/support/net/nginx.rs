//! nginx with TLS in front of the stand-in, and what its log says of each request.

use std::fs;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::process::Command;
use std::time::{Duration, Instant};

use super::certificates::Certificate;
use super::server::Server;
use crate::support::client::Directory;

/// A running nginx.
pub struct Nginx {
    server: Server,
    folder: Directory,
}

/// A request as nginx answered it.
#[derive(Debug)]
pub struct Logged {
    pub status: u16,
    pub protocol: String,
    pub resumed: bool,
    /// The number of its connection, and of the request on it.
    pub connection: u64,
    pub number: u64,
    pub packed: bool,
    pub request: String,
}

impl Nginx {
    /// Serves a certificate and hands requests on. `settings` are more lines of its `server`.
    pub fn start(at: IpAddr, certificate: &Certificate, upstream: SocketAddr, settings: &str) -> Self {
        let folder = Directory::new();
        let server = Server::start(at, |address| {
            fs::write(folder.0.join("nginx.conf"), configuration(address, certificate, upstream, settings))
                .expect("written");
            let mut command = Command::new("/usr/sbin/nginx");
            command.arg("-p").arg(&folder.0).args(["-c", "nginx.conf", "-e", "error.log"]);
            command
        });
        Self { server, folder }
    }

    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// The URL of a host whose address is this server's.
    pub fn url(&self, host: &str) -> String {
        format!("https://{host}:{}", self.server.address.port())
    }

    /// So many requests, oldest first. nginx writes of one when it has answered it, so they may be a moment late.
    pub fn log(&self, requests: usize) -> Vec<Logged> {
        let begun = Instant::now();
        loop {
            let text = fs::read_to_string(self.folder.0.join("access.log")).expect("a log");
            let lines: Vec<&str> = text.lines().collect();
            if lines.len() >= requests || begun.elapsed() > Duration::from_secs(2) {
                assert_eq!(lines.len(), requests, "{text}{}", self.errors());
                return lines.into_iter().map(Logged::of).collect();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What it complained of.
    pub fn errors(&self) -> String {
        fs::read_to_string(self.folder.0.join("error.log")).unwrap_or_default()
    }
}

impl Logged {
    fn of(line: &str) -> Self {
        let parts: Vec<&str> = line.splitn(7, ' ').collect();
        let number = |at: usize| parts[at].parse().expect("a number");
        Self {
            status: parts[0].parse().expect("a status"),
            protocol: parts[1].to_owned(),
            resumed: parts[2] == "r",
            connection: number(3),
            number: number(4),
            packed: parts[5] != "-",
            request: parts[6].to_owned(),
        }
    }
}

/// One process, so that who kills it kills all of it.
fn configuration(address: SocketAddr, certificate: &Certificate, upstream: SocketAddr, settings: &str) -> String {
    let (chain, key) = (certificate.chain.display(), certificate.key.display());
    let both = if address.ip() == IpAddr::from(Ipv6Addr::UNSPECIFIED) { " ipv6only=off" } else { "" };
    format!(
        "daemon off;
master_process off;
pid nginx.pid;
events {{}}
http {{
    log_format seen '$status $ssl_protocol $ssl_session_reused $connection $connection_requests $gzip_ratio $request';
    access_log access.log seen;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    gzip_types application/json application/hal+json;
    server {{
        listen {address} ssl{both};
        ssl_certificate {chain};
        ssl_certificate_key {key};
        {settings}
        location / {{
            proxy_pass http://{upstream};
            proxy_http_version 1.1;
            proxy_set_header Connection '';
        }}
    }}
}}
"
    )
}
