//! Keeps files and connections off the numbers 0 to 2: where the host closed its standard error, a line of log, anybody's,
//! would go into them.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// The same open file under a number of at least 3.
pub(crate) fn above_standard(descriptor: OwnedFd) -> io::Result<OwnedFd> {
    if descriptor.as_raw_fd() > libc::STDERR_FILENO {
        return Ok(descriptor);
    }
    // SAFETY: an open descriptor; the command takes the least number that the copy may have.
    let copy = unsafe { libc::fcntl(descriptor.as_raw_fd(), libc::F_DUPFD_CLOEXEC, libc::STDERR_FILENO + 1) };
    if copy == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: just made, and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(copy) })
}
