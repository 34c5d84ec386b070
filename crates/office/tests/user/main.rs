//! People: made, edited, sent away, and their passwords, on both engines.

#[path = "../common/mod.rs"]
mod common;
mod password;

use std::sync::Arc;

use common::*;
use engine::door::Envelope;
use engine::perform::Answer;
use engine::testing::{Plant, on_both};
use engine::{Permit, sql};
use serde_json::{Value as Json, json};

fn start(plant: &Plant) {
    plant.engine.work(office::role::seed).unwrap();
    floor(plant);
}

fn amy() -> Json {
    json!({ "username": "amy", "name": "Amy Wang", "roles": ["planner"], "locale": "en" })
}

fn op(name: &str, more: Json) -> Json {
    let mut fields = json!({ "username": name, "name": name, "roles": ["operator"] });
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields
}

#[test]
fn r_plat_001_a_person_needs_known_roles_and_the_bindings_they_ask_for() {
    on_both(wire, |plant| {
        start(plant);
        let boss = plant.boss();
        let code = |fields: Json| plant.code(&boss, "user.create", fields);
        assert_eq!(code(json!({ "username": "amy", "name": "A", "roles": [] })), ("ROLE_REQUIRED", 422));
        assert_eq!(code(json!({ "username": "amy", "name": "A", "roles": ["wizard"] })), ("ROLE_NOT_FOUND", 404));
        assert_eq!(code(json!({ "username": "amy", "name": "A", "roles": ["machine"] })), ("ROLE_FOR_TOKENS", 422));
        assert_eq!(
            code(json!({ "username": "amy", "name": "A", "roles": ["leader"] })),
            ("LINE_BINDING_REQUIRED", 422)
        );
        assert_eq!(code(op("amy", json!({}))), ("STATION_BINDING_REQUIRED", 422));
        assert_eq!(code(op("amy", json!({ "lineCodes": ["SMT-A"] }))), ("STATION_BINDING_REQUIRED", 422));
        assert_eq!(code(op("amy", json!({ "stationCodes": ["ST-NO"] }))), ("STATION_NOT_FOUND", 404));
        assert_eq!(code(op("amy", json!({ "lineCodes": ["L-NO"] }))), ("LINE_NOT_FOUND", 404));
        assert_eq!(code(json!({ "username": "me", "name": "A", "roles": ["planner"] })), ("CODE_RESERVED", 409));
        assert_eq!(code(json!({ "username": "ab", "name": "A", "roles": ["planner"] })), ("VALIDATION_FAILED", 400));
        assert_eq!(code(json!({ "username": "amy", "name": " ", "roles": ["planner"] })), ("NAME_REQUIRED", 400));
        let away =
            json!({ "username": "amy", "name": "A", "roles": ["planner"], "preferredHomePage": "//evil.example" });
        assert_eq!(code(away), ("VALIDATION_FAILED", 400));
        assert_eq!(plant.blockers(&plant.someone(&[Permit::AuditRead]), "user.create", amy())[0], "FORBIDDEN");

        let made = plant.run(&boss, "user.create", op("op1", json!({ "stationCodes": ["st-spi-01", "ST-SPI-01"] })));
        assert_eq!(made["stationCodes"], json!(["ST-SPI-01"]));
        assert_eq!(made["missingBindings"], json!([]));
        let again = plant.refuse(&boss, "user.create", op("OP1", json!({ "stationCodes": ["ST-SPI-01"] })));
        assert_eq!((again.def.code, again.kind.status()), ("CODE_DUPLICATE", 409));
        assert_eq!(again.errors[0].path, "/username", "the field is named");
    });
}

#[test]
fn r_plat_002_a_new_person_gets_a_link_or_a_random_password_once() {
    on_both(wire, |plant| {
        start(plant);
        let boss = plant.boss();
        let envelope = plant.envelope();
        let answer = body(&plant.call_with(&boss, "user.create", amy(), envelope.clone()));
        assert_eq!((answer["firstAccess"].as_str(), answer["passwordSet"].as_bool()), (Some("LINK"), Some(false)));
        let link = answer["secret"].as_str().unwrap().to_string();
        let again = body(&plant.call_with(&boss, "user.create", amy(), envelope));
        assert_eq!((again["secret"].is_null(), again["secretShownOnce"].as_bool()), (true, Some(true)));
        plant.run(&nobody(), "user.enrol", json!({ "token": link, "password": GOOD }));
        assert_eq!(login(plant, "amy", GOOD, "10.0.0.1").status(), 200);

        let bob = json!({ "username": "bob", "name": "Bob", "roles": ["planner"], "firstAccess": "PASSWORD" });
        let first = plant.run(&boss, "user.create", bob)["secret"].as_str().unwrap().to_string();
        let signed_in = body(&login(plant, "bob", &first, "10.0.0.1"));
        assert_eq!(signed_in["mustChangePassword"], true);
        let bob = Arc::new(session(plant, signed_in["sessionToken"].as_str().unwrap()).unwrap());
        let change = json!({ "oldPassword": first, "newPassword": GOOD });
        plant.run(&bob, "user.change_password", change);
        assert_eq!(body(&login(plant, "bob", GOOD, "10.0.0.1"))["mustChangePassword"], false);
        for row in audit(plant, "USER_CREATE") {
            assert!(!format!("{row:?}").contains(&link) && !format!("{row:?}").contains(&first), "{row:?}");
        }
    });
}

