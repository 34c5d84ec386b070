//! The door over HTTP: who, permit, fields, version, key, and the answer.

mod common;

use common::{PASSWORD, Served, code, done, refused};
use serde_json::json;
use xtask::load::http::Request;
use xtask::load::{Session, fresh_key};

#[test]
fn a_call_is_checked_in_order() {
    let served = Served::on_sqlite();
    let unknown = served.send(&Request::post("/api/v1/nothing/here").json(&json!({})));
    assert_eq!(code(&unknown), (404, "PATH_NOT_FOUND".into()));
    let nobody = served.send(&Request::post("/api/v1/lines").json(&json!({ "nonsense": 1 })));
    assert_eq!(code(&nobody), (401, "UNAUTHENTICATED".into()), "who comes before what");
    let mut admin = served.admin();
    let denied = refused(&mut admin, Request::post("/api/v1/lines").json(&json!({ "nonsense": 1 })));
    assert_eq!(denied, (403, "FORBIDDEN".into()), "the permit comes before the fields");
    let elsewhere = served.send(&Request::get("/api/v1elsewhere/lines"));
    assert_eq!(code(&elsewhere), (404, "PATH_NOT_FOUND".into()));
    let body =
        json!({ "code": "shift-lead", "name": "Shift lead", "scope": "ALL", "nonsense": 1, "permissions": "all" });
    let answer = admin.command(Request::post("/api/v1/roles").json(&body), &fresh_key()).unwrap();
    assert_eq!(code(&answer), (400, "VALIDATION_FAILED".into()));
    let errors = answer.json().unwrap()["errors"].as_array().unwrap().len();
    assert!(errors >= 2, "every wrong field is listed: {}", answer.json().unwrap());
    served.stop();
}

#[test]
fn r_plat_050_what_the_door_denies_is_on_record_and_what_nobody_asked_is_not() {
    for served in [Served::on_sqlite(), Served::on_postgres()] {
        let mut admin = served.admin();
        let failed = |admin: &mut Session| {
            let rows = admin.get("/api/v1/audit-logs?status=FAIL").unwrap().json().unwrap();
            let said = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap_or_default().to_string();
            let rows = rows["items"].as_array().unwrap().iter();
            rows.map(|r| ["actor", "action", "entityType", "entityKey", "errorCode"].map(|n| said(r, n)))
                .collect::<Vec<_>>()
        };
        let line = json!({ "code": "A1", "name": "A1", "processType": "SMT" });
        refused(&mut admin, Request::post("/api/v1/lines").json(&line));
        assert_eq!(failed(&mut admin)[0], ["boss", "LINE_CREATE", "line", "A1", "FORBIDDEN"]);
        refused(&mut admin, Request::post("/api/v1/lines").json(&json!({ "nonsense": 1 })));
        assert_eq!(failed(&mut admin)[0], ["boss", "LINE_CREATE", "line", "", "FORBIDDEN"], "as far as it can be read");
        let forged = Request::post("/api/v1/roles").json(&json!({ "code": "x" })).header("Cookie", admin.cookie());
        let forged = served.send(&forged.header("Takt-Csrf", "made-up").header("Idempotency-Key", "forged"));
        assert_eq!(code(&forged), (403, "CSRF_INVALID".into()));
        assert_eq!(failed(&mut admin)[0][4], "CSRF_INVALID");
        let before = failed(&mut admin);
        admin.command(Request::post("/api/v1/lines?dryRun=true").json(&line), "dry").unwrap();
        served.send(&Request::post("/api/v1/lines").json(&line));
        admin.command(Request::post("/api/v1/roles").json(&json!({ "nonsense": 1 })), &fresh_key()).unwrap();
        assert_eq!(failed(&mut admin), before, "dry runs, 401 and 400 leave no row");
        served.stop();
    }
}

#[test]
fn r_core_004_a_dry_run_asked_for_in_other_words_is_no_deed() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    let role = json!({ "code": "shift-lead", "name": "Shift lead", "scope": "ALL", "permissions": ["run:read"] });
    for odd in ["dryRun=1", "dryRun=TRUE", "dryRun=", "dryRun", "dryRun=true&dryRun=false", "dryRun=yes"] {
        let asked = Request::post(format!("/api/v1/roles?{odd}")).json(&role);
        assert_eq!(refused(&mut admin, asked), (400, "VALIDATION_FAILED".into()), "{odd}");
    }
    let asked = Request::post("/api/v1/roles?dryRun=true").json(&role);
    assert_eq!(admin.command(asked, "").unwrap().json().unwrap()["allowed"], true);
    assert_eq!(admin.get("/api/v1/roles/shift-lead").unwrap().status, 404, "nothing was done");
    done(&mut admin, Request::post("/api/v1/roles?dryRun=false").json(&role));
    served.stop();
}

