//! Promised writes on both engines: they hold like any other, and what goes wrong with them takes the whole call back.

use std::sync::atomic::Ordering;

use engine::testing::{Plant, on_both};
use engine::{Ask, Command, Cx, Done, Entity, Need, Registry, post, sql};
use kernel::{Error, Result, p};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

kernel::refusals! {
    /// The promise was taken back
    PROMISE_TAKEN_BACK: Conflict;
}

/// Count a counter up by a promise, and then do what `then` says.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Promise {
    name: String,
    then: String,
}

impl Command for Promise {
    type Loaded = ();
    type Output = Done;
    const NAME: &'static str = "promise.keep";
    const ROUTE: engine::Route = post("/promises/{name}");
    const PERMIT: Need = Need::Session;

    fn entity(&self) -> Entity {
        Entity::of("promise", &self.name)
    }

    fn guards(&self, _cx: &Cx<'_>, _ask: &mut Ask) -> Result<()> {
        Ok(())
    }

    fn run(self, (): (), cx: &mut Cx<'_>) -> Result<Done> {
        let count = sql!(
            "insert into counter (name, value) values ($1, 1)
             on conflict (name) do update set value = counter.value + 1"
        );
        cx.promise(count, p![self.name], "the counter was not counted")?;
        match self.then.as_str() {
            "read" => {
                let seen: Option<(i64,)> = cx.one(sql!("select value from counter where name = $1"), p![self.name])?;
                assert!(seen.is_some(), "a call sees what it has promised");
            }
            "miss" => {
                let sql = sql!("update counter set value = value + 1 where name = $1");
                cx.promise(sql, p!["nobody has this name".to_string()], "the counter is gone")?;
            }
            "clash" => {
                let sql = sql!("insert into counter (name, value) values ($1, 1)");
                cx.promise(sql, p![self.name], "the counter was not made")?;
            }
            "refuse" => return Err(PROMISE_TAKEN_BACK.into()),
            "part" => {
                let part = cx.attempt(|cx| {
                    cx.promise(count, p![self.name], "the counter was not counted")?;
                    Err::<(), Error>(PROMISE_TAKEN_BACK.into())
                })?;
                assert!(part.is_err(), "only the part is taken back");
            }
            _ => {}
        }
        Ok(Done::OK)
    }
}

fn wire(registry: &mut Registry) {
    registry.command::<Promise>();
}

fn counter(plant: &Plant, name: &'static str) -> i64 {
    let read = move |tx: &engine::db::Tx, _: &engine::store::Shared| {
        let sql = sql!("select value from counter where name = $1");
        let rows: Vec<(i64,)> = tx.all(sql, engine::db::Reach::ALL, &p![name.to_string()])?;
        Ok(rows.first().map_or(0, |r| r.0))
    };
    plant.engine.read_blocking(false, read).unwrap()
}

#[test]
fn a_promise_is_kept_seen_by_its_call_and_taken_back_with_it() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        let call = |name: &str, then: &str| plant.call(&boss, "promise.keep", json!({ "name": name, "then": then }));
        for (times, then) in [(1, ""), (2, "read"), (3, "part")] {
            assert_eq!(call("kept", then).status(), 200, "{then}");
            assert_eq!(counter(plant, "kept"), times, "{then}");
        }
        assert_eq!(call("refused", "refuse").status(), 409);
        assert_eq!(counter(plant, "refused"), 0);
        assert_eq!(call("kept", "").status(), 200, "the connection goes on");
        assert_eq!(counter(plant, "kept"), 4);
    });
}

#[test]
fn r_core_002_a_promise_that_changes_nothing_has_its_call_done_again_and_then_given_up() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        let before = plant.engine.shared.metrics.retries.load(Ordering::Relaxed);
        let answer = plant.call(&boss, "promise.keep", json!({ "name": "missed", "then": "miss" }));
        assert_eq!(answer.status(), 503);
        assert!(plant.engine.shared.metrics.retries.load(Ordering::Relaxed) > before, "it was tried again");
        assert_eq!(counter(plant, "missed"), 0);
    });
}

#[test]
fn a_promise_that_breaks_a_rule_of_the_database_is_our_mistake_and_leaves_nothing() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        let answer = plant.call(&boss, "promise.keep", json!({ "name": "clashed", "then": "clash" }));
        assert_eq!(answer.status(), 500);
        assert_eq!(counter(plant, "clashed"), 0);
        assert_eq!(plant.call(&boss, "promise.keep", json!({ "name": "clashed", "then": "" })).status(), 200);
        assert_eq!(counter(plant, "clashed"), 1);
    });
}