#[test]
fn r_plat_002_a_first_password_and_a_link_count_for_three_days() {
    on_both(wire, |plant| {
        start(plant);
        let boss = plant.boss();
        let mut fields = amy();
        fields["firstAccess"] = "PASSWORD".into();
        let first = plant.run(&boss, "user.create", fields)["secret"].as_str().unwrap().to_string();
        let link = plant.run(&boss, "user.create", json!({ "username": "bob", "name": "B", "roles": ["planner"] }));
        change(plant, engine::sql!("update app_user set enrol_until = enrol_until - 72 * 3600000"));
        assert_eq!(code(&login(plant, "amy", &first, "10.0.0.1")), "PASSWORD_EXPIRED");
        let late = json!({ "token": link["secret"], "password": GOOD });
        assert_eq!(plant.code(&nobody(), "user.enrol", late), ("ENROLMENT_INVALID", 422));
    });
}

#[test]
fn r_plat_11_demo_accounts_may_bring_a_password_that_stays() {
    on_both(wire, |plant| {
        start(plant);
        let mut fields = amy();
        fields["initialPassword"] = GOOD.into();
        let manager = plant.someone(&[Permit::SystemUserManage]);
        assert_eq!(plant.code(&manager, "user.create", fields.clone()), ("FORBIDDEN", 403));
        let mut short = fields.clone();
        short["initialPassword"] = "short".into();
        assert_eq!(plant.code(&plant.boss(), "user.create", short), ("PASSWORD_TOO_SHORT", 422));
        let made = plant.run(&plant.boss(), "user.create", fields);
        assert!(made["secret"].is_null() && made["firstAccess"].is_null(), "{made}");
        let wish = json!({ "username": "bea", "name": "Bea", "roles": ["planner"], "firstAccess": "GIVEN" });
        assert!(
            plant
                .engine
                .call(plant.engine.command("user.create").unwrap(), plant.boss(), wish, plant.envelope())
                .is_err()
        );
        assert_eq!(body(&login(plant, "amy", GOOD, "10.0.0.1"))["mustChangePassword"], false);
    });
}

#[test]
fn r_plat_004_deactivation_ends_sessions_and_tokens_and_the_data_stay() {
    on_both(wire, |plant| {
        person(plant, "root.one", "admin");
        person(plant, "amy", "admin");
        let cookie = sign_in(plant, "amy");
        let amy = Arc::new(session(plant, &cookie).unwrap());
        let token = plant.run(
            &amy,
            "api_token.create",
            json!({ "name": "SPI 1", "kind": "MACHINE", "permissions": ["ingest:write"] }),
        );
        let secret = token["secret"].as_str().unwrap();
        assert!(bearer(plant, secret, None).is_ok());
        let epoch_before = epoch(plant);
        let version = plant.ask(&amy, "user.me", json!({}))["version"].clone();
        let root = signed(plant, "root.one");
        let fields = json!({ "username": "amy", "isActive": false });
        assert_eq!(with_version(plant, &root, "user.update", fields.clone(), json!(99)).status(), 412);
        let off = body(&with_version(plant, &root, "user.update", fields, version));
        assert_eq!(off["isActive"], false);
        assert!(epoch(plant) > epoch_before, "R-PLAT-020: within a second");
        assert!(session(plant, &cookie).is_none());
        assert_eq!(bearer(plant, secret, None).unwrap_err(), "TOKEN_REVOKED");
        assert_eq!(plant.ask(&root, "user.get", json!({ "username": "AMY" }))["name"], "amy");
        assert_eq!(events(plant, "USER_CHANGED"), 2 + 2 + 1);
    });
}

