//! `/metrics` in the hands of whoever collects it.

mod common;

use common::{Served, done};
use serde_json::json;
use xtask::load::http::Request;

/// The value of a sample.
fn sample(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')))?;
    line.rsplit(' ').next()?.parse().ok()
}

#[test]
fn r_plat_133_what_was_asked_what_happened_and_what_the_database_weighs_is_told_on_both_engines() {
    for served in [Served::on_sqlite(), Served::on_postgres()] {
        let mut admin = served.admin();
        let role = json!({ "code": "shift-lead", "name": "Shift lead", "scope": "ALL", "permissions": ["run:read"] });
        done(&mut admin, Request::post("/api/v1/roles").json(&role));
        let answer = served.send(&Request::get("/metrics"));
        let kind = answer.headers("content-type").next().unwrap_or_default().to_string();
        assert_eq!((answer.status, kind.split(';').next()), (200, Some("application/openmetrics-text")));
        let text = String::from_utf8(answer.body).expect("figures are text");
        assert!(text.ends_with("# EOF\n") && text.matches("# EOF").count() == 1);
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').expect("a name and a value");
            assert!(name.starts_with("takt_") && value.parse::<f64>().is_ok(), "{line}");
        }
        let at_least_one = [
            r#"takt_call_seconds_count{name="role.create",outcome="ok"}"#,
            r#"takt_events_total{name="ROLE_CHANGED",line=""}"#,
            r#"takt_chore_seconds_count{name="seal",outcome="ok"}"#,
            "takt_database_bytes",
        ];
        for name in at_least_one {
            assert!(sample(&text, name).is_some_and(|n| n >= 1.0), "{name} in\n{text}");
        }
        let of_the_engine = if served.is_on_postgres() { "takt_lock_waits" } else { "takt_wal_bytes" };
        assert!(sample(&text, of_the_engine).is_some(), "{of_the_engine} in\n{text}");
        assert_eq!(sample(&text, "takt_queue_jobs").map(|n| n < 256.0), Some(true));
        served.stop();
    }
}
