//! Forms: what is typed, picked and scanned into them, and how they close.

use fantoccini::key::Key;
use serde_json::{Value as Json, json};
use xtask::load::http::Request;

use super::harness::Browser;
use super::{Plant, ends_clean};
use crate::common::done;

/// The cells of the rows of a map: names and values.
async fn rows(page: &Browser, form: &str) -> Json {
    let script = "return [...document.querySelectorAll(arguments[0] + ' [data-map] [data-cell]')].map((i) => i.value)";
    page.run(script, json!(form)).await
}

#[test]
fn r_core_060_free_facts_are_typed_as_rows_of_name_and_value() {
    let plant = Plant::open();
    let leader = &mut plant.session("engineer");
    let given = json!({ "code": "SMT-M", "name": "Facts", "processType": "SMT",
        "meta": { "hall": 2, "owner": { "name": "Ann", "on.call": true } } });
    done(leader, Request::post("/api/v1/lines").json(&given));
    plant.served.block_on(async {
        let page = plant.desk("engineer").await;
        page.goto("/mes/lines/SMT-M").await;
        page.press("[data-action='line.update']").await;
        let form = "form[data-command='line.update']";
        page.see(&format!("{form} [data-map]")).await;
        let told = json!(["hall", "2", "owner.name", "Ann", "owner[\"on.call\"]", "true"]);
        assert_eq!(rows(&page, form).await, told);
        // A number stays one; Enter goes on to the value and to a new row; an empty row goes with Backspace.
        page.type_into(&format!("{form} [data-rows] > :first-child [data-cell='value']"), "3").await;
        page.tab_to(&format!("{form} [data-rows] > :last-child [data-cell='value']")).await;
        page.key(Key::Enter).await;
        page.keys("shelves[]").await;
        page.key(Key::Enter).await;
        page.keys("A1").await;
        page.key(Key::Enter).await;
        page.keys("shelves[]").await;
        page.key(Key::Enter).await;
        page.keys("A2").await;
        page.key(Key::Enter).await;
        page.keys("hall").await;
        page.key(Key::Enter).await;
        page.keys("9").await;
        page.picture("map-rows").await;
        // One name cannot say two things: the row says so, and nothing is sent.
        page.submit().await;
        page.read(&format!("{form} .map-row[data-status='fail']"), "stands above already").await;
        page.picture("map-rows-wrong").await;
        page.type_into(&format!("{form} [data-rows] > :last-child [data-cell='value']"), " ").await;
        page.key(Key::Backspace).await;
        page.type_into(&format!("{form} [data-rows] > :last-child [data-cell='name']"), " ").await;
        page.key(Key::Backspace).await;
        page.key(Key::Backspace).await;
        assert_eq!(page.count(&format!("{form} [data-rows] > *")).await, 5, "the empty row is gone");
        page.send().await;
        page.goto("/forms/route.configure_step?routingCode=PCBA-SMT-V1&stepNo=10&focus=ingestMapping").await;
        page.see("[data-field='ingestMapping'] [data-map]").await;
        page.resize(400, 900).await;
        page.picture("map-rows-narrow").await;
        assert!(page.overflow().await <= 0, "nothing is cut off");
        ends_clean(page).await;
    });
    let line = plant.session("engineer").get("/api/v1/lines/SMT-M").expect("the server answers");
    let meta = line.json().expect("JSON")["meta"].clone();
    let wanted = json!({ "hall": 3, "owner": { "name": "Ann", "on.call": true }, "shelves": ["A1", "A2"] });
    assert_eq!(meta, wanted);
    plant.served.stop();
}

