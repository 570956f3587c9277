//! A name server that knows no name.

use std::net::UdpSocket;

/// Answers every question with "no such name", for as long as the tests run.
pub fn knowing_none(address: &str) {
    let socket = UdpSocket::bind((address, 53)).expect("the port of name servers");
    std::thread::spawn(move || {
        let mut message = [0; 512];
        while let Ok((length, asker)) = socket.recv_from(&mut message) {
            // An answer, recursion available, NXDOMAIN, and no record but the question.
            (message[2], message[3]) = (0x81, 0x83);
            message[6..12].fill(0);
            let question = message[12..length].iter().position(|&byte| byte == 0).map_or(length, |end| 12 + end + 5);
            let _gone = socket.send_to(&message[..question], asker);
        }
    });
}
