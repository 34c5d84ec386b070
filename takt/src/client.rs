//! A person at the public API: signs in, asks and commands over HTTP, and says exactly what was not as expected.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value as Json, json};
use ureq::http::{Method, Request};

/// Why something went otherwise than expected: a code, a sentence, and the HTTP status where there was one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub code: String,
    pub message: String,
    pub status: Option<u16>,
}

impl Failure {
    pub fn new(code: &str, message: impl Into<String>) -> Failure {
        Failure { code: code.into(), message: message.into(), status: None }
    }
}

/// A session of one account.
pub struct Session {
    pub username: String,
    base: String,
    agent: ureq::Agent,
    cookie: String,
    csrf: String,
    keys: AtomicU64,
}

/// An answer of the API with the question, for messages.
#[derive(Debug)]
pub struct Reply {
    pub asked: String,
    pub status: u16,
    pub body: Json,
    pub etag: Option<String>,
}

/// The longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a call is repeated, with its key, while the server says 503.
const TRIES: u32 = 20;

impl Session {
    /// Sign in with a password at a server like `http://127.0.0.1:8080`.
    pub fn sign_in(base: &str, username: &str, password: &str) -> Result<Session, Failure> {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
        let mut session = Session {
            username: username.into(),
            base: base.trim_end_matches('/').into(),
            agent: config.max_idle_connections(4).build().into(),
            cookie: String::new(),
            csrf: String::new(),
            keys: AtomicU64::new(0),
        };
        let reply = session.send(
            Method::POST,
            "/auth/login",
            Some(json!({ "username": username, "password": password })),
            &[],
        )?;
        let body = reply.ok(200)?;
        session.csrf = body["csrf"].as_str().unwrap_or_default().into();
        if session.cookie.is_empty() || session.csrf.is_empty() {
            return Err(Failure::new("NO_SESSION", format!("signing in as {username} gave no cookie or no CSRF word")));
        }
        Ok(session)
    }

    /// Ask a question; `path` goes under `/api/v1`.
    pub fn get(&self, path: &str) -> Result<Reply, Failure> {
        self.again_while_busy(Method::GET, path, None, &[])
    }

    /// Give a command with a key of its own.
    pub fn post(&self, path: &str, fields: Json) -> Result<Reply, Failure> {
        let n = self.keys.fetch_add(1, Ordering::Relaxed);
        let key = format!("{}-{n}", &self.csrf[..self.csrf.len().min(16)]);
        self.again_while_busy(Method::POST, path, Some(fields), &[("idempotency-key", &key)])
    }