#[test]
fn r_core_060_facts_that_nobody_touched_stay_to_the_last_blank_and_digit() {
    let plant = Plant::open();
    let leader = &mut plant.session("engineer");
    let meta = json!({ "remark": "", "blanks": "  two before", "lines": "one\r\ntwo", "serial": 9_007_199_254_740_993_i64,
        "none": null, "empty": {}, "hall": 2 });
    let given = json!({ "code": "SMT-E", "name": "Facts", "processType": "SMT", "meta": meta });
    done(leader, Request::post("/api/v1/lines").json(&given));
    let told = |name: &str| {
        let line = plant.session("engineer").get("/api/v1/lines/SMT-E").expect("the server answers");
        line.json().expect("JSON")[name].clone()
    };
    plant.served.block_on(async {
        let page = plant.desk("engineer").await;
        page.goto("/mes/lines/SMT-E").await;
        page.press("[data-action='line.update']").await;
        page.fill("name", "Renamed").await;
        // An empty text is a text.
        page.send().await;
        page.read("main", "Renamed").await;
        assert_eq!((told("name"), told("meta")), (json!("Renamed"), meta.clone()));
        // One fact changes, the others are sent as they came.
        page.press("[data-action='line.update']").await;
        let hall = "const rows = [...document.querySelectorAll('dialog [data-map] [data-rows] > *')];
            rows.find((r) => r.querySelector('[data-cell=name]').value === 'hall').querySelector('[data-cell=value]').id = 'hall';";
        page.see("dialog [data-map]").await;
        page.run(hall, json!(null)).await;
        page.type_into("#hall", "3").await;
        page.send().await;
        let mut wanted = meta.clone();
        wanted["hall"] = json!(3);
        assert_eq!(told("meta"), wanted);
        // A number that is emptied is not a text all at once.
        page.press("[data-action='line.update']").await;
        page.see("dialog [data-map]").await;
        page.run(hall, json!(null)).await;
        page.type_into("#hall", " ").await;
        page.key(Key::Backspace).await;
        page.submit().await;
        page.see("dialog .map-row[data-status='fail']").await;
        ends_clean(page).await;
    });
    plant.served.stop();
}

#[test]
fn r_scr_003_a_step_forward_is_blue_and_no_error() {
    let plant = Plant::open();
    let boards = plant.run("WO-AHEAD", 1);
    plant.served.block_on(async {
        let page = plant.desk("planner").await;
        page.goto("/mes/runs/RUN-WO-AHEAD-001").await;
        // The answer that a close gives where an outgoing inspection comes next.
        let ahead = "const real = window.fetch; window.fetch = (...a) => /\\/(hold|track-in)$/.test(String(a[0])) ?
            Promise.resolve(new Response(JSON.stringify({ status: 409, code: 'OQC_REQUIRED', title: 'Conflict', detail: 'Sample 80 of 1000 drawn.',
                params: { oqcNo: 'OQC-20261120-0003', created: true } }), { status: 409, headers: { 'Content-Type': 'application/problem+json' } })) : real(...a);
            window.sounds = []; new MutationObserver(() => window.sounds.push(document.documentElement.dataset.sound))
                .observe(document.documentElement, { attributes: true, attributeFilter: ['data-sound'] });";
        page.run(ahead, json!(null)).await;
        page.press("[data-action='run.hold']").await;
        page.fill("reason", "Lot is complete").await;
        page.submit().await;
        page.read("dialog .msg[data-status='current'][data-code='OQC_REQUIRED']", "Next: Sample 80 of 1000 drawn.").await;
        page.see("dialog .msg a[href='/mes/oqc/OQC-20261120-0003']").await;
        assert!(!page.has("dialog .msg[data-status='fail']").await);
        page.picture("step-forward").await;
        // Nor is it red or loud at a station.
        let floor = plant.floor("operator").await;
        floor.goto("/mes/execution?stationCode=ST-PRINT-01").await;
        floor.see("#scan").await;
        floor.run(ahead, json!(null)).await;
        floor.scan(&boards[0]).await;
        floor.read("#result[data-status='current'][data-code='OQC_REQUIRED']", "Sample 80 of 1000 drawn.").await;
        for place in [&page, &floor] {
            let heard = place.run("return window.sounds.includes('error')", json!(null)).await;
            assert_eq!(heard, false, "no error sound");
        }
        ends_clean(page).await;
        ends_clean(floor).await;
    });
    plant.served.stop();
}

