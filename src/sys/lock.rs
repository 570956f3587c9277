//! Advisory locks that belong to an open file, not to a process: closing another copy of the file drops nothing, and a
//! process that dies, however it dies, lets go.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

// fcntl(2); the libc crate has them for some targets only, and they are the same on all of Linux.
const F_OFD_GETLK: libc::c_int = 36;
const F_OFD_SETLK: libc::c_int = 37;

/// Locks one byte of a file, which need not exist; `false` when another open file has it.
pub(crate) fn try_lock(file: &File, byte: u64) -> io::Result<bool> {
    match control(file, F_OFD_SETLK, byte, libc::F_WRLCK) {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.raw_os_error(), Some(libc::EAGAIN | libc::EACCES)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Lets go of a byte.
pub(crate) fn unlock(file: &File, byte: u64) -> io::Result<()> {
    control(file, F_OFD_SETLK, byte, libc::F_UNLCK).map(drop)
}

/// Whether another open file has a byte locked.
pub(crate) fn is_locked(file: &File, byte: u64) -> io::Result<bool> {
    control(file, F_OFD_GETLK, byte, libc::F_WRLCK).map(|found| found != libc::F_UNLCK)
}

fn control(file: &File, command: libc::c_int, byte: u64, kind: libc::c_int) -> io::Result<libc::c_int> {
    // SAFETY: a flock is plain numbers, for which zero is valid; the process id must be zero here.
    let mut lock: libc::flock = unsafe { std::mem::zeroed() };
    // Small numbers, declared wider than the fields they are for.
    lock.l_type = libc::c_short::try_from(kind).map_err(|_| io::ErrorKind::InvalidInput)?;
    lock.l_whence = libc::c_short::try_from(libc::SEEK_SET).map_err(|_| io::ErrorKind::InvalidInput)?;
    lock.l_start = libc::off_t::try_from(byte).map_err(|_| io::ErrorKind::InvalidInput)?;
    lock.l_len = 1;
    loop {
        // SAFETY: an open file, a command that takes a flock, and a live flock.
        if unsafe { libc::fcntl(file.as_raw_fd(), command, &raw mut lock) } != -1 {
            return Ok(libc::c_int::from(lock.l_type));
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}
