//! A planner's way over HTTP, from an order to its end: the calls, and the pages of order and run in both languages.

mod common;

use common::{Served, code, done, refused};
use serde_json::{Value as Json, json};
use xtask::load::Session;
use xtask::load::http::Request;

/// The password of people in these stories.
const PASSWORD: &str = "correct horse battery staple";

fn put(session: &mut Session, path: &str, body: Json) -> Json {
    done(session, Request::post(format!("/api/v1{path}")).json(&body))
}

fn read(session: &mut Session, path: &str) -> Json {
    let answer = session.get(&format!("/api/v1{path}")).expect("the server answers");
    assert!(answer.is_success(), "{path}: {}", String::from_utf8_lossy(&answer.body));
    answer.json().expect("answers are JSON")
}

/// A change of something seen, with the version it has now.
fn seen(session: &mut Session, method: &'static str, of: &str, path: &str, body: Json) -> Json {
    let answer = session.get(&format!("/api/v1{of}")).expect("the server answers");
    let etag = answer.headers("etag").next().expect("it has an ETag").to_string();
    done(session, Request::new(method, format!("/api/v1{path}")).json(&body).header("If-Match", &etag))
}

/// Somebody with a preset role, signed in.
fn person(served: &Served, admin: &mut Session, name: &str, role: &str, lines: &[&str]) -> Session {
    let made = put(
        admin,
        "/users",
        json!({ "username": name, "name": name, "roles": [role], "lineCodes": lines, "locale": "en" }),
    );
    let enrol = json!({ "token": made["secret"], "password": PASSWORD });
    let answer = served.send(&Request::post("/api/v1/auth/enrol").json(&enrol));
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    Session::sign_in(served.address, name, PASSWORD).expect("they sign in")
}

/// A line with two manual stations, and a compiled route for product P1.
fn engineer(session: &mut Session) {
    put(session, "/lines", json!({ "code": "SMT-A", "name": "SMT A", "processType": "SMT" }));
    for group in ["PRINT", "AOI"] {
        put(session, "/stations/groups", json!({ "code": group, "name": group }));
        let station = json!({ "code": format!("ST-{group}"), "name": group, "lineCode": "SMT-A", "groupCode": group,
            "stationType": "MANUAL" });
        put(session, "/stations", station);
        put(session, "/operations", json!({ "code": group, "name": group, "defaultType": "MANUAL" }));
    }
    put(session, "/routes", json!({ "code": "R/1 x", "name": "R1", "productCode": "P1", "processType": "SMT" }));
    let steps = json!({ "steps": [
        { "stepNo": 10, "operationCode": "PRINT", "stationGroupCode": "PRINT" },
        { "stepNo": 20, "operationCode": "AOI", "stationGroupCode": "AOI" },
    ] });
    seen(session, "PUT", "/routes/R%2F1%20x", "/routes/R%2F1%20x/steps", steps);
    put(session, "/routes/R%2F1%20x/compile", json!({}));
}

fn page(session: &mut Session, path: &str) -> String {
    let answer = session.get(path).expect("the server answers");
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(answer.status, 200, "{path}: {text}");
    assert!(!text.contains("[next-") && !text.contains("[refusal-") && !text.contains("[step-"), "{path}: {text}");
    text
}

/// Where a page sends whoever asks for it.
fn sent(session: &mut Session, path: &str) -> (u16, String) {
    let answer = session.get(path).expect("the server answers");
    (answer.status, answer.headers("location").next().unwrap_or_default().to_string())
}

#[test]
fn r_scr_010_a_home_shows_seven_things_oldest_first() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    let mut paul = person(&served, &mut admin, "paul", "planner", &[]);
    for n in 1..=9 {
        let order = json!({ "woNo": format!("WO-0{n}"), "productCode": "P1", "plannedQty": 1 });
        put(&mut paul, "/integration/work-orders", order);
    }
    let text = page(&mut paul, "/mes/planning");
    let at: Vec<_> = (1..=9).map(|n| text.find(&format!(">WO-0{n}<"))).collect();
    assert!(at[..7].iter().all(Option::is_some) && at[..7].is_sorted(), "the oldest seven in order: {at:?}");
    assert_eq!(at[7..], [None, None], "and no more");
    served.stop();
}

#[test]
fn r_scr_012_a_search_opens_what_bears_the_code_and_lets_choose_between_kinds() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    let mut ella = person(&served, &mut admin, "ella", "engineer", &[]);
    engineer(&mut ella);
    put(&mut ella, "/material-lots", json!({ "materialCode": "5212090001", "lotNo": "LOT-7" }));
    let mut paul = person(&served, &mut admin, "paul", "planner", &[]);
    put(&mut paul, "/integration/work-orders", json!({ "woNo": "SMT-A", "productCode": "P1", "plannedQty": 1 }));
    assert_eq!(sent(&mut paul, "/mes/search?q=print"), (200, String::new()), "several begin so");
    assert_eq!(sent(&mut paul, "/mes/search?q=r%2F1%20X"), (303, "/mes/routes/R%2F1%20x".into()));
    let text = page(&mut paul, "/mes/search?q=smt-a").replace("&#x2f;", "/");
    let both = ["/mes/work-orders/SMT-A", "/mes/lines/SMT-A"].iter().all(|href| text.contains(href));
    assert!(both, "an order and a line bear it: {text}");
    let lot = (303, "/mes/material-lots?q=LOT-7&materialCode=5212090001".to_string());
    assert_eq!(sent(&mut ella, "/mes/search?scan=1&q=5212090001%7CLOT-7"), lot, "as its label is scanned");
    served.stop();
}

