//! Where the state lies: the first of the usual places that can be used, and why not the ones before it.

use std::fs::{DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::shared_file::STEP;
use super::slots::FILE_SIZE;
use crate::sys::{descriptor, halt, lock, user};

/// The name says the format: another one is another file.
const FILE: &str = "guard-1.state";

/// A place for the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) directory: PathBuf,
    /// Named by a person, who may share it with others.
    pub(super) named: bool,
    /// Who or what named it.
    source: &'static str,
}

impl Place {
    fn new(directory: impl Into<PathBuf>, named: bool, source: &'static str) -> Self {
        let directory = directory.into();
        let directory = std::path::absolute(&directory).unwrap_or(directory);
        Self { directory, named, source }
    }

    pub(super) fn describe(&self) -> String {
        format!("{} ({})", self.directory.display(), self.source)
    }
}

/// The places to try, in their order; `None`: in memory only, because the setting says so.
pub(super) fn places(option: Option<&str>) -> Option<Vec<Place>> {
    let mut places = Vec::new();
    let variable = |name: &str| std::env::var_os(name);
    match (option, variable("TE_STATE_DIR")) {
        (Some(""), _) => return None,
        (Some(option), _) => places.push(Place::new(option, true, "the state_dir option")),
        (None, Some(value)) if value.is_empty() => return None,
        (None, Some(value)) => places.push(Place::new(value, true, "$TE_STATE_DIR")),
        (None, None) => {
            // systemd separates several by colons.
            let first = variable("STATE_DIRECTORY").and_then(|all| std::env::split_paths(&all).next());
            if let Some(first) = first.filter(|first| first.is_absolute()) {
                places.push(Place::new(first, true, "$STATE_DIRECTORY"));
            }
        }
    }
    let own = variable("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute() && user::is_home_ours());
    if let Some(state) = own.or_else(|| user::home().map(|home| home.join(".local/state"))) {
        places.push(Place::new(state.join("thousandeyes"), false, "this user's own"));
    }
    let temporary = std::env::temp_dir().join(format!("thousandeyes-{}", user::id()));
    places.push(Place::new(temporary, false, "this user's own, temporary"));
    Some(places)
}

/// Opens the state of a place, made if it is not there. The error says why it cannot be used.
pub(super) fn open(place: &Place) -> io::Result<File> {
    let Place { directory, named, .. } = place;
    match DirBuilder::new().recursive(true).mode(0o700).create(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let mode = check_directory(directory, *named)?;
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(mode)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(directory.join(FILE))
        .map_err(
            |error| if error.raw_os_error() == Some(libc::ELOOP) { refuse("it is a symbolic link") } else { error },
        )?;
    let file = File::from(descriptor::above_standard(file.into())?);
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(refuse("it is not a file"));
    }
    if metadata.uid() == user::id() {
        // What the umask took away from the group.
        if metadata.mode() & 0o777 != mode {
            file.set_permissions(Permissions::from_mode(mode))?;
        }
    } else if !named {
        return Err(refuse("the state file belongs to another user"));
    }
    halt::at("not written out");
    // Under the lock of a step: another process may have written it out meanwhile, and its state. Whoever has the lock
    // now does the same, or is past it.
    if metadata.len() < FILE_SIZE && lock::try_lock(&file, STEP)? {
        let written = file.metadata().and_then(|metadata| write_out(&file, metadata.len()));
        lock::unlock(&file, STEP)?;
        written?;
    }
    Ok(file)
}

/// The file that has the state's name now.
pub(super) fn metadata(place: &Place) -> io::Result<Metadata> {
    place.directory.join(FILE).symlink_metadata()
}

/// Refuses a directory that others could have made or change; gives the mode of the file in it.
fn check_directory(directory: &Path, named: bool) -> io::Result<u32> {
    let found = directory.symlink_metadata()?;
    if found.is_symlink() {
        return Err(refuse("the directory is a symbolic link"));
    }
    if !found.is_dir() {
        return Err(refuse("it is not a directory"));
    }
    if !named && found.uid() != user::id() {
        return Err(refuse("the directory belongs to another user"));
    }
    if found.mode() & 0o002 != 0 {
        return Err(refuse("everybody may write in the directory"));
    }
    let shared = named && found.mode() & 0o020 != 0;
    if !named && found.mode() & 0o020 != 0 {
        return Err(refuse("a group may write in the directory"));
    }
    Ok(if shared { 0o660 } else { 0o600 })
}

/// Zeros up to the full size: nothing that is there is overwritten, and no later step can run out of disk.
fn write_out(file: &File, from: u64) -> io::Result<()> {
    use std::os::unix::fs::FileExt;
    let zeros = vec![0; usize::try_from(FILE_SIZE.saturating_sub(from)).unwrap_or(0)];
    file.write_all_at(&zeros, from)
}

fn refuse(why: &'static str) -> io::Error {
    io::Error::other(why)
}
