//! What is told of one answer.

use thousandeyes::{Call, Client, Config, Status};

use super::client::status;
use super::stand_in::{Answer, StandIn};

/// What the stand-in accepts.
pub const TOKEN: &str = "good-token";

/// A stand-in that accepts [`TOKEN`].
pub fn server() -> StandIn {
    let server = StandIn::start();
    server.accept(TOKEN);
    server
}

/// A client of a stand-in for an account group.
pub fn client_of_group(server: &StandIn, account_group: &str) -> Client {
    let config = Config {
        base_url: Some(server.base_url()),
        state_dir: Some(String::new()),
        account_group: Some(account_group.to_owned()),
        retries: 0,
        ..Config::default()
    };
    Client::new(Some(TOKEN), config).expect("a client")
}

/// What is told of an answer to "METHOD PATH" in account group 17.
pub fn told(request: &str, answer: Answer) -> (Status, String) {
    let server = server();
    server.script_any(vec![answer]);
    let (method, path) = request.split_once(' ').expect("a method and a path");
    let call = Call::new(method, path).expect("a call");
    let result = client_of_group(&server, "17").perform(&call);
    assert_eq!(server.requests(), 1);
    let message = result.as_ref().map_or_else(thousandeyes::Error::message, thousandeyes::Answer::message);
    (status(&result), message.to_owned())
}
