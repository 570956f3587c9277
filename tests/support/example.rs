//! What the examples must do in every language.

use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Output};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::Directory;
use super::installed::{heeding_ctrl_c, output, run, text};
use super::stand_in::{Answer, StandIn};

const TOKEN: &str = "example-token";

/// Makes a command for one of the examples, by its name.
pub type Example<'a> = &'a (dyn Fn(&str) -> Command + Sync);

fn with(mut command: Command, server: &StandIn, token: &str, state: &str) -> Command {
    command.env("TE_BASE_URL", server.base_url()).env("TE_TOKEN", token).env("TE_STATE_DIR", state);
    command
}

fn lines(output: &Output) -> Vec<String> {
    assert!(!text(output).contains(TOKEN), "{}", text(output));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

/// Ended with 1 and one line that begins so.
#[track_caller]
fn failed(output: &Output, line: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.starts_with(line) && told.lines().count() == 1, "{line}: {}", text(output));
    assert!(!told.contains(TOKEN), "{told}");
    assert_eq!(output.status.code(), Some(1), "{told}");
}

/// Lists the tests of all pages with a good token, and those that came before a page that fails; says clearly what is
/// wrong with that page, with a bad token and with none.
pub fn lists_tests(example: impl Fn() -> Command) {
    let server = StandIn::start();
    server.accept(TOKEN).tests(3, 2);
    let listed = run(&mut with(example(), &server, TOKEN, ""));
    assert_eq!(text(&listed).lines().collect::<Vec<_>>(), ["Example 1", "Example 2", "Example 3"]);
    assert_eq!(server.requests(), 2);

    server.script("/v7/tests", vec![Answer::pass(), Answer::problem(500, "Out of order", "/v7/tests")]);
    let cut = output(&mut with(example(), &server, TOKEN, ""));
    assert_eq!(lines(&cut), ["Example 1", "Example 2"]);
    failed(&cut, "TE_E_SERVER: Page 2 (GET /v7/tests?cursor=");
    assert_eq!(server.requests(), 4);

    let directory = Directory::new();
    let dead = || output(&mut with(example(), &server, "not-accepted", directory.name()));
    failed(&dead(), "TE_E_UNAUTHORIZED: Page 1 (GET /v7/tests): ");
    failed(&dead(), "TE_E_TOKEN_REFUSED: Page 1 (GET /v7/tests): ");
    assert_eq!(server.requests(), 5);

    let none = output(&mut with(example(), &server, "", ""));
    failed(&none, "TE_E_NO_TOKEN: ");
    assert_eq!(server.requests(), 5);
}

/// Prints the answer of one call; a dead token is one request for both of two runs.
pub fn calls_first(example: Example) {
    let server = StandIn::start();
    server.accept(TOKEN);
    let answered = run(&mut with(example("first_call"), &server, TOKEN, ""));
    assert!(lines(&answered).concat().contains("Example group"), "{}", text(&answered));
    assert_eq!(server.requests(), 1);

    let mut missing = with(example("first_call"), &server, TOKEN, "");
    failed(&output(missing.arg("/nothing")), "TE_E_NOT_FOUND: ");

    let directory = Directory::new();
    let dead = || output(&mut with(example("first_call"), &server, "not-accepted", directory.name()));
    failed(&dead(), "TE_E_UNAUTHORIZED: ");
    failed(&dead(), "TE_E_TOKEN_REFUSED: ");
    assert_eq!((server.requests(), server.unauthorized()), (3, 1));
}

