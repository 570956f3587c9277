//! What functions leave behind on the stack and in registers.

use std::hint::black_box;

use zeroize::zeroize_stack;

/// More than it takes to hash a token, or to encrypt it: of a last block that is not full there are copies.
pub(crate) const USUAL: usize = 16 * 1024;
/// More than it takes to read a private key and to sign with it: with RSA that has a table of 32 KiB.
pub(crate) const OF_KEYS: usize = 48 * 1024;

/// Does what works on secrets, and wipes so many bytes of the stack that it may have used.
pub(crate) fn wiped<const BYTES: usize, T>(work: impl FnOnce() -> T) -> T {
    /// Not inlined, so that all of its stack is below what is wiped from.
    #[inline(never)]
    fn below<T>(work: impl FnOnce() -> T) -> T {
        work()
    }
    let made = below(work);
    zeroize_stack::<BYTES>();
    use_registers();
    made
}

/// Memory is copied by way of vector registers, which keep it until the next copy of that size; the run-time linker may
/// then save them on the stack.
#[inline(never)]
fn use_registers() {
    // What the compiler knows to be zeros it would not copy.
    let (from, mut to) = (black_box([0_u8; 2048]), [0_u8; 2048]);
    for size in [16, 32, 64, 128, 256, 512, 1024, 2048] {
        let size = black_box(size);
        to[..size].copy_from_slice(&from[..size]);
    }
    black_box(&to);
}
