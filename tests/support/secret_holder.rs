//! A program that makes calls with a token from its standard input, for a test that then looks through its memory. It says
//! a word when the calls are made and again when the client is gone, each time until a byte comes.
//!
//! `secret_holder CALLS [--no-wiping]`

use std::fs::File;
use std::io::Read;

use thousandeyes::{Client, Config};
use zeroize::Zeroizing;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let calls: u32 = arguments[1].parse().expect("a number of calls");
    if arguments.iter().any(|argument| argument == "--no-wiping") {
        thousandeyes::stop_wiping();
    }
    // Not through std's own handle, whose buffer would keep a copy.
    let mut input = File::open("/dev/stdin").expect("an input");
    let mut token = Zeroizing::new(vec![0; 64]);
    input.read_exact(&mut token).expect("64 bytes of token");
    let text = std::str::from_utf8(&token).expect("text");
    let client = Client::new(Some(text), Config::default()).expect("a client");
    drop(token);
    for _ in 0..calls {
        client.get("/tests").expect("an answer");
    }
    // An error's text is about the token, and goes through more hands.
    client.get("/forbidden").expect_err("a refusal");
    println!("called");
    input.read_exact(&mut [0]).expect("a byte");
    drop(client);
    println!("free");
    input.read_exact(&mut [0]).expect("a byte");
}
