//! Signing in, sessions and what becomes of them, on both engines.

mod common;

use common::*;
use engine::testing::{Plant, on_both};
use engine::{Permit, Scope};
use serde_json::{Value as Json, json};

#[test]
fn r_plat_131_the_first_administrator_enrols_with_a_one_time_link_and_signs_in() {
    on_both(wire, |plant| {
        let link = admin(plant, "root.admin").unwrap();
        let nobody = nobody();
        assert_eq!(
            plant.code(&nobody, "user.enrol", json!({ "token": "wrong", "password": GOOD })),
            ("ENROLMENT_INVALID", 422)
        );
        let weak = |password: &str| plant.code(&nobody, "user.enrol", json!({ "token": link, "password": password }));
        assert_eq!(weak("short"), ("PASSWORD_TOO_SHORT", 422));
        assert_eq!(weak("password1234"), ("PASSWORD_TOO_COMMON", 422));
        plant.run(&nobody, "user.enrol", json!({ "token": link, "password": GOOD }));
        assert_eq!(weak(GOOD), ("ENROLMENT_INVALID", 422), "a link counts once");

        let answer = login(plant, "ROOT.admin", GOOD, "10.0.0.1");
        assert_eq!(answer.status(), 200, "names are the same whatever their case");
        let body = body(&answer);
        assert_eq!((body["username"].as_str(), body["home"].as_str()), (Some("root.admin"), Some("/system")));
        let cookie = body["sessionToken"].as_str().unwrap().to_string();
        let actor = session(plant, &cookie).expect("the session is open");
        assert_eq!((actor.name.as_str(), actor.roles.join(",").as_str()), ("root.admin", "admin"));
        assert!(actor.has(Permit::SystemUserManage) && !actor.has(Permit::ExecTrackIn));
        assert_eq!(actor.csrf, body["csrf"].as_str().unwrap());
        assert!(session(plant, "no such cookie").is_none());
    });
}

#[test]
fn r_plat_131_two_people_never_have_one_name() {
    on_both(wire, |plant| {
        admin(plant, "amy").unwrap();
        assert_eq!(admin(plant, "AMY").unwrap_err(), "CODE_DUPLICATE");
        assert_eq!(admin(plant, "me").unwrap_err(), "CODE_RESERVED");
        assert_eq!(admin(plant, "ab").unwrap_err(), "VALIDATION_FAILED");
        assert_eq!(admin(plant, "takt").unwrap_err(), "CODE_DUPLICATE", "Takt itself has that name in the audit trail");
    });
}

#[test]
fn r_plat_1_2_an_unknown_name_and_a_wrong_password_are_refused_alike() {
    on_both(wire, |plant| {
        person(plant, "amy", "operator");
        for name in ["amy", "nobody.there", "", "x'; drop table app_user"] {
            let answer = login(plant, name, "not the password", "10.0.0.1");
            assert_eq!((code(&answer), answer.status()), ("INVALID_CREDENTIALS", 401), "{name}");
        }
    });
}

#[test]
fn r_plat_1_2_five_wrong_passwords_lock_the_name_even_for_the_right_one() {
    on_both(wire, |plant| {
        person(plant, "amy", "operator");
        for name in ["amy", "ghost"] {
            for n in 0..5 {
                let answer = login(plant, name, &format!("wrong {n}"), &format!("10.0.0.{n}"));
                assert_eq!((code(&answer), answer.status()), ("INVALID_CREDENTIALS", 401), "failure {n}");
            }
            let answer = login(plant, name, GOOD, "10.0.0.9");
            assert_eq!((code(&answer), answer.status()), ("ACCOUNT_LOCKED", 423), "{name}: existing or not, the same");
        }
        assert_eq!(events(plant, "ACCOUNT_LOCKED"), 1, "told once, and of people only");
        age_failures(plant, 15 * 60_000);
        assert_eq!(login(plant, "amy", GOOD, "10.0.0.9").status(), 200, "after fifteen minutes it opens");
    });
}

#[test]
fn r_plat_1_2_a_sign_in_makes_earlier_failures_count_no_more() {
    on_both(wire, |plant| {
        person(plant, "amy", "operator");
        for _ in 0..2 {
            for _ in 0..4 {
                assert_eq!(login(plant, "amy", "wrong", "10.0.0.1").status(), 401);
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
            assert_eq!(login(plant, "amy", GOOD, "10.0.0.1").status(), 200);
        }
    });
}

#[test]
fn r_plat_1_2_twenty_wrong_passwords_lock_the_address_for_every_name() {
    on_both(wire, |plant| {
        person(plant, "amy", "operator");
        for n in 0..20 {
            assert_eq!(login(plant, &format!("guess{n}"), "wrong", "10.0.0.1").status(), 401);
        }
        assert_eq!(login(plant, "amy", GOOD, "10.0.0.1").status(), 423);
        assert_eq!(login(plant, "amy", GOOD, "10.0.0.2").status(), 200, "other addresses are free");
    });
}

#[test]
fn r_plat_051_sign_ins_and_failures_are_on_record_without_the_password() {
    on_both(wire, |plant| {
        person(plant, "amy", "operator");
        login(plant, "amy", "my-secret-guess", "10.0.0.7");
        login(plant, "amy", GOOD, "10.0.0.7");
        let rows = audit(plant, "SESSION_LOGIN");
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].status.as_str(), rows[0].error_code.as_deref()), ("FAIL", Some("INVALID_CREDENTIALS")));
        assert_eq!((rows[1].status.as_str(), rows[1].actor.as_str()), ("SUCCESS", "amy"));
        assert_eq!(rows[0].ip.as_deref(), Some("10.0.0.7"));
        assert!(rows.iter().all(|r| r.entity_key == "amy"));
        assert!(!format!("{:?}", rows.iter().map(|r| r.input.clone()).collect::<Vec<_>>()).contains("my-secret-guess"));
    });
}