/// Says which it is without a request, and with `--unblock` makes one.
pub fn tells_of_a_lockout(example: Example) {
    let (server, directory) = (StandIn::start(), Directory::new());
    let tell = |arguments: &[&str]| {
        let mut command = with(example("lockout"), &server, TOKEN, directory.name());
        output(command.args(arguments))
    };
    let told = |code: i32, expected: &[&str]| {
        let output = tell(&[]);
        assert_eq!(lines(&output)[..expected.len()], *expected, "{}", text(&output));
        assert_eq!(output.status.code(), Some(code), "{}", text(&output));
    };
    told(0, &["The token is not refused: never tried.", "401 answers within the hour: 0 of 36."]);
    assert_eq!(server.requests(), 0);

    failed(&tell(&["--unblock"]), "TE_E_UNAUTHORIZED: ");
    told(
        1,
        &[
            "The token was refused 0 min ago and never accepted: mistyped, expired or revoked?",
            "No program here sends it for another 15 min.",
            "401 answers within the hour: 1 of 36.",
            &format!("Kept: shared, {} ($TE_STATE_DIR).", directory.name()),
        ],
    );
    assert_eq!(server.requests(), 1);

    server.accept(TOKEN);
    let unblocked = tell(&["--unblock"]);
    assert!(unblocked.status.success(), "{}", text(&unblocked));
    assert_eq!(lines(&unblocked).last().map(String::as_str), Some("One try now: it worked."));
    told(0, &["The token is not refused: accepted."]);
    assert_eq!(server.requests(), 2);

    server.lock(TOKEN);
    failed(&tell(&["--unblock"]), "TE_E_LOCKOUT_SUSPECTED: ");
    told(
        1,
        &[
            "The token was refused 0 min ago, but accepted before: is the account locked?",
            "No program here sends it for another 1 min.",
        ],
    );
    assert_eq!((server.requests(), server.unauthorized()), (3, 2));

    server.accept(TOKEN).script("/v7/account-groups", vec![Answer::new(429)]);
    failed(&tell(&["--unblock"]), "TE_E_SOURCE_IP_BLOCKED: ");
    let blocked = tell(&[]);
    let line = "The API has blocked this address, as was found 0 min ago.";
    assert!(lines(&blocked).iter().any(|told| told == line), "{}", text(&blocked));
    assert_eq!((blocked.status.code(), server.requests()), (Some(1), 4));
}