    fn again_while_busy(
        &self,
        method: Method,
        path: &str,
        fields: Option<Json>,
        headers: &[(&str, &str)],
    ) -> Result<Reply, Failure> {
        for _ in 1..TRIES {
            let reply = self.exchange(method.clone(), path, fields.as_ref(), headers)?.0;
            if reply.status != 503 {
                return Ok(reply);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(self.exchange(method, path, fields.as_ref(), headers)?.0)
    }

    fn send(
        &mut self,
        method: Method,
        path: &str,
        fields: Option<Json>,
        headers: &[(&str, &str)],
    ) -> Result<Reply, Failure> {
        let (reply, cookie) = self.exchange(method, path, fields.as_ref(), headers)?;
        self.cookie = cookie.unwrap_or_default();
        Ok(reply)
    }

    fn exchange(
        &self,
        method: Method,
        path: &str,
        fields: Option<&Json>,
        headers: &[(&str, &str)],
    ) -> Result<(Reply, Option<String>), Failure> {
        let asked = format!("{method} {path} as {}", self.username);
        let lost = |e: &dyn std::fmt::Display| Failure::new("NO_ANSWER", format!("{asked}: {e}"));
        let mut request = Request::builder().method(method).uri(format!("{}/api/v1{path}", self.base));
        request = request.header("accept-language", "en").header("user-agent", "takt-acceptance");
        if !self.cookie.is_empty() {
            request = request.header("cookie", &self.cookie).header("takt-csrf", &self.csrf);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = match fields {
            None => self.agent.run(request.body(()).map_err(|e| lost(&e))?),
            Some(fields) => {
                let request = request.header("content-type", "application/json");
                self.agent.run(request.body(fields.to_string()).map_err(|e| lost(&e))?)
            }
        };
        let mut answer = answer.map_err(|e| lost(&e))?;
        let header = |name: &str| answer.headers().get(name).and_then(|h| h.to_str().ok()).map(str::to_string);
        let cookie = header("set-cookie").and_then(|c| c.split(';').next().map(str::to_string));
        let (status, etag) = (answer.status().as_u16(), header("etag"));
        let text = answer.body_mut().read_to_string().map_err(|e| lost(&e))?;
        let body = serde_json::from_str(&text).unwrap_or(Json::String(text));
        Ok((Reply { asked, status, body, etag }, cookie))
    }
}

impl Reply {
    /// The answer, if the status is this one.
    pub fn ok(self, status: u16) -> Result<Json, Failure> {
        if self.status == status {
            return Ok(self.body);
        }
        let code = self.body["code"].as_str().unwrap_or("UNEXPECTED_STATUS").to_string();
        let message = format!("{} was to answer {status} and answered {} {}", self.asked, self.status, self.body);
        Err(Failure { code, message, status: Some(self.status) })
    }

    /// The problem, if the call was refused with this status and code.
    pub fn refused(self, status: u16, code: &str) -> Result<Json, Failure> {
        let found = self.body["code"].as_str().unwrap_or_default().to_string();
        if self.status == status && found == code {
            return Ok(self.body);
        }
        let message =
            format!("{} was to be refused with {status} {code} and answered {} {}", self.asked, self.status, self.body);
        Err(Failure {
            code: if found.is_empty() { "NOT_REFUSED".into() } else { found },
            message,
            status: Some(self.status),
        })
    }
}

/// Require that a part of an answer is what it must be; `at` is a JSON pointer.
pub fn same(what: &str, body: &Json, at: &str, wanted: impl Into<Json>) -> Result<(), Failure> {
    let (found, wanted) = (body.pointer(at).unwrap_or(&Json::Null), wanted.into());
    let equal = match (found.as_f64(), wanted.as_f64()) {
        (Some(found), Some(wanted)) => (found - wanted).abs() <= f64::EPSILON * wanted.abs(),
        _ => *found == wanted,
    };
    if equal {
        return Ok(());
    }
    Err(Failure::new("STATE_DIFFERS", format!("{what}{at} is {found} and was to be {wanted}")))
}

/// One part of a path, percent-encoded.
pub fn part(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_paths_survive_every_letter() {
        assert_eq!(part("ST-AOI-01"), "ST-AOI-01");
        assert_eq!(part("a/b#1 é"), "a%2Fb%231%20%C3%A9");
    }

    #[test]
    fn a_difference_names_place_and_values() {
        let body = json!({ "run": { "status": "PREP", "planQty": 5 } });
        assert!(same("run", &body, "/run/planQty", 5.0).is_ok());
        let failure = same("run", &body, "/run/status", "AUTHORIZED").unwrap_err();
        assert_eq!(failure.message, "run/run/status is \"PREP\" and was to be \"AUTHORIZED\"");
        assert!(same("run", &body, "/run/none", "x").is_err());
    }

    #[test]
    fn a_refusal_is_checked_by_status_and_code() {
        let reply = |status, body| Reply { asked: "POST /x".into(), status, body, etag: None };
        assert!(reply(409, json!({ "code": "RUN_ON_HOLD" })).refused(409, "RUN_ON_HOLD").is_ok());
        assert_eq!(
            reply(409, json!({ "code": "RUN_CLOSED" })).refused(409, "RUN_ON_HOLD").unwrap_err().code,
            "RUN_CLOSED"
        );
        assert_eq!(reply(200, json!({})).refused(409, "RUN_ON_HOLD").unwrap_err().code, "NOT_REFUSED");
        assert_eq!(reply(404, json!({ "code": "RUN_NOT_FOUND" })).ok(200).unwrap_err().status, Some(404));
    }
}
