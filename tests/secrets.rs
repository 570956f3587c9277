//! What is left of a token in a program's memory when its client is gone: in the heap, on stacks and in registers.
// needs: cc gcc
// needs: gcore gdb
// needs: nginx nginx-light
// needs: openssl openssl
// needs: python3 python3

mod support;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::thread;

use serde_json::json;
use support::client::Directory;
use support::installed::{command, library, root};
use support::memory::Sought;
use support::net::origin::Origin;
use support::secret_holder::{Holder, not_wiping, program, secret};
use support::stand_in::Answer;

const NOTHING: [&str; 0] = [];

/// An API behind TLS, and the tokens of a client that exchanges one for the other.
struct World {
    origin: Origin,
    token: String,
    new: String,
}

impl World {
    fn new() -> Self {
        let world = Self { origin: Origin::on_loopback(""), token: secret(1, 70), new: secret(2, 70) };
        world.origin.api.accept(&world.token).accept(&world.new);
        world.origin.api.script("/v7/silence", vec![Answer::silence(), Answer::silence()]);
        world.origin.api.script("/v7/api-tokens", vec![Answer::json(201, &json!({"bearerToken": world.new}))]);
        world
    }

    fn sought(&self) -> Sought {
        Sought::default().text("token", &self.token).text("new token", &self.new)
    }

    fn start(&self, program: Command) -> Holder {
        self.start_at(program, &self.origin.url())
    }

    fn start_at(&self, mut program: Command, url: &str) -> Holder {
        program.env("TE_BASE_URL", url).env("SECRETS_CA", self.origin.authority.file());
        Holder::start(&mut program, &self.token, "")
    }
}

#[test]
fn nothing_is_left_of_a_token_in_the_program_or_in_its_children() {
    let world = World::new();
    let sought = world.sought();
    let mut holder = world.start(program(&["calls", "threads", "cut-short", "rotated", "threads", "forked"]));
    assert_eq!(holder.found("gone", &sought), NOTHING, "in a child that did not use the client");
    assert_eq!(holder.found("gone", &sought), NOTHING, "in a child that used it");
    let alive = holder.found("called", &sought);
    assert!(alive.iter().any(|found| found.starts_with("new token: 70 bytes")), "it was there: {alive:?}");
    assert_eq!(holder.found("gone", &sought), NOTHING);
    holder.end();
    let api = &world.origin.api;
    assert_eq!((api.seen(&world.token), api.seen(&world.new)), (101 + 40 + 2 + 1, 40 + 10));
}

#[test]
fn nothing_is_left_of_a_token_that_was_never_used() {
    let world = World::new();
    let mut holder = world.start(program(&[]));
    assert_ne!(holder.found("called", &world.sought()), NOTHING, "the search finds nothing");
    assert_eq!(holder.found("gone", &world.sought()), NOTHING);
    holder.end();
    assert_eq!(world.origin.api.requests(), 0);
}

#[test]
fn nothing_is_left_of_a_token_wherever_a_block_of_it_ends() {
    let world = World::new();
    let mut holder = world.start(program(&["lengths"]));
    holder.pass("called");
    assert_eq!(holder.found("gone", &world.sought()), NOTHING);
    holder.end();
    assert_eq!(world.origin.api.seen(&world.token), 16);
}

#[test]
fn nothing_is_left_of_a_token_from_a_file() {
    let (world, folder) = (World::new(), Directory::new());
    let file = folder.0.join("token");
    std::fs::write(&file, format!("{}\r\n", world.token)).expect("written");
    let mut program = program(&["calls"]);
    program.env("TE_BASE_URL", world.origin.url()).env("SECRETS_CA", world.origin.authority.file());
    let mut holder = Holder::start(program.env("TE_TOKEN_FILE", &file), "", "");
    holder.pass("called");
    assert_eq!(holder.found("gone", &world.sought()), NOTHING);
    holder.end();
    assert_eq!(world.origin.api.seen(&world.token), 101);
}

#[test]
fn nothing_is_left_of_a_token_whose_connection_broke() {
    let world = World::new();
    let broken = spoiling(world.origin.nginx.address(), 8 * 1024);
    let mut holder = world.start_at(program(&["broken"]), &format!("https://localhost:{}", broken.port()));
    holder.pass("called");
    assert_eq!(holder.found("gone", &world.sought()), NOTHING);
    holder.end();
    assert!(world.origin.api.seen(&world.token) > 1, "it was used");
}

#[test]
fn nothing_is_left_of_a_token_that_was_sent_in_the_clear() {
    let world = World::new();
    let mut holder = world.start_at(program(&["calls"]), &world.origin.api.base_url());
    holder.pass("called");
    assert_eq!(holder.found("gone", &world.sought()), NOTHING);
    holder.end();
    assert_eq!(world.origin.api.seen(&world.token), 101);
}

#[test]
fn nothing_is_left_of_a_token_in_python() {
    let world = World::new();
    let mut python = command("python3");
    python.arg("-B").arg(root().join("tests/python/holds_secrets.py")).arg(library());
    let mut holder = world.start(python);
    assert_ne!(holder.found("called", &world.sought()), NOTHING, "the search finds nothing");
    assert_eq!(holder.found("gone", &world.sought()), NOTHING);
    holder.end();
    assert_eq!(world.origin.api.seen(&world.token), 100);
}

#[test]
fn what_is_not_wiped_is_found() {
    for (what, name) in [("calls", "token: "), ("rotated", "new token: ")] {
        let world = World::new();
        let mut holder = world.start(not_wiping(&[what]));
        holder.pass("called");
        let gone = holder.found("gone", &world.sought());
        assert!(gone.iter().any(|found| found.starts_with(name)), "{name}{gone:?}");
        holder.end();
    }
}

/// A network in front of a server that changes the last byte of all that comes, once so many bytes came.
fn spoiling(server: SocketAddr, after: usize) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let server = TcpStream::connect(server).expect("the server");
            let (from_client, to_server) = (client.try_clone().expect("a copy"), server.try_clone().expect("a copy"));
            thread::spawn(move || pass(from_client, to_server, usize::MAX));
            thread::spawn(move || pass(server, client, after));
        }
    });
    address
}

fn pass(mut from: TcpStream, mut to: TcpStream, after: usize) {
    let (mut bytes, mut passed) = (vec![0; 64 * 1024], 0);
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        passed += read;
        if passed > after {
            bytes[read - 1] ^= 1;
        }
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    // Either may be gone.
    let _closed = to.shutdown(Shutdown::Both);
}
