//! Certificates and their authorities, made by openssl when a test needs them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::support::client::Directory;
use crate::support::installed::run;

/// Whoever signs certificates.
pub struct Authority {
    folder: Directory,
    /// What a server sends besides its own certificate.
    chain: Option<PathBuf>,
}

/// Two PEM files.
#[derive(Clone)]
pub struct Certificate {
    /// The certificate, and those between it and the authority.
    pub chain: PathBuf,
    pub key: PathBuf,
}

/// What a certificate says.
pub struct Wanted<'a> {
    /// As openssl writes them: `DNS:localhost,IP:127.0.0.1`.
    pub names: &'a str,
    /// `YYYYMMDDhhmmssZ`
    pub from: &'a str,
    pub until: &'a str,
    pub usage: &'a str,
}

impl Default for Wanted<'_> {
    fn default() -> Self {
        let (from, until) = ("20200101000000Z", "20490101000000Z");
        Self { names: "DNS:localhost,IP:127.0.0.1", from, until, usage: "serverAuth" }
    }
}

const EC: [&str; 3] = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
const AUTHORITY: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign,cRLSign\n";
/// The least that `openssl ca` asks for.
const SIGNING: &str = "[ca]\ndefault_ca=ca\ndatabase=index\nnew_certs_dir=.\ndefault_md=sha256\npolicy=any\n\
    unique_subject=no\nrand_serial=yes\n[any]\ncommonName=supplied\n[req]\ndistinguished_name=any\n";

impl Certificate {
    /// The same without those between it and the authority.
    pub fn alone(&self) -> Self {
        let chain = self.chain.with_extension("alone");
        let pem = fs::read_to_string(&self.chain).expect("read");
        let first = pem.split_inclusive("-----END CERTIFICATE-----\n").next().expect("a certificate");
        fs::write(&chain, first).expect("written");
        Self { chain, key: self.key.clone() }
    }
}

impl Authority {
    /// One that signed itself.
    pub fn new(common_name: &str) -> Self {
        let authority = Self::empty();
        authority.request("ca", common_name, &EC);
        authority.sign("ca", &Wanted::default(), AUTHORITY, &["-selfsign"]);
        authority
    }

    /// One that another has signed.
    pub fn below(&self, common_name: &str) -> Self {
        let mut authority = Self::empty();
        authority.request("ca", common_name, &EC);
        let request = self.path("below.csr");
        fs::copy(authority.path("ca.csr"), &request).expect("copied");
        self.sign("below", &Wanted::default(), AUTHORITY, &["-cert", "ca.pem"]);
        fs::copy(self.path("below.pem"), authority.path("ca.pem")).expect("copied");
        authority.chain = Some(authority.path("ca.pem"));
        authority
    }

    fn empty() -> Self {
        let authority = Self { folder: Directory::new(), chain: None };
        fs::write(authority.path("index"), "").expect("written");
        fs::write(authority.path("openssl.cnf"), SIGNING).expect("written");
        authority
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.0.join(name)
    }

    /// Its own certificate, to trust it by.
    pub fn file(&self) -> String {
        self.path("ca.pem").to_str().expect("UTF-8").to_owned()
    }

    /// A certificate with a common name.
    pub fn issue(&self, common_name: &str, wanted: &Wanted) -> Certificate {
        self.issue_with(common_name, wanted, &EC)
    }

    /// For a server on loopback.
    pub fn localhost(&self) -> Certificate {
        self.issue("localhost", &Wanted::default())
    }

    /// For a server with this host name.
    pub fn host(&self, name: &str) -> Certificate {
        self.issue(name, &Wanted { names: &format!("DNS:{name}"), ..Wanted::default() })
    }

    /// One with an RSA key.
    pub fn issue_rsa(&self, common_name: &str, wanted: &Wanted) -> Certificate {
        self.issue_with(common_name, wanted, &["rsa:2048"])
    }

    fn issue_with(&self, common_name: &str, wanted: &Wanted, key: &[&str]) -> Certificate {
        let name = format!("leaf-{}", fs::read_dir(&self.folder.0).expect("a folder").count());
        self.request(&name, common_name, key);
        let extensions = format!("subjectAltName={}\nextendedKeyUsage={}\n", wanted.names, wanted.usage);
        self.sign(&name, wanted, &extensions, &["-cert", "ca.pem"]);
        let chain = self.path(&format!("{name}.pem"));
        if let Some(above) = &self.chain {
            let both = [fs::read(&chain), fs::read(above)].map(|text| text.expect("read")).concat();
            fs::write(&chain, both).expect("written");
        }
        Certificate { chain, key: self.path(&format!("{name}.key")) }
    }

    /// Makes a key, and asks for a certificate.
    fn request(&self, name: &str, common_name: &str, kind: &[&str]) {
        let (key, csr, subject) = (format!("{name}.key"), format!("{name}.csr"), format!("/CN={common_name}"));
        let files = ["-config", "openssl.cnf", "-keyout", &key, "-out", &csr];
        let new = ["req", "-nodes", "-subj", &subject, "-newkey"];
        openssl(&self.folder, &[&new[..], kind, &files].concat());
    }

    fn sign(&self, name: &str, wanted: &Wanted, extensions: &str, by: &[&str]) {
        let [csr, pem, ext] = ["csr", "pem", "ext"].map(|end| format!("{name}.{end}"));
        fs::write(self.path(&ext), extensions).expect("written");
        let files = ["-keyfile", "ca.key", "-in", &csr, "-out", &pem, "-extfile", &ext];
        let times = ["-startdate", wanted.from, "-enddate", wanted.until];
        let ca = ["ca", "-batch", "-notext", "-config", "openssl.cnf"];
        openssl(&self.folder, &[&ca[..], &files, &times, by].concat());
    }
}

/// Runs openssl in a folder.
pub fn openssl(folder: &Directory, arguments: &[&str]) {
    run(Command::new("openssl").current_dir(&folder.0).args(arguments));
}

/// A certificate for loopback that nobody but itself has signed, of an authority or of a server.
pub fn self_signed(folder: &Directory, authority: bool) -> Certificate {
    let is_authority = format!("basicConstraints=critical,CA:{}", if authority { "TRUE" } else { "FALSE" });
    let new = ["req", "-x509", "-nodes", "-subj", "/CN=Self Signed", "-keyout", "self.key", "-out", "self.pem"];
    let names = ["-addext", "subjectAltName=DNS:localhost", "-addext", &is_authority, "-newkey"];
    openssl(folder, &[&new[..], &names, &EC].concat());
    Certificate { chain: folder.0.join("self.pem"), key: folder.0.join("self.key") }
}
