//! For tests: stops or kills this process at a named point, as its environment says.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};

struct Order {
    point: String,
    signal: libc::c_int,
    /// At which passage.
    at: AtomicI64,
}

/// `TE_TEST_HALT=locked:STOP:3`: SIGSTOP when the point "locked" is passed for the third time.
static ORDER: LazyLock<Option<Order>> = LazyLock::new(|| {
    let text = std::env::var("TE_TEST_HALT").ok()?;
    let mut parts = text.split(':');
    let point = parts.next().expect("a point").to_owned();
    let signal = match parts.next() {
        Some("STOP") => libc::SIGSTOP,
        Some("KILL") => libc::SIGKILL,
        _ => panic!("TE_TEST_HALT needs STOP or KILL"),
    };
    let at = parts.next().map_or(1, |number| number.parse().expect("a number"));
    Some(Order { point, signal, at: AtomicI64::new(at) })
});

/// Passes a point.
pub(crate) fn at(point: &str) {
    if let Some(order) = ORDER.as_ref().filter(|order| order.point == point)
        && order.at.fetch_sub(1, Ordering::SeqCst) == 1
    {
        // SAFETY: sends a signal to this thread, which takes it before it does anything else; nothing is touched.
        unsafe { libc::raise(order.signal) };
    }
}
