//! The program as it is started: its locks, its exit codes, its log, and what works beside a running server.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use engine::testing::fresh_postgres;
use serde_json::{Value as Json, json};
use xtask::load::http::{Connection, Request};
use xtask::load::{Session, fresh_key};

const TAKT: &str = env!("CARGO_BIN_EXE_takt");
const PASSWORD: &str = "solder-paste-7781";

/// The program with these words; nothing of this machine's settings reaches it.
fn takt(words: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(TAKT);
    command.args(words).current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TAKT_")) {
        command.env_remove(name);
    }
    command
}

/// Run to the end; gives the exit code and all that was said.
fn run(words: &[&str], folder: &Path) -> (i32, String) {
    told(&takt(words, folder).output().expect("the program runs"))
}

fn told(ran: &Output) -> (i32, String) {
    let said = [&ran.stdout, &ran.stderr].map(|text| String::from_utf8_lossy(text).into_owned()).concat();
    (ran.status.code().unwrap_or(-1), said)
}

/// A server that was started, its address, and what it said before it served.
struct Serving {
    child: Child,
    address: SocketAddr,
    before: String,
}

impl Serving {
    fn start(mut command: Command) -> Serving {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut serving = Serving { child, address: ([0, 0, 0, 0], 0).into(), before: String::new() };
        let mut out = BufReader::new(serving.child.stdout.as_mut().expect("its output"));
        loop {
            let mut line = String::new();
            let read = out.read_line(&mut line).expect("a line");
            assert!(read > 0, "it ended before it served: {}", serving.before);
            serving.before.push_str(&line);
            if let Some(address) = line.split("http://").nth(1).and_then(|rest| rest.trim().parse().ok()) {
                serving.address = address;
                return serving;
            }
        }
    }

    fn pid(&self) -> String {
        self.child.id().to_string()
    }

    /// Ask it to stop; gives its exit code and its log.
    fn stop(mut self) -> (i32, String) {
        let asked = Command::new("kill").args(["-TERM", &self.pid()]).status().expect("it can be asked");
        assert!(asked.success(), "it still runs");
        let mut log = String::new();
        self.child.stderr.take().expect("its log").read_to_string(&mut log).expect("the log is text");
        (self.child.wait().expect("it ends").code().unwrap_or(-1), log)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve<'w>(where_: &[&'w str]) -> Vec<&'w str> {
    [&["serve", "--port", "0"], where_].concat()
}

/// A story on a data directory with an SQLite file in it, and on one beside a PostgreSQL database.
fn on_both(story: impl Fn(&Path, &[&str])) {
    let folder = tempfile::tempdir().expect("a folder");
    story(folder.path(), &["--data-dir", "data"]);
    let folder = tempfile::tempdir().expect("a folder");
    let (url, admin, name) = fresh_postgres();
    story(folder.path(), &["--data-dir", "data", "--database", &url]);
    let mut conn = engine::db::postgres::PgConn::open(&admin, None).expect("the server answers");
    conn.script(&format!("drop database {name} with (force)")).expect("it is dropped");
}

#[test]
fn r_plat_135_a_second_process_on_the_data_hears_who_was_first_and_readers_work_beside_it() {
    on_both(|folder, data| {
        let server = Serving::start(takt(&serve(data), folder));
        for words in [&serve(data), &[&["migrate"], data].concat(), &[&["admin", "create", "anna"], data].concat()] {
            let (exit, said) = run(words, folder);
            assert_eq!(exit, 1, "{words:?}: {said}");
            let names = said.contains("DATA_DIR_LOCKED") && said.contains(&format!("process {}", server.pid()));
            assert!(names, "{words:?} says who holds it: {said}");
        }
        let mut check = takt(&[&["check"], data].concat(), folder);
        let (exit, said) = told(&check.env("TAKT_METRICS_TOKEN", "metrics-word-1").output().expect("it runs"));
        assert_eq!(exit, 0, "{said}");
        assert!(said.contains("TAKT_METRICS_TOKEN=***") && !said.contains("metrics-word-1"), "{said}");
        assert!(said.contains(&format!("schema {0} of {0}", engine::db::migrate::NEWEST)), "{said}");
        let (exit, said) = run(&[&["audit", "verify"], data].concat(), folder);
        assert_eq!(exit, 0, "{said}");
        assert!(said.contains("\"firstBrokenSeq\": null"), "{said}");
        assert_eq!(server.stop().0, 0, "asked to stop, it ends well");
        let (exit, said) = run(&[&["migrate"], data].concat(), folder);
        assert_eq!((exit, said.contains("already")), (0, true), "{said}");
        let (exit, said) = run(&[&["admin", "create", "anna"], data].concat(), folder);
        assert_eq!((exit, said.contains("/enrol?token=")), (0, true), "{said}");
        let (exit, said) = run(&[&["admin", "create", "anna"], data].concat(), folder);
        assert_eq!((exit, said.contains("CODE_DUPLICATE")), (1, true), "{said}");
    });
}

