//! The one write path on both engines: replay, refusals, faults, audit, events, and what a group commit survives.

use engine::testing::{Plant, on_both};
use engine::{Ask, Command, Cx, Done, Entity, Need, Registry, post, sql};
use kernel::{Result, p};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

kernel::refusals! {
    /// The thing is there already
    THING_THERE: Conflict (name);
    /// The thing is odd
    THING_ODD: Unprocessable;
    /// The thing is shy
    THING_SHY: Conflict;
}

engine::events! {
    /// A thing was counted
    ThingCounted = "THING_COUNTED" { name: String, n: i64 }
}

/// Count a thing up; odd and shy names are refused, `panic` and `fault` break.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CountThing {
    name: String,
    #[serde(default)]
    odd: bool,
    #[serde(default)]
    shy: bool,
}

impl Command for CountThing {
    type Loaded = ();
    type Output = Done;
    const NAME: &'static str = "thing.count";
    const ROUTE: engine::Route = post("/things/{name}/count");
    const PERMIT: Need = Need::Session;

    fn entity(&self) -> Entity {
        Entity::of("thing", &self.name)
    }

    fn guards(&self, _cx: &Cx<'_>, ask: &mut Ask) -> Result<()> {
        ask.that(!self.odd, THING_ODD)?;
        ask.that(!self.shy, THING_SHY)
    }

    fn run(self, (): (), cx: &mut Cx<'_>) -> Result<Done> {
        let n = cx.count(&self.name)?;
        cx.note("replace", "count", Some((n - 1).into()), Some(n.into()));
        cx.emit(ThingCounted { name: self.name.clone(), n })?;
        match self.name.as_str() {
            "panic" => panic!("a thing panicked"),
            "fault" => Err(kernel::Error::fault("a thing broke")),
            "late" => Err(THING_THERE.with("name", "late").into()),
            _ => Ok(Done::OK),
        }
    }
}

fn wire(registry: &mut Registry) {
    registry.command::<CountThing>();
}

fn counter(plant: &Plant, name: &str) -> i64 {
    let name = name.to_string();
    let read = move |tx: &engine::db::Tx, _: &engine::store::Shared| {
        let rows: Vec<(i64,)> =
            tx.all(sql!("select value from counter where name = $1"), engine::db::Reach::ALL, &p![name])?;
        Ok(rows.first().map_or(0, |r| r.0))
    };
    plant.engine.read_blocking(false, read).unwrap()
}

fn rows(plant: &Plant, what: &'static engine::db::Sql) -> i64 {
    let read = move |tx: &engine::db::Tx, _: &engine::store::Shared| {
        let rows: Vec<(i64,)> = tx.all(what, engine::db::Reach::ALL, &[])?;
        Ok(rows[0].0)
    };
    plant.engine.read_blocking(false, read).unwrap()
}

#[test]
fn r_core_001_the_same_key_gives_the_same_answer_and_one_effect() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        let envelope = plant.envelope();
        let first = plant.call_with(&boss, "thing.count", json!({ "name": "a" }), envelope.clone());
        let again = plant.call_with(&boss, "thing.count", json!({ "name": "a" }), envelope.clone());
        assert_eq!(first.status(), 200);
        assert!(matches!(again, engine::perform::Answer::Done { replayed: true, status: 200, .. }));
        assert_eq!(counter(plant, "a"), 1);
        let other = plant.call_with(&boss, "thing.count", json!({ "name": "b" }), envelope);
        assert_eq!(other.status(), 422);
        assert_eq!(counter(plant, "b"), 0);
    });
}

#[test]
fn r_core_003_what_is_refused_or_breaks_changes_nothing_but_is_on_record() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        for (name, status) in [("late", 409), ("panic", 500), ("fault", 500)] {
            assert_eq!(plant.call(&boss, "thing.count", json!({ "name": name })).status(), status, "{name}");
            assert_eq!(counter(plant, name), 0, "{name}");
        }
        assert_eq!(plant.call(&boss, "thing.count", json!({ "name": "fine" })).status(), 200);
        assert_eq!(rows(plant, sql!("select cast(count(*) as bigint) from audit where status = 'FAIL'")), 3);
        assert_eq!(rows(plant, sql!("select cast(count(*) as bigint) from event")), 1);
    });
}

#[test]
fn r_core_004_the_first_failing_guard_is_returned_and_a_dry_run_names_all() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        let fields = json!({ "name": "x", "odd": true, "shy": true });
        assert_eq!(plant.code(&boss, "thing.count", fields.clone()), ("THING_ODD", 422));
        assert_eq!(plant.blockers(&boss, "thing.count", fields), ["THING_ODD", "THING_SHY"]);
        assert_eq!(rows(plant, sql!("select cast(count(*) as bigint) from audit")), 1, "a dry run writes no audit row");
    });
}

