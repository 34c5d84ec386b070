//! Settings and the audit trail, on both engines.

mod common;

use std::sync::Arc;

use common::*;
use engine::door::Envelope;
use engine::perform::Answer;
use engine::testing::{Plant, on_both};
use engine::{Actor, Permit, sql};
use serde_json::{Value as Json, json};

fn set(plant: &Plant, value: Json, version: i64) -> Answer {
    let fields = json!({ "key": "auth.lock.userFailures", "value": value, "reason": "a test" });
    plant.call_with(&plant.boss(), "config.set", fields, Envelope { if_match: Some(version), ..plant.envelope() })
}

#[test]
fn r_plat_070_a_setting_is_changed_by_version_with_a_reason_and_counts_at_once() {
    on_both(wire, |plant| {
        person(plant, "amy", "planner");
        let boss = plant.boss();
        let shown = |plant: &Plant| plant.ask(&plant.boss(), "config.get", json!({ "key": "auth.lock.userFailures" }));
        let fresh = shown(plant);
        assert_eq!(
            (fresh["value"].as_i64(), fresh["origin"].as_str(), fresh["version"].as_i64()),
            (Some(5), Some("DEFAULT"), Some(0))
        );
        assert_eq!(set(plant, json!(2), 7).status(), 412);
        let answer = body(&set(plant, json!(2), 0));
        assert_eq!(
            (answer["origin"].as_str(), answer["version"].as_i64(), answer["changedBy"].as_str()),
            (Some("GLOBAL"), Some(1), Some("boss"))
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
        for _ in 0..2 {
            assert_eq!(login(plant, "amy", "wrong", "10.0.0.1").status(), 401);
        }
        assert_eq!(login(plant, "amy", GOOD, "10.0.0.1").status(), 423, "two are enough now");
        assert_eq!(set(plant, json!(3), 0).status(), 412, "stale");
        let bare = json!({ "key": "auth.lock.userFailures", "value": 3 });
        assert_eq!(plant.code(&boss, "config.set", bare), ("VALIDATION_FAILED", 400), "a reason is needed");
        let row = audit(plant, "CONFIG_SET").into_iter().find(|r| r.status == "SUCCESS").unwrap();
        assert_eq!(row.entity_key, "auth.lock.userFailures");
        assert!(row.diff.unwrap().contains("\"path\":\"/value\""));
        assert_eq!(events(plant, "CONFIG_CHANGED"), 1);
    });
}

#[test]
fn r_plat_070_what_an_older_snapshot_saw_is_not_kept_beyond_the_change() {
    on_both(wire, |plant| {
        let (engine, boss) = (plant.engine.clone(), plant.boss());
        let change = plant.engine.command("config.set").unwrap();
        let fields = json!({ "key": "auth.lock.userFailures", "value": 2, "reason": "a test" });
        let call =
            engine.call(change, boss.clone(), fields, Envelope { if_match: Some(0), ..plant.envelope() }).unwrap();
        let failures = |cx: &engine::Cx<'_>| cx.setting(&office::session::login::AUTH_LOCK_USER_FAILURES);
        let writer = engine.clone();
        let seen = engine.read_blocking(false, move |tx, shared| {
            let cx = engine::store::system_cx(tx, shared, &boss);
            cx.exists(sql!("select 1 from principal limit 1"), [])?; // the snapshot is taken
            assert_eq!(writer.submit_blocking(call).status(), 200);
            failures(&cx)
        });
        assert_eq!(seen.unwrap(), 5, "a snapshot does not change");
        let boss = plant.boss();
        let now = engine.read_blocking(false, move |tx, shared| failures(&engine::store::system_cx(tx, shared, &boss)));
        assert_eq!(now.unwrap(), 2, "the next question goes by the new value");
    });
}

#[test]
fn r_plat_070_values_of_another_type_or_range_and_unknown_keys_are_refused() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        for wrong in [json!("x"), json!(0), json!(101), json!(2.5), json!(null), json!([5]), json!("500")] {
            let answer = set(plant, wrong.clone(), 0);
            assert_eq!((code(&answer), answer.status()), ("CONFIG_INVALID", 422), "{wrong}");
        }
        assert_eq!(body(&set(plant, json!("7"), 0))["value"], 7, "a form sends text");
        let unknown = json!({ "key": "auth.shoe.size", "value": 1, "reason": "r" });
        assert_eq!(plant.code(&boss, "config.set", unknown), ("CONFIG_NOT_FOUND", 404));
        let line =
            json!({ "key": "auth.lock.minutes", "value": 1, "reason": "r", "scopeType": "LINE", "scopeKey": "SMT-A" });
        assert_eq!(plant.code(&boss, "config.set", line), ("VALIDATION_FAILED", 400));
        let missing = plant.try_ask(&boss, "config_changes", json!({ "key": "auth.shoe.size" })).unwrap_err();
        assert_eq!(missing.refusal().unwrap().def.code, "CONFIG_NOT_FOUND");
        let someone = plant.someone(&[Permit::AuditRead]);
        let fields = json!({ "key": "auth.lock.minutes", "value": 1, "reason": "r" });
        assert_eq!(plant.code(&someone, "config.set", fields), ("FORBIDDEN", 403));
    });
}

