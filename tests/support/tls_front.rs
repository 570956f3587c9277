//! TLS in front of a stand-in, made with rustls, so that records and endings can be wrong in every way. The certificate
//! is openssl's.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};
use socket2::SockRef;

use super::installed::{run, scratch};

/// What becomes of connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manner {
    /// What one side sends, the other gets; and how a connection ends, with `close_notify` or without.
    Relay { goodbye: bool },
    /// These bytes come instead of TLS's first, then the connection is closed.
    Instead(Vec<u8>),
    /// Nothing comes instead of TLS's first bytes.
    Silence,
    /// A reset comes instead of them.
    Reset,
    /// These bytes take the place of the answer's records after so many bytes of it; then nothing.
    Within(usize, Vec<u8>),
}

/// A running front; what it trusts nobody else does.
pub struct TlsFront {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    to: SocketAddr,
    config: Arc<ServerConfig>,
    manner: Mutex<Manner>,
    over: AtomicBool,
}

/// The folder with `ca.pem`, `server.pem` and `server.key`.
fn certificates() -> &'static PathBuf {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let made = scratch("").join("certificates");
        if !made.exists() {
            let folder = scratch(&format!("certificates-{}", std::process::id()));
            make_certificates(&folder);
            // Another process may have been faster.
            let _made_already = std::fs::rename(&folder, &made);
        }
        // Instead of the system's store, which takes a hundred times longer to read.
        // SAFETY: nothing but Rust code reads the environment by now, under a lock.
        unsafe { std::env::set_var("SSL_CERT_FILE", made.join("ca.pem")) };
        made
    })
}

fn make_certificates(folder: &Path) {
    let make = |name: &str, subject: &str, more: &[&str]| {
        let mut openssl = Command::new("openssl");
        openssl.current_dir(folder).args(["req", "-x509", "-newkey", "ec", "-pkeyopt"]);
        openssl.args(["ec_paramgen_curve:P-256", "-nodes", "-days", "3650", "-subj", subject]);
        openssl.arg("-keyout").arg(format!("{name}.key")).arg("-out").arg(format!("{name}.pem"));
        run(openssl.args(more));
    };
    make("ca", "/CN=Faults", &["-addext", "keyUsage=critical,keyCertSign"]);
    let names = "subjectAltName=IP:127.0.0.1,DNS:localhost";
    let of_ca = ["-CA", "ca.pem", "-CAkey", "ca.key", "-addext", names];
    make("server", "/CN=localhost", &[&of_ca[..], &["-addext", "basicConstraints=critical,CA:FALSE"]].concat());
}

/// The file of the authority that signed the front's certificate.
pub fn ca_file() -> String {
    certificates().join("ca.pem").to_str().expect("UTF-8").to_owned()
}