/// What `ask_all` says of a command, for a page.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Blockers {
    odd: bool,
}

impl engine::Query for Blockers {
    type Output = Vec<&'static str>;
    const NAME: &'static str = "thing.blockers";
    const ROUTE: engine::Route = engine::get("/things/blockers");
    const PERMIT: Need = Need::Session;

    fn ask(self, cx: &Cx<'_>) -> Result<Vec<&'static str>> {
        let asked = cx.ask_all(&ShyThing { odd: self.odd })?;
        Ok(asked.into_iter().map(|r| r.def.code).collect())
    }
}

/// A command for planners on a line nobody is assigned to.
#[derive(Deserialize, JsonSchema, Clone)]
struct ShyThing {
    odd: bool,
}

impl Command for ShyThing {
    type Loaded = ();
    type Output = Done;
    const NAME: &'static str = "thing.shy";
    const ROUTE: engine::Route = post("/things/shy");
    const PERMIT: Need = Need::Any(&[engine::Permit::RunCreate]);

    fn entity(&self) -> Entity {
        Entity::of("thing", "shy")
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<()> {
        let _: Option<(i64,)> = cx.one(sql!("select value from counter where name = 'shy' for update"), [])?;
        ask.that(cx.reaches_line(Some(7)), || engine::refusals::LINE_FORBIDDEN.with("line", "7"))?;
        ask.that(!self.odd, THING_ODD)?;
        ask.that(false, THING_SHY)
    }

    fn run(self, (): (), _cx: &mut Cx<'_>) -> Result<Done> {
        Ok(Done::OK)
    }
}

#[test]
fn r_scr_001_next_actions_ask_the_guards_of_the_command_and_its_permit() {
    let wire = |registry: &mut Registry| {
        registry.command::<ShyThing>().query::<Blockers>();
    };
    on_both(wire, |plant| {
        let ask = |actor: &std::sync::Arc<engine::Actor>, odd: bool| {
            plant.ask(actor, "thing.blockers", json!({ "odd": odd }))
        };
        assert_eq!(ask(&plant.boss(), false), json!(["THING_SHY"]));
        assert_eq!(ask(&plant.boss(), true), json!(["THING_ODD", "THING_SHY"]));
        let reader = plant.someone(&[engine::Permit::RunRead]);
        assert_eq!(ask(&reader, false), json!(["FORBIDDEN", "THING_SHY"]), "no scope refusal for a permit not held");
        assert_eq!(plant.blockers(&reader, "thing.shy", json!({ "odd": false })), ["FORBIDDEN", "THING_SHY"]);
    });
}

#[test]
fn r_core_001_one_key_sent_by_many_at_once_has_one_effect() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        let envelope = plant.envelope();
        std::thread::scope(|scope| {
            let calls: Vec<_> = (0..16)
                .map(|_| {
                    scope.spawn(|| {
                        plant.call_with(&boss, "thing.count", json!({ "name": "hot" }), envelope.clone()).status()
                    })
                })
                .collect();
            for call in calls {
                assert_eq!(call.join().unwrap(), 200);
            }
        });
        assert_eq!(counter(plant, "hot"), 1);
        assert_eq!(rows(plant, sql!("select cast(count(*) as bigint) from audit")), 1, "a replay writes no second row");
    });
}

#[test]
fn r_plat_050_the_sealer_numbers_without_gaps_and_verify_names_the_first_broken_row() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        for i in 0..20 {
            plant.run(&boss, "thing.count", json!({ "name": format!("t{i}") }));
        }
        plant.seal();
        let verify = |plant: &Plant| {
            plant.engine.read_blocking(true, |tx, shared| {
                let actor = engine::Actor::system();
                engine::seal::verify(&engine::store::system_cx(tx, shared, &actor), 1, i64::MAX, |_| {})
            })
        };
        let report = verify(plant).unwrap();
        assert_eq!((report.checked, report.first_broken_seq, report.unsealed), (20, None, 0));
        plant.run(&boss, "thing.count", json!({ "name": "late one" }));
        assert_eq!(verify(plant).unwrap().unsealed, 1);
        let forge = plant
            .engine
            .work(|cx| cx.run(sql!("update audit set actor = 'nobody' where id = 7"), []).map(|n| n as i64));
        assert!(forge.is_err(), "audit rows are never changed through the application");
    });
}

/// Keep a name under the id the database gives, and say what is remembered of that id; may be refused at the end.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RememberThing {
    name: String,
    #[serde(default)]
    late: bool,
    #[serde(default)]
    apart: bool,
}

struct Remembered(String);