#[test]
fn r_plat_051_who_takes_a_list_away_is_on_record() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    let csv = admin.get("/api/v1/users?format=csv&q=bo").unwrap();
    assert!(csv.is_success() && String::from_utf8_lossy(&csv.body).contains("boss"));
    let text = String::from_utf8_lossy(&csv.body).into_owned();
    assert!(
        text.lines().nth(1).is_some_and(|row| row.contains("admin")),
        "what is added to a row is in its file: {text}"
    );
    let rows = admin.get("/api/v1/audit-logs?action=EXPORT").unwrap().json().unwrap();
    let row = &rows["items"][0];
    assert_eq!((row["actor"].as_str(), row["entityKey"].as_str()), (Some("boss"), Some("users")), "{rows}");
    assert_eq!(row["ip"], "127.0.0.1");
    assert_eq!(rows["items"].as_array().unwrap().len(), 1);
    served.stop();
}

#[test]
fn r_plat_051_who_takes_a_trace_away_or_prints_it_is_on_record() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    work::testing::Tiny::default().build(served.engine()).unwrap();
    let person = |name: &str, role: &str| json!({ "username": name, "name": name, "roles": [role], "initialPassword": PASSWORD });
    done(&mut admin, Request::post("/api/v1/users").json(&person("auditor", "trace")));
    done(&mut admin, Request::post("/api/v1/users").json(&person("planner", "planner")));
    let (mut auditor, mut planner) = (served.session("auditor"), served.session("planner"));
    let page = String::from_utf8_lossy(&auditor.get("/mes/trace?q=SN-0001").unwrap().body).replace("&#x2f;", "/");
    assert!(page.contains("href=\"/api/v1/trace/units/SN-0001/export\""), "the button of the page: {page}");
    assert!(auditor.get("/api/v1/trace/units/SN-0001/export").unwrap().is_success());
    assert!(planner.get("/print/unit-history/SN-0001").unwrap().is_success());
    assert_eq!(planner.get("/api/v1/trace/units/SN-0001/export").unwrap().status, 403);
    assert!(planner.get("/api/v1/trace/units/SN-0001").unwrap().is_success(), "looking is not on record");
    let rows = admin.get("/api/v1/audit-logs?entityType=unit&entityKey=SN-0001").unwrap().json().unwrap();
    let told = rows["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["actor"].clone(), r["action"].clone(), r["status"].clone()));
    let told: Vec<_> = told.collect();
    assert_eq!(
        told,
        [(json!("planner"), json!("PRINT"), json!("SUCCESS")), (json!("auditor"), json!("EXPORT"), json!("SUCCESS"))]
    );
    served.stop();
}

#[test]
fn r_core_001_a_change_needs_a_key_and_a_session_the_csrf_token() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    let role = json!({ "code": "shift-lead", "name": "Shift lead", "scope": "ALL", "permissions": ["run:read"] });
    let keyless = admin.command(Request::post("/api/v1/roles").json(&role), "").unwrap();
    assert_eq!(code(&keyless), (400, "IDEMPOTENCY_KEY_REQUIRED".into()));
    let key = fresh_key();
    let first = admin.command(Request::post("/api/v1/roles").json(&role), &key).unwrap();
    assert_eq!(first.status, 201);
    let again = admin.command(Request::post("/api/v1/roles").json(&role), &key).unwrap();
    assert_eq!((again.status, again.headers("idempotency-replayed").next()), (201, Some("true")));
    assert_eq!(again.body, first.body);
    let other = json!({ "code": "other", "name": "Other", "scope": "ALL", "permissions": ["run:read"] });
    let reused = admin.command(Request::post("/api/v1/roles").json(&other), &key).unwrap();
    assert_eq!(code(&reused), (422, "IDEMPOTENCY_KEY_REUSED".into()));
    served.stop();
}

#[test]
fn a_change_of_something_seen_needs_its_version() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    let role = json!({ "code": "shift-lead", "name": "Shift lead", "scope": "ALL", "permissions": ["run:read"] });
    done(&mut admin, Request::post("/api/v1/roles").json(&role));
    let change = Request::new("PATCH", "/api/v1/roles/shift-lead").json(&json!({ "name": "Leads a shift" }));
    assert_eq!(refused(&mut admin, change.clone()), (428, "VERSION_REQUIRED".into()));
    let seen = admin.get("/api/v1/roles/shift-lead").unwrap();
    let etag = seen.headers("etag").next().expect("a role has an ETag").to_string();
    done(&mut admin, change.clone().header("If-Match", &etag));
    assert_eq!(refused(&mut admin, change.header("If-Match", &etag)), (412, "VERSION_MISMATCH".into()));
    served.stop();
}

