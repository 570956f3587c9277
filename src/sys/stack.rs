//! What functions leave behind on the stack.

use zeroize::zeroize_stack;

/// More than it takes to hash a token, or to read a private key and to sign with it: with RSA that has a table of 32 KiB.
const BYTES: usize = 48 * 1024;

/// Does what works on secrets, and wipes as much of the stack as it may have used.
pub(crate) fn wiped<T>(work: impl FnOnce() -> T) -> T {
    /// Not inlined, so that all of its stack is below what is wiped from.
    #[inline(never)]
    fn below<T>(work: impl FnOnce() -> T) -> T {
        work()
    }
    let made = below(work);
    zeroize_stack::<BYTES>();
    made
}