/// A program that runs on; what it prints goes to files.
struct Running {
    child: Child,
    printed: Directory,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let printed = Directory::new();
        let file = |name: &str| File::create(printed.0.join(name)).unwrap();
        let child = heeding_ctrl_c(&mut command).stdout(file("out")).stderr(file("err")).spawn().unwrap();
        Self { child, printed }
    }

    fn printed(&self, name: &str) -> Vec<String> {
        let all = std::fs::read_to_string(self.printed.0.join(name)).unwrap();
        all.lines().map(str::to_owned).collect()
    }

    /// Its exit code, as a shell tells it.
    fn ended(&mut self, within: Duration) -> i32 {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < within, "it goes on after {within:?}");
            std::thread::sleep(Duration::from_millis(20));
        };
        status.code().unwrap_or_else(|| 128 + status.signal().unwrap())
    }

    /// Ctrl-C ends it at once, as programs end that are interrupted, and it says nothing more.
    fn interrupt(mut self) {
        let told = self.printed("err");
        run(Command::new("kill").arg("-INT").arg(self.child.id().to_string()));
        assert_eq!(self.ended(Duration::from_secs(1)), 130);
        assert_eq!(self.printed("err"), told);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Where the test failed it still runs.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

/// Alerts as the API tells of them: what is not their id changes from one answer to the next.
fn alerts(ids: &[&str], duration: u32) -> Answer {
    let active: Vec<Value> = ids.iter().map(|id| json!({ "id": id, "duration": duration })).collect();
    Answer::json(200, &json!({ "alerts": active }))
}

/// Prints what is new, goes on after a fault, waits as long as it is told and never less than its interval.
pub fn watches(example: Example) {
    let server = StandIn::start();
    let arrived = Arc::new(Mutex::new(Vec::new()));
    let arrivals = Arc::clone(&arrived);
    server.accept(TOKEN).on_request(move |_| arrivals.lock().unwrap().push(Instant::now()));
    let fault = || Answer::problem(503, "Maintenance", "/v7/alerts");
    let limited = Answer::problem(429, "Slow down", "/v7/alerts").header("Retry-After", "600");
    let limited = limited.header("X-Organization-Rate-Limit-Remaining", "0");
    let answers = vec![alerts(&["a-1"], 5), fault(), fault(), fault(), alerts(&["a-1", "a-2"], 9), limited];
    server.script("/v7/alerts", answers);
    let mut command = with(example("watch"), &server, TOKEN, "");
    command.arg("1");
    let watch = Running::start(command);
    until("the API says to wait", || watch.printed("err").len() == 2);
    let printed = watch.printed("out");
    assert_eq!(printed.len(), 2, "{printed:?}");
    assert!(printed[0].contains("a-1") && printed[1].contains("a-2"), "{printed:?}");
    let told = watch.printed("err");
    assert!(told[0].starts_with("TE_E_SERVER: ") && told[1].starts_with("TE_E_RATE_LIMITED: "), "{told:?}");
    assert!(!told.concat().contains(TOKEN), "{told:?}");
    // Longer than its own interval.
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!((server.requests(), watch.printed("err").len()), (6, 2));
    watch.interrupt();
    let arrived = arrived.lock().unwrap();
    for look in [1, 4, 5] {
        let paused = arrived[look] - arrived[look - 1];
        assert!(paused > Duration::from_millis(900), "only {paused:?} before request {look}");
    }

    let none = output(with(example("watch"), &server, TOKEN, "").arg("0"));
    assert_eq!((none.status.code(), server.requests()), (Some(2), 6), "{}", text(&none));
}

/// Ctrl-C while it pauses, and while a call waits for its answer.
pub fn watches_until_ctrl_c(example: Example) {
    let server = StandIn::start();
    server.accept(TOKEN).script("/v7/alerts", vec![alerts(&["a-1"], 5), Answer::silence()]);
    let start = || Running::start(with(example("watch"), &server, TOKEN, ""));
    let paused = start();
    until("the alert is printed", || paused.printed("out").len() == 1);
    // On to the pause.
    std::thread::sleep(Duration::from_millis(200));
    paused.interrupt();
    let blocked = start();
    until("the call is made", || server.requests() == 2);
    blocked.interrupt();
}

/// It ends by itself, after one 401, when its token is refused from the start and when the account is locked meanwhile.
pub fn watches_until_locked_out(example: Example) {
    let server = StandIn::start();
    let start = |token: &str| {
        let mut command = with(example("watch"), &server, token, "");
        command.arg("1");
        Running::start(command)
    };
    let ends = |mut watch: Running, status: &str| {
        assert_eq!(watch.ended(Duration::from_secs(10)), 1);
        let told = watch.printed("err");
        let begins = format!("{status}: Page 1 (GET /v7/alerts): ");
        assert!(told.len() == 1 && told[0].starts_with(&begins), "{begins} {told:?}");
    };
    ends(start("not-accepted"), "TE_E_UNAUTHORIZED");
    assert_eq!((server.requests(), server.unauthorized()), (1, 1));

    server.accept(TOKEN).script("/v7/alerts", vec![alerts(&["a-1"], 5)]);
    let watch = start(TOKEN);
    until("the alert is printed", || watch.printed("out").len() == 1);
    server.lock(TOKEN);
    ends(watch, "TE_E_LOCKOUT_SUSPECTED");
    assert_eq!(server.unauthorized(), 2);
}

/// All that there is to see of one language's four examples.
pub fn all_of(example: Example) {
    std::thread::scope(|scope| {
        scope.spawn(|| lists_tests(|| example("list_tests")));
        scope.spawn(|| calls_first(example));
        scope.spawn(|| tells_of_a_lockout(example));
        scope.spawn(|| watches(example));
        scope.spawn(|| watches_until_ctrl_c(example));
        scope.spawn(|| watches_until_locked_out(example));
    });
}

#[track_caller]
fn until(what: &str, condition: impl FnMut() -> bool) {
    let mut condition = condition;
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it does not come to that: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A program of `examples/rust`, built with the tests.
pub fn in_rust(name: &str) -> Command {
    let tests = std::env::current_exe().unwrap();
    let example = tests.ancestors().nth(2).unwrap().join("examples").join(name);
    assert!(example.exists(), "{} is not built: cargo build --features test-hooks --examples", example.display());
    super::installed::cleaned(example)
}
