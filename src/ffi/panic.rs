//! A panic never crosses into C.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs the inside of an exported function; `broken` says what it returns after a panic.
pub(super) fn contained<T>(broken: impl FnOnce() -> T, inside: impl FnOnce() -> T) -> T {
    match catch_unwind(AssertUnwindSafe(inside)) {
        Ok(value) => value,
        Err(payload) => {
            // The payload's own destructor may panic too; what is thrown then is better left alone.
            if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
                std::mem::forget(second);
            }
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

    #[test]
    fn a_panic_that_panics_becomes_one_too() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                std::panic::panic_any(Self);
            }
        }
        assert_eq!(super::contained(|| 7, || std::panic::panic_any(Bomb)), 7);
    }
}
