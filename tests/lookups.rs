//! Name lookups: one thread for a host that nobody waits for longer than its call, and that no signal reaches.
// needs: cc gcc

mod support;

use std::process::Command;
use std::sync::OnceLock;

use support::client::Directory;
use support::processes::{at_once, call};
use support::stand_in::StandIn;

const TOKEN: &str = "looked-up-token";

struct World {
    server: StandIn,
    directory: Directory,
}

impl World {
    fn new() -> Self {
        let server = StandIn::start();
        server.accept(TOKEN);
        Self { server, directory: Directory::new() }
    }

    /// A caller that has to look its host up, and waits so long for that.
    fn caller(&self, lookup_ms: u32, arguments: &[&str]) -> Command {
        static SHIM: OnceLock<std::path::PathBuf> = OnceLock::new();
        let shim = SHIM.get_or_init(|| {
            let made = support::installed::scratch("lookups").join("slow_lookups.so");
            let mut cc = Command::new("cc");
            cc.args(["-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"]).arg(&made);
            support::installed::run(cc.arg(support::installed::root().join("tests/c/slow_lookups.c")).arg("-ldl"));
            made
        });
        let mut caller = call(&self.server, TOKEN, self.directory.name(), arguments);
        caller.env("TE_BASE_URL", self.server.base_url().replace("127.0.0.1", "localhost"));
        caller.env("LD_PRELOAD", shim).env("LOOKUPS", self.lookups()).env("LOOKUP_MS", lookup_ms.to_string());
        caller
    }

    fn lookups(&self) -> std::path::PathBuf {
        self.directory.0.join("lookups")
    }

    /// How many signals each lookup left open.
    fn open_signals(&self) -> Vec<String> {
        std::fs::read_to_string(self.lookups()).expect("lookups").lines().map(str::to_owned).collect()
    }
}

#[test]
fn many_threads_that_need_a_name_look_it_up_once_and_no_signal_reaches_the_thread() {
    let world = World::new();
    let told = at_once(vec![world.caller(400, &["--threads", "8", "--calls", "3"])]);
    assert_eq!(told.count("TE_OK"), 24);
    assert_eq!(world.open_signals(), ["0"]);
}

#[test]
fn a_lookup_that_takes_too_long_is_left_alone() {
    let world = World::new();
    let told = at_once(vec![world.caller(3000, &["--timeout-ms", "300", "--calls", "3"])]);
    assert_eq!(told.count("TE_E_TIMEOUT"), 3);
    assert!(told.longest < 500, "{} ms", told.longest);
    assert_eq!(world.server.requests(), 0);
    // The second and the third waited for the lookup that the first began.
    assert_eq!(world.open_signals().len(), 1);
}
