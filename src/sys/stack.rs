//! What functions leave behind on the stack.

use zeroize::zeroize_stack;

/// More than it takes to read a secret and to hash it.
pub(crate) const USUAL: usize = 16 * 1024;

/// Does what works on secrets, and wipes so many bytes of the stack that it may have used.
pub(crate) fn wiped<const BYTES: usize, T>(work: impl FnOnce() -> T) -> T {
    /// Not inlined, so that all of its stack is below what is wiped from.
    #[inline(never)]
    fn below<T>(work: impl FnOnce() -> T) -> T {
        work()
    }
    let made = below(work);
    zeroize_stack::<BYTES>();
    made
}
