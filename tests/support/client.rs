//! Clients of the stand-in that no setting of the person who runs the tests reaches.

use std::path::PathBuf;

use thousandeyes::{Answer, Client, Config, Result, Status};

use super::stand_in::StandIn;

/// A directory of its own, gone with everything in it when it is dropped.
pub struct Directory(pub PathBuf);

impl Directory {
    /// An empty one under the build's own temporary directory.
    pub fn new() -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("state-{}-{number}", std::process::id());
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    /// As a setting.
    pub fn name(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // What a test left unreadable stays where the next build's clean finds it.
        let _left_over = std::fs::remove_dir_all(&self.0);
    }
}

/// Makes a client of a stand-in with a token.
pub type Maker<'a> = &'a dyn Fn(&StandIn, &str) -> Client;

/// Runs a test with the guard's state in memory, and again with it in a directory.
pub fn each_store(test: impl Fn(Maker)) {
    test(&|server, token| client(server, token, ""));
    let directory = Directory::new();
    test(&|server, token| client(server, token, directory.name()));
}

/// A client of one stand-in.
pub fn client(server: &StandIn, token: &str, state_dir: &str) -> Client {
    let config = Config {
        base_url: Some(server.base_url()),
        state_dir: Some(state_dir.to_owned()),
        account_group: Some(String::new()),
        ..Config::default()
    };
    Client::new(Some(token), config).expect("a client")
}

/// What became of a call.
pub fn status(result: &Result<Answer>) -> Status {
    result.as_ref().map_or_else(thousandeyes::Error::status, Answer::status)
}
