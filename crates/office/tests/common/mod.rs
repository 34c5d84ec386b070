//! People and machines for the stories of this slice.
#![allow(dead_code, reason = "each test file uses a part")]

use std::sync::{Arc, Mutex};

use engine::db::{Reach, Sql};
use engine::door::Envelope;
use engine::perform::{Answer, Origin};
use engine::testing::Plant;
use engine::{Actor, Registry, row, sql};
use kernel::p;
use serde_json::{Value as Json, json};

/// A password that is fine.
pub const GOOD: &str = "solder mask green 7";

pub fn wire(registry: &mut Registry) {
    office::register(registry);
}

pub fn nobody() -> Arc<Actor> {
    Arc::new(Actor::nobody())
}

pub fn body(answer: &Answer) -> Json {
    match answer {
        Answer::Done { body, .. } => serde_json::from_str(body).unwrap(),
        Answer::Refused { refusal, .. } => {
            panic!("refused: {} {:?} {:?}", refusal.def.code, refusal.params, refusal.errors)
        }
    }
}

pub fn code(answer: &Answer) -> &'static str {
    match answer {
        Answer::Done { body, .. } => panic!("not refused: {body}"),
        Answer::Refused { refusal, .. } => refusal.def.code,
    }
}

/// An administrator made on the command line; gives the enrolment word or the code of the refusal.
pub fn admin(plant: &Plant, username: &str) -> Result<String, &'static str> {
    plant.engine.work(office::role::seed).unwrap();
    let (word, name) = (Arc::new(Mutex::new(String::new())), username.to_string());
    let keep = word.clone();
    let made = plant.engine.work(move |cx| {
        *keep.lock().unwrap() = office::admin::create(cx, &name)?;
        Ok(0)
    });
    match made {
        Ok(_) => Ok(word.lock().unwrap().clone()),
        Err(error) => Err(error.refusal().unwrap_or_else(|| panic!("{error}")).def.code),
    }
}

/// A person with a role and the password `GOOD`.
pub fn person(plant: &Plant, username: &str, role: &str) {
    let link = admin(plant, username).unwrap();
    plant.run(&nobody(), "user.enrol", json!({ "token": link, "password": GOOD }));
    let (username, role) = (username.to_string(), role.to_string());
    plant
        .engine
        .work(move |cx| {
            let n = cx.run(
                sql!(
                    "update principal_role set role_id = (select id from role where code = $2)
                     where principal_id = (select id from app_user where username = $1)"
                ),
                p![username, role],
            )?;
            Ok(n as i64)
        })
        .unwrap();
}

pub fn login(plant: &Plant, username: &str, password: &str, ip: &str) -> Answer {
    let origin = Origin { request_id: "r".into(), ip: Some(ip.into()), user_agent: Some("test".into()) };
    let envelope = Envelope { key: None, if_match: None, origin };
    plant.call_with(&nobody(), "session.login", json!({ "username": username, "password": password }), envelope)
}

/// Sign in with `GOOD`; gives the cookie.
pub fn sign_in(plant: &Plant, username: &str) -> String {
    body(&login(plant, username, GOOD, "10.9.9.9"))["sessionToken"].as_str().unwrap().to_string()
}

/// Who has this cookie now.
pub fn session(plant: &Plant, cookie: &str) -> Option<Actor> {
    let cookie = cookie.to_string();
    let read = move |tx: &engine::db::Tx, shared: &engine::store::Shared| {
        let system = Actor::system();
        office::actor::by_session(&engine::store::system_cx(tx, shared, &system), &cookie)
    };
    plant.engine.read_blocking(false, read).unwrap()
}

/// Sign in and be the one who did.
pub fn signed(plant: &Plant, username: &str) -> Arc<Actor> {
    Arc::new(session(plant, &sign_in(plant, username)).unwrap())
}

pub fn count(plant: &Plant, sql: &'static Sql) -> i64 {
    let read = move |tx: &engine::db::Tx, _: &engine::store::Shared| {
        let rows: Vec<(i64,)> = tx.all(sql, Reach::ALL, &[])?;
        Ok(rows[0].0)
    };
    plant.engine.read_blocking(false, read).unwrap()
}

pub fn change(plant: &Plant, sql: &'static Sql) {
    plant.engine.work(move |cx| cx.run(sql, []).map(|n| n as i64)).unwrap();
}