#[test]
fn r_plat_070_every_change_is_kept_and_any_can_be_taken_back() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        body(&set(plant, json!(3), 0));
        body(&set(plant, json!(4), 1));
        assert_eq!(body(&set(plant, json!(4), 2))["version"], 2, "the same value is no change");
        let revert = |to: i64| {
            plant.call(
                &boss,
                "config.revert",
                json!({ "key": "auth.lock.userFailures", "toVersion": to, "reason": "back" }),
            )
        };
        assert_eq!(body(&revert(1))["value"], 3);
        assert_eq!(body(&revert(0))["value"], 5, "version 0 is the default");
        assert_eq!((code(&revert(9)), revert(9).status()), ("CONFIG_VERSION_NOT_FOUND", 404));
        let history = plant.ask(&boss, "config_changes", json!({ "key": "auth.lock.userFailures" }));
        let values: Vec<(Json, Json)> =
            history["items"].as_array().unwrap().iter().map(|c| (c["before"].clone(), c["after"].clone())).collect();
        assert_eq!(json!(values), json!([[3, 5], [4, 3], [3, 4], [null, 3]]));
        let found = plant.ask(&boss, "config", json!({ "q": "userfailures" }));
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        let all = plant.ask(&boss, "config", json!({}));
        assert_eq!(all["items"].as_array().unwrap().len(), engine::settings::SETTINGS.len());
    });
}

#[test]
fn r_plat_070_two_who_set_the_same_key_at_once_do_not_overwrite_each_other() {
    on_both(wire, |plant| {
        let done: i32 = std::thread::scope(|scope| {
            let calls: Vec<_> = (0..6).map(|n| scope.spawn(move || set(plant, json!(10 + n), 0).status())).collect();
            calls.into_iter().map(|call| i32::from(call.join().unwrap() == 200)).sum()
        });
        assert_eq!(done, 1, "the others were stale");
    });
}

fn page(plant: &Plant, who: &Arc<Actor>, fields: Json) -> Vec<Json> {
    plant.ask(who, "audit_logs", fields)["items"].as_array().unwrap().clone()
}

