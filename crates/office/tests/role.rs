//! Roles and who can do what, on both engines.

mod common;

use std::sync::Arc;

use common::*;
use engine::testing::{Plant, on_both};
use engine::{Permit, Scope};
use serde_json::{Value as Json, json};

fn helper() -> Json {
    json!({ "code": "helper", "name": "Helper", "scope": "ALL", "home": "/mes/runs", "permissions": ["run:close", "wo:read"], "signatureMeanings": ["VERIFIED"] })
}

/// Amy has the role `helper`; gives her cookie.
fn amy_helps(plant: &Plant) -> String {
    person(plant, "amy", "planner");
    plant.run(&plant.boss(), "role.create", helper());
    plant.run(&plant.boss(), "user.update", json!({ "username": "amy", "roles": ["helper"] }));
    sign_in(plant, "amy")
}

#[test]
fn r_plat_035_a_role_needs_a_free_code_and_known_points() {
    on_both(wire, |plant| {
        plant.engine.work(office::role::seed).unwrap();
        let boss = plant.boss();
        let code = |change: Json| {
            let mut fields = helper();
            fields.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            plant.code(&boss, "role.create", fields)
        };
        assert_eq!(code(json!({ "code": "Operator" })), ("ROLE_CODE_RESERVED", 409));
        assert_eq!(code(json!({ "code": "me" })), ("ROLE_CODE_RESERVED", 409));
        assert_eq!(code(json!({ "permissions": ["wo:read", "wo:fly"] })), ("PERMISSION_UNKNOWN", 422));
        assert_eq!(code(json!({ "scope": "SOMEWHERE" })), ("VALIDATION_FAILED", 400));
        assert_eq!(code(json!({ "signatureMeanings": ["GUESSED"] })), ("VALIDATION_FAILED", 400), "R-PLAT-034");
        let made = plant.run(&boss, "role.create", helper());
        assert_eq!(made["implied"], json!(["run:read", "station:read"]));
        assert_eq!(code(json!({ "code": "HELPER" })), ("CODE_DUPLICATE", 409));
        let someone = plant.someone(&[Permit::SystemUserManage]);
        assert_eq!(plant.code(&someone, "role.create", helper()), ("FORBIDDEN", 403));
    });
}

#[test]
fn r_plat_030_who_may_names_the_plants_own_roles_too() {
    on_both(wire, |plant| {
        plant.engine.work(office::role::seed).unwrap();
        let (boss, someone) = (plant.boss(), plant.someone(&[Permit::WoRead]));
        let roles = || {
            let set = json!({ "key": "auth.lock.minutes", "value": 5, "reason": "x" });
            let told = plant.refuse(&someone, "config.set", set);
            let asked = plant.try_ask(&someone, "config.get", json!({ "key": "auth.lock.minutes" })).unwrap_err();
            assert_eq!(
                told.params["roles"],
                asked.refusal().unwrap().params["roles"],
                "commands and questions say the same"
            );
            told.params["roles"].clone()
        };
        assert_eq!(roles(), json!(["admin"]), "on {}", plant.on);
        let clerk = json!({ "code": "clerk", "name": "Clerk", "scope": "ALL", "home": "/system",
            "permissions": ["system:config"], "signatureMeanings": [] });
        plant.run(&boss, "role.create", clerk);
        assert_eq!(roles(), json!(["admin", "clerk"]), "on {}", plant.on);
        plant.run(&boss, "role.update", json!({ "code": "clerk", "permissions": ["run:read"] }));
        assert_eq!(roles(), json!(["admin"]), "on {}", plant.on);
    });
}