#[test]
fn r_plat_004_the_last_administrator_stays() {
    on_both(wire, |plant| {
        person(plant, "root.one", "admin");
        person(plant, "amy", "planner");
        let root = signed(plant, "root.one");
        let boss = plant.boss();
        let code = |who: &Arc<engine::Actor>, fields: Json| plant.code(who, "user.update", fields);
        assert_eq!(code(&boss, json!({ "username": "root.one", "isActive": false })), ("LAST_ADMIN", 409));
        assert_eq!(code(&boss, json!({ "username": "root.one", "roles": ["planner"] })), ("LAST_ADMIN", 409));
        plant.run(&boss, "user.update", json!({ "username": "amy", "roles": ["planner", "admin"] }));
        assert_eq!(
            code(&root, json!({ "username": "root.one", "roles": ["planner"] })),
            ("LAST_ADMIN", 409),
            "not one's own"
        );
        let amy = signed(plant, "amy");
        plant.run(&amy, "user.update", json!({ "username": "root.one", "isActive": false }));
        assert_eq!(
            code(&boss, json!({ "username": "amy", "roles": ["planner"] })),
            ("LAST_ADMIN", 409),
            "the other is inactive"
        );
        plant.run(&amy, "user.update", json!({ "username": "root.one", "isActive": true }));
        plant.run(&boss, "user.update", json!({ "username": "amy", "roles": ["planner"] }));
    });
}

#[test]
fn r_plat_004_two_administrators_cannot_send_each_other_away_at_the_same_time() {
    on_both(wire, |plant| {
        person(plant, "root.one", "admin");
        person(plant, "root.two", "admin");
        let (one, two) = (signed(plant, "root.one"), signed(plant, "root.two"));
        let done: i32 = std::thread::scope(|scope| {
            let calls = [(&one, "root.two"), (&two, "root.one")].map(|(who, whom)| {
                scope.spawn(move || {
                    plant.call(who, "user.update", json!({ "username": whom, "isActive": false })).status()
                })
            });
            calls.into_iter().map(|call| i32::from(call.join().unwrap() == 200)).sum()
        });
        assert_eq!(done, 1);
    });
}

#[test]
fn r_plat_035_what_rules_the_system_is_given_and_taken_only_by_those_who_hold_as_much() {
    on_both(wire, |plant| {
        person(plant, "root.one", "admin");
        floor(plant);
        let forbidden = ("FORBIDDEN", 403);
        let clerk = plant.someone(&[Permit::SystemUserManage]);
        let eve = |roles: Json| json!({ "username": "eve", "name": "Eve", "roles": roles });
        let refused = plant.refuse(&clerk, "user.create", eve(json!(["trace", "admin"])));
        assert_eq!((refused.def.code, &refused.params["permissions"][0]), ("FORBIDDEN", &json!("system:role_manage")));
        plant.run(&clerk, "user.create", eve(json!(["planner"])));
        let edit = |fields: Json| plant.code(&clerk, "user.update", fields);
        assert_eq!(edit(json!({ "username": "eve", "roles": ["admin"] })), forbidden);
        assert_eq!(edit(json!({ "username": "root.one", "isActive": false })), forbidden);
        assert_eq!(edit(json!({ "username": "root.one", "roles": ["trace"] })), forbidden);
        assert_eq!(plant.code(&clerk, "user.reset_password", json!({ "username": "root.one" })), forbidden);
        assert_eq!(plant.code(&clerk, "user.revoke_sessions", json!({ "username": "root.one" })), forbidden);
        plant.run(&clerk, "user.reset_password", json!({ "username": "eve" }));
        plant.run(&clerk, "user.revoke_sessions", json!({ "username": "eve" }));
        drop(signed(plant, "root.one"));
        let open = plant.ask(&plant.boss(), "sessions", json!({ "username": "root.one" }))["items"][0].clone();
        let end = json!({ "session": open["session"] });
        assert_eq!(plant.code(&clerk, "session.end", end.clone()), forbidden, "nor one by one: {open}");
        plant.run(&plant.boss(), "session.end", end);
        plant.run(&clerk, "user.update", json!({ "username": "eve", "roles": ["trace"] }));
        let answer = plant.run(&clerk, "user.import", json!({ "csv": "username,name,roles\nmia,Mia,admin\n" }));
        assert_eq!(answer["rows"][0]["code"], "FORBIDDEN");

        let designer = plant.someone(&[Permit::SystemRoleManage]);
        let role = |points: Json| json!({ "code": "helper", "name": "H", "scope": "ALL", "permissions": points });
        assert_eq!(plant.code(&designer, "role.create", role(json!(["wo:read", "system:user_manage"]))), forbidden);
        assert_eq!(plant.code(&designer, "role.clone", json!({ "code": "admin", "newCode": "chief" })), forbidden);
        plant.run(&designer, "role.create", role(json!(["wo:read", "system:role_manage"])));
        let points = |code: &str, points: Json| {
            let fields = json!({ "code": code, "permissions": points });
            plant.code(&designer, "role.update", fields)
        };
        assert_eq!(points("helper", json!(["system:role_manage", "system:config"])), forbidden);
        plant.run(&plant.boss(), "role.clone", json!({ "code": "admin", "newCode": "chief" }));
        assert_eq!(points("chief", json!(["wo:read"])), forbidden, "nor taken away");
        plant.run(&designer, "role.update", json!({ "code": "helper", "permissions": ["wo:read"] }));
        plant.run(&designer, "role.update", json!({ "code": "chief", "name": "Chief" }));
    });
}

