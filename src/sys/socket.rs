//! What std leaves out of sockets: several parts in one write without a signal, and a look at an idle connection.

use std::io::{self, IoSlice};
use std::net::TcpStream;

/// Writes what it can of some parts. Where nobody reads any more it is an error; std raises SIGPIPE for several parts.
pub(crate) fn send(stream: &TcpStream, parts: &[IoSlice]) -> io::Result<usize> {
    #[cfg(target_os = "linux")]
    {
        socket2::SockRef::from(stream).send_vectored_with_flags(parts, libc::MSG_NOSIGNAL)
    }
    // Where a socket itself says that it wants no signal, or there are none.
    #[cfg(not(target_os = "linux"))]
    {
        io::Write::write_vectored(&mut &*stream, parts)
    }
}

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
