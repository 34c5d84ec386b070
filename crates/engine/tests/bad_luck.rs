//! Bad luck in the middle of a group: the disk fills, a call panics, a commit fails, the transaction or the connection is gone.
//! The others are answered truthfully: no answered call is missing, no unanswered call is half done.

use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::db::{Reach, Sql};
use engine::door::Envelope;
use engine::perform::Answer;
use engine::store::{Database, Options};
use engine::testing::on_both;
use engine::{Actor, Ask, Command, Cx, Done, Engine, Entity, Need, Registry, post, sql};
use kernel::{Error, Result, Value};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

engine::events! {
    /// A thing was stored
    ThingStored = "THING_STORED" { n: i64 }
}

/// Store a thing under a name; some have bad luck.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Store {
    name: String,
    #[serde(default)]
    luck: String,
}

impl Command for Store {
    type Loaded = ();
    type Output = Done;
    const NAME: &'static str = "thing.store";
    const ROUTE: engine::Route = post("/things/{name}/store");
    const PERMIT: Need = Need::Session;

    fn entity(&self) -> Entity {
        Entity::of("thing", &self.name)
    }

    fn guards(&self, _cx: &Cx<'_>, _ask: &mut Ask) -> Result<()> {
        Ok(())
    }

    fn run(self, (): (), cx: &mut Cx<'_>) -> Result<Done> {
        let n = cx.count(&self.name)?;
        cx.note("replace", "count", Some((n - 1).into()), Some(n.into()));
        cx.emit(ThingStored { n })?;
        match self.luck.as_str() {
            "slow" => std::thread::sleep(Duration::from_millis(300)),
            "panic" => panic!("a thing panicked"),
            // Four megabytes, where the disk has room for less.
            "full" => drop(cx.count(&"x".repeat(4 << 20))?),
            // SQLite may take the whole transaction back when it cannot go on.
            "gone" => {
                cx.run(sql!("rollback"), [])?;
                return Err(Error::fault("the transaction was taken back"));
            }
            // What the commit finds wrong only at its end.
            "commit" => {
                cx.each(sql!("pragma defer_foreign_keys = on"), [], |_| Ok(()))?;
                cx.run(sql!("insert into feed (no, event_id) values (4711, 4711)"), [])?;
            }
            "lost" => drop(cx.exists(sql!("select pg_terminate_backend(pg_backend_pid())"), [])?),
            _ => {}
        }
        Ok(Done::OK)
    }
}

fn wire(registry: &mut Registry) {
    registry.command::<Store>();
}

/// An engine whose groups take as long as the slowest call, so that ten calls are one group for sure.
fn patient(folder: &std::path::Path) -> Arc<Engine> {
    let mut registry = Registry::default();
    wire(&mut registry);
    let database = Database::Sqlite(folder.join("takt.db"));
    Engine::start(Options { chores: false, batch: Duration::from_secs(20), ..Options::on(database) }, registry).unwrap()
}

fn boss() -> Arc<Actor> {
    Arc::new(Actor { name: "boss".into(), kind: engine::ActorKind::User, ..Actor::system() })
}

fn call(engine: &Engine, name: &str, luck: &str) -> Answer {
    let entry = engine.command("thing.store").unwrap();
    let envelope = Envelope { key: Some(format!("key of {name}")), ..Envelope::default() };
    engine.perform_blocking(engine.call(entry, boss(), json!({ "name": name, "luck": luck }), envelope).unwrap())
}

fn number(engine: &Engine, sql: &'static Sql, params: &'static [&'static str]) -> i64 {
    let read = move |tx: &engine::db::Tx, _: &engine::store::Shared| {
        let params: Vec<Value> = params.iter().map(|p| Value::Text((*p).into())).collect();
        Ok(tx.all::<(i64,)>(sql, Reach::ALL, &params)?.first().map_or(0, |r| r.0))
    };
    engine.read_blocking(false, read).unwrap()
}

/// Ten calls in one group behind a slow one, the fifth with bad luck; gives the ten answers.
fn ten(engine: &Engine, luck: &str) -> Vec<Answer> {
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| call(engine, "slow", "slow"));
        std::thread::sleep(Duration::from_millis(100));
        let calls: Vec<_> = (0..10)
            .map(|i| {
                scope.spawn(move || {
                    // In order: the fifth is the fifth.
                    std::thread::sleep(Duration::from_millis(5 * i));
                    call(engine, &format!("t{i}"), if i == 4 { luck } else { "" })
                })
            })
            .collect();
        assert_eq!(slow.join().unwrap().status(), 200);
        calls.into_iter().map(|c| c.join().unwrap()).collect()
    })
}