#[test]
fn r_plat_020_new_roles_and_bindings_count_from_the_next_request_of_a_running_session() {
    on_both(wire, |plant| {
        person(plant, "amy", "planner");
        floor(plant);
        let cookie = sign_in(plant, "amy");
        let before = epoch(plant);
        let fields = json!({ "username": "amy", "roles": ["operator"], "stationCodes": ["ST-SPI-01"] });
        let view = plant.run(&plant.boss(), "user.update", fields.clone());
        assert!(epoch(plant) > before);
        let amy = session(plant, &cookie).unwrap();
        assert!(amy.has(Permit::ExecTrackIn) && !amy.has(Permit::WoRelease));
        assert_eq!((amy.stations.len(), amy.station_lines.len(), amy.lines.len()), (1, 1, 0));
        assert_eq!(events(plant, "PERMISSIONS_CHANGED"), 1);
        assert_eq!(
            plant.run(&plant.boss(), "user.update", fields)["version"],
            view["version"],
            "nothing changed, nothing counts up"
        );
        assert_eq!(events(plant, "PERMISSIONS_CHANGED"), 1);
        let row = audit(plant, "USER_UPDATE").remove(0);
        let diff: Json = serde_json::from_str(&row.diff.unwrap()).unwrap();
        assert_eq!(diff[0], json!({ "op": "replace", "path": "/roles", "before": ["planner"], "after": ["operator"] }));
    });
}

#[test]
fn r_plat_1_1_one_edits_ones_own_profile_but_not_ones_rights() {
    on_both(wire, |plant| {
        person(plant, "amy", "planner");
        let amy = signed(plant, "amy");
        let mine = plant.ask(&amy, "user.me", json!({}));
        assert_eq!(mine["roles"], json!(["planner"]));
        let fields =
            json!({ "name": "Amy", "email": "amy@example.com", "locale": "zh-CN", "preferredHomePage": "/mes/runs" });
        let edited = body(&with_version(plant, &amy, "user.update_me", fields, mine["version"].clone()));
        assert_eq!(
            (edited["email"].as_str(), edited["preferredHomePage"].as_str()),
            (Some("amy@example.com"), Some("/mes/runs"))
        );
        assert_eq!(plant.code(&amy, "user.update_me", json!({ "roles": ["admin"] })), ("VALIDATION_FAILED", 400));
        let stale = with_version(plant, &amy, "user.update_me", json!({ "name": "X" }), mine["version"].clone());
        assert_eq!((code(&stale), stale.status()), ("VERSION_MISMATCH", 412));
        let cleared = plant.run(&amy, "user.update_me", json!({ "email": null }));
        assert!(cleared["email"].is_null());
        assert_eq!(plant.code(&amy, "user.update", json!({ "username": "amy", "name": "x" })), ("FORBIDDEN", 403));
        assert_eq!(audit(plant, "USER_UPDATE_ME")[0].entity_key, "amy");
    });
}

#[test]
fn r_plat_1_1_resetting_a_password_ends_sessions_opens_a_lock_and_shows_a_secret_once() {
    on_both(wire, |plant| {
        person(plant, "amy", "planner");
        let cookie = sign_in(plant, "amy");
        for _ in 0..5 {
            login(plant, "amy", "wrong", "10.0.0.1");
        }
        let boss = plant.boss();
        assert_eq!(plant.code(&boss, "user.reset_password", json!({ "username": "nobody" })), ("USER_NOT_FOUND", 404));
        let reset = plant.run(&boss, "user.reset_password", json!({ "username": "amy", "firstAccess": "PASSWORD" }));
        assert!(session(plant, &cookie).is_none());
        assert_eq!(code(&login(plant, "amy", GOOD, "10.0.0.1")), "INVALID_CREDENTIALS");
        let answer = body(&login(plant, "amy", reset["secret"].as_str().unwrap(), "10.0.0.1"));
        assert_eq!(answer["mustChangePassword"], true);
        let link = plant.run(&boss, "user.reset_password", json!({ "username": "amy" }));
        plant.run(&nobody(), "user.enrol", json!({ "token": link["secret"], "password": "brand new words 1" }));
        sign_in_with(plant, "amy", "brand new words 1");
        assert_eq!(plant.run(&boss, "user.revoke_sessions", json!({ "username": "amy" }))["ended"], 1);
        assert_eq!(plant.run(&boss, "user.revoke_sessions", json!({ "username": "amy" }))["ended"], 0);
    });
}

