//! A connection through a SOCKS 5 proxy: RFC 1928, with user and password of RFC 1929. The proxy looks the name up.

use std::io;
use std::net::IpAddr;

use zeroize::Zeroizing;

use super::LATER;
use super::url::{Credentials, Proxy, host_and_port};
use crate::status::Status;
use crate::transport::failure::Fault;
use crate::transport::tcp::Stream;

const VERSION: u8 = 5;
const NO_LOGIN: u8 = 0;
const USER_AND_PASSWORD: u8 = 2;
const NOTHING_ACCEPTABLE: u8 = 0xff;

/// Asks for a connection to a host.
pub(in crate::transport) fn connect(stream: &mut dyn Stream, proxy: &Proxy, host: &str, port: u16) -> io::Result<()> {
    let fault = |text: String, advice: &'static str| io::Error::from(Fault::new(Status::Proxy, text).advice(advice));
    let address = proxy.address();
    let not_socks =
        || fault(format!("what {address} answers is not SOCKS 5"), "Check the proxy's host, port and kind.");
    match &proxy.credentials {
        Some(_) => stream.write_all(&[VERSION, 2, NO_LOGIN, USER_AND_PASSWORD])?,
        None => stream.write_all(&[VERSION, 1, NO_LOGIN])?,
    }
    stream.flush()?;
    match (read::<2>(stream, proxy)?, &proxy.credentials) {
        ([VERSION, NO_LOGIN], _) => {}
        ([VERSION, USER_AND_PASSWORD], Some(login)) => {
            log_in(stream, login)?;
            let [_, accepted] = read::<2>(stream, proxy)?;
            if accepted != 0 {
                let text = format!("the proxy {address} does not accept user and password");
                return Err(fault(text, "Check both in the proxy's URL."));
            }
        }
        ([VERSION, NOTHING_ACCEPTABLE], None) => {
            let text = format!("the proxy {address} asks for a log-in");
            return Err(fault(text, "Put user and password into the proxy's URL: socks5://user:password@host:port."));
        }
        ([VERSION, NOTHING_ACCEPTABLE], Some(_)) => {
            let text = format!("the proxy {address} takes only log-ins that are not supported here");
            return Err(fault(text, "Ask for user and password (RFC 1929)."));
        }
        _ => return Err(not_socks()),
    }
    stream.write_all(&request(host, port)?)?;
    stream.flush()?;
    let [version, reply, _, kind] = read::<4>(stream, proxy)?;
    if version != VERSION {
        return Err(not_socks());
    }
    if reply != 0 {
        let target = host_and_port(host, port);
        let text = format!("the proxy {address} made no connection to {target}: {}", words(reply));
        return Err(match reply {
            2 => fault(text, "Ask whoever runs the proxy to allow it."),
            7.. => fault(text, LATER),
            _ => Fault::new(Status::Connect, text).advice(LATER).into(),
        });
    }
    // The address it connected from is of no use.
    let length = match kind {
        1 => 4,
        4 => 16,
        3 => usize::from(read::<1>(stream, proxy)?[0]),
        _ => return Err(not_socks()),
    };
    for _ in 0..length + 2 {
        read::<1>(stream, proxy)?;
    }
    Ok(())
}

fn log_in(stream: &mut dyn Stream, login: &Credentials) -> io::Result<()> {
    let mut message = Zeroizing::new(Vec::with_capacity(513));
    message.push(1);
    for text in [&login.user, &login.password] {
        message.push(u8::try_from(text.len()).map_err(io::Error::other)?);
        message.extend_from_slice(text.as_bytes());
    }
    stream.write_all(&message)?;
    stream.flush()
}

fn request(host: &str, port: u16) -> io::Result<Vec<u8>> {
    let mut message = vec![VERSION, 1, 0];
    match host.parse() {
        Ok(IpAddr::V4(address)) => {
            message.push(1);
            message.extend_from_slice(&address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            message.push(4);
            message.extend_from_slice(&address.octets());
        }
        Err(_) => {
            let too_long = || Fault::new(Status::Proxy, "a host name of more than 255 bytes does not fit into SOCKS");
            message.extend_from_slice(&[3, u8::try_from(host.len()).map_err(|_| too_long())?]);
            message.extend_from_slice(host.as_bytes());
        }
    }
    message.extend_from_slice(&port.to_be_bytes());
    Ok(message)
}

fn read<const N: usize>(stream: &mut dyn Stream, proxy: &Proxy) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            let text = format!("the proxy {} closed the connection without an answer", proxy.address());
            Fault::new(Status::Connect, text).advice(LATER).into()
        }
        _ => error,
    })?;
    Ok(bytes)
}

/// RFC 1928 section 6.
fn words(reply: u8) -> &'static str {
    match reply {
        1 => "a fault of its own",
        2 => "its rules do not allow it",
        3 => "the network cannot be reached",
        4 => "the host cannot be reached, or its name was not found",
        5 => "the connection was refused",
        6 => "it took too long",
        7 => "it does not make connections",
        8 => "it does not know this kind of address",
        _ => "for a reason it does not tell",
    }
}
