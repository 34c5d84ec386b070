//! A small plant with two mirrored lines, told through commands: what happens on line A happens on line B too.
//!
//! Everything of line B carries the text `ZZB`. Routes, materials and operations belong to both.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use engine::door::Envelope;
use engine::perform::Answer;
use engine::permits::{Grants, Permits, Scope};
use engine::{Actor, ActorKind, Engine, Permit};
use serde_json::{Value as Json, json};

/// The text on everything of line B.
pub const MARK: &str = "ZZB";
/// The password of every account.
pub const PASSWORD: &str = "solder mask green 7";

/// Somebody with every permission and scope ALL.
pub fn boss() -> Arc<Actor> {
    let system = Actor::system();
    Arc::new(Actor { name: "boss".into(), display: "Boss".into(), kind: ActorKind::User, ..system })
}

/// Ask for a command as its door does; gives whatever came of it.
pub fn call(engine: &Engine, actor: &Arc<Actor>, command: &str, fields: Json, seen: Option<i64>) -> Answer {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let entry = engine.command(command).unwrap_or_else(|| panic!("no command is called {command}"));
    let key = format!("world-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let envelope = Envelope { key: Some(key), if_match: seen, ..Envelope::default() };
    match engine.call(entry, actor.clone(), fields, envelope) {
        Ok(call) => engine.submit_blocking(call),
        Err(refusal) => Answer::refused(refusal),
    }
}

/// The teller of the story.
pub struct World<'e> {
    engine: &'e Engine,
    boss: Arc<Actor>,
}

