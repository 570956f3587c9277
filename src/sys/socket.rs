//! A connect that can be watched in slices, and a look at an idle connection.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Connects to one address; between slices `go_on` says how long the next one may be, or why to stop.
#[cfg(unix)]
pub(crate) fn connect(address: SocketAddr, mut go_on: impl FnMut() -> io::Result<Duration>) -> io::Result<TcpStream> {
    use socket2::{Domain, Protocol, Socket, Type};
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    let socket = Socket::from(super::descriptor::above_standard(socket.into())?);
    socket.set_nonblocking(true)?;
    match socket.connect(&address.into()) {
        Ok(()) => {}
        Err(error) if error.raw_os_error() == Some(libc::EINPROGRESS) => {
            while !writable(&socket, go_on()?)? {}
            if let Some(error) = socket.take_error()? {
                return Err(error);
            }
        }
        Err(error) => return Err(error),
    }
    socket.set_nonblocking(false)?;
    Ok(socket.into())
}

#[cfg(unix)]
fn writable(socket: &socket2::Socket, slice: Duration) -> io::Result<bool> {
    use std::os::fd::AsRawFd;
    let mut watched = libc::pollfd { fd: socket.as_raw_fd(), events: libc::POLLOUT, revents: 0 };
    let millis = i32::try_from(slice.as_millis()).unwrap_or(i32::MAX).max(1);
    // SAFETY: one live pollfd, and its length is 1.
    let ready = unsafe { libc::poll(&raw mut watched, 1, millis) };
    match ready {
        0 => Ok(false),
        1.. => Ok(true),
        _ => match io::Error::last_os_error() {
            error if error.kind() == io::ErrorKind::Interrupted => Ok(false),
            error => Err(error),
        },
    }
}

/// Where there is no poll: the whole time in one piece.
#[cfg(not(unix))]
pub(crate) fn connect(address: SocketAddr, mut go_on: impl FnMut() -> io::Result<Duration>) -> io::Result<TcpStream> {
    loop {
        let slice = go_on()?.max(Duration::from_secs(3));
        match TcpStream::connect_timeout(&address, slice) {
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
            other => return other,
        }
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