pub fn events(plant: &Plant, name: &str) -> i64 {
    let name = name.to_string();
    let read = move |tx: &engine::db::Tx, _: &engine::store::Shared| {
        let sql = sql!("select cast(count(*) as bigint) from event where name = $1");
        let rows: Vec<(i64,)> = tx.all(sql, Reach::ALL, &p![name])?;
        Ok(rows[0].0)
    };
    plant.engine.read_blocking(false, read).unwrap()
}

pub fn epoch(plant: &Plant) -> u64 {
    // The bell is rung after the answer: give it a moment.
    std::thread::sleep(std::time::Duration::from_millis(20));
    plant.engine.shared.bell.epoch()
}

pub fn age_failures(plant: &Plant, ms: i64) {
    plant
        .engine
        .work(move |cx| cx.run(sql!("update sign_in_failure set at = at - $1"), p![ms]).map(|n| n as i64))
        .unwrap();
}

pub fn age_sessions(plant: &Plant, idle: i64, age: i64) {
    let run = move |cx: &mut engine::Cx<'_>| {
        let sql = sql!("update session set seen_at = $1, created_at = $2");
        cx.run(sql, p![cx.now.plus_ms(-idle), cx.now.plus_ms(-age)]).map(|n| n as i64)
    };
    plant.engine.work(run).unwrap();
}

pub fn stored_session(plant: &Plant) -> String {
    let read = |tx: &engine::db::Tx, _: &engine::store::Shared| {
        let rows: Vec<(String,)> = tx.all(sql!("select token_hash from session"), Reach::ALL, &[])?;
        Ok(rows[0].0.clone())
    };
    plant.engine.read_blocking(false, read).unwrap()
}

row! {
    pub struct AuditRow {
        pub status: String,
        pub error_code: Option<String>,
        pub actor: String,
        pub entity_key: String,
        pub diff: Option<String>,
        pub input: Option<String>,
        pub ip: Option<String>,
    }
}

pub fn audit(plant: &Plant, action: &str) -> Vec<AuditRow> {
    let action = action.to_string();
    let read = move |tx: &engine::db::Tx, _: &engine::store::Shared| {
        let sql = sql!(
            "select status, error_code, actor, entity_key, diff, input, ip from audit where action = $1 order by id"
        );
        tx.all(sql, Reach::ALL, &p![action])
    };
    plant.engine.read_blocking(false, read).unwrap()
}

/// Lines and stations to be bound to.
pub fn floor(plant: &Plant) {
    for line in ["SMT-A", "SMT-B"] {
        plant
            .engine
            .work(move |cx| {
                let n = cx.run(
                    sql!(
                        "insert into line (code, code_key, name, process_type, is_active, version)
                         values ($1, $2, $1, 'SMT', 1, 1)"
                    ),
                    p![*line, kernel::code::fold(line)],
                )?;
                Ok(n as i64)
            })
            .unwrap();
    }
    for (station, line) in [("ST-SPI-01", "SMT-A"), ("ST-AOI-01", "SMT-B")] {
        plant
            .engine
            .work(move |cx| {
                let n = cx.run(
                    sql!(
                        "insert into station (code, code_key, name, line_id, station_type, is_active, equipment_required,
                             equipment_code, version)
                         values ($1, $2, $1, (select id from line where code = $3), 'MANUAL', 1, 0, '', 1)"
                    ),
                    p![*station, kernel::code::fold(station), *line],
                )?;
                Ok(n as i64)
            })
            .unwrap();
    }
}

/// Sign in with a password of one's own; gives the cookie.
pub fn sign_in_with(plant: &Plant, username: &str, password: &str) -> String {
    body(&login(plant, username, password, "10.9.9.9"))["sessionToken"].as_str().unwrap().to_string()
}

/// Who has this bearer secret now, or the code of the refusal.
pub fn bearer(plant: &Plant, secret: &str, ip: Option<&str>) -> Result<Actor, &'static str> {
    let (secret, ip) = (secret.to_string(), ip.map(str::to_string));
    let read = move |tx: &engine::db::Tx, shared: &engine::store::Shared| {
        let system = Actor::system();
        office::actor::by_token(&engine::store::system_cx(tx, shared, &system), &secret, ip.as_deref())
    };
    let found = plant.engine.read_blocking(false, read);
    found.map_err(|error| error.refusal().unwrap_or_else(|| panic!("{error}")).def.code)
}