impl World<'_> {
    /// Tell the whole story on a fresh plant.
    pub fn build(engine: &Engine) {
        let world = World { engine, boss: boss() };
        world.common();
        for side in ["A", MARK] {
            world.line(side);
        }
        world.people();
    }

    /// What happens afterwards: edits, corrections and ends, each once.
    pub fn go_on(engine: &Engine) {
        let world = World { engine, boss: boss() };
        let edits = [
            ("line.get", "line.update", json!({ "lineCode": "SMT-A" }), json!({ "name": "Line one" })),
            (
                "station.get",
                "station.update",
                json!({ "stationCode": "A-TEST" }),
                json!({ "name": "Test one", "capacity": 5 }),
            ),
            ("operation.get", "operation.update", json!({ "operationCode": "odd_1" }), json!({ "name": "Odd one" })),
            ("data_spec.get", "data_spec.update", json!({ "specId": "AOI:height" }), json!({ "isRequired": false })),
            (
                "material.get",
                "material.update",
                json!({ "materialCode": "P-1" }),
                json!({ "name": "Board two", "category": "BOARD" }),
            ),
            ("route.get", "route.update", json!({ "routingCode": "R-1" }), json!({ "name": "Route two" })),
            ("role.get", "role.update", json!({ "code": "on-line" }), json!({ "name": "On the line" })),
            (
                "user.get",
                "user.update",
                json!({ "username": "victim" }),
                json!({ "name": "Victim two", "roles": ["inspector"], "lineCodes": ["SMT-A"] }),
            ),
            (
                "config.get",
                "config.set",
                json!({ "key": "exec.duplicateScanSec" }),
                json!({ "value": 12, "reason": "because" }),
            ),
            (
                "material_lot.get",
                "material_lot.update",
                json!({ "materialCode": "odd_1", "lotNo": "LOT-1" }),
                json!({ "supplier": "Somebody" }),
            ),
            ("work_order.get", "work_order.pick_status", json!({ "woNo": "WO-new" }), json!({ "pickStatus": "2" })),
        ];
        for (query, command, key, change) in edits {
            let now = ask(engine, &world.boss, query, key.clone()).unwrap_or_else(|e| panic!("{query}: {e}"));
            let now: Json = serde_json::from_str(&now).expect("JSON");
            let nested = now.as_object().into_iter().flatten().find_map(|(_, v)| v["version"].as_i64());
            let mut fields = key;
            fields.as_object_mut().expect("an object").extend(change.as_object().cloned().unwrap_or_default());
            world.tell_seen(command, fields, now["version"].as_i64().or(nested));
        }
        world.tell("unit.track_in_cancel", json!({ "stationCode": "A-PRINT", "sn": "A-SN-0003", "reason": "because" }));
        world.tell("unit.release", json!({ "sn": "A-SN-0004", "reason": "because" }));
        world.tell(
            "run.plan",
            json!({ "runNo": "RUN-A-2", "plannedStartAt": "2026-12-01T08:00:00Z", "reason": "because" }),
        );
        world.tell("unit.import", json!({ "runNo": "RUN-A-2", "sns": ["A-X-1", "A-X-2"] }));
        world.tell("unit.delete_all", json!({ "runNo": "RUN-A-2" }));
        world.tell("run.cancel", json!({ "runNo": "RUN-A-2", "reason": "because" }));
        world.tell("work_order.cancel", json!({ "woNo": "WO-new", "reason": "because" }));
        world.tell(
            "bom_item.create",
            json!({ "parentCode": "P-1", "bomCode": "B", "lineNo": 1, "childCode": "odd_1", "qtyNumerator": "2" }),
        );
        world.tell(
            "api_token.create",
            json!({ "name": "line machine", "kind": "MACHINE", "permissions": ["run:read"], "lineCodes": ["SMT-A"] }),
        );
    }

    /// A command that must succeed.
    fn tell(&self, command: &str, fields: Json) -> Json {
        self.tell_seen(command, fields, None)
    }

    fn tell_seen(&self, command: &str, fields: Json, seen: Option<i64>) -> Json {
        match call(self.engine, &self.boss, command, fields.clone(), seen) {
            Answer::Done { body, .. } => serde_json::from_str(&body).expect("answers are JSON"),
            Answer::Refused { refusal, .. } => {
                panic!("{command} {fields}: {} {:?} {:?}", refusal.def.code, refusal.params, refusal.errors)
            }
        }
    }

    fn common(&self) {
        for (code, kind) in [("PRINT", "MANUAL"), ("AOI", "MANUAL"), ("TEST", "MANUAL")] {
            self.tell("station_group.create", json!({ "code": format!("G-{code}"), "name": format!("Group {code}") }));
            self.tell(
                "operation.create",
                json!({ "code": code, "name": format!("{code} operation"), "defaultType": kind }),
            );
        }
        for code in ["odd_1", "Odd-2", "odd 3", "ödd4", "奇5", "ODD.6", "odd~7"] {
            self.tell("operation.create", json!({ "code": code, "name": format!("{code} operation") }));
            self.tell(
                "material.create",
                json!({ "code": code, "name": format!("{code} material"), "isLotManaged": true }),
            );
        }
        self.tell(
            "data_spec.create",
            json!({ "operationCode": "AOI", "name": "height", "itemType": "KEY", "dataType": "NUMBER", "isRequired": true,
                    "spec": { "lsl": 1.0, "usl": 2.0, "unit": "mm" } }),
        );
        self.tell("data_spec.create", json!({ "operationCode": "TEST", "name": "note", "itemType": "OBSERVATION", "dataType": "TEXT", "isRequired": false }));
        self.tell("material.create", json!({ "code": "P-1", "name": "Controller board", "isLotManaged": false }));
        self.tell("material_lot.create", json!({ "materialCode": "odd_1", "lotNo": "LOT-1" }));
    }

    /// A line with three stations, an order, a run and four boards: one done, one failed, one inside, one waiting.
    fn line(&self, side: &str) {
        let (line, wo) = (format!("SMT-{side}"), format!("WO-{side}"));
        self.tell("line.create", json!({ "code": line, "name": format!("Line {side}"), "processType": "SMT" }));
        for code in ["PRINT", "AOI", "TEST"] {
            self.tell(
                "station.create",
                json!({ "code": format!("{side}-{code}"), "name": format!("{code} {side}"), "lineCode": line,
                        "groupCode": format!("G-{code}"), "stationType": "MANUAL" }),
            );
        }
        self.tell("shift.create", json!({ "code": format!("DAY-{side}"), "lineCode": line, "startLocal": "08:00", "endLocal": "20:00", "days": ["MON", "TUE"], "validFrom": "2026-01-01" }));
        if side == "A" {
            self.route();
        }
        self.tell("work_order.receive", json!({ "woNo": wo, "productCode": "P-1", "plannedQty": "10" }));
        self.tell("work_order.release", json!({ "woNo": wo, "lineCode": line }));
        // An order that was not sent to a line yet is of neither.
        if side == "A" {
            self.tell("work_order.receive", json!({ "woNo": "WO-new", "productCode": "P-1", "plannedQty": "10" }));
        }
        let run = format!("RUN-{side}");
        self.tell("run.create", json!({ "woNo": wo, "lineCode": line, "planQty": 4, "runNo": run }));
        self.tell("run.create", json!({ "woNo": wo, "lineCode": line, "planQty": 2, "runNo": format!("{run}-2") }));
        self.tell("unit.generate", json!({ "runNo": run, "quantity": 4, "snPrefix": format!("{side}-SN-") }));
        self.tell("run.authorize", json!({ "runNo": run, "action": "AUTHORIZE" }));
        let boards = self.boards(&run);
        let [done, failed, inside, waiting] = &boards[..] else { panic!("four boards, not {boards:?}") };
        for step in ["PRINT", "AOI", "TEST"] {
            self.pass(side, step, done);
        }
        self.pass(side, "PRINT", failed);
        self.tell("unit.track_in", json!({ "stationCode": format!("{side}-AOI"), "sn": failed }));
        self.tell(
            "unit.track_out",
            json!({ "stationCode": format!("{side}-AOI"), "sn": failed, "result": "FAIL",
                    "defects": [{ "code": "BRIDGE", "location": format!("U1 {side}"), "qty": 1 }],
                    "data": [{ "specName": "height", "valueNumber": 2.5 }] }),
        );
        self.tell("unit.track_in", json!({ "stationCode": format!("{side}-PRINT"), "sn": inside }));
        self.tell("unit.hold", json!({ "sn": waiting, "reason": format!("odd {side}") }));
        self.tell("run.hold", json!({ "runNo": run, "reason": format!("odd {side}") }));
        self.tell("run.resume", json!({ "runNo": run, "reason": format!("calm {side}") }));
    }

    /// The boards of a run, in the order of their serials.
    fn boards(&self, run: &str) -> Vec<String> {
        let page = ask(self.engine, &self.boss, "run_units", json!({ "runNo": run })).expect("the units of a run");
        let page: Json = serde_json::from_str(&page).expect("JSON");
        let mut sns: Vec<String> = page["items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|u| Some(u["sn"].as_str()?.to_string()))
            .collect();
        sns.sort();
        sns
    }

    fn pass(&self, side: &str, step: &str, sn: &str) {
        let station = format!("{side}-{step}");
        let data = if step == "AOI" { json!([{ "specName": "height", "valueNumber": 1.5 }]) } else { json!([]) };
        self.tell("unit.track_in", json!({ "stationCode": station, "sn": sn }));
        self.tell("unit.track_out", json!({ "stationCode": station, "sn": sn, "result": "PASS", "data": data }));
    }

    fn route(&self) {
        let made = self.tell(
            "route.create",
            json!({ "code": "R-1", "name": "Controller route", "productCode": "P-1", "processType": "SMT" }),
        );
        let step = |n: i64, code: &str| json!({ "stepNo": n, "operationCode": code, "stationType": "MANUAL", "stationGroupCode": format!("G-{code}") });
        let steps = json!([step(10, "PRINT"), step(20, "AOI"), step(30, "TEST")]);
        self.tell_seen("route.set_steps", json!({ "routingCode": "R-1", "steps": steps }), made["version"].as_i64());
        self.tell(
            "route.configure",
            json!({ "routingCode": "R-1", "scopeType": "STEP", "stepNo": 20, "dataSpecIds": ["AOI:height"] }),
        );
        self.tell("route.compile", json!({ "routingCode": "R-1" }));
    }

    /// One account per preset role, bound to line A where it must be bound, and two who may everything but only there.
    fn people(&self) {
        let all: Vec<&str> = Permit::ALL.iter().map(|p| p.name()).collect();
        for (code, scope) in [("on-line", "ASSIGNED_LINES"), ("on-station", "ASSIGNED_STATIONS")] {
            self.tell("role.create", json!({ "code": code, "name": code, "scope": scope, "permissions": all }));
        }
        let mine = engine::permits::PRESET_ROLES.iter().filter(|r| !r.token_only).map(|r| (r.code, r.scope));
        let made = [("on-line", Scope::AssignedLines), ("on-station", Scope::AssignedStations)];
        self.tell(
            "user.create",
            json!({ "username": "victim", "name": "Victim", "roles": ["trace"], "initialPassword": PASSWORD }),
        );
        let roles: Vec<&str> = engine::permits::PRESET_ROLES.iter().filter(|r| !r.token_only).map(|r| r.code).collect();
        self.tell(
            "user.create",
            json!({ "username": "everything", "name": "Everything", "roles": roles, "lineCodes": ["SMT-A"], "stationCodes": ["A-PRINT"],
                    "initialPassword": PASSWORD }),
        );
        for (role, scope) in mine.chain(made) {
            let lines = if scope == Scope::AssignedLines { json!(["SMT-A"]) } else { json!([]) };
            let stations = if scope == Scope::AssignedStations { json!(["A-PRINT"]) } else { json!([]) };
            self.tell(
                "user.create",
                json!({ "username": role, "name": format!("A {role}"), "roles": [role], "lineCodes": lines, "stationCodes": stations,
                        "initialPassword": PASSWORD }),
            );
        }
    }
}

