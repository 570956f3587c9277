//! Clients of the stand-in that no setting of the person who runs the tests reaches.

use thousandeyes::{Answer, Client, Config, Result, Status};

use super::stand_in::StandIn;

/// A client of one stand-in; all clients of a test process share what they know in memory.
pub fn client(server: &StandIn, token: &str) -> Client {
    at(&server.base_url(), token)
}

/// A client of any base URL.
pub fn at(base_url: &str, token: &str) -> Client {
    let config = Config {
        base_url: Some(base_url.to_owned()),
        state_dir: Some(String::new()),
        account_group: Some(String::new()),
        ..Config::default()
    };
    Client::new(Some(token), config).expect("a client")
}

/// What became of a call.
pub fn status(result: &Result<Answer>) -> Status {
    result.as_ref().map_or_else(thousandeyes::Error::status, |_| Status::Ok)
}
