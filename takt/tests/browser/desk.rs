//! The desk: codes are found exactly as they are typed, and pages hear of what others do.

use fantoccini::key::Key;
use serde_json::{Value as Json, json};
use xtask::load::http::Request;

use super::{Browser, Plant, ends_clean};
use crate::common::{PASSWORD, done};

/// Orders whose numbers begin alike; the oldest is the shortest.
fn alike(plant: &Plant) {
    let planner = &mut plant.session("planner");
    for no in std::iter::once(1).chain(10..=32) {
        let order = json!({ "woNo": format!("WO-S-{no}"), "productCode": "1016928", "plannedQty": 5, "routingCode": "PCBA-SMT-V1" });
        done(planner, Request::post("/api/v1/integration/work-orders").json(&order));
    }
}

#[test]
fn r_scr_014_a_code_typed_in_full_is_the_one_that_is_taken() {
    let plant = Plant::open();
    alike(&plant);
    plant.served.block_on(async {
        let page = plant.desk("planner").await;
        // Search and scan open what bears exactly the code (R-SCR-012).
        page.goto("/mes/search?q=WO-S-1").await;
        page.see("body[data-page='work_order']").await;
        page.read("h1", "WO-S-1").await;
        page.menu_to("/mes/runs", "runs").await;
        page.keys("n").await;
        let field = "form[data-command] [name='woNo']";
        let typed = "return document.querySelector(arguments[0]).value";
        page.fill("woNo", "wo-s-1").await;
        page.see(".picker .options [aria-selected='true']").await;
        page.picture("picker-exact").await;
        page.key(Key::Enter).await;
        assert_eq!(page.run(typed, json!(field)).await, "WO-S-1");
        // What is no code by itself is not swapped for one that begins like it.
        page.fill("woNo", "WO-S-2").await;
        page.see(".picker .options li").await;
        page.key(Key::Enter).await;
        assert_eq!(page.run(typed, json!(field)).await, "WO-S-2");
        page.key(Key::Escape).await;
        page.close().await;
    });
    plant.served.stop();
}

#[test]
fn r_scr_020_the_page_of_an_order_hears_of_its_runs() {
    let plant = Plant::open();
    let planner = &mut plant.session("planner");
    let mut post = |path: &str, body: Json| done(planner, Request::post(format!("/api/v1{path}")).json(&body));
    let order = json!({ "woNo": "WO-LIVE", "productCode": "1016928", "plannedQty": 5, "routingCode": "PCBA-SMT-V1" });
    post("/integration/work-orders", order);
    post("/work-orders/WO-LIVE/release", json!({ "lineCode": "SMT-A" }));
    plant.served.block_on(async {
        let page = plant.desk("planner").await;
        page.goto("/mes/work-orders/WO-LIVE").await;
        page.see("#live:not([hidden])").await;
        post("/work-orders/WO-LIVE/runs", json!({ "lineCode": "SMT-A", "planQty": 5 }));
        page.read("#runs", "RUN-WO-LIVE-001").await;
        post("/runs/RUN-WO-LIVE-001/cancel", json!({ "reason": "because" }));
        page.read("#runs", "Cancelled").await;
        ends_clean(page).await;
    });
    plant.served.stop();
}