/// Ask a question of an engine from a plain thread.
pub fn ask(engine: &Engine, actor: &Arc<Actor>, query: &str, fields: Json) -> kernel::Result<String> {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    }
    RUNTIME.with(|runtime| runtime.block_on(engine.ask(query, actor.clone(), fields)))
}

/// Somebody with every permission, but only as far as an account of the world is bound.
pub fn bound(engine: &Engine, username: &str, scope: Scope) -> Arc<Actor> {
    let username = username.to_string();
    let found = engine.read_blocking(false, move |tx, _| {
        let ids = |sql| tx.all::<(i64,)>(sql, engine::db::Reach::ALL, &kernel::p![username]);
        let who = ids(engine::sql!("select id from principal where name = $1"))?;
        let lines = ids(engine::sql!(
            "select pl.line_id from principal_line pl join principal p on p.id = pl.principal_id where p.name = $1"
        ))?;
        let stations = ids(engine::sql!(
            "select ps.station_id from principal_station ps join principal p on p.id = ps.principal_id where p.name = $1"
        ))?;
        let station_lines = ids(engine::sql!(
            "select s.line_id from principal_station ps join principal p on p.id = ps.principal_id
             join station s on s.id = ps.station_id where p.name = $1 and s.line_id is not null"
        ))?;
        Ok((who, lines, stations, station_lines))
    });
    let (who, lines, stations, station_lines) = found.expect("an account");
    let set = |ids: Vec<(i64,)>| ids.into_iter().map(|i| i.0).collect();
    Arc::new(Actor {
        principal: who.first().expect("an account of the world").0,
        name: "bound".into(),
        grants: Grants::of([(scope, Permits::ALL)].into_iter()),
        lines: set(lines),
        stations: set(stations),
        station_lines: set(station_lines),
        ..(*boss()).clone()
    })
}

