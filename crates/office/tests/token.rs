//! Tokens: issued, used, rotated, revoked, on both engines.

mod common;

use common::*;
use engine::testing::on_both;
use engine::{ActorKind, Permit, Scope};
use serde_json::{Value as Json, json};

fn spi() -> Json {
    json!({
        "name": "SPI 1", "kind": "MACHINE", "permissions": ["ingest:write", "exec:read"], "lineCodes": ["SMT-A"],
        "sourceSystem": "SPI-A", "allowedCidrs": ["10.1.0.0/16"], "rateLimitPerMin": 1200
    })
}

#[test]
fn r_plat_025_a_token_acts_within_its_points_lines_addresses_and_time() {
    on_both(wire, |plant| {
        floor(plant);
        let boss = plant.boss();
        let envelope = plant.envelope();
        let issued = body(&plant.call_with(&boss, "api_token.create", spi(), envelope.clone()));
        let no = issued["tokenNo"].as_str().unwrap();
        let secret = issued["secret"].as_str().unwrap();
        assert!(no.starts_with("TOK-") && no.ends_with("-0001"), "{no}");
        assert!(secret.starts_with("takt_") && secret.len() == 48, "{secret}");
        assert!(body(&plant.call_with(&boss, "api_token.create", spi(), envelope))["secret"].is_null(), "shown once");

        let spi = bearer(plant, secret, Some("10.1.7.7")).unwrap();
        assert_eq!((spi.kind, spi.name.as_str(), spi.display.as_str()), (ActorKind::Token, no, "SPI 1"));
        assert_eq!((spi.grants.scope(Permit::IngestWrite), spi.lines.len()), (Some(Scope::AssignedLines), 1));
        assert_eq!((spi.source_system.as_deref(), spi.rate_per_min), (Some("SPI-A"), Some(1200)));
        assert!(spi.has(Permit::StationRead) && !spi.has(Permit::ExecTrackIn));
        assert_eq!(bearer(plant, secret, Some("10.2.0.1")).unwrap_err(), "TOKEN_IP_DENIED");
        assert_eq!(bearer(plant, secret, None).unwrap_err(), "TOKEN_IP_DENIED");
        assert_eq!(bearer(plant, "takt_guess", Some("10.1.7.7")).unwrap_err(), "TOKEN_INVALID");
        change(plant, engine::sql!("update api_token set expires_at = 1"));
        assert_eq!(bearer(plant, secret, Some("10.1.7.7")).unwrap_err(), "TOKEN_EXPIRED");
        let stored =
            count(plant, engine::sql!("select cast(count(*) as bigint) from api_token where length(secret_hash) = 64"));
        assert_eq!(stored, 1, "only the hash is stored");
        assert!(!format!("{:?}", audit(plant, "API_TOKEN_CREATE")).contains(secret));
    });
}

#[test]
fn r_plat_025_no_token_holds_what_needs_a_person() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        let with = |points: Json| json!({ "name": "x", "kind": "INTEGRATION", "permissions": points });
        for point in [
            "system:user_manage",
            "system:integration",
            "quality:sign",
            "quality:mrb",
            "quality:waive_fai",
            "readiness:override",
        ] {
            assert_eq!(
                plant.code(&boss, "api_token.create", with(json!([point]))),
                ("TOKEN_PERMISSION_FORBIDDEN", 422),
                "{point}"
            );
        }
        assert_eq!(plant.code(&boss, "api_token.create", with(json!(["wo:fly"]))), ("PERMISSION_UNKNOWN", 422));
        assert_eq!(plant.code(&boss, "api_token.create", with(json!([]))), ("VALIDATION_FAILED", 400));
        let mut late = with(json!(["wo:receive"]));
        late["expiresAt"] = "2099-01-01T00:00:00Z".into();
        assert_eq!(plant.refuse(&boss, "api_token.create", late).errors[0].path, "/expiresAt", "at most 400 days");
        let mut range = with(json!(["wo:receive"]));
        range["allowedCidrs"] = json!(["10.0.0.0/8", "somewhere"]);
        assert_eq!(plant.refuse(&boss, "api_token.create", range).errors[0].path, "/allowedCidrs/1");
        let someone = plant.someone(&[Permit::SystemUserManage]);
        assert_eq!(plant.code(&someone, "api_token.create", with(json!(["wo:receive"]))), ("FORBIDDEN", 403));
        let erp = plant.run(&boss, "api_token.create", with(json!(["wo:receive"])));
        let erp = bearer(plant, erp["secret"].as_str().unwrap(), None).unwrap();
        assert_eq!(erp.grants.scope(Permit::WoRead), Some(Scope::All), "bound to nothing, it serves the whole plant");
    });
}