#[test]
fn pages_are_for_those_who_may_and_others_hear_who_can() {
    let served = Served::on_sqlite();
    let page = served.send(&Request::get("/mes/runs"));
    assert_eq!((page.status, page.headers("location").next()), (303, Some("/login?next=%2Fmes%2Fruns")));
    let mut admin = served.admin();
    let home = admin.get("/").unwrap();
    assert_eq!((home.status, home.headers("location").next()), (303, Some("/system")));
    let denied = admin.get("/mes/planning").unwrap();
    let text = String::from_utf8_lossy(&denied.body).into_owned();
    assert_eq!(denied.status, 403);
    assert!(text.contains("FORBIDDEN") && text.contains("Planner"), "{text}");
    let lost = admin.get("/mes/nowhere").unwrap();
    assert_eq!(lost.status, 404);
    served.stop();
}

#[test]
fn r_plat_132_every_answer_names_its_request_and_an_error_names_it_in_its_body() {
    let served = Served::on_sqlite();
    let mut names = std::collections::BTreeSet::new();
    for path in ["/healthz", "/login", "/mes/runs", "/api/v1/health", "/api/v1/lines", "/api/v1/nothing", "/nowhere"] {
        let answer = served.send(&Request::get(path));
        let name = answer.headers("takt-request-id").next().unwrap_or_default().to_string();
        assert!(!name.is_empty(), "{path}");
        if let Ok(problem) = answer.json()
            && problem.get("code").is_some()
        {
            assert_eq!(problem["requestId"], name.as_str(), "{path}");
        }
        names.insert(name);
    }
    assert_eq!(names.len(), 7, "no two requests have one name");
    served.stop();
}

#[test]
fn r_plat_131_health_says_which_program_this_is() {
    let served = Served::on_sqlite();
    let health = served.send(&Request::get("/api/v1/health")).json().unwrap();
    assert_eq!((&health["status"], &health["checks"]["disk"]), (&json!("ok"), &json!("ok")), "{health}");
    assert!(health.as_object().unwrap().contains_key("commit"), "{health}");
    served.stop();
}

#[test]
fn r_scr_090_an_answer_of_the_api_is_in_the_language_that_is_asked_for_also_with_a_session() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    let mut said = |more: &[(&'static str, &str)]| {
        let asked = Request::get("/api/v1/lines/NO");
        let asked = more.iter().fold(asked, |asked, (name, value)| asked.header(name, value));
        let answer = admin.command(asked, "").unwrap().json().unwrap();
        answer["detail"].as_str().unwrap().is_ascii()
    };
    assert!(said(&[("Accept-Language", "en")]), "English");
    assert!(!said(&[("Accept-Language", "zh-CN")]), "Chinese");
    let goes = [("Accept-Language", "zh-CN"), ("Sec-Fetch-Mode", "navigate")];
    let own = said(&[]);
    assert_eq!(said(&goes), own, "a browser that goes to an address has the language of its person");
    let part = [("Accept-Language", "zh-CN"), ("Sec-Fetch-Mode", "cors"), ("HX-Request", "true")];
    assert_eq!(said(&part), own, "so has a part of a page");
    served.stop();
}

#[test]
fn what_an_administrator_looks_after_is_on_pages() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    let other = served.session("boss");
    let page = |session: &mut Session, path: &str| {
        let answer = session.get(path).unwrap();
        assert_eq!(answer.status, 200, "{path}");
        String::from_utf8_lossy(&answer.body).replace("&#x2f;", "/")
    };
    for path in ["/profile", "/system/user-management/boss"] {
        assert_eq!(
            page(&mut admin, path).matches("data-action=\"session.end\"").count(),
            2,
            "{path} ends each of two sessions"
        );
    }
    drop(other);
    let chain = page(&mut admin, "/system/audit-chain");
    assert!(chain.contains("data-status=\"done\""), "the chain holds: {chain}");
    assert!(page(&mut admin, "/system/audit-logs").contains("/system/audit-chain"), "the trail leads to its chain");
    let duties = page(&mut admin, "/system/who-can");
    assert!(duties.contains("data-code=\"ADMIN_AND_PRODUCTION\""), "{duties}");
    let session = admin.get("/api/v1/auth/session").unwrap().json().unwrap();
    assert_eq!(session["idleSec"], 480 * 60);
    assert!(session["leftSec"].as_i64().is_some_and(|left| left > 86_000), "{session}");
    served.stop();
}