#[test]
fn r_plat_051_guessing_on_under_a_lock_is_on_record_and_does_not_fill_the_trail() {
    on_both(wire, |plant| {
        person(plant, "amy", "operator");
        for _ in 0..5 {
            login(plant, "amy", "wrong", "10.0.0.1");
        }
        for n in 0..40 {
            assert_eq!(login(plant, "Amy", GOOD, &format!("10.0.1.{n}")).status(), 423);
        }
        let under_lock: Vec<AuditRow> = audit(plant, "SESSION_LOGIN")
            .into_iter()
            .filter(|r| r.error_code.as_deref() == Some("ACCOUNT_LOCKED"))
            .collect();
        let tries = under_lock.iter().map(|r| {
            let diff: Json = serde_json::from_str(r.diff.as_deref().unwrap()).unwrap();
            diff[0]["after"].as_i64().unwrap()
        });
        assert_eq!(tries.collect::<Vec<_>>(), [1, 2, 4, 8, 16, 32], "on {}", plant.on);
        assert!(under_lock.iter().all(|r| r.entity_key == "amy" && r.status == "FAIL" && r.ip.is_some()));
        age_failures(plant, 15 * 60_000);
        assert_eq!(login(plant, "amy", GOOD, "10.0.0.9").status(), 200);
    });
}

#[test]
fn r_plat_010_a_session_ends_by_idling_and_in_any_case_after_a_day() {
    on_both(wire, |plant| {
        person(plant, "amy", "operator");
        let hour = 3_600_000;
        for (idle, age, open) in [
            (0, 0, true),
            (8 * hour - 5_000, 9 * hour, true),
            (8 * hour, 9 * hour, false),
            (0, 24 * hour - 5_000, true),
            (0, 24 * hour, false),
        ] {
            let cookie = sign_in(plant, "amy");
            age_sessions(plant, idle, age);
            assert_eq!(session(plant, &cookie).is_some(), open, "idle {idle} ms, age {age} ms");
        }
    });
}

#[test]
fn r_plat_010_only_the_hash_of_the_cookie_is_stored() {
    on_both(wire, |plant| {
        person(plant, "amy", "operator");
        let cookie = sign_in(plant, "amy");
        assert_eq!(count(plant, engine::sql!("select cast(count(*) as bigint) from session")), 1);
        assert_eq!(stored_session(plant), office::secret::hash(&cookie));
    });
}

#[test]
fn r_plat_010_using_a_session_is_noted_at_most_once_a_minute() {
    on_both(wire, |plant| {
        person(plant, "amy", "operator");
        let id = session(plant, &sign_in(plant, "amy")).unwrap().session.unwrap();
        let touch = || plant.engine.work(move |cx| office::session::touch(cx, &[id])).unwrap();
        assert_eq!(touch(), 0, "it was used just now");
        age_sessions(plant, 61_000, 61_000);
        assert_eq!((touch(), touch()), (1, 0));
    });
}

#[test]
fn signing_out_ends_the_session_and_may_be_done_twice() {
    on_both(wire, |plant| {
        person(plant, "amy", "operator");
        let cookie = sign_in(plant, "amy");
        let amy = std::sync::Arc::new(session(plant, &cookie).unwrap());
        assert_eq!(plant.ask(&amy, "session.get", json!({}))["csrf"], amy.csrf.as_str());
        plant.run(&amy, "session.logout", json!({}));
        assert!(session(plant, &cookie).is_none());
        plant.run(&amy, "session.logout", json!({}));
        assert_eq!(events(plant, "SESSION_ENDED"), 1);
        assert_eq!(plant.code(&nobody(), "session.logout", json!({})), ("UNAUTHENTICATED", 401));
    });
}