#[test]
fn r_plat_135_a_schema_of_a_newer_takt_is_left_alone() {
    on_both(|folder, data| {
        assert_eq!(run(&[&["migrate"], data].concat(), folder).0, 0);
        let newer = "insert into schema_version (number, name) values (9999, 'later')";
        match data.get(3) {
            Some(url) => {
                engine::db::postgres::PgConn::open(url, None).expect("it opens").script(newer).expect("a row");
            }
            None => {
                rusqlite::Connection::open(folder.join("data/takt.db"))
                    .expect("a file")
                    .execute(newer, [])
                    .expect("a row");
            }
        }
        for words in [vec!["serve", "--port", "0"], vec!["migrate"], vec!["admin", "create", "anna"], vec!["check"]] {
            let (exit, said) = run(&[&words, data].concat(), folder);
            assert_eq!((exit, said.contains("SCHEMA_TOO_NEW")), (1, true), "{words:?}: {said}");
        }
    });
}

#[test]
fn what_cannot_begin_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |words: &[&str]| run(words, folder.path());
    let (exit, said) = at(&["version"]);
    assert_eq!((exit, said.starts_with("takt ")), (0, true), "{said}");
    assert_eq!(at(&["no-such-command"]).0, 2);
    let (exit, said) = at(&["check", "--data-dir", "nothing-here"]);
    assert_eq!((exit, said.contains("does not exist")), (1, true), "{said}");
    let (exit, said) = told(&takt(&["check"], folder.path()).env("TAKT_NO_SUCH", "1").output().expect("it runs"));
    assert_eq!((exit, said.contains("NO_SUCH")), (1, true), "an unknown setting is an error: {said}");
    let (exit, said) = at(&["serve", "--port", "0", "--host", "0.0.0.0"]);
    assert_eq!((exit, said.contains("--insecure-http")), (1, true), "{said}");
    // The database of a real plant is no demo and never becomes one.
    assert_eq!(at(&["admin", "create", "anna", "--data-dir", "real"]).0, 0);
    let (exit, said) = at(&["demo", "--dir", "real", "--port", "0"]);
    assert_eq!((exit, said.contains("DATABASE_NOT_DEMO") || said.contains("demo")), (1, true), "{said}");
    assert_eq!(at(&["acceptance", "--scenario", "first-board", "--data-dir", "real"]).0, 2);
}

#[test]
fn r_plat_132_the_log_has_one_line_for_each_request_and_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let (exit, link) = run(&["admin", "create", "anna", "--data-dir", "data"], folder.path());
    assert_eq!(exit, 0, "{link}");
    let token = link.split("token=").nth(1).expect("a link").trim().to_string();
    let server = Serving::start(takt(&serve(&["--data-dir", "data"]), folder.path()));
    let send = |request: Request| Connection::to(server.address).send(&request).expect("an answer");
    assert_eq!(send(Request::get(format!("/enrol?token={token}"))).status, 200);
    let body = json!({ "token": token, "password": PASSWORD });
    assert_eq!(send(Request::post("/api/v1/auth/enrol").json(&body)).status, 200);
    let wrong = Request::post("/login").raw("username=anna&password=wrong-word-99");
    assert_eq!(send(wrong).status, 401);
    let mut anna = Session::sign_in(server.address, "anna", PASSWORD).expect("she signs in");
    let made = json!({ "name": "Printer", "kind": "MACHINE", "permissions": ["exec:read"], "expiresAt": "2027-01-01T00:00:00Z" });
    let made = anna.command(Request::post("/api/v1/api-tokens").json(&made), &fresh_key()).expect("an answer");
    let secret =
        made.json().expect("JSON")["secret"].as_str().map(str::to_string).unwrap_or_else(|| panic!("{made:?}"));
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let traced = Request::get("/api/v1/lines").header("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01"));
    let bearer = format!("Bearer {secret}");
    assert_eq!(send(traced.header("Authorization", &bearer)).status, 200);
    assert_eq!(anna.get("/mes/units/SN-SECRET-1").expect("an answer").status, 404);
    assert_eq!(anna.get("/mes/quality").expect("an answer").status, 200);
    assert_eq!(anna.get("/no/such/page?password=in-the-address").expect("an answer").status, 404);
    let denied = anna.command(Request::post("/api/v1/lines").json(&json!({ "code": "L" })), &fresh_key());
    let denied = denied.expect("an answer");
    assert_eq!(denied.status, 403);
    let name = denied.headers("takt-request-id").next().expect("a name").to_string();
    let cookie = anna.cookie().to_string();
    let (_, log) = server.stop();
    let lines: Vec<Json> =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect();
    let requests: Vec<&Json> = lines.iter().filter(|line| line["route"].is_string()).collect();
    for line in &requests {
        for field in ["ts", "level", "requestId", "traceId", "actor", "method", "route", "code"] {
            assert!(line[field].is_string(), "{field} in {line}");
        }
        assert!(line["status"].is_u64() && line["ms"].is_f64(), "{line}");
        assert!(line["ts"].as_str().expect("a text").ends_with('Z'), "{line}");
        let level = if line["status"].as_u64() >= Some(400) { "WARN" } else { "INFO" };
        assert_eq!(line["level"], level, "{line}");
    }
    let one = |route: &str, status: u64| {
        let found = requests.iter().find(|line| line["route"] == route && line["status"] == status);
        *found.unwrap_or_else(|| panic!("no line for {route} {status}: {log}"))
    };
    assert_eq!(one("/api/v1/lines", 403)["requestId"], name.as_str());
    assert_eq!(one("/api/v1/lines", 403)["code"], "FORBIDDEN");
    assert_eq!(one("/api/v1/lines", 403)["actor"], "anna");
    assert_eq!(one("/api/v1/lines", 200)["traceId"], trace);
    assert_eq!(one("/login", 401)["code"], "INVALID_CREDENTIALS");
    assert_eq!(one("/mes/units/{sn}", 404)["code"], "UNIT_NOT_FOUND");
    assert_eq!(one("", 404)["code"], "PATH_NOT_FOUND");
    assert_eq!(one("/enrol", 200)["method"], "GET");
    let session = cookie.split('=').nth(1).unwrap_or(&cookie).to_string();
    for secret in [token.as_str(), PASSWORD, "wrong-word-99", &secret, &session, "SN-SECRET-1", "in-the-address"] {
        assert!(!log.contains(secret), "{secret} stands in the log: {log}");
    }
}

