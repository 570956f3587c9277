//! Kept connections that turn out to be dead: a GET is sent once more, anything else only while nothing of it was sent.

mod support;

use std::time::Duration;

use support::client::status;
use support::faults::{IDLE, TIME, World, guard, in_words, rows};
use support::stand_in::{Answer, Step};
use thousandeyes::{Answer as Answered, Call, Client, Result, Sent, Status};

const TOKEN: &str = "reused-token";
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
/// So large that it does not fit into the buffers of a connection.
const LARGE: usize = 8_000_000;

/// A client of a server that it has a kept connection to, or none.
fn client(world: &World, reused: bool) -> Client {
    let client = world.client(TOKEN, TIME, IDLE);
    if reused {
        client.get("/status").expect("an answer");
    }
    world.server.reset_counts();
    client
}

fn call(client: &Client, method: &str, body: usize) -> Result<Answered> {
    let mut call = Call::new(method, "/echo").expect("a call");
    if body > 0 {
        call.body(&vec![b' '; body], "application/json").expect("a body");
    }
    client.perform(&call)
}

/// Nobody knows whether it was carried out; the next call is fine.
fn is_lost(world: &World, client: &Client, result: &Result<Answered>, what: &str) {
    let error = result.as_ref().expect_err(what);
    assert_eq!((error.status(), error.was_sent()), (Status::Io, Sent::Perhaps), "{what}: {error}");
    in_words(error.message());
    assert_eq!(guard(client).1, 1, "{what}");
    let before = world.server.requests();
    client.get("/status").expect(what);
    assert_eq!((guard(client), world.server.requests()), (("accepted".to_owned(), 0), before + 1), "{what}");
}

/// As a server that closes idle connections does it, or one that dies, or one that says why.
#[test]
fn one_that_ended_while_it_was_idle_is_not_used() {
    let whole = rows::whole();
    let pause = Step::Pause(Duration::from_millis(10));
    let timed_out = "HTTP/1.1 408 Request Time-out\r\nContent-Length: 4\r\nConnection: close\r\n\r\nidle";
    let ends: [&[Step]; 5] = [
        &[],
        &[Step::Reset],
        &[pause.clone(), rows::send(timed_out)],
        &[pause.clone(), rows::send(timed_out), Step::Keep],
        &[pause, rows::send(whole.clone()), Step::Keep],
    ];
    for end in ends {
        for method in METHODS {
            let what = format!("{method} after {end:?}");
            let world = World::plain();
            let client = client(&world, false);
            world.server.script("/v7/first", vec![Answer::wire([&[rows::send(whole.clone())], end].concat())]);
            client.get("/first").expect("an answer");
            std::thread::sleep(Duration::from_millis(50));
            let answer = call(&client, method, 0).expect(&what);
            assert_eq!(answer.raw_json("/method"), Some(format!("\"{method}\"").as_str()), "{what}");
            assert_eq!((world.server.requests(), world.server.connections()), (2, 2), "{what}");
            assert_eq!(guard(&client), ("accepted".to_owned(), 0), "{what}");
        }
    }
}

#[test]
fn one_that_ends_after_a_part_of_the_request_costs_a_get_another_try() {
    for end in [vec![], vec![Step::Reset]] {
        for (method, body) in [("GET", 0), ("POST", 0), ("POST", LARGE), ("PUT", 9), ("PATCH", 9), ("DELETE", 0)] {
            for bytes in [0, 1, 40] {
                let what = format!("{method} of {body} bytes, {bytes} read, then {end:?}");
                let world = World::plain();
                let client = client(&world, true);
                world.server.break_off(bytes, end.clone());
                let result = call(&client, method, body);
                assert_eq!(world.server.parts(), 1, "{what}");
                let again = u64::from(method == "GET");
                assert_eq!((world.server.requests(), world.server.connections()), (again, again), "{what}");
                if method == "GET" {
                    assert_eq!((status(&result), guard(&client).1), (Status::Ok, 0), "{what}: {result:?}");
                } else {
                    is_lost(&world, &client, &result, &what);
                }
            }
        }
    }
}

#[test]
fn one_that_ends_after_all_of_the_request_costs_a_get_another_try() {
    for end in [vec![], vec![Step::Reset]] {
        for method in METHODS {
            let what = format!("{method}, then {end:?}");
            let world = World::plain();
            let client = client(&world, true);
            world.server.script("/v7/echo", vec![Answer::wire(end.clone())]);
            let result = call(&client, method, 0);
            let again = u64::from(method == "GET");
            assert_eq!((world.server.requests(), world.server.connections()), (1 + again, again), "{what}");
            if method == "GET" {
                assert_eq!((status(&result), guard(&client).1), (Status::Ok, 0), "{what}: {result:?}");
            } else {
                is_lost(&world, &client, &result, &what);
            }
        }
    }
}

#[test]
fn a_get_has_no_third_try_and_on_a_new_connection_no_second() {
    for (reused, requests) in [(true, 2), (false, 1)] {
        for end in [vec![], vec![Step::Reset]] {
            let what = format!("reused: {reused}, then {end:?}");
            let world = World::plain();
            let client = client(&world, reused);
            world.server.script("/v7/echo", vec![Answer::wire(end.clone()); 2]);
            let result = call(&client, "GET", 0);
            assert_eq!(world.server.requests(), requests, "{what}");
            // Both attempts of the first are lost.
            let error = result.expect_err(&what);
            assert_eq!((error.status(), error.was_sent()), (Status::Io, Sent::Perhaps), "{what}: {error}");
            assert_eq!(guard(&client).1, requests, "{what}");
        }
    }
}

#[test]
fn what_was_answered_with_a_part_of_a_head_has_no_second_try() {
    let world = World::plain();
    for end in [vec![], vec![Step::Reset]] {
        let what = format!("then {end:?}");
        let client = client(&world, true);
        world.server.script("/v7/echo", vec![Answer::wire([vec![rows::send("HTTP/1.1 2")], end].concat())]);
        let result = call(&client, "GET", 0);
        assert_eq!(world.server.requests(), 1, "{what}");
        is_lost(&world, &client, &result, &what);
    }
}
