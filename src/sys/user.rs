//! Who runs this process: the effective user, whose home is not always `$HOME`.

use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The effective user's id.
pub(crate) fn id() -> u32 {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::geteuid() }
}

/// `$HOME` where it is the effective user's (sudo may leave another's), else the one in the user database.
pub(crate) fn home() -> Option<PathBuf> {
    let variable = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    variable.filter(|home| is_ours(home)).or_else(in_database)
}

/// Whether `$HOME`, and so what the environment says of the user's directories, is the effective user's.
pub(crate) fn is_home_ours() -> bool {
    std::env::var_os("HOME").is_some_and(|home| is_ours(Path::new(&home)))
}

fn is_ours(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.uid() == id())
}

fn in_database() -> Option<PathBuf> {
    let mut text = vec![0; 4096];
    // SAFETY: a passwd is numbers and pointers, for which zero is valid.
    let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
    let mut found = std::ptr::null_mut();
    // SAFETY: live buffers, and their true length.
    let error = unsafe { libc::getpwuid_r(id(), &raw mut entry, text.as_mut_ptr(), text.len(), &raw mut found) };
    if error != 0 || found.is_null() || entry.pw_dir.is_null() {
        return None;
    }
    // SAFETY: not NULL, and it points into `text`, which is alive and NUL-terminated there.
    let home = unsafe { CStr::from_ptr(entry.pw_dir) };
    Some(PathBuf::from(OsStr::from_bytes(home.to_bytes()))).filter(|home| home.is_absolute())
}