#[test]
fn r_plat_1_2_a_person_sees_and_ends_his_own_sessions_and_an_administrator_all() {
    on_both(wire, |plant| {
        person(plant, "amy", "operator");
        person(plant, "bob", "operator");
        let (first, second) = (sign_in(plant, "amy"), sign_in(plant, "amy"));
        let amy = std::sync::Arc::new(session(plant, &first).unwrap());
        let bob = std::sync::Arc::new(session(plant, &sign_in(plant, "bob")).unwrap());
        let open = plant.ask(&amy, "sessions", json!({}))["items"].as_array().unwrap().clone();
        assert_eq!(open.len(), 2);
        assert_eq!(open.iter().filter(|s| s["isCurrent"] == true).count(), 1);
        let other = open.iter().find(|s| s["isCurrent"] == false).unwrap()["session"].as_str().unwrap().to_string();

        assert_eq!(plant.code(&bob, "session.end", json!({ "session": other })), ("SESSION_NOT_FOUND", 404));
        let refused = plant.try_ask(&bob, "sessions", json!({ "username": "amy" })).unwrap_err();
        assert_eq!(refused.refusal().unwrap().def.code, "FORBIDDEN");
        plant.run(&amy, "session.end", json!({ "session": other }));
        assert!(session(plant, &second).is_none() && session(plant, &first).is_some());
        assert_eq!(plant.code(&amy, "session.end", json!({ "session": other })), ("SESSION_NOT_FOUND", 404));
        assert_eq!(plant.code(&amy, "session.end", json!({ "session": &other[..4] })), ("SESSION_NOT_FOUND", 404));

        let seen = plant.ask(&plant.boss(), "sessions", json!({ "username": "Bob" }));
        let bobs = seen["items"][0]["session"].as_str().unwrap().to_string();
        let before = epoch(plant);
        plant.run(&plant.boss(), "session.end", json!({ "session": bobs }));
        assert!(epoch(plant) > before, "R-PLAT-020: caches of actors are dropped");
    });
}

#[test]
fn r_plat_035_the_preset_roles_are_there_after_every_start_and_an_edited_name_stays() {
    on_both(wire, |plant| {
        let again = || plant.engine.work(office::role::seed).unwrap();
        assert_eq!(again(), 12);
        assert_eq!(count(plant, engine::sql!("select cast(count(*) as bigint) from role")), 12);
        assert_eq!(audit(plant, "ROLE_SEED").len(), 12);
        assert_eq!(again(), 0, "done again, it changes nothing");
        change(
            plant,
            engine::sql!("update role set name = 'Bench worker', permissions = '[]' where code = 'operator'"),
        );
        assert_eq!(again(), 1, "points follow the release");
        let role = plant
            .engine
            .read_blocking(false, |tx, shared| {
                let system = engine::Actor::system();
                let cx = engine::store::system_cx(tx, shared, &system);
                office::role::Role::find(&cx, &office::role::RoleCode::parse("Operator").unwrap())
            })
            .unwrap()
            .unwrap();
        assert_eq!((role.name.as_str(), role.scope), ("Bench worker", Scope::AssignedStations));
        assert!(role.permissions.has(Permit::ExecTrackIn));
    });
}

#[test]
fn r_plat_002_who_must_change_the_password_may_do_nothing_else() {
    on_both(wire, |plant| {
        person(plant, "amy", "admin");
        change(plant, engine::sql!("update app_user set must_change_password = 1"));
        let amy = std::sync::Arc::new(session(plant, &sign_in(plant, "amy")).unwrap());
        assert!(amy.must_change_password);
        let refused = engine::perform::may(engine::Need::Any(&[Permit::SystemUserManage]), &amy).unwrap_err();
        assert_eq!((refused.def.code, refused.kind.status()), ("PASSWORD_CHANGE_REQUIRED", 403));
        for need in [engine::Need::Session, engine::Need::Any(&[])] {
            assert_eq!(engine::perform::may(need, &amy).unwrap_err().def.code, "PASSWORD_CHANGE_REQUIRED");
        }
        assert!(engine::perform::may(engine::Need::Arrival, &amy).is_ok());
        assert_eq!(plant.code(&amy, "user.update_me", json!({ "name": "A" })), ("PASSWORD_CHANGE_REQUIRED", 403));
        assert_eq!(plant.ask(&amy, "session.get", json!({}))["mustChangePassword"], true);
        plant.run(&amy, "session.logout", json!({}));
        change(plant, engine::sql!("update app_user set enrol_until = 1"));
        assert_eq!(code(&login(plant, "amy", GOOD, "10.0.0.1")), "PASSWORD_EXPIRED");
    });
}

#[test]
fn r_plat_004_a_deactivated_account_has_no_session_and_gets_none() {
    on_both(wire, |plant: &Plant| {
        person(plant, "amy", "operator");
        let cookie = sign_in(plant, "amy");
        change(plant, engine::sql!("update app_user set is_active = 0"));
        assert!(session(plant, &cookie).is_none());
        let answer = login(plant, "amy", GOOD, "10.0.0.1");
        assert_eq!((code(&answer), answer.status()), ("ACCOUNT_INACTIVE", 401));
        assert_eq!(
            code(&login(plant, "amy", "wrong", "10.0.0.1")),
            "INVALID_CREDENTIALS",
            "only who knows the password learns it"
        );
    });
}
