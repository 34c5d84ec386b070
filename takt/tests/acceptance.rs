//! The acceptance scenarios in a server of this process, on SQLite and on PostgreSQL.

use takt::acceptance::{self, Report, Scenario, Track};
use takt::cli::serve_for_acceptance;
use takt::config::{Config, Flags};
use takt::demo_plant::Accounts;

/// Serve a fresh plant, play a scenario against it and stop.
fn accept(database: Option<String>, track: Track, scenario: Scenario) -> Report {
    let dir = tempfile::tempdir().unwrap();
    let flags = Flags { data_dir: Some(dir.path().into()), port: Some(0), database, ..Flags::default() };
    let config = Config::load(&flags).unwrap();
    let accounts = Accounts::of(dir.path()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let running = runtime.block_on(serve_for_acceptance(&config, &accounts)).unwrap();
    let base = format!("http://{}", running.address);
    let report = acceptance::run(&base, &accounts, track, scenario, |_| {}).unwrap();
    runtime.block_on(running.stop());
    println!("{} {} in {} ms", report.context.track, report.context.scenario, report.duration_ms);
    report
}

fn passes(database: Option<String>, track: Track, scenario: Scenario) {
    let report = accept(database, track, scenario);
    assert!(report.ok, "{}", report.json());
    assert!(report.steps.iter().all(|s| s.ok && s.started_at.is_some()));
}

/// A fresh database of the test server, removed at the end.
fn on_postgres(story: impl Fn(String)) {
    let (url, admin, name) = engine::testing::fresh_postgres();
    story(url);
    let mut conn = engine::db::postgres::PgConn::open(&admin, None).unwrap();
    conn.script(&format!("drop database {name} with (force)")).unwrap();
}

#[test]
fn first_board_smt_on_sqlite() {
    passes(None, Track::Smt, Scenario::FirstBoard);
}

#[test]
fn first_board_dip_on_sqlite() {
    passes(None, Track::Dip, Scenario::FirstBoard);
}

#[test]
fn first_board_smt_and_dip_on_postgresql() {
    on_postgres(|url| {
        passes(Some(url.clone()), Track::Smt, Scenario::FirstBoard);
    });
    on_postgres(|url| passes(Some(url.clone()), Track::Dip, Scenario::FirstBoard));
}

#[test]
fn job_1016928_on_sqlite() {
    passes(None, Track::Smt, Scenario::Job1016928);
}

#[test]
fn job_1016928_on_postgresql() {
    on_postgres(|url| passes(Some(url.clone()), Track::Smt, Scenario::Job1016928));
}

/// The same scenario passes twice on one plant; one that fails says where, and what was not reached.
#[test]
fn a_report_names_the_step_that_failed() {
    let dir = tempfile::tempdir().unwrap();
    let flags = Flags { data_dir: Some(dir.path().into()), port: Some(0), ..Flags::default() };
    let config = Config::load(&flags).unwrap();
    let accounts = Accounts::of(dir.path()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let running = runtime.block_on(serve_for_acceptance(&config, &accounts)).unwrap();
    let base = format!("http://{}", running.address);
    let again = || acceptance::run(&base, &accounts, Track::Smt, Scenario::FirstBoard, |_| {}).unwrap();
    assert!(again().ok);
    assert!(again().ok, "each run of the scenario has an order of its own");
    // The operator has another password: signing in fails, and the report says so.
    let report = {
        let mut accounts = accounts.clone();
        accounts.0.insert("operator".into(), "not the password".into());
        acceptance::run(&base, &accounts, Track::Smt, Scenario::FirstBoard, |_| {}).unwrap()
    };
    runtime.block_on(running.stop());
    assert!(!report.ok);
    assert_eq!(report.error.as_ref().unwrap().code, "INVALID_CREDENTIALS");
    assert_eq!(report.steps.iter().filter(|s| s.error.is_some()).count(), 1);
    assert!(report.junit().contains("<failure type=\"INVALID_CREDENTIALS\""));
    assert!(report.steps.last().unwrap().started_at.is_none());
}