#[test]
fn r_scr_014_a_picker_searches_tells_states_and_takes_a_scan() {
    let plant = Plant::open();
    let planner = &mut plant.session("planner");
    let order = json!({ "woNo": "WO-PICK", "productCode": "1016928", "plannedQty": 2, "routingCode": "PCBA-SMT-V1" });
    done(planner, Request::post("/api/v1/integration/work-orders").json(&order));
    let off = json!({ "isActive": false });
    let engineer = &mut plant.session("engineer");
    let seen = engineer.get("/api/v1/lines/SMT-B").expect("the server answers");
    let etag = seen.headers("etag").next().expect("it has an ETag").to_string();
    done(engineer, Request::new("PATCH", "/api/v1/lines/SMT-B").json(&off).header("If-Match", &etag));
    let shift = json!({ "code": "EARLY", "startLocal": "06:00", "endLocal": "14:00", "days": ["MON"], "validFrom": "2026-01-01" });
    done(engineer, Request::post("/api/v1/shifts").json(&shift));
    plant.served.block_on(async {
        let page = plant.desk("planner").await;
        page.goto("/mes/work-orders/WO-PICK").await;
        page.press(".next-bar [data-action='work_order.release']").await;
        // Code, name and state are offered; the arrows choose, Enter takes.
        page.type_into("form[data-command] [name='lineCode']", "smt").await;
        page.read(".options", "SMT line A").await;
        page.read(".options", "Inactive").await;
        page.picture("picker").await;
        page.key(Key::Down).await;
        page.key(Key::Up).await;
        page.key(Key::Enter).await;
        assert_eq!(page.run("return document.activeElement.value", json!(null)).await, "SMT-A");
        // What is there by chance is replaced by a scan, and the form is not sent by its Enter.
        page.scan("SMT-B").await;
        assert_eq!(page.run("return document.activeElement.value", json!(null)).await, "SMT-B");
        page.see("dialog[open]").await;
        page.scan("SMT-A").await;
        page.send().await;
        page.read("main", "Released").await;
        // Shifts are picked too.
        page.press(".next-bar [data-action='run.create']").await;
        page.type_into("form[data-command] [name='shiftCode']", "ear").await;
        page.read(".options", "EARLY").await;
        page.key(Key::Enter).await;
        page.fill("planQty", "2").await;
        page.submit().await;
        page.read("h1", "RUN-WO-PICK-001").await;
        page.read(".page-head", "EARLY").await;
        ends_clean(page).await;
    });
    plant.served.stop();
}

#[test]
fn r_scr_016_a_dialog_names_its_verb_and_asks_before_it_drops_what_was_typed() {
    let plant = Plant::open();
    plant.served.block_on(async {
        let page = plant.desk("planner").await;
        page.menu_to("/mes/work-orders", "work_orders").await;
        page.keys("n").await;
        page.see("dialog[open] form[data-command='work_order.receive']").await;
        let verb = page.text("dialog[open] footer [type='submit']").await;
        assert_eq!(verb, page.text("dialog[open] h2").await, "title and button share the verb");
        // Untouched it closes at once.
        page.key(Key::Escape).await;
        page.gone("dialog[open]").await;
        page.keys("n").await;
        page.fill("woNo", "WO-DIRTY").await;
        // A form of many fields is not sent by Enter.
        page.key(Key::Enter).await;
        page.see("dialog[open]").await;
        assert!(!page.has("dialog[open] .error").await, "nothing was even checked");
        page.key(Key::Escape).await;
        page.read("dialog[open] #confirm-title", "Discard what you entered?").await;
        page.picture("dialog-dirty").await;
        // The safe answer has the focus.
        page.key(Key::Enter).await;
        page.gone("#confirm-title").await;
        assert_eq!(page.run("return document.querySelector('[name=woNo]').value", json!(null)).await, "WO-DIRTY");
        page.key(Key::Escape).await;
        page.press("dialog[open]:has(#confirm-title) .primary").await;
        page.gone("dialog[open]").await;
        ends_clean(page).await;
    });
    let orders = plant.session("planner").get("/api/v1/work-orders/WO-DIRTY").expect("the server answers");
    assert_eq!(orders.status, 404, "nothing was saved");
    plant.served.stop();
}
