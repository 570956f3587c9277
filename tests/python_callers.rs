//! Python with nothing but ctypes, on the installed library.
// needs: python3 python3

mod support;

use support::example;
use support::installed::{command, library, root, run, text};
use support::stand_in::StandIn;

#[test]
fn the_example_runs() {
    example::lists_tests(|| {
        let mut python = command("python3");
        python.arg("-B").arg(root().join("examples/python/list_tests_ctypes.py")).env("TE_LIBRARY", library());
        python
    });
}

/// The mistake that everybody makes once: ctypes takes an undeclared result for an int and cuts the handle.
#[test]
fn a_missing_restype_is_named() {
    let server = StandIn::start();
    let script = "
import ctypes, os
te = ctypes.CDLL(os.environ['TE_LIBRARY'])
te.te_message.restype = ctypes.c_char_p
client = te.te_client_new(b'some-token', None)
response = te.te_get(client, b'/tests')
print(te.te_status_of(response), te.te_message(response).decode())
";
    let mut python = command("python3");
    python.args(["-B", "-c", script]).env("TE_LIBRARY", library()).env("TE_BASE_URL", server.base_url());
    let told = text(&run(&mut python));
    assert!(told.starts_with("-501 ") && told.contains("restype"), "{told}");
    assert_eq!(server.requests(), 0);
}
