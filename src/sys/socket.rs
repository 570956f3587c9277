//! A look at an idle connection.

use std::io;
use std::net::TcpStream;

/// Whether an idle connection still waits for its next request: nothing to read, and not closed.
pub(crate) fn is_idle(stream: &TcpStream) -> bool {
    #[cfg(unix)]
    {
        let mut byte = [std::mem::MaybeUninit::uninit(); 1];
        let flags = libc::MSG_PEEK | libc::MSG_DONTWAIT;
        let looked = socket2::SockRef::from(stream).recv_with_flags(&mut byte, flags);
        matches!(looked, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }
    #[cfg(not(unix))]
    {
        let looked = stream.set_nonblocking(true).and_then(|()| stream.peek(&mut [0]));
        let restored = stream.set_nonblocking(false);
        restored.is_ok() && matches!(looked, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }
}