/// What the fields of calls are called in the world, for one side.
pub fn names(side: &str) -> BTreeMap<&'static str, Json> {
    let text = |name: &str| Json::from(name.replace("{}", side));
    BTreeMap::from([
        ("lineCode", text("SMT-{}")),
        ("stationCode", text("{}-AOI")),
        ("stationGroupCode", text("G-AOI")),
        ("groupCode", text("G-AOI")),
        ("woNo", text("WO-{}")),
        ("runNo", text("RUN-{}")),
        ("sn", text("{}-SN-0002")),
        ("sns", json!([format!("{side}-SN-new")])),
        ("operationCode", text("AOI")),
        ("target", text("TEST")),
        ("specId", text("AOI:height")),
        ("routingCode", text("R-1")),
        ("versionNo", json!(1)),
        ("a", json!(1)),
        ("b", json!(1)),
        ("stepNo", json!(20)),
        ("productCode", text("P-1")),
        ("materialCode", text("odd_1")),
        ("lotNo", text("LOT-1")),
        ("username", text("victim")),
        ("key", text("idempotency.keepHours")),
        ("seq", json!(1)),
        ("entityType", text("run")),
        ("entityKey", text("RUN-{}")),
        ("entity", text("run")),
        ("sourceSystem", text("ERP")),
        ("sourceProcessKey", text("P10")),
        ("reason", text("because")),
        ("processType", text("SMT")),
        ("result", text("PASS")),
        ("action", text("AUTHORIZE")),
        ("startLocal", text("08:00")),
        ("endLocal", text("16:00")),
        ("days", json!(["MON"])),
        ("planQty", json!(1)),
        ("quantity", json!(1)),
        ("plannedQty", json!("1")),
        ("mode", text("latest")),
        ("tokenNo", text("TOK-none")),
    ])
}

/// Plausible fields of a call: the names of the world where they fit, else something of the right type.
pub fn plausible(schema: &Json, names: &BTreeMap<&'static str, Json>, all: bool) -> Json {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let wanted = schema["properties"].as_object().into_iter().flatten();
    let fields = wanted.filter(|(name, _)| all || required.contains(&name.as_str()));
    Json::Object(fields.map(|(name, field)| (name.clone(), value_of(name, field, names))).collect())
}

fn value_of(name: &str, schema: &Json, names: &BTreeMap<&'static str, Json>) -> Json {
    if let Some(known) = names.get(name) {
        return known.clone();
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    for choice in ["anyOf", "oneOf", "allOf"] {
        if let Some(first) = schema[choice].get(0) {
            return value_of(name, first, names);
        }
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"].get(0)?.as_str()).unwrap_or("string");
    match (kind, schema["format"].as_str()) {
        ("string", Some("date-time")) => json!("2026-11-20T08:00:00Z"),
        ("string", Some("date")) => json!("2026-11-20"),
        ("integer" | "number", _) => schema.get("minimum").cloned().unwrap_or(json!(1)),
        ("boolean", _) => json!(true),
        ("array", _) => match schema["minItems"].as_u64() {
            Some(n) if n > 0 => json!([value_of(name, &schema["items"], names)]),
            _ => json!([]),
        },
        ("object", _) => plausible(schema, names, false),
        _ => json!(format!("new-{}", name.to_lowercase())),
    }
}
