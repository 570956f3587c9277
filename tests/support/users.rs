//! Programs of other users, in folders that they can reach.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::installed::{cleaned, run};
use super::processes;
use super::stand_in::StandIn;

/// A folder that everybody may enter, with a copy of the caller; gone with all in it when it is dropped.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("thousandeyes-test-{}-{number}", std::process::id()));
        let folder = Self(path);
        folder.directory("", 0o755);
        // By another process: a file that this one has open for writing, another thread's child would have too, and
        // nobody could run it.
        run(Command::new("cp").arg(processes::caller()).arg(folder.0.join("caller")));
        folder.directory("tmp", 0o1777);
        folder
    }

    pub fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("UTF-8").to_owned()
    }

    /// Makes a directory of an exact mode, the plain user's own.
    pub fn directory(&self, name: &str, mode: u32) -> String {
        let path = self.0.join(name);
        fs::create_dir_all(&path).expect("a directory");
        if !name.is_empty() {
            give_to_plain(&path);
        }
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("a mode");
        self.path(name)
    }

    /// The caller, for whoever runs these tests, in an environment that names no place but the temporary one.
    pub fn bare(&self, server: &StandIn, token: &str) -> Command {
        self.prefixed(&[], server, token)
    }

    /// The caller behind other programs that start it.
    pub fn prefixed(&self, prefix: &[&str], server: &StandIn, token: &str) -> Command {
        let caller = self.path("caller");
        let all: Vec<&str> = prefix.iter().copied().chain([caller.as_str()]).collect();
        let mut command = cleaned(all[0]);
        command.args(&all[1..]).env("TE_BASE_URL", server.base_url()).env("TE_TOKEN", token);
        command.env_remove("STATE_DIRECTORY").env_remove("XDG_STATE_HOME").env("HOME", self.path("no-home"));
        command.env("TMPDIR", self.path("tmp")).current_dir(&self.0);
        command
    }

    /// The same for a user whom modes hold back: root becomes another.
    pub fn plain(&self, server: &StandIn, token: &str) -> Command {
        as_plain(self.bare(server, token))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed lies in the system's temporary directory.
        let _left_over = fs::remove_dir_all(&self.0);
    }
}

pub fn am_root() -> bool {
    fs::metadata("/proc/self").expect("/proc").uid() == 0
}

/// Whom root becomes: nobody.
fn plain_user() -> Option<u32> {
    am_root().then_some(65534)
}

/// Has a command run as a user whom modes hold back.
pub fn as_plain(mut command: Command) -> Command {
    if let Some(user) = plain_user() {
        command.uid(user).gid(user);
    }
    command
}

/// Makes that user the owner.
pub fn give_to_plain(path: impl AsRef<Path>) {
    if let Some(user) = plain_user() {
        std::os::unix::fs::lchown(path, Some(user), Some(user)).expect("another owner");
    }
}

/// The id of that user.
pub fn plain_id() -> u32 {
    plain_user().unwrap_or_else(|| fs::metadata("/proc/self").expect("/proc").uid())
}

pub fn mode(path: impl AsRef<Path>) -> u32 {
    fs::symlink_metadata(path).expect("it is there").mode() & 0o7777
}