#[test]
fn a_demo_is_served_again_and_an_acceptance_tells_by_its_exit_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let demo = ["demo", "--dir", "demo", "--port", "0"];
    let server = Serving::start(takt(&demo, at));
    assert!(server.before.contains("serves a demo plant at"), "{}", server.before);
    let (exit, said) = run(&demo, at);
    assert_eq!((exit, said.contains("DATA_DIR_LOCKED")), (1, true), "{said}");
    let kept = std::fs::read_to_string(at.join("demo/accounts.toml")).expect("the passwords are kept");
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(at.join("demo/accounts.toml")).expect("a file").permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    let url = format!("http://{}", server.address);
    let accept = |more: &[&str]| run(&[&["acceptance", "--url", &url, "--scenario", "first-board"], more].concat(), at);
    let (exit, said) = accept(&["--track", "smt", "--json", "--json-file", "r.json", "--junit-file", "r.xml"]);
    assert_eq!(exit, 0, "{said}");
    let report: Json = serde_json::from_str(&said).expect("--json prints the report alone");
    assert_eq!((&report["ok"], &report["context"]["track"]), (&json!(true), &json!("smt")));
    let file: Json = serde_json::from_str(&std::fs::read_to_string(at.join("r.json")).expect("a file")).expect("JSON");
    assert_eq!(file, report);
    let junit = std::fs::read_to_string(at.join("r.xml")).expect("a file");
    assert!(junit.contains("<testsuite name=\"takt.acceptance.smt.first-board\""), "{junit}");
    // Somebody has another password than the file says: the scenario fails, and the exit code says so.
    std::fs::create_dir(at.join("other")).expect("a folder");
    let odd: String = kept
        .lines()
        .map(|line| {
            if line.starts_with("operator ") { "operator = \"not the password\"\n".into() } else { format!("{line}\n") }
        })
        .collect();
    std::fs::write(at.join("other/accounts.toml"), odd).expect("a file");
    let (exit, said) = accept(&["--dir", "other", "--junit-file", "failed.xml"]);
    assert_eq!((exit, said.contains("FAIL  ")), (1, true), "{said}");
    assert!(
        std::fs::read_to_string(at.join("failed.xml"))
            .expect("a file")
            .contains("<failure type=\"INVALID_CREDENTIALS\"")
    );
    // What cannot begin ends with 2.
    for words in [
        &["acceptance"][..],
        &["acceptance", "--scenario", "no-such"],
        &["acceptance", "--scenario", "job-1016928", "--track", "dip"],
        &["acceptance", "--scenario", "first-board", "--url", &url, "--dir", "nowhere"],
        &["acceptance", "--scenario", "first-board", "--url", &url, "--database", "sqlite:x.db"],
    ] {
        let (exit, said) = run(words, at);
        assert_eq!(exit, 2, "{words:?}: {said}");
    }
    assert_eq!(server.stop().0, 0);
    let again = Serving::start(takt(&demo, at));
    assert_eq!(std::fs::read_to_string(at.join("demo/accounts.toml")).expect("a file"), kept, "the same passwords");
    assert_eq!(again.stop().0, 0);
}

#[test]
fn an_acceptance_makes_a_plant_of_its_own_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = takt(&["acceptance", "--track", "dip", "--scenario", "first-board"], folder.path());
    let (exit, said) = told(&command.env("TMPDIR", folder.path()).output().expect("it runs"));
    assert_eq!((exit, said.contains("passed in")), (0, true), "{said}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
}
