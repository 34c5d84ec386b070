//! The demo plant: every command in it exists and is well-formed, it can be played twice, and it never touches a plant.

use std::collections::BTreeMap;

use demo::Mark;
use engine::db::Sql;
use engine::testing::Plant;
use engine::{Actor, sql};
use takt::cli::serve_for_acceptance;
use takt::client::Session;
use takt::config::{Config, Flags};
use takt::demo_plant::{Accounts, seed};
use takt::floor::{self, Pace};
use takt::wire;

fn on_both(story: impl Fn(&Plant)) {
    engine::testing::on_both(wire::fill, |plant| {
        plant.engine.work(office::role::seed).expect("the preset roles are there");
        story(plant);
    });
}

#[test]
fn every_command_of_the_plant_exists_and_its_fields_are_read() {
    let registry = wire::registry();
    for chapter in demo::chapters().unwrap() {
        for (n, entry) in chapter.entries.iter().enumerate() {
            let place = format!("{} {}: {}", chapter.name, n + 1, entry.does);
            let command = registry.commands.get(entry.does.as_str()).unwrap_or_else(|| panic!("{place} is no command"));
            let fields = serde_json::Value::Object(entry.fields.clone());
            if let Err(problem) = (command.parse)(fields) {
                panic!("{place}: {problem}");
            }
            assert_eq!(command.versioned, entry.seen.is_some(), "{place} says the version it saw");
        }
    }
}

/// What a database holds, by table.
fn counts(plant: &Plant) -> BTreeMap<&'static str, i64> {
    let tables: [(&'static str, &'static Sql); 12] = [
        ("users", sql!("select cast(count(*) as bigint) from app_user")),
        ("lines", sql!("select cast(count(*) as bigint) from line")),
        ("groups", sql!("select cast(count(*) as bigint) from station_group")),
        ("stations", sql!("select cast(count(*) as bigint) from station")),
        ("materials", sql!("select cast(count(*) as bigint) from material")),
        ("bom items", sql!("select cast(count(*) as bigint) from bom_item")),
        ("operations", sql!("select cast(count(*) as bigint) from operation")),
        ("data specs", sql!("select cast(count(*) as bigint) from data_spec")),
        ("routes", sql!("select cast(count(*) as bigint) from route")),
        ("steps", sql!("select cast(count(*) as bigint) from route_step")),
        ("versions", sql!("select cast(count(*) as bigint) from route_version")),
        ("orders", sql!("select cast(count(*) as bigint) from work_order")),
    ];
    let read = plant.engine.read_blocking(false, move |tx, shared| {
        let system = Actor::system();
        let cx = engine::store::system_cx(tx, shared, &system);
        tables.into_iter().map(|(name, sql)| Ok((name, cx.value(sql, [])?.unwrap_or(0)))).collect()
    });
    read.unwrap()
}

fn forget_answers(plant: &Plant) {
    plant.engine.work(|cx| Ok(cx.run(sql!("delete from request"), [])? as i64)).unwrap();
}

#[test]
fn the_plant_is_played_twice_with_the_same_result() {
    on_both(|plant| {
        let accounts = Accounts::random().unwrap();
        let first = seed(&plant.engine, Mark::Demo, &accounts).unwrap();
        assert_eq!(first.already, 0);
        let found = counts(plant);
        assert_eq!((found["lines"], found["users"], found["steps"], found["orders"]), (3, 11, 42, 4));

        let second = seed(&plant.engine, Mark::Demo, &accounts).unwrap();
        assert_eq!((second.done, second.already), (0, first.done), "the first answers are given again");
        assert_eq!(counts(plant), found);

        // A day later the answers are forgotten: the plant says itself what is there already.
        forget_answers(plant);
        let third = seed(&plant.engine, Mark::Demo, &accounts).unwrap();
        assert_eq!(third.done + third.already, first.done);
        assert_eq!(counts(plant), found);
    });
}

#[test]
fn every_route_of_the_plant_is_ready() {
    on_both(|plant| {
        seed(&plant.engine, Mark::Demo, &Accounts::random().unwrap()).unwrap();
        for (route, steps) in [("1016928-00", 33), ("PCBA-SMT-V1", 5), ("PCBA-DIP-V1", 4)] {
            let fields = serde_json::json!({ "routingCode": route, "versionNo": 1 });
            let version = plant.ask(&plant.boss(), "route.version", fields);
            assert_eq!(version["status"], "READY", "{version}");
            assert_eq!(version["snapshot"]["steps"].as_array().unwrap().len(), steps);
        }
    });
}