#[test]
fn r_plat_026_after_a_rotation_the_old_secret_counts_a_day_at_most() {
    on_both(wire, |plant| {
        floor(plant);
        let boss = plant.boss();
        let issued = plant.run(&boss, "api_token.create", spi());
        let (no, old) = (issued["tokenNo"].clone(), issued["secret"].as_str().unwrap().to_string());
        let ip = Some("10.1.0.1");
        let rotated = plant.run(&boss, "api_token.rotate", json!({ "tokenNo": no }));
        let new = rotated["secret"].as_str().unwrap();
        assert!(bearer(plant, &old, ip).is_ok() && bearer(plant, new, ip).is_ok());
        change(plant, engine::sql!("update api_token set old_until = old_until - 24 * 3600000"));
        assert_eq!(bearer(plant, &old, ip).unwrap_err(), "TOKEN_INVALID");
        assert!(bearer(plant, new, ip).is_ok());
        let at_once = plant.run(&boss, "api_token.rotate", json!({ "tokenNo": no, "keepOldHours": 0 }));
        assert_eq!(bearer(plant, new, ip).unwrap_err(), "TOKEN_INVALID");
        assert!(bearer(plant, at_once["secret"].as_str().unwrap(), ip).is_ok());
        assert_eq!(
            plant.code(&boss, "api_token.rotate", json!({ "tokenNo": no, "keepOldHours": 25 })),
            ("VALIDATION_FAILED", 400)
        );
        assert_eq!(plant.code(&boss, "api_token.rotate", json!({ "tokenNo": "TOK-1" })), ("API_TOKEN_NOT_FOUND", 404));
    });
}

#[test]
fn r_plat_025_a_revoked_token_stays_so_and_the_list_shows_no_secret() {
    on_both(wire, |plant| {
        floor(plant);
        let boss = plant.boss();
        let issued = plant.run(&boss, "api_token.create", spi());
        let no = issued["tokenNo"].clone();
        let before = epoch(plant);
        let revoked = plant.run(&boss, "api_token.revoke", json!({ "tokenNo": no, "reason": "machine sold" }));
        let again = plant.run(&boss, "api_token.revoke", json!({ "tokenNo": no }));
        assert_eq!((&revoked["revokedAt"], &revoked["version"]), (&again["revokedAt"], &again["version"]));
        assert!(epoch(plant) > before);
        assert_eq!(bearer(plant, issued["secret"].as_str().unwrap(), Some("10.1.0.1")).unwrap_err(), "TOKEN_REVOKED");
        assert_eq!(plant.code(&boss, "api_token.rotate", json!({ "tokenNo": no })), ("TOKEN_REVOKED", 409));
        plant.run(&boss, "api_token.create", spi());
        let list = plant.ask(&boss, "api_tokens", json!({ "isRevoked": true }));
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        let text = plant.ask(&boss, "api_tokens", json!({ "q": "tok-" })).to_string();
        assert!(!text.contains("ecret"), "{text}");
    });
}

#[test]
fn r_plat_051_the_first_use_of_a_token_in_a_day_is_on_record() {
    on_both(wire, |plant| {
        floor(plant);
        let issued = plant.run(&plant.boss(), "api_token.create", spi());
        let id = bearer(plant, issued["secret"].as_str().unwrap(), Some("10.1.0.1")).unwrap().principal;
        let used = || plant.engine.work(move |cx| office::token::used(cx, &[id, 0])).unwrap();
        assert_eq!((used(), used()), (1, 0), "noted at most once a minute");
        let rows = audit(plant, "API_TOKEN_USE");
        assert_eq!((rows.len(), rows[0].actor.as_str()), (1, issued["tokenNo"].as_str().unwrap()));
        change(plant, engine::sql!("update api_token set last_used_at = last_used_at - 2 * 86400000"));
        assert_eq!(used(), 1);
        assert_eq!(audit(plant, "API_TOKEN_USE").len(), 2);
    });
}

#[test]
fn r_plat_026_a_token_that_ends_in_two_weeks_is_warned_of_once() {
    on_both(wire, |plant| {
        floor(plant);
        let boss = plant.boss();
        plant.run(&boss, "api_token.create", spi());
        let mut registry = engine::Registry::default();
        wire(&mut registry);
        let run = registry.chores.iter().find(|c| c.name == "warn_of_tokens").unwrap().run;
        assert_eq!(plant.engine.work(run).unwrap(), 0, "it has 400 days");
        change(plant, engine::sql!("update api_token set expires_at = expires_at - 387 * cast(86400000 as bigint)"));
        assert_eq!(plant.engine.work(run).unwrap(), 1);
        assert_eq!(plant.engine.work(run).unwrap(), 0);
        assert_eq!(events(plant, "TOKEN_EXPIRING"), 1);
    });
}