#[test]
fn r_plat_035_of_a_role_that_comes_with_takt_only_name_and_description_change() {
    on_both(wire, |plant| {
        plant.engine.work(office::role::seed).unwrap();
        let boss = plant.boss();
        let code = |fields: Json| plant.code(&boss, "role.update", fields);
        assert_eq!(code(json!({ "code": "operator", "permissions": ["wo:read"] })), ("ROLE_SYSTEM_LOCKED", 409));
        assert_eq!(code(json!({ "code": "operator", "scope": "ALL" })), ("ROLE_SYSTEM_LOCKED", 409));
        assert_eq!(code(json!({ "code": "wizard", "name": "x" })), ("ROLE_NOT_FOUND", 404));
        assert_eq!(plant.code(&boss, "role.delete", json!({ "code": "operator" })), ("ROLE_SYSTEM_LOCKED", 409));
        let named = plant.run(
            &boss,
            "role.update",
            json!({ "code": "operator", "name": "Bench worker", "scope": "ASSIGNED_STATIONS" }),
        );
        assert_eq!((named["name"].as_str(), named["version"].as_i64()), (Some("Bench worker"), Some(2)));
        let copy = plant.run(&boss, "role.clone", json!({ "code": "operator", "newCode": "op-plus" }));
        assert_eq!((copy["isSystem"].as_bool(), &copy["permissions"]), (Some(false), &named["permissions"]));
        let edited = plant.run(
            &boss,
            "role.update",
            json!({ "code": "op-plus", "permissions": ["exec:track_in"], "scope": "ASSIGNED_LINES" }),
        );
        assert_eq!(
            (edited["scope"].as_str(), edited["permissions"].as_array().unwrap().len()),
            (Some("ASSIGNED_LINES"), 1)
        );
        assert_eq!(
            plant.code(&boss, "role.clone", json!({ "code": "operator", "newCode": "op-plus" })),
            ("CODE_DUPLICATE", 409)
        );
    });
}

#[test]
fn r_plat_020_r_plat_035_a_changed_role_counts_at_once_and_one_in_use_stays() {
    on_both(wire, |plant| {
        let cookie = amy_helps(plant);
        let boss = plant.boss();
        assert!(session(plant, &cookie).unwrap().has(Permit::RunClose));
        let (before, told) = (epoch(plant), events(plant, "PERMISSIONS_CHANGED"));
        plant.run(&boss, "role.update", json!({ "code": "helper", "permissions": ["wo:read"] }));
        assert!(epoch(plant) > before);
        assert_eq!(events(plant, "PERMISSIONS_CHANGED"), told + 1, "each holder is told");
        let amy = session(plant, &cookie).unwrap();
        assert!(!amy.has(Permit::RunClose) && amy.has(Permit::WoRead));
        assert_eq!(amy.home, "/mes/runs");
        assert_eq!(plant.code(&boss, "role.delete", json!({ "code": "helper" })), ("ROLE_IN_USE", 409));
        plant.run(&boss, "user.update", json!({ "username": "amy", "roles": ["planner"] }));
        plant.run(&boss, "role.delete", json!({ "code": "helper" }));
        assert_eq!(plant.code(&boss, "role.delete", json!({ "code": "helper" })), ("ROLE_NOT_FOUND", 404));
        assert_eq!(events(plant, "ROLE_CHANGED"), 3);
    });
}

#[test]
fn r_plat_035_nobody_takes_the_right_to_manage_roles_from_himself_or_from_the_last() {
    on_both(wire, |plant| {
        person(plant, "root.one", "admin");
        let boss = plant.boss();
        plant.run(&boss, "role.clone", json!({ "code": "admin", "newCode": "chief" }));
        plant.run(&boss, "user.update", json!({ "username": "root.one", "roles": ["chief"] }));
        let root = signed(plant, "root.one");
        let less = json!({ "code": "chief", "permissions": ["system:user_manage", "audit:read"] });
        assert_eq!(plant.code(&root, "role.update", less.clone()), ("LAST_ADMIN", 409));
        assert_eq!(plant.code(&boss, "role.update", less.clone()), ("LAST_ADMIN", 409), "nobody would be left");
        person(plant, "root.two", "admin");
        assert_eq!(plant.code(&root, "role.update", less.clone()), ("LAST_ADMIN", 409), "still one's own");
        plant.run(&signed(plant, "root.two"), "role.update", less);
    });
}