#[test]
fn r_plat_054_one_reads_ones_own_rows_always_and_others_with_audit_read() {
    on_both(wire, |plant| {
        person(plant, "amy", "planner");
        person(plant, "rita", "trace");
        let (amy, rita) = (signed(plant, "amy"), signed(plant, "rita"));
        plant.run(&amy, "user.update_me", json!({ "phone": "123" }));
        assert_eq!(
            plant.code(&amy, "user.create", json!({ "username": "eve", "name": "E", "roles": ["planner"] })),
            ("FORBIDDEN", 403)
        );
        plant.seal();
        let own = page(plant, &amy, json!({}));
        assert!(own.iter().all(|row| row["actor"] == "amy"));
        let actions: Vec<&str> = own.iter().map(|row| row["action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["USER_CREATE", "USER_UPDATE_ME", "SESSION_LOGIN", "USER_ENROL"]);
        assert_eq!((own[0]["status"].as_str(), own[0]["errorCode"].as_str()), (Some("FAIL"), Some("FORBIDDEN")));
        assert!(own[0]["errorMessage"].as_str().unwrap().contains("system:user_manage"), "{}", own[0]["errorMessage"]);
        let refused = plant.try_ask(&amy, "audit_logs", json!({ "actor": "rita" })).unwrap_err();
        assert_eq!(refused.refusal().unwrap().def.code, "FORBIDDEN");

        assert_eq!(
            page(plant, &amy, json!({ "actor": "AMY" })).len(),
            own.len(),
            "names are the same whatever their case"
        );
        assert_eq!(page(plant, &rita, json!({ "actor": "Amy" })).len(), own.len());
        assert!(page(plant, &rita, json!({ "actor": "nobody.there" })).is_empty());

        let all = page(plant, &rita, json!({}));
        assert!(all.iter().any(|row| row["actor"] == "amy") && all.iter().any(|row| row["actor"] == "takt"));
        let seq = own[1]["seq"].as_i64().unwrap();
        let mine = plant.ask(&amy, "audit.get", json!({ "seq": seq }));
        assert_eq!(mine["diff"], json!([{ "op": "replace", "path": "/phone", "before": null, "after": "123" }]));
        assert_eq!(mine["hash"].as_str().unwrap().len(), 64);
        let others = all.iter().find(|row| row["actor"] == "rita").unwrap()["seq"].clone();
        let missing = plant.try_ask(&amy, "audit.get", json!({ "seq": others })).unwrap_err();
        assert_eq!(missing.refusal().unwrap().def.code, "AUDIT_NOT_FOUND");
        assert_eq!(plant.ask(&rita, "audit.get", json!({ "seq": others }))["actor"], "rita");
        assert!(plant.try_ask(&nobody(), "audit_logs", json!({})).is_err());
    });
}

#[test]
fn r_plat_041_who_reads_the_trail_for_assigned_lines_only_reads_his_own_rows() {
    on_both(wire, |plant| {
        floor(plant);
        person(plant, "amy", "planner");
        let role =
            json!({ "code": "line-audit", "name": "L", "scope": "ASSIGNED_LINES", "permissions": ["audit:read"] });
        plant.run(&plant.boss(), "role.create", role);
        let fields = json!({ "username": "amy", "roles": ["line-audit"], "lineCodes": ["SMT-A"] });
        plant.run(&plant.boss(), "user.update", fields);
        let amy = signed(plant, "amy");
        assert!(page(plant, &amy, json!({})).iter().all(|row| row["actor"] == "amy"));
        let refused = plant.try_ask(&amy, "audit.verify", json!({})).unwrap_err();
        assert_eq!(refused.refusal().unwrap().def.code, "FORBIDDEN");
    });
}

#[test]
fn r_plat_054_rows_are_found_by_who_what_when_and_how_it_ended_page_by_page() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        plant.engine.work(office::role::seed).unwrap();
        for n in 0..5 {
            plant.run(
                &boss,
                "user.create",
                json!({ "username": format!("user{n}"), "name": "U", "roles": ["planner"] }),
            );
        }
        plant.code(&boss, "user.create", json!({ "username": "user1", "name": "U", "roles": ["planner"] }));
        let n = |fields: Json| page(plant, &boss, fields).len();
        assert_eq!(n(json!({ "action": "USER_CREATE" })), 6);
        assert_eq!(n(json!({ "action": "USER_CREATE", "status": "FAIL" })), 1);
        assert_eq!(n(json!({ "entityType": "user", "entityKey": "user1" })), 2);
        assert_eq!(n(json!({ "q": "CODE_DUPLICATE" })), 1);
        assert_eq!(n(json!({ "actor": "takt" })), 12, "the preset roles");
        assert_eq!(n(json!({ "from": "2099-01-01T00:00:00Z" })), 0);
        assert_eq!(n(json!({ "to": "2099-01-01T00:00:00Z" })), 18);
        let first = plant.ask(&boss, "audit_logs", json!({ "action": "USER_CREATE", "limit": 4 }));
        let rest = page(plant, &boss, json!({ "action": "USER_CREATE", "limit": 4, "cursor": first["nextCursor"] }));
        assert_eq!(rest.len(), 2);
        assert!(first["items"][0]["seq"].is_null(), "not sealed yet");
        plant.seal();
        let history = plant.ask(&boss, "history", json!({ "entityType": "user", "entityKey": "user1" }));
        let seqs: Vec<i64> = history["items"].as_array().unwrap().iter().map(|r| r["seq"].as_i64().unwrap()).collect();
        assert_eq!(seqs, [18, 14]);
        let second = plant.ask(&boss, "audit.get", json!({ "seq": 18 }));
        assert_eq!((second["previousSeq"].as_i64(), second["nextSeq"].is_null()), (Some(17), true));
    });
}

#[test]
fn r_plat_052_verify_names_the_first_broken_number() {
    on_both(wire, |plant| {
        plant.engine.work(office::role::seed).unwrap();
        plant.seal();
        let verify = || plant.ask(&plant.boss(), "audit.verify", json!({}));
        assert_eq!((verify()["checked"].as_i64(), verify()["firstBrokenSeq"].is_null()), (Some(12), true));
        let forge = |text: &str| {
            let drop = match plant.on {
                "SQLite" => "drop trigger audit_no_update; ",
                _ => "drop trigger audit_no_change on audit; ",
            };
            plant.engine.database.open().unwrap().script(&format!("{drop}{text}")).unwrap();
        };
        forge("update audit set actor = 'nobody' where id = (select audit_id from audit_seal where seq = 5)");
        assert_eq!(verify()["firstBrokenSeq"], 5);
        assert_eq!(plant.ask(&plant.boss(), "audit.verify", json!({ "fromSeq": 6 }))["firstBrokenSeq"], json!(null));
        let someone = plant.someone(&[Permit::SystemConfig]);
        assert_eq!(
            plant.try_ask(&someone, "audit.verify", json!({})).unwrap_err().refusal().unwrap().def.code,
            "FORBIDDEN"
        );
    });
}

#[test]
fn r_plat_054_the_trail_is_taken_away_only_with_audit_export() {
    let mut registry = engine::Registry::default();
    wire(&mut registry);
    for list in ["audit_logs", "history"] {
        assert_eq!(registry.queries[list].export, engine::Need::Any(&[Permit::AuditExport]), "{list}");
        assert_eq!(registry.queries[list].need, engine::Need::Session, "{list}");
    }
    assert_eq!(registry.queries["users"].export, registry.queries["users"].need);
}
