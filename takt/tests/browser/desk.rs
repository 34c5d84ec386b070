//! The desk: codes are found exactly as they are typed, and pages hear of what others do.

use fantoccini::key::Key;
use serde_json::{Value as Json, json};
use xtask::load::http::Request;

use super::{Plant, ends_clean};
use crate::common::done;

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
