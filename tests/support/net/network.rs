//! A network of its own for one test: nothing of this machine's is in it, and it is gone when the test ends.

use std::fs;
use std::net::Ipv4Addr;
use std::process::Command;

use crate::support::client::Directory;
use crate::support::installed::run;
use crate::support::users::am_root;

/// All of 192.0.2.0/24 and `2001:db8::1` are this network's own, and no loopback addresses.
pub const HERE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
pub const HERE_V6: &str = "2001:db8::1";
/// What is sent to these is lost, as is what goes to all of 198.51.100.0/24.
pub const LOST: &str = "198.51.100.1";
pub const LOST_V6: &str = "2001:db8:dead::1";
/// Lost as well, and before all other addresses of IPv4 where a name has several: their scope is smaller.
pub const LOST_FIRST: [&str; 3] = ["169.254.1.1", "169.254.1.2", "169.254.1.3"];
/// There is no way to this one.
pub const UNREACHABLE_V6: &str = "2001:db8:beef::1";

/// The network of the thread that [`apart`] runs a test on, and the names that it knows.
pub struct Network {
    files: Directory,
}

/// Runs a test on a thread whose network is its own, as is that of all threads and programs it starts.
pub fn apart(test: impl FnOnce(&Network) + Send) {
    assert!(am_root(), "this test needs root: sudo tests/run");
    let outcome = std::thread::scope(|scope| scope.spawn(|| test(&Network::new())).join());
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

impl Network {
    fn new() -> Self {
        // SAFETY: it takes flags and changes this thread alone.
        let made = unsafe { libc::unshare(libc::CLONE_NEWNET | libc::CLONE_NEWNS) };
        assert_eq!(made, 0, "a network of its own: {}", std::io::Error::last_os_error());
        run(Command::new("mount").args(["--make-rprivate", "/"]));
        ip("link set lo up");
        ip(&format!("address add {HERE}/24 dev lo"));
        ip(&format!("address add {HERE_V6}/64 dev lo nodad"));
        // Without ARP what goes in has this end's own address, and the other end drops it.
        ip("link add lost type veth peer name found");
        ip("link set lost arp off up");
        ip("link set found arp off up");
        ip("address add 203.0.113.1/32 dev lost");
        ip("address add 2001:db8:1::1/128 dev lost nodad");
        ip("route add 198.51.100.0/24 dev lost");
        ip("address add 169.254.0.1/16 dev lost");
        ip("route add 2001:db8:dead::/48 dev lost");
        let network = Self { files: Directory::new() };
        network.names(&[]);
        // Nobody listens there: a name that is not in the hosts file is not found, at once.
        network.name_server("192.0.2.53");
        network
    }

    /// The names of this network, with their addresses; a name may come more than once.
    pub fn names(&self, names: &[(&str, &str)]) {
        let mut lines = vec!["127.0.0.1 localhost".to_owned(), "::1 localhost".to_owned()];
        lines.extend(names.iter().map(|(name, address)| format!("{address} {name}")));
        self.put("hosts", &format!("{}\n", lines.join("\n")));
    }

    /// Who is asked for other names.
    pub fn name_server(&self, address: &str) {
        self.put("resolv.conf", &format!("nameserver {address}\noptions timeout:30\n"));
    }

    /// A file in the place of /etc's own.
    fn put(&self, name: &str, text: &str) {
        let path = self.files.0.join(name);
        let mounted = path.exists();
        fs::write(&path, text).expect("written");
        if !mounted {
            run(Command::new("mount").arg("--bind").arg(&path).arg(format!("/etc/{name}")));
        }
    }
}

/// Changes the network of this thread.
fn ip(arguments: &str) {
    run(Command::new("ip").args(arguments.split(' ')));
}