/// Nine are done, each once and on record; the fifth is not, and left nothing but, at most, its FAIL row.
fn assert_truth(engine: &Engine, answers: &[Answer], status: u16, fail_rows: i64) {
    for (i, answer) in answers.iter().enumerate() {
        assert_eq!(answer.status(), if i == 4 { status } else { 200 }, "call {i}: {answer:?}");
    }
    let ones = sql!("select cast(count(*) as bigint) from counter where length(name) = 2 and value = 1");
    assert_eq!(number(engine, ones, &[]), 9);
    assert_eq!(number(engine, sql!("select cast(count(*) as bigint) from counter where name = $1"), &["t4"]), 0);
    let audits = sql!("select cast(count(*) as bigint) from audit where status = $1");
    assert_eq!(number(engine, audits, &["SUCCESS"]), 10);
    assert_eq!(number(engine, audits, &["FAIL"]), fail_rows);
    assert_eq!(number(engine, sql!("select cast(count(*) as bigint) from event"), &[]), 10);
}

fn groups_taken_back(engine: &Engine) -> u64 {
    engine.shared.metrics.taken_back.load(std::sync::atomic::Ordering::Relaxed)
}

/// The disk holds so many pages from now on; gives how many there are.
fn limit_pages(engine: &Engine, more: i64) -> i64 {
    let pages = number(engine, sql!("select page_count from pragma_page_count()"), &[]);
    let pragma = Sql::compose(format!("pragma max_page_count = {}", pages + more), file!(), line!());
    engine.work(move |cx| Ok(cx.value::<i64>(pragma, [])?.unwrap_or(0))).unwrap()
}

#[test]
fn r_core_001_the_disk_fills_at_call_five_of_ten() {
    let folder = tempfile::tempdir().unwrap();
    let engine = patient(folder.path());
    limit_pages(&engine, 200);
    let answers = ten(&engine, "full");
    assert_truth(&engine, &answers, 503, 0);
    assert!(matches!(&answers[4], Answer::Refused { refusal, .. } if refusal.def.code == "STORAGE_FULL"));
    assert_eq!(groups_taken_back(&engine), 1, "the ten were one group");
    // There is room again: the same key is no replay of the refusal.
    limit_pages(&engine, 10_000);
    assert_eq!(call(&engine, "t4", "full").status(), 200);
}

#[test]
fn r_core_001_a_panic_in_call_five_of_ten() {
    let folder = tempfile::tempdir().unwrap();
    let engine = patient(folder.path());
    let answers = ten(&engine, "panic");
    assert_truth(&engine, &answers, 500, 1);
    assert_eq!(groups_taken_back(&engine), 0, "a panic is taken back to its savepoint");
}

#[test]
fn r_core_001_a_commit_that_fails() {
    let folder = tempfile::tempdir().unwrap();
    let engine = patient(folder.path());
    let answers = ten(&engine, "commit");
    assert_truth(&engine, &answers, 500, 0);
    assert_eq!(groups_taken_back(&engine), 1);
    assert_eq!(number(&engine, sql!("select cast(count(*) as bigint) from feed"), &[]), 0);
}

#[test]
fn r_core_001_a_transaction_that_the_database_took_back() {
    let folder = tempfile::tempdir().unwrap();
    let engine = patient(folder.path());
    let answers = ten(&engine, "gone");
    assert_truth(&engine, &answers, 503, 0);
    assert_eq!(groups_taken_back(&engine), 1);
    // The key tells the truth afterwards: nothing was kept under it, so it does its work now.
    assert_eq!(call(&engine, "t4", "gone").status(), 503);
    assert_eq!(call(&engine, "t10", "").status(), 200);
}

/// A plant on PostgreSQL where a call that counts `t4` fails at its commit with this state.
fn commit_fails_on_postgresql(state: &str) -> engine::testing::Plant {
    let plant = engine::testing::Plant::on_postgres(wire);
    let luck = format!(
        "create function takt.bad_luck() returns trigger language plpgsql as $$ begin
             if new.name = 't4' then raise exception using errcode = '{state}', message = 'bad luck'; end if;
             return null;
         end $$;
         create constraint trigger bad_luck after insert or update on counter deferrable initially deferred
             for each row execute function takt.bad_luck();"
    );
    plant.engine.database.open().unwrap().script(&luck).unwrap();
    plant
}

#[test]
fn r_core_001_a_commit_that_fails_and_a_disk_that_is_full_on_postgresql() {
    for (state, status, code) in [("P0001", 500, "INTERNAL_ERROR"), ("53100", 503, "STORAGE_FULL")] {
        let plant = commit_fails_on_postgresql(state);
        let answers = ten(&plant.engine, "");
        assert_truth(&plant.engine, &answers, status, 0);
        assert!(matches!(&answers[4], Answer::Refused { refusal, .. } if refusal.def.code == code), "{:?}", answers[4]);
        plant.engine.database.open().unwrap().script("drop trigger bad_luck on counter").unwrap();
        assert_eq!(call(&plant.engine, "t4", "").status(), 200, "the same key is no replay of the refusal");
    }
}