/// Passwords that were lost with their directory are given anew; the accounts stay.
#[test]
fn lost_passwords_are_given_anew() {
    on_both(|plant| {
        seed(&plant.engine, Mark::Demo, &Accounts::random().unwrap()).unwrap();
        let found = counts(plant);
        forget_answers(plant);
        seed(&plant.engine, Mark::Demo, &Accounts::random().unwrap()).unwrap();
        assert_eq!(counts(plant), found);
    });
}

/// Whatever was tried out on an account: the next start gives it back with the password that is printed.
#[test]
fn accounts_come_back_with_their_printed_passwords() {
    on_both(|plant| {
        let accounts = Accounts::random().unwrap();
        seed(&plant.engine, Mark::Demo, &accounts).unwrap();
        let nobody = std::sync::Arc::new(Actor::nobody());
        let reset = plant.run(&plant.boss(), "user.reset_password", serde_json::json!({ "username": "engineer" }));
        let enrol = serde_json::json!({ "token": reset["secret"], "password": "a word of my own 1" });
        plant.run(&nobody, "user.enrol", enrol);
        plant.run(&plant.boss(), "user.update", serde_json::json!({ "username": "repair", "isActive": false }));
        seed(&plant.engine, Mark::Demo, &accounts).unwrap();
        for name in ["engineer", "repair"] {
            let login = serde_json::json!({ "username": name, "password": accounts.password(name) });
            plant.run(&nobody, "session.login", login);
        }
    });
}

#[test]
fn a_plant_that_is_no_demo_is_left_alone() {
    on_both(|plant| {
        plant.run(
            &plant.boss(),
            "line.create",
            serde_json::json!({ "code": "LINE-1", "name": "Line 1", "processType": "SMT" }),
        );
        let before = counts(plant);
        let problem = seed(&plant.engine, Mark::Demo, &Accounts::random().unwrap()).unwrap_err();
        assert!(problem.contains(demo::NOT_OURS), "{problem}");
        assert_eq!(counts(plant), before);
        assert_eq!(plant.ask(&plant.boss(), "system.demo", serde_json::json!({}))["mark"], serde_json::Value::Null);
    });
}

/// The first boards of a new demo are on their way, and a floor that plays moves them on.
#[test]
fn boards_travel_through_the_lines() {
    let dir = tempfile::tempdir().unwrap();
    let flags = Flags { data_dir: Some(dir.path().into()), port: Some(0), ..Flags::default() };
    let config = Config::load(&flags).unwrap();
    let accounts = Accounts::of(dir.path()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let running = runtime.block_on(serve_for_acceptance(&config, &accounts)).unwrap();
    let base = format!("http://{}", running.address);
    let leader = Session::sign_in(&base, "leader", accounts.password("leader")).unwrap();
    let started = |run: &str| {
        let run = leader.get(&format!("/runs/{run}")).unwrap();
        if run.status == 404 { 0 } else { run.ok(200).unwrap()["unitStats"]["started"].as_u64().unwrap() }
    };
    let until = |what: &str, holds: &dyn Fn() -> bool| {
        let patience = std::time::Instant::now() + std::time::Duration::from_secs(120);
        while !holds() {
            assert!(std::time::Instant::now() < patience, "{what} did not come");
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    };

    let first = floor::play(&base, &accounts, Pace::FIRST_BOARDS_ONLY);
    until("the first boards", &|| started("RUN-M0007556-001") == 24 && started("RUN-M007832-001") == 6);
    until("boards all over the route", &|| {
        let page = leader.get("/runs/RUN-M0007556-001").unwrap().ok(200).unwrap();
        let steps = page["routeSteps"].as_array().unwrap();
        let busy = steps.iter().filter(|s| s["wip"].as_u64().is_some_and(|wip| wip > 0)).count();
        busy >= 5 && page["unitStats"]["done"].as_u64().is_some_and(|done| done > 0)
    });
    first.stop();

    let playing = floor::play(&base, &accounts, Pace::per_minute(600));
    until("more boards", &|| started("RUN-M0007556-001") > 26 && started("RUN-M008502-001") > 10);
    playing.stop();
    runtime.block_on(running.stop());
}
