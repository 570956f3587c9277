//! What the guard costs in system calls. What it costs in time: `cargo bench --bench guard`.
// needs: strace strace
// needs: python3 python3

mod support;

use support::client::Directory;
use support::installed::{command, library, run};
use support::stand_in::StandIn;

/// Calls with a good token, or with one that is refused here, through the installed library.
const SCRIPT: &str = "
import ctypes, os, sys
te = ctypes.CDLL(os.environ['TE_LIBRARY'])
for name in ('te_client_new', 'te_get'):
    getattr(te, name).restype = ctypes.c_void_p
te.te_client_new.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
te.te_get.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
te.te_free.argtypes = [ctypes.c_void_p]
client = te.te_client_new(None, None)
for _ in range(int(sys.argv[1])):
    te.te_free(te.te_get(client, b'/tests'))
";

/// How often each of these system calls was made.
fn counted(server: &StandIn, token: &str, calls: u32, which: &str) -> u32 {
    counted_at(&server.base_url(), token, calls, which)
}

fn counted_at(base_url: &str, token: &str, calls: u32, which: &str) -> u32 {
    let state = Directory::new();
    let trace = state.0.join("trace");
    let mut strace = command("strace");
    strace.args(["-f", "-qq", "-e", &format!("trace={which}"), "-e", "signal=none", "-o"]).arg(&trace);
    strace.args(["python3", "-B", "-c", SCRIPT, &calls.to_string()]);
    strace.env("TE_BASE_URL", base_url).env("TE_TOKEN", token);
    strace.env("TE_LIBRARY", library()).env("TE_STATE_DIR", state.name());
    run(&mut strace);
    u32::try_from(std::fs::read_to_string(trace).expect("a trace").lines().count()).expect("few")
}

/// System calls of 200 calls, those of starting left out.
fn of_two_hundred(server: &StandIn, token: &str, which: &str) -> u32 {
    counted(server, token, 220, which) - counted(server, token, 20, which)
}

#[test]
fn a_call_takes_eight_system_calls_for_the_guard_and_a_refusal_no_lock() {
    let server = StandIn::start();
    server.accept("good-token");
    let files = "fcntl,pread64,pwrite64,futex,fstat,newfstatat,statx";
    let good = of_two_hundred(&server, "good-token", files);
    // Now and then it is looked whether the file still has its name.
    assert!((200 * 8..200 * 8 + 20).contains(&good), "{good} for 200 calls");
    assert_eq!(of_two_hundred(&server, "bad-token", "fcntl"), 0, "a refusal locks nothing");
    let refused = of_two_hundred(&server, "bad-token", files);
    assert!((200..220).contains(&refused), "{refused} for 200 refusals");
}

#[test]
fn a_warm_connection_takes_three_system_calls_and_starts_no_thread_and_looks_no_name_up() {
    let server = StandIn::start();
    server.accept("good-token");
    let network =
        "sendto,recvfrom,sendmsg,recvmsg,read,write,readv,writev,poll,ppoll,setsockopt,getsockopt,connect,socket";
    let calls = of_two_hundred(&server, "good-token", network);
    // Now and then an answer takes longer than one slice of the wait for it.
    assert!(calls < 3 * 200 + 20, "{calls} for 200 calls");
    // By its name: what is looked up reads files at least.
    let named = server.base_url().replace("127.0.0.1", "localhost");
    let few = counted_at(&named, "good-token", 20, "clone,clone3,openat");
    let many = counted_at(&named, "good-token", 220, "clone,clone3,openat");
    // Python opens a file more or less by itself.
    assert!(few > 0 && many.abs_diff(few) < 10, "{few} for 20 calls, {many} for 220");
    assert_eq!(server.connections(), 4);
}