#[test]
fn r_plat_1_1_people_are_imported_row_by_row() {
    on_both(wire, |plant| {
        start(plant);
        let csv = "username,name,roles,stationCodes,department\n\
                   op1,One,operator,ST-SPI-01,SMT\n\
                   op2,Two,operator,,SMT\n\
                   x,Three,planner,,\n\
                   OP1,Again,planner,,\n\
                   lead,\"Li, Wei\",planner;trace,,\n";
        let answer = plant.run(&plant.boss(), "user.import", json!({ "csv": csv }));
        assert_eq!((answer["created"].as_i64(), answer["failed"].as_i64()), (Some(2), Some(3)));
        let codes: Vec<Json> = answer["rows"].as_array().unwrap().iter().map(|r| r["code"].clone()).collect();
        assert_eq!(
            json!(codes),
            json!([null, "STATION_BINDING_REQUIRED", "VALIDATION_FAILED", "CODE_DUPLICATE", null])
        );
        assert_eq!(answer["secrets"].as_array().unwrap().len(), 2);
        let people = plant.ask(&plant.boss(), "users", json!({ "sort": "name" }));
        let names: Vec<&str> =
            people["items"].as_array().unwrap().iter().map(|u| u["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Li, Wei", "One"], "a refused row leaves nothing behind");
        assert_eq!(people["items"][0]["roles"], json!(["planner", "trace"]));
        let rows = audit(plant, "USER_IMPORT");
        let keys: Vec<&str> = rows.iter().map(|row| row.entity_key.as_str()).collect();
        assert_eq!(keys, ["op1", "lead", "import"], "R-PLAT-050: everybody has a history of his own");
        assert!(rows[1].diff.as_ref().unwrap().contains("Li, Wei") && !rows[1].diff.as_ref().unwrap().contains("op1"));
        let wrong = plant.refuse(&plant.boss(), "user.import", json!({ "csv": "username,shoe\na,b\n" }));
        assert_eq!((wrong.def.code, wrong.errors[0].path.as_str()), ("VALIDATION_FAILED", "/csv"));
    });
}

#[test]
fn r_plat_1_1_people_are_found_by_name_role_line_and_state() {
    on_both(wire, |plant| {
        start(plant);
        let boss = plant.boss();
        plant.run(&boss, "user.create", op("op1", json!({ "stationCodes": ["ST-SPI-01"], "lineCodes": ["SMT-A"] })));
        plant.run(&boss, "user.create", op("op2", json!({ "stationCodes": ["ST-SPI-01"] })));
        plant.run(&boss, "user.create", amy());
        let find = |filter: Json| -> Vec<String> {
            let page = plant.ask(&boss, "users", filter);
            page["items"].as_array().unwrap().iter().map(|u| u["username"].as_str().unwrap().to_string()).collect()
        };
        assert_eq!(find(json!({})), ["amy", "op1", "op2"]);
        assert_eq!(find(json!({ "q": "OP" })), ["op1", "op2"]);
        assert_eq!(find(json!({ "role": "Operator" })), ["op1", "op2"]);
        assert_eq!(find(json!({ "lineCode": "smt-a" })), ["op1"]);
        assert_eq!(find(json!({ "isActive": false })), Vec::<String>::new());
        assert_eq!(find(json!({ "limit": 1, "sort": "-username" })), ["op2"]);
        let missing = plant.try_ask(&boss, "user.get", json!({ "username": "zoe" })).unwrap_err();
        assert_eq!(missing.refusal().unwrap().def.code, "USER_NOT_FOUND");
    });
}

/// Call with a version that the caller saw.
fn with_version(
    plant: &Plant,
    who: &Arc<engine::Actor>,
    command: &str,
    fields: Json,
    version: Json,
) -> engine::perform::Answer {
    let envelope = Envelope { if_match: version.as_i64(), ..plant.envelope() };
    plant.call_with(who, command, fields, envelope)
}