#[test]
fn r_core_001_a_panic_in_call_five_of_ten_on_postgresql() {
    let plant = engine::testing::Plant::on_postgres(wire);
    let answers = ten(&plant.engine, "panic");
    assert_truth(&plant.engine, &answers, 500, 1);
}

#[test]
fn r_core_003_work_of_takt_that_panics_or_fails_ends_no_writer_and_keeps_nothing() {
    on_both(wire, |plant| {
        // More often than there are writers.
        for n in 0..10 {
            let panicked = plant.engine.work(move |cx| {
                cx.count("half done")?;
                if n % 2 == 0 { panic!("a chore panicked") } else { Err(Error::fault("a chore failed")) }
            });
            assert!(panicked.is_err());
        }
        assert_eq!(call(&plant.engine, "t0", "").status(), 200, "on {}", plant.on);
        let halves = sql!("select cast(count(*) as bigint) from counter where name = $1");
        assert_eq!(number(&plant.engine, halves, &["half done"]), 0);
    });
}

#[test]
fn r_core_003_work_of_takt_that_panics_leaves_the_rest_of_its_group_alone() {
    let folder = tempfile::tempdir().unwrap();
    let engine = patient(folder.path());
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| call(&engine, "slow", "slow"));
        std::thread::sleep(Duration::from_millis(100));
        let before = scope.spawn(|| call(&engine, "t0", ""));
        std::thread::sleep(Duration::from_millis(20));
        let work = scope.spawn(|| engine.work(|_| panic!("a chore panicked")));
        std::thread::sleep(Duration::from_millis(20));
        let after = scope.spawn(|| call(&engine, "t1", ""));
        assert!(work.join().unwrap().is_err());
        for call in [slow, before, after] {
            assert_eq!(call.join().unwrap().status(), 200);
        }
    });
    assert_eq!(groups_taken_back(&engine), 0);
}

#[test]
fn r_core_001_a_connection_to_postgresql_that_is_lost_in_a_call() {
    let plant = engine::testing::Plant::on_postgres(wire);
    let boss = plant.boss();
    let envelope = plant.envelope();
    let lost = plant.call_with(&boss, "thing.store", json!({ "name": "t4", "luck": "lost" }), envelope);
    assert_eq!(lost.status(), 503);
    for i in 0..20 {
        assert_eq!(plant.call(&boss, "thing.store", json!({ "name": format!("n{i}") })).status(), 200);
    }
    let events = number(&plant.engine, sql!("select cast(count(*) as bigint) from event"), &[]);
    assert_eq!(events, 20, "what was lost left nothing");
}

#[test]
fn r_core_002_many_clients_on_one_thing_lose_no_count() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        std::thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| {
                    let answer = plant.call(&boss, "thing.store", json!({ "name": "hot" }));
                    assert_eq!(answer.status(), 200, "on {}: {answer:?}", plant.on);
                });
            }
        });
        let count = number(&plant.engine, sql!("select value from counter where name = $1"), &["hot"]);
        assert_eq!(count, 64);
    });
}

#[test]
fn r_plat_052_sixteen_writers_and_a_reader_of_the_feed_lose_nothing() {
    const EACH: usize = 25;
    on_both(wire, |plant| {
        let boss = plant.boss();
        let mut heard: Vec<(i64, String)> = Vec::new();
        std::thread::scope(|scope| {
            for w in 0..16 {
                let boss = &boss;
                scope.spawn(move || {
                    for i in 0..EACH {
                        plant.run(boss, "thing.store", json!({ "name": format!("w{w}-{i}") }));
                    }
                });
            }
            let until = Instant::now() + Duration::from_secs(60);
            while heard.len() < 16 * EACH && Instant::now() < until {
                plant.seal();
                heard.extend(after(plant, heard.last().map_or(0, |h| h.0)));
            }
        });
        let numbers: Vec<i64> = heard.iter().map(|h| h.0).collect();
        assert_eq!(numbers, (1..=(16 * EACH) as i64).collect::<Vec<_>>(), "on {}: gap-free and in order", plant.on);
        let mut subjects: Vec<&String> = heard.iter().map(|h| &h.1).collect();
        subjects.sort();
        subjects.dedup();
        assert_eq!(subjects.len(), 16 * EACH, "each fact once");
    });
}

/// The facts after a number of the feed: number and subject.
fn after(plant: &engine::testing::Plant, no: i64) -> Vec<(i64, String)> {
    let read = move |tx: &engine::db::Tx, shared: &engine::store::Shared| {
        let system = Actor::system();
        let news = engine::live::after(&engine::store::system_cx(tx, shared, &system), no)?;
        Ok(news.into_iter().map(|n| (n.no, n.topics.first().cloned().unwrap_or_default())).collect())
    };
    plant.engine.read_blocking(false, read).unwrap()
}