#[test]
fn r_scr_004_a_part_of_a_page_is_not_the_sign_in_page() {
    let served = Served::on_sqlite();
    let whole = served.send(&Request::get("/mes/runs"));
    assert_eq!(whole.status, 303, "a page leads to the sign-in page");
    for part in ["Takt-Block", "HX-Request"] {
        let answer = served.send(&Request::get("/mes/runs").header(part, "list"));
        assert_eq!(
            code(&answer),
            (401, "UNAUTHENTICATED".into()),
            "a part says who asks for it that nobody is signed in"
        );
    }
    served.stop();
}

#[test]
fn a_planner_takes_an_order_from_the_erp_to_its_end() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    engineer(&mut person(&served, &mut admin, "ella", "engineer", &[]));
    let mut paul = person(&served, &mut admin, "paul", "planner", &[]);
    let mut lea = person(&served, &mut admin, "lea", "leader", &["SMT-A"]);

    let order = json!({ "woNo": "WO-1", "productCode": "P1", "plannedQty": "2.5", "dueDate": "2026-12-01" });
    put(&mut paul, "/integration/work-orders", order);
    let strict = Request::post("/api/v1/integration/work-orders?strict=true")
        .json(&json!({ "woNo": "WO-2", "productCode": "P1", "plannedQty": 1, "routingCode": "NO" }));
    assert_eq!(refused(&mut paul, strict), (422, "ROUTE_NOT_FOUND".into()), "R-CORE-083");
    assert!(page(&mut paul, "/mes/work-orders").contains("WO-1"));
    let text = page(&mut paul, "/mes/work-orders/WO-1");
    assert!(text.contains("Choose a line and release the order."), "{text}");
    let dry = paul
        .command(
            Request::post("/api/v1/work-orders/WO-1/release?dryRun=true").json(&json!({ "lineCode": "NOWHERE" })),
            "dry",
        )
        .unwrap();
    assert_eq!(dry.json().unwrap()["blockers"][0]["code"], "LINE_NOT_FOUND", "R-CORE-004");
    put(&mut paul, "/work-orders/WO-1/release", json!({ "lineCode": "SMT-A" }));
    let change = json!({ "routingCode": "R/1 x" });
    let keyless = Request::new("PATCH", "/api/v1/work-orders/WO-1/routing").json(&change);
    assert_eq!(refused(&mut paul, keyless), (428, "VERSION_REQUIRED".into()));
    seen(&mut paul, "PATCH", "/work-orders/WO-1", "/work-orders/WO-1/routing", change);

    let run = put(&mut paul, "/work-orders/WO-1/runs", json!({ "lineCode": "SMT-A", "planQty": 2 }));
    assert_eq!(run["runNo"], "RUN-WO-1-001");
    assert!(page(&mut paul, "/mes/runs").contains("RUN-WO-1-001"));
    let text = page(&mut paul, "/mes/runs/RUN-WO-1-001");
    assert!(
        text.contains("Everything is ready. Authorize the run.") && text.contains(r#""action":"AUTHORIZE""#),
        "{text}"
    );
    let text = page(&mut lea, "/mes/runs/RUN-WO-1-001?step=authorize");
    assert!(text.contains("Planner"), "who may not authorize hears who can: {text}");
    put(&mut paul, "/runs/RUN-WO-1-001/authorize", json!({ "action": "AUTHORIZE" }));
    put(&mut paul, "/runs/RUN-WO-1-001/generate-units", json!({ "quantity": 2 }));
    for sn in ["SN-RUN-WO-1-001-0001", "SN-RUN-WO-1-001-0002"] {
        for station in ["ST-PRINT", "ST-AOI"] {
            put(&mut lea, &format!("/stations/{station}/track-in"), json!({ "sn": sn }));
            put(&mut lea, &format!("/stations/{station}/track-out"), json!({ "sn": sn, "result": "PASS" }));
        }
    }
    let next = read(&mut lea, "/runs/RUN-WO-1-001/next-actions");
    assert_eq!(next["stage"], "close", "{next}");
    for (path, said) in [("?step=execute", "All boards are finished"), ("?step=close", "Close the run.")] {
        let text = page(&mut lea, &format!("/mes/runs/RUN-WO-1-001{path}"));
        assert!(text.contains(said), "{said}: {text}");
    }
    let early = Request::post("/api/v1/work-orders/WO-1/close").json(&json!({}));
    assert_eq!(refused(&mut paul, early.clone()), (409, "WORK_ORDER_RUNS_NOT_TERMINAL".into()));
    put(&mut lea, "/runs/RUN-WO-1-001/close", json!({}));
    assert_eq!(refused(&mut paul, early), (409, "WORK_ORDER_SHORT_QTY".into()), "2 of 2.5");
    put(&mut paul, "/work-orders/WO-1/close", json!({ "acceptShort": true, "reason": "half a board is none" }));
    let order = read(&mut paul, "/work-orders/WO-1");
    assert_eq!((&order["status"], &order["goodQty"]), (&json!("COMPLETED"), &json!(2)));

    seen(&mut paul, "PATCH", "/users/me", "/users/me", json!({ "locale": "zh-CN" }));
    for (path, said) in [("/mes/work-orders/WO-1", "工单"), ("/mes/runs/RUN-WO-1-001", "已关闭"), ("/mes/runs", "批次")]
    {
        assert!(page(&mut paul, path).contains(said), "{path}");
    }
    let lost = paul.get("/mes/runs/RUN-NO").unwrap();
    assert_eq!(lost.status, 404, "{:?}", code(&lost));
    served.stop();
}
