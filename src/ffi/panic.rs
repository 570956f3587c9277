//! A panic never crosses into C.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs the inside of an exported function; `broken` says what it returns after a panic.
pub(super) fn contained<T>(broken: impl FnOnce() -> T, inside: impl FnOnce() -> T) -> T {
    match catch_unwind(AssertUnwindSafe(inside)) {
        Ok(value) => value,
        Err(payload) => {
            // The payload's own destructor may panic, and nobody needs it.
            std::mem::forget(payload);
            broken()
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_panic_becomes_a_value() {
        assert_eq!(super::contained(|| 7, || panic!("for the test")), 7);
    }
}
