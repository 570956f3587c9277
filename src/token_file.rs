//! The file that holds a token: a small one, or a pipe that a program writes it to.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::status::Status;

/// A larger file is not a token file.
const LARGEST: usize = 64 * 1024;
/// For whoever writes to a pipe; nothing waits for ever.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(5);

/// What the file holds.
pub(crate) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let name = path.display();
    let unreadable = |error: io::Error| {
        let text = format!("The token file {name} (TE_TOKEN_FILE) cannot be read: {error}. Nothing was sent.");
        Error::new(Status::NoToken, text)
    };
    let bytes = open(path).and_then(|file| all_of(file, Instant::now() + PATIENCE)).map_err(unreadable)?;
    if bytes.len() > LARGEST {
        let text = format!("The file {name} (TE_TOKEN_FILE) is too large to be a token. Nothing was sent.");
        return Err(Error::new(Status::BadToken, text));
    }
    Ok(bytes)
}

/// Does not wait until somebody opens the other end of a pipe.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.read(true).open(path)
}

fn all_of(mut file: File, until: Instant) -> io::Result<Zeroizing<Vec<u8>>> {
    let waits = is_pipe(&file);
    // As large as it may get at once: a buffer that grows would leave copies behind.
    let mut bytes = Zeroizing::new(vec![0; LARGEST + 1]);
    let mut length = 0;
    while length < bytes.len() {
        match file.read(&mut bytes[length..]) {
            // Nobody has written yet, or opened it.
            Ok(0) if waits && length == 0 => {}
            Ok(0) => break,
            Ok(more) => {
                length += more;
                continue;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        if Instant::now() >= until {
            let text = format!("nobody wrote to this pipe, or closed it, within {} s", PATIENCE.as_secs());
            return Err(io::Error::new(io::ErrorKind::TimedOut, text));
        }
        std::thread::sleep(PAUSE);
    }
    bytes.truncate(length);
    Ok(bytes)
}

#[cfg(unix)]
fn is_pipe(file: &File) -> bool {
    use std::os::unix::fs::FileTypeExt;
    file.metadata().is_ok_and(|metadata| metadata.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &File) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// A pipe in a folder of its own, which is removed with the value.
    struct Pipe(std::path::PathBuf);

    impl Pipe {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("thousandeyes-{name}-{}", std::process::id()));
            assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
            Self(path)
        }

        fn read(&self, patience: Duration) -> io::Result<Zeroizing<Vec<u8>>> {
            open(&self.0).and_then(|file| all_of(file, Instant::now() + patience))
        }
    }

    impl Drop for Pipe {
        fn drop(&mut self) {
            let _gone = std::fs::remove_file(&self.0);
        }
    }

    #[test]
    fn a_pipe_is_waited_for_until_it_is_written_and_closed() {
        let pipe = Pipe::new("written");
        let read = std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(30));
                let mut end = OpenOptions::new().write(true).open(&pipe.0).unwrap();
                for part in ["abc", "-1\n"] {
                    io::Write::write_all(&mut end, part.as_bytes()).unwrap();
                    std::thread::sleep(Duration::from_millis(30));
                }
            });
            pipe.read(PATIENCE)
        });
        assert_eq!(read.unwrap().as_slice(), b"abc-1\n");
    }

    #[test]
    fn a_pipe_that_nobody_writes_to_is_given_up() {
        let error = Pipe::new("silent").read(Duration::from_millis(50)).unwrap_err();
        assert!(error.to_string().starts_with("nobody wrote to this pipe"), "{error}");
    }
}
