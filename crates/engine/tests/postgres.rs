//! What only PostgreSQL can do to us: other nodes that migrate, clocks that differ, connections that end while nobody asks.

use std::time::Duration;

use engine::chore;
use engine::db::migrate;
use engine::db::postgres::PgConn;
use engine::db::tx::Conn;
use engine::store::{Database, Options};
use engine::testing::{Plant, fresh_postgres};
use engine::{Engine, Registry, sql};

fn open(url: &str) -> Conn {
    Conn::Postgres(Box::new(PgConn::open(url, None).unwrap()))
}

/// A database of collation C without any schema of ours.
fn empty() -> String {
    let (url, _, _) = fresh_postgres();
    open(&url).script("drop schema takt cascade").unwrap();
    url
}

#[test]
fn r_plat_052_a_trail_that_cannot_be_protected_is_not_begun() {
    let url = empty();
    open(&url).script("create schema takt; create function takt.forbid_change() returns trigger language plpgsql as $$ begin return new; end $$").unwrap();
    assert!(migrate::migrate(&mut open(&url)).is_err(), "the protection cannot be made");
    assert_eq!(migrate::version(&mut open(&url)).unwrap(), 0, "so nothing is");
    open(&url).script("drop function takt.forbid_change()").unwrap();
    migrate::migrate(&mut open(&url)).unwrap();
    let forged = open(&url).script("delete from audit");
    assert!(forged.unwrap_err().to_string().contains("never changed"));
}

#[test]
fn a_node_waits_for_as_long_as_another_migrates() {
    let url = empty();
    let mut first = open(&url);
    first.script("select pg_advisory_lock(7258311)").unwrap();
    let second = std::thread::spawn({
        let url = url.clone();
        move || Engine::start(Options { chores: false, ..Options::on(Database::Postgres(url)) }, Registry::default())
    });
    // Longer than writers wait for a lock.
    std::thread::sleep(Duration::from_millis(5_500));
    first.script("select pg_advisory_unlock(7258311)").unwrap();
    let engine = second.join().unwrap().expect("it starts when the other is done");
    // Its limits are those of writers again.
    let limit = engine.work(|cx| {
        Ok(i64::from(cx.value::<String>(sql!("select current_setting('lock_timeout')"), [])? == Some("5s".into())))
    });
    assert_eq!(limit.unwrap(), 1);
    engine.stop();
}

#[test]
fn a_node_whose_clock_is_wrong_takes_no_lease_of_another() {
    let plant = Plant::on_postgres(|_| {});
    let lease = |node: &'static str, off_ms: i64| {
        let taken = plant.engine.work(move |cx| {
            cx.now = cx.now.plus_ms(off_ms);
            chore::lease(cx, "a chore", node).map(i64::from)
        });
        taken.unwrap() == 1
    };
    assert!(lease("one", 0));
    assert!(!lease("two", 3_600_000), "an hour ahead");
    assert!(lease("one", -3_600_000), "an hour behind, it keeps its own");
    plant.engine.work(|cx| cx.run(sql!("update lease set until_at = until_at - 6000"), []).map(|n| n as i64)).unwrap();
    assert!(lease("two", -3_600_000), "a lease that is over is anybody's");
}

#[test]
fn questions_are_answered_at_once_after_their_connections_were_lost() {
    let plant = Plant::on_postgres(|_| {});
    let read = || {
        plant.engine.read_blocking(false, |tx, _| {
            tx.all::<(i64,)>(sql!("select cast(1 as bigint)"), engine::db::Reach::ALL, &[])
        })
    };
    // Every reader has a connection before.
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| read().unwrap());
        }
    });
    let ended = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
    plant.engine.database.open().unwrap().script(ended).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    for n in 0..16 {
        assert!(read().is_ok(), "question {n}");
    }
}