impl RememberThing {
    fn remember(&self, cx: &mut Cx<'_>) -> Result<String> {
        let id: Option<i64> = cx.value(
            sql!(
                "insert into setting_change (key, scope_type, scope_key, version, after_value, changed_at, changed_by, reason)
                 values ('thing', 'GLOBAL', '', 1, $1, 0, 'nobody', '') returning id"
            ),
            p![self.name],
        )?;
        let id = id.unwrap();
        let kept = cx.frozen(id, || {
            let name: Option<String> =
                cx.value(sql!("select after_value from setting_change where id = $1"), p![id])?;
            Ok(name.map(Remembered))
        })?;
        let name = kept.unwrap().0.clone();
        if self.late { Err(THING_THERE.with("name", &self.name).into()) } else { Ok(name) }
    }
}

impl Command for RememberThing {
    type Loaded = ();
    type Output = String;
    const NAME: &'static str = "thing.remember";
    const ROUTE: engine::Route = post("/things/remember");
    const PERMIT: Need = Need::Session;

    fn entity(&self) -> Entity {
        Entity::of("thing", &self.name)
    }

    fn guards(&self, _cx: &Cx<'_>, _ask: &mut Ask) -> Result<()> {
        Ok(())
    }

    fn run(self, (): (), cx: &mut Cx<'_>) -> Result<String> {
        if self.apart {
            return Ok(cx.attempt(|cx| self.remember(cx))?.unwrap_or_else(|_| "taken back".into()));
        }
        self.remember(cx)
    }
}

#[test]
fn r_core_003_what_was_read_in_a_call_that_is_taken_back_is_not_remembered() {
    let wire = |registry: &mut Registry| {
        registry.command::<RememberThing>();
    };
    on_both(wire, |plant| {
        let boss = plant.boss();
        assert_eq!(plant.run(&boss, "thing.remember", json!({ "name": "first" })), "first");
        for apart in [false, true] {
            // SQLite gives the id of what is taken back to the next.
            let lost = plant.call(&boss, "thing.remember", json!({ "name": "lost", "late": true, "apart": apart }));
            assert_eq!(lost.status(), if apart { 200 } else { 409 });
            let name = format!("next, {apart}");
            assert_eq!(plant.run(&boss, "thing.remember", json!({ "name": name })), json!(name), "on {}", plant.on);
        }
    });
}

/// A command on line 7.
#[derive(Deserialize, JsonSchema, Clone)]
struct LineThing {}

impl Command for LineThing {
    type Loaded = ();
    type Output = Done;
    const NAME: &'static str = "thing.on_line";
    const ROUTE: engine::Route = post("/things/on-line");
    const PERMIT: Need = Need::Any(&[engine::Permit::RunCreate]);

    fn entity(&self) -> Entity {
        Entity::of("thing", "on line")
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<()> {
        ask.that(cx.reaches_line(Some(7)), || engine::refusals::LINE_FORBIDDEN.with("line", "7"))
    }

    fn run(self, (): (), _cx: &mut Cx<'_>) -> Result<Done> {
        Ok(Done::OK)
    }
}

#[test]
fn r_core_001_permit_and_scope_are_asked_again_before_a_replay() {
    use engine::permits::{Grants, Permits, Scope};
    let wire = |registry: &mut Registry| {
        registry.command::<LineThing>();
    };
    on_both(wire, |plant| {
        let bound = |lines: &[i64], permits: &[engine::Permit]| {
            let grants = Grants::of([(Scope::AssignedLines, Permits::of(permits))].into_iter());
            let lines = lines.iter().copied().collect();
            std::sync::Arc::new(engine::Actor { principal: 77, grants, lines, ..(*plant.boss()).clone() })
        };
        let may = &[engine::Permit::RunCreate][..];
        let key = plant.envelope();
        let ask =
            |who: &std::sync::Arc<engine::Actor>| match plant.call_with(who, "thing.on_line", json!({}), key.clone()) {
                engine::perform::Answer::Done { replayed, .. } => {
                    if replayed {
                        "replayed"
                    } else {
                        "done"
                    }
                }
                engine::perform::Answer::Refused { refusal, .. } => refusal.def.code,
            };
        assert_eq!(ask(&bound(&[7], may)), "done");
        assert_eq!(ask(&bound(&[7], may)), "replayed");
        assert_eq!(ask(&bound(&[8], may)), "LINE_FORBIDDEN", "the line is not his any more");
        assert_eq!(ask(&bound(&[7], &[])), "FORBIDDEN", "nor the right");
        let failed = sql!("select cast(count(*) as bigint) from audit where status = 'FAIL'");
        assert_eq!(rows(plant, failed), 2, "both are on record");
        assert_eq!(ask(&bound(&[7], may)), "replayed");
    });
}