#[test]
fn r_plat_040_of_several_roles_the_widest_scope_counts_for_each_point() {
    on_both(wire, |plant| {
        floor(plant);
        person(plant, "amy", "planner");
        let fields = json!({ "username": "amy", "roles": ["operator", "repair", "trace"], "lineCodes": ["SMT-A"], "stationCodes": ["ST-AOI-01"] });
        plant.run(&plant.boss(), "user.update", fields);
        let amy = signed(plant, "amy");
        assert_eq!(
            amy.grants.scope(Permit::ExecTrackIn),
            Some(Scope::AssignedLines),
            "repair reaches further than operator"
        );
        assert_eq!(amy.grants.scope(Permit::LoadingVerify), Some(Scope::AssignedStations));
        assert_eq!(amy.grants.scope(Permit::TraceRead), Some(Scope::All));
        let mine = plant.ask(&amy, "permission.me", json!({}));
        let scope = |permission: &str| {
            let found = mine["permissions"].as_array().unwrap().iter().find(|p| p["permission"] == permission);
            found.map(|p| p["scope"].as_str().unwrap().to_string())
        };
        assert_eq!(scope("exec:track_in").as_deref(), Some("ASSIGNED_LINES"));
        assert_eq!(scope("exec:read").as_deref(), Some("ASSIGNED_LINES"), "R-PLAT-030: implied with the same scope");
        assert_eq!(scope("wo:release"), None);
        assert_eq!((&mine["lineCodes"], &mine["stationCodes"]), (&json!(["SMT-A"]), &json!(["ST-AOI-01"])));
        assert_eq!((&mine["missingBindings"], &mine["administrators"]), (&json!([]), &json!([])));
    });
}

#[test]
fn r_plat_042_who_lacks_a_binding_is_told_and_whom_to_ask() {
    on_both(wire, |plant| {
        person(plant, "root.one", "admin");
        person(plant, "op1", "operator");
        let mine = plant.ask(&signed(plant, "op1"), "permission.me", json!({}));
        assert_eq!(mine["missingBindings"], json!(["STATIONS"]));
        assert_eq!(mine["administrators"], json!([{ "username": "root.one", "name": "root.one" }]));
    });
}

#[test]
fn r_plat_036_the_matrix_says_who_can_and_the_report_who_holds_too_much() {
    on_both(wire, |plant| {
        person(plant, "amy", "quality");
        person(plant, "bob", "planner");
        person(plant, "eve", "planner");
        let boss = plant.boss();
        plant.run(&boss, "user.update", json!({ "username": "eve", "roles": ["planner", "quality"] }));
        let matrix = plant.ask(&boss, "permission.matrix", json!({}));
        assert_eq!(matrix["permissions"].as_array().unwrap().len(), Permit::ALL.len());
        assert_eq!(matrix["roles"].as_array().unwrap().len(), 12);
        let one = plant.ask(&boss, "permission.matrix", json!({ "permission": "run:authorize" }));
        assert_eq!(one["permissions"][0]["roles"], json!(["planner"]));
        assert_eq!(one["permissions"][0]["users"], json!(["bob", "eve"]));
        let read = plant.ask(&boss, "permission.matrix", json!({ "permission": "integration:read" }));
        assert!(read["permissions"][0]["roles"].as_array().unwrap().contains(&json!("engineer")));

        let report = plant.ask(&boss, "permission.segregation", json!({}));
        let conflict =
            report["conflicts"].as_array().unwrap().iter().find(|c| c["code"] == "INSPECT_SIGN_AUTHORIZE").unwrap();
        assert_eq!(conflict["users"], json!([{ "username": "eve", "roles": ["planner", "quality"] }]));
        let someone = plant.someone(&[Permit::SystemUserManage]);
        assert_eq!(
            plant.try_ask(&someone, "permission.matrix", json!({})).unwrap_err().refusal().unwrap().def.code,
            "FORBIDDEN"
        );
    });
}

#[test]
fn r_plat_035_roles_are_listed_with_how_many_have_them() {
    on_both(wire, |plant| {
        person(plant, "amy", "quality");
        let boss: Arc<_> = plant.boss();
        let roles = plant.ask(&boss, "roles", json!({ "q": "QUAL" }));
        assert_eq!(
            (roles["items"][0]["code"].as_str(), roles["items"][0]["userCount"].as_i64()),
            (Some("quality"), Some(1))
        );
        assert_eq!(plant.ask(&boss, "roles", json!({}))["items"][0]["code"], "admin");
        assert_eq!(plant.ask(&boss, "role.get", json!({ "code": "Quality" }))["userCount"], 1);
    });
}
