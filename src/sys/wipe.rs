//! Memory is wiped when it is freed: copies of the token that HTTP and TLS made go with it.

use std::alloc::{GlobalAlloc, Layout, System};

/// The system's allocator, and nothing left behind.
pub(crate) struct Wiping;

#[global_allocator]
static ALLOCATOR: Wiping = Wiping;

// Memory that grows is never the system's to move, which would leave the old copy as it was: `realloc` is the trait's own,
// a new piece, a copy, and `dealloc`.
// SAFETY: memory comes from the system's allocator and goes back to it with the layout it came with.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: a live allocation of that size, which nobody reads any more.
        unsafe {
            wipe(at, layout.size());
            System.dealloc(at, layout);
        }
    }
}

/// Writes zeros that the compiler may not leave out.
unsafe fn wipe(at: *mut u8, size: usize) {
    #[cfg(all(unix, feature = "test-hooks"))]
    if is_off() {
        return;
    }
    // SAFETY: the caller's memory, of that size. The empty assembly may read it, for all the compiler knows.
    unsafe {
        std::ptr::write_bytes(at, 0, size);
        std::arch::asm!("/* {0} */", in(reg) at, options(nostack, preserves_flags));
    }
}

/// Whether `TE_TEST_NO_WIPING` is set, for the test that then finds what is not wiped; nothing in a shipped build.
#[cfg(all(unix, feature = "test-hooks"))]
fn is_off() -> bool {
    use std::sync::atomic::{AtomicU8, Ordering};
    const UNKNOWN: u8 = 0;
    static OFF: AtomicU8 = AtomicU8::new(UNKNOWN);
    if OFF.load(Ordering::Relaxed) == UNKNOWN {
        // SAFETY: a C string. Not std's: it allocates.
        let unset = unsafe { libc::getenv(c"TE_TEST_NO_WIPING".as_ptr()) }.is_null();
        OFF.store(if unset { 1 } else { 2 }, Ordering::Relaxed);
    }
    OFF.load(Ordering::Relaxed) == 2
}