impl TlsFront {
    pub fn start(to: SocketAddr, version: &'static SupportedProtocolVersion) -> Self {
        let certificate = CertificateDer::from_pem_file(certificates().join("server.pem")).expect("a certificate");
        let key = PrivateKeyDer::from_pem_file(certificates().join("server.key")).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[version]);
        let config = builder.expect("a version").with_no_client_auth().with_single_cert(vec![certificate], key);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let (config, manner) =
            (Arc::new(config.expect("a certificate")), Mutex::new(Manner::Relay { goodbye: true }));
        let shared = Arc::new(Shared { to, config, manner, over: AtomicBool::new(false) });
        let accepting = Arc::clone(&shared);
        let accepting = std::thread::spawn(move || accept(&listener, &accepting));
        Self { address, shared, accepting: Some(accepting) }
    }

    /// How connections that begin from now on are treated.
    pub fn set(&self, manner: Manner) {
        *self.shared.manner.lock().expect("no panic here") = manner;
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.shared.over.store(true, SeqCst);
        let woken = TcpStream::connect_timeout(&self.address, Duration::from_secs(2)).is_ok();
        if let (true, Some(thread)) = (woken, self.accepting.take()) {
            let _ended = thread.join();
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut threads = Vec::new();
    for client in listener.incoming() {
        if shared.over.load(SeqCst) {
            break;
        }
        let (client, shared) = (client.expect("a connection"), Arc::clone(shared));
        threads.retain(|thread: &JoinHandle<()>| !thread.is_finished());
        // A connection that breaks is what this is for.
        threads.push(std::thread::spawn(move || drop(serve(client, &shared))));
    }
    for thread in threads {
        let _ended = thread.join();
    }
}

fn serve(mut client: TcpStream, shared: &Arc<Shared>) -> io::Result<()> {
    let manner = shared.manner.lock().expect("no panic here").clone();
    client.set_nodelay(true)?;
    match manner {
        Manner::Instead(bytes) => {
            // The client's first bytes are read, or closing would be a reset.
            let _read = client.read(&mut [0; 4096])?;
            return client.write_all(&bytes);
        }
        Manner::Reset => {
            let _read = client.read(&mut [0; 4096])?;
            return SockRef::from(&client).set_linger(Some(Duration::ZERO));
        }
        Manner::Silence => {
            while client.read(&mut [0; 4096])? > 0 {}
            return Ok(());
        }
        Manner::Relay { .. } | Manner::Within(..) => {}
    }
    client.set_read_timeout(Some(Duration::from_millis(10)))?;
    let server = TcpStream::connect(shared.to)?;
    server.set_nodelay(true)?;
    let tls = ServerConnection::new(Arc::clone(&shared.config)).map_err(io::Error::other)?;
    let relay = Relay { client, server, tls: Mutex::new(tls), over: AtomicBool::new(false), shared };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _broken = relay.downstream(&manner);
            relay.over.store(true, SeqCst);
        });
        let _broken = relay.upstream();
        relay.server.shutdown(Shutdown::Both)
    })
}

struct Relay<'a> {
    client: TcpStream,
    server: TcpStream,
    tls: Mutex<ServerConnection>,
    over: AtomicBool,
    shared: &'a Shared,
}

impl Relay<'_> {
    /// From the client to the server, until one of them ends.
    fn upstream(&self) -> io::Result<()> {
        let mut bytes = [0; 16 * 1024];
        while !self.over.load(SeqCst) && !self.shared.over.load(SeqCst) {
            let read = match (&self.client).read(&mut bytes) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                Err(error) => return Err(error),
            };
            let mut records = &bytes[..read];
            let mut plain = Vec::new();
            let mut tls = self.tls.lock().expect("no panic here");
            while !records.is_empty() {
                tls.read_tls(&mut records)?;
                let state = tls.process_new_packets();
                self.flush(&mut tls)?;
                let mut part = vec![0; state.map_err(io::Error::other)?.plaintext_bytes_to_read()];
                tls.reader().read_exact(&mut part)?;
                plain.append(&mut part);
            }
            drop(tls);
            (&self.server).write_all(&plain)?;
        }
        Ok(())
    }

    fn flush(&self, tls: &mut ServerConnection) -> io::Result<()> {
        while tls.wants_write() {
            tls.write_tls(&mut &self.client)?;
        }
        Ok(())
    }

    /// From the server to the client, until the server ends or it is time for something wrong.
    fn downstream(&self, manner: &Manner) -> io::Result<()> {
        let (mut bytes, mut sent) = ([0; 16 * 1024], 0);
        loop {
            let read = match (&self.server).read(&mut bytes) {
                Ok(read) => read,
                Err(error) => {
                    SockRef::from(&self.client).set_linger(Some(Duration::ZERO))?;
                    return Err(error);
                }
            };
            let mut tls = self.tls.lock().expect("no panic here");
            let most = if let Manner::Within(most, _) = manner { most - sent } else { usize::MAX };
            tls.writer().write_all(&bytes[..read.min(most)])?;
            sent += read.min(most);
            if read == 0 && *manner == (Manner::Relay { goodbye: true }) {
                tls.send_close_notify();
            }
            self.flush(&mut tls)?;
            drop(tls);
            if read == 0 {
                return Ok(());
            }
            if let Manner::Within(most, wrong) = manner
                && sent == *most
            {
                (&self.client).write_all(wrong)?;
                while (&self.server).read(&mut bytes)? > 0 {}
                return Ok(());
            }
        }
    }
}
