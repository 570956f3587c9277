//! A connect that can be watched in slices, to the first of several addresses that answers.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

#[cfg(unix)]
use std::time::Instant;

/// So long one address is waited for before the next is tried beside it: RFC 8305 section 5.
#[cfg(unix)]
const HEAD_START: Duration = Duration::from_millis(250);

/// Connects to the first address that answers; between slices `go_on` says how long the next one may be, or why to stop.
#[cfg(unix)]
pub(crate) fn connect(
    addresses: &[SocketAddr],
    mut go_on: impl FnMut() -> io::Result<Duration>,
) -> io::Result<TcpStream> {
    let mut untried = addresses.iter();
    let mut begun = Vec::new();
    let mut failed = io::Error::from(io::ErrorKind::AddrNotAvailable);
    let mut next_at = Instant::now();
    loop {
        let now = Instant::now();
        if begun.is_empty() || now >= next_at {
            match untried.next().map(|&address| begin(address)) {
                Some(Ok(socket)) => begun.push(socket),
                Some(Err(error)) => {
                    failed = error;
                    continue;
                }
                None if begun.is_empty() => return Err(failed),
                None => {}
            }
            next_at = now + HEAD_START;
        }
        let slice = go_on()?;
        let slice = if untried.len() == 0 { slice } else { slice.min(next_at - now) };
        for at in ready(&begun, slice)?.into_iter().rev() {
            let socket = begun.swap_remove(at);
            match socket.take_error()? {
                None => {
                    socket.set_nonblocking(false)?;
                    return Ok(socket.into());
                }
                // The next one need not wait any longer.
                Some(error) => (failed, next_at) = (error, Instant::now()),
            }
        }
    }
}

#[cfg(unix)]
fn begin(address: SocketAddr) -> io::Result<socket2::Socket> {
    use socket2::{Domain, Protocol, Socket, Type};
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    let socket = Socket::from(super::descriptor::above_standard(socket.into())?);
    socket.set_nonblocking(true)?;
    match socket.connect(&address.into()) {
        Err(error) if error.raw_os_error() != Some(libc::EINPROGRESS) => Err(error),
        _ => Ok(socket),
    }
}

/// Which of the connects have ended, well or not, after a slice at most.
#[cfg(unix)]
fn ready(begun: &[socket2::Socket], slice: Duration) -> io::Result<Vec<usize>> {
    use std::os::fd::AsRawFd;
    let watch = |socket: &socket2::Socket| libc::pollfd { fd: socket.as_raw_fd(), events: libc::POLLOUT, revents: 0 };
    let mut watched: Vec<_> = begun.iter().map(watch).collect();
    let count = libc::nfds_t::try_from(watched.len()).unwrap_or(libc::nfds_t::MAX);
    let millis = i32::try_from(slice.as_millis()).unwrap_or(i32::MAX).max(1);
    // SAFETY: so many live pollfds.
    let ready = unsafe { libc::poll(watched.as_mut_ptr(), count, millis) };
    if ready < 0 {
        let error = io::Error::last_os_error();
        return if error.kind() == io::ErrorKind::Interrupted { Ok(Vec::new()) } else { Err(error) };
    }
    Ok(watched.iter().enumerate().filter(|(_, one)| one.revents != 0).map(|(at, _)| at).collect())
}

/// Where there is no poll: one address after the other, the whole time in few pieces.
#[cfg(not(unix))]
pub(crate) fn connect(
    addresses: &[SocketAddr],
    mut go_on: impl FnMut() -> io::Result<Duration>,
) -> io::Result<TcpStream> {
    loop {
        let mut failed = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in addresses {
            match TcpStream::connect_timeout(address, go_on()?.max(Duration::from_secs(3))) {
                Ok(stream) => return Ok(stream),
                Err(error) => failed = error,
            }
        }
        if failed.kind() != io::ErrorKind::TimedOut {
            return Err(failed);
        }
    }
}
