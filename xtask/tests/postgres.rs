//! A private PostgreSQL for real: what it promises, a restart, and nothing left behind.

use std::process::Command;

use xtask::packages;
use xtask::postgres::Server;

/// Asks with `psql`, which comes with the server.
fn ask(server: &Server, sql: &str) -> String {
    let programs = packages::postgres_folder().unwrap();
    let answer = Command::new(programs.join("psql")).args([&server.url(), "-XAtc", sql]).output().unwrap();
    let words = String::from_utf8(answer.stdout).unwrap();
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    words.trim().to_string()
}

#[test]
fn a_server_starts_restarts_with_its_data_and_leaves_nothing() {
    let programs = packages::postgres_folder().expect("PostgreSQL is missing: run `cargo xtask test`");
    let mut server = Server::start(&programs).unwrap();
    let told =
        ask(&server, "select datcollate, pg_encoding_to_char(encoding) from pg_database where datname = 'postgres'");
    assert_eq!(told, "C|UTF8");
    for (setting, value) in [("fsync", "on"), ("synchronous_commit", "on"), ("max_connections", "200")] {
        assert_eq!(ask(&server, &format!("show {setting}")), value);
    }

    ask(&server, "create table kept as select 42 as answer");
    let url = server.url();
    server.restart().unwrap();
    assert_eq!(server.url(), url);
    assert_eq!(ask(&server, "select answer from kept"), "42");

    let data = ask(&server, "show data_directory");
    drop(server);
    assert!(!std::path::Path::new(&data).parent().unwrap().exists());
}
