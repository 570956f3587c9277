//! Writing to what nobody reads any more is an error of the call, and no signal that ends the program.
// needs: cc gcc

mod support;

use std::io::Read;
use std::net::{Shutdown, TcpListener};
use std::process::Stdio;
use std::time::Duration;

use support::installed::{command, compile, run, text};
use support::stand_in::StandIn;

#[test]
fn a_log_that_nobody_reads_ends_no_program() {
    let server = StandIn::start();
    server.accept("good-token");
    let mut calls = command(compile("cc", "tests/c/calls.c", &["-O2"]));
    calls.arg("20").env("TE_BASE_URL", server.base_url()).env("TE_TOKEN", "good-token").env("TE_LOG", "debug");
    let mut calls = calls.stderr(Stdio::piped()).spawn().expect("a program");
    drop(calls.stderr.take());
    let status = calls.wait().expect("its end");
    assert!(status.success(), "{status}");
    assert_eq!(server.requests(), 20);
}

#[test]
fn a_server_that_hangs_up_in_the_middle_of_a_request_ends_no_program() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        stream.read_exact(&mut [0; 100]).expect("the beginning of a request");
        // What is sent after the end of this side, and answered by a reset, is a broken pipe.
        stream.shutdown(Shutdown::Write).expect("an end");
        std::thread::sleep(Duration::from_millis(100));
    });
    let mut post = command(compile("cc", "tests/c/large_body.c", &["-O2"]));
    post.env("TE_BASE_URL", format!("http://{address}")).env("TE_TOKEN", "good-token");
    let told = text(&run(&mut post));
    server.join().expect("no panic");
    assert_eq!(told, "TE_E_IO -1\n");
}