#[test]
fn r_scr_015_many_runs_are_authorized_at_once() {
    let plant = Plant::open();
    let planner = &mut plant.session("planner");
    let mut post = |path: &str, body: Json| done(planner, Request::post(format!("/api/v1{path}")).json(&body));
    for no in ["WO-M1", "WO-M2", "WO-M3"] {
        let order = json!({ "woNo": no, "productCode": "1016928", "plannedQty": 5, "routingCode": "PCBA-SMT-V1" });
        post("/integration/work-orders", order);
        post(&format!("/work-orders/{no}/release"), json!({ "lineCode": "SMT-A" }));
        post(&format!("/work-orders/{no}/runs"), json!({ "lineCode": "SMT-A", "planQty": 5 }));
    }
    plant.served.block_on(async {
        let page = plant.desk("planner").await;
        page.goto("/mes/runs?status=PREP").await;
        page.read("#list", "To authorize").await;
        // Who takes the next step stands below it.
        page.read("#list", "Planner").await;
        for no in ["WO-M1", "WO-M2", "WO-M3"] {
            page.tab_to(&format!("input[data-choose][value='RUN-{no}-001']")).await;
            page.keys(" ").await;
        }
        page.read("[data-bulk-n]", "3").await;
        page.picture("runs-chosen").await;
        page.press("[data-bulk='run.authorize']").await;
        page.see("dialog[open] form").await;
        // Somebody cancels one of them meanwhile: its row says so, the others are authorized.
        post("/runs/RUN-WO-M2-001/cancel", json!({ "reason": "because" }));
        page.submit().await;
        page.see("[data-bulk-results]").await;
        page.see("[data-bulk-results] tr[data-code='RUN_IN_TERMINAL_STATUS'], [data-bulk-results] tr[data-code='RUN_NOT_READY']").await;
        page.picture("runs-authorized").await;
        page.key(Key::Enter).await;
        page.gone("dialog[open]").await;
        page.close().await;
    });
    let status = |no: &str| {
        let answer = plant.session("quality").get(&format!("/api/v1/runs/RUN-{no}-001")).expect("the server answers");
        answer.json().expect("JSON")["run"]["status"].clone()
    };
    assert_eq!([status("WO-M1"), status("WO-M2"), status("WO-M3")], ["AUTHORIZED", "CANCELLED", "AUTHORIZED"]);
    plant.served.stop();
}

#[test]
fn r_scr_010_the_chosen_role_leads_home_and_menu() {
    let plant = Plant::open();
    let both = json!({ "username": "both", "name": "Both", "roles": ["planner", "leader"], "lineCodes": ["SMT-A"], "locale": "en", "initialPassword": PASSWORD });
    done(&mut plant.session("admin"), Request::post("/api/v1/users").json(&both));
    let boards = plant.run("WO-HOME", 5);
    let into = Request::post("/api/v1/stations/ST-PRINT-01/track-in").json(&json!({ "sn": boards[0] }));
    done(&mut plant.session("operator"), into);
    plant.served.block_on(async {
        let page = Browser::open(&plant.served.url(), 1400, 900).await;
        page.sign_in("both", PASSWORD).await;
        page.see("body[data-page='planning']").await;
        page.read("nav.nav h2:first-of-type", "Plan").await;
        page.press("[data-action='role']").await;
        page.press("header a[href='/mes?role=leader']").await;
        page.see("body[data-page='line_home']").await;
        page.read("[data-action='role']", "Line leader").await;
        page.read("nav.nav h2:first-of-type", "Make").await;
        // The home says what is done of what, and the figures lead to their rows.
        page.read("#home", "0 of 5 done on SMT-A, 5 to go.").await;
        page.see("#home .counts a[href='/mes/runs?status=IN_PROGRESS']").await;
        page.picture("role-chosen").await;
        // It stays chosen.
        page.goto("/").await;
        page.see("body[data-page='line_home']").await;
        ends_clean(page).await;
    });
    plant.served.stop();
}

#[test]
fn r_scr_005_the_events_of_a_run_say_that_they_are_only_ones_own() {
    let plant = Plant::open();
    plant.run("WO-EV", 1);
    let leader = &mut plant.session("leader");
    for _ in 0..26 {
        for verb in ["hold", "resume"] {
            let path = format!("/api/v1/runs/RUN-WO-EV-001/{verb}");
            done(leader, Request::post(path).json(&json!({ "reason": "Stencil is worn" })));
        }
    }
    plant.served.block_on(async {
        let page = plant.desk("planner").await;
        page.goto("/mes/runs/RUN-WO-EV-001?tab=events").await;
        page.read("#events [data-state='partly']", "Only your own").await;
        page.read("#events [data-state='partly']", "Factory manager").await;
        page.picture("run-events-own").await;
        ends_clean(page).await;
        let page = plant.desk("manager").await;
        page.goto("/mes/runs/RUN-WO-EV-001?tab=events").await;
        page.read("#events", "Stencil is worn").await;
        page.gone("#events [data-state='partly']").await;
        // The newest fifty; the rest is one press away.
        page.read("#events h2", "The newest 50").await;
        page.press("#events header a").await;
        page.see("body[data-page='audit_logs']").await;
        page.read("#list", "RUN-WO-EV-001").await;
        ends_clean(page).await;
    });
    plant.served.stop();
}
