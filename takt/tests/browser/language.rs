//! The other language and theme: they come in place, and nothing that was typed, scanned or opened goes.

use fantoccini::key::Key;
use serde_json::{Value as Json, json};
use xtask::load::Session;
use xtask::load::http::Request;

use super::harness::Browser;
use super::{Plant, ends_clean, window_over};
use crate::common::done;

/// The value of the field that a selector names.
async fn value(page: &Browser, css: &str) -> String {
    let value = page.run("return document.querySelector(arguments[0]).value", json!(css)).await;
    value.as_str().unwrap_or_default().to_string()
}

/// Change the language with its button, and see that the page stayed and what has the focus then.
async fn change(page: &Browser, button: &str, to: &str, focus: &str) {
    page.press(button).await;
    page.see(&format!("html[lang='{to}']")).await;
    assert!(page.is_focused(focus).await, "the focus stays: {}", page.focused().await);
    assert_eq!(page.run("return window.same === true", json!(null)).await, true, "the page was not loaded again");
}

const SWITCH: &str = "[data-action='language']";
const BAR: &str = ".bar [data-action='language']";
const DIALOG: &str = "dialog[open] [data-action='language']";

#[test]
fn r_scr_090_the_station_changes_its_language_and_keeps_values_and_defects() {
    let plant = Plant::open();
    let boards = plant.run("WO-LANG", 2);
    plant.served.block_on(async {
        let page = plant.floor("operator").await;
        page.goto("/mes/execution?stationCode=ST-PRINT-01").await;
        page.see("#scan").await;
        page.run("window.same = true", json!(null)).await;
        page.scan(&boards[0]).await;
        page.read("#result", "IN").await;
        window_over().await;
        page.scan(&boards[0]).await;
        page.read("#result", "OUT?").await;
        page.type_into("#specs input", "0.2").await;
        page.read("#out-why", "Outside limits").await;
        change(&page, SWITCH, "zh-Hans", "#scan").await;
        page.read("#result .verdict [lang='zh-Hans']:first-child", "出站").await;
        page.read("#out-why", "超限").await;
        page.read("#queue-list", &boards[1]).await;
        assert_eq!(value(&page, "#specs input").await, "0.2");
        page.picture("station-out-zh").await;
        // The board is still at hand: it fails, and the form of the defects changes its language half filled.
        page.scan("CMD:FAIL").await;
        page.see("#defect").await;
        page.type_into("#defect-code", "A16").await;
        page.press("[data-defect-add]").await;
        page.read("#defect-list", "A16").await;
        page.type_into("#defect-code", "M9").await;
        page.type_into("#defect-location", "U7").await;
        page.type_into("#defect-remark", "Half of it").await;
        change(&page, SWITCH, "en", "#scan").await;
        page.press("[data-action='theme']").await;
        page.read("#defect .verdicts", "Record fail").await;
        page.read("#defect-title", "What is wrong").await;
        page.read("#defect-list", "A16").await;
        let typed = [
            value(&page, "#defect-code").await,
            value(&page, "#defect-location").await,
            value(&page, "#defect-remark").await,
        ];
        assert_eq!(typed, ["M9", "U7", "Half of it"]);
        page.picture("station-defect-changed").await;
        page.scan("CMD:CONFIRM").await;
        page.read("#result", "A16, M9 U7").await;
        assert_eq!(page.run("return window.same === true", json!(null)).await, true, "nor did the theme load it anew");
        ends_clean(page).await;
    });
    plant.served.stop();
}

#[test]
fn r_scr_090_a_desk_changes_its_language_and_keeps_forms_and_searches() {
    let plant = Plant::open();
    plant.served.block_on(async {
        let page = plant.desk("engineer").await;
        page.goto("/mes/lines").await;
        page.run("window.same = true", json!(null)).await;
        page.type_into("#find", "RUN-HALF").await;
        change(&page, BAR, "zh-Hans", BAR).await;
        page.read("h1", "产线").await;
        page.read(".nav", "工位").await;
        assert_eq!(value(&page, "#find").await, "RUN-HALF");
        // A dialog has its own switch: the page below it cannot be reached.
        page.press(".page-head [data-form]").await;
        page.fill("code", "SMT-X").await;
        page.fill("name", "Line ten").await;
        page.fill("processType", "DIP").await;
        change(&page, DIALOG, "en", DIALOG).await;
        page.read("dialog[open] h2", "Create line").await;
        page.read("h1", "Lines").await;
        assert_eq!(value(&page, "dialog [name='processType']").await, "DIP");
        page.picture("dialog-changed").await;
        page.send().await;
        page.read("#list", "Line ten").await;
        // Rows that were added to a form stay, and speak the other language too.
        page.goto("/forms/route.set_steps?routingCode=PCBA-SMT-V1").await;
        page.run("window.same = true", json!(null)).await;
        let before = page.count("[data-steps] tbody tr").await;
        page.press("[data-steps-add]").await;
        page.keys("AOI").await;
        page.key(Key::Tab).await;
        change(&page, BAR, "zh-Hans", BAR).await;
        assert_eq!(page.count("[data-steps] tbody tr").await, before + 1);
        assert_eq!(value(&page, "[data-steps] tbody tr:last-child [data-cell='operationCode']").await, "AOI");
        let said = page
            .run(
                "return [...document.querySelectorAll('[data-cell=stationType]')].map((s) => s.options[0].text)",
                json!(null),
            )
            .await;
        let said = said.as_array().cloned().unwrap_or_default();
        assert!(said.len() == before + 1 && said.iter().all(|word| word == &said[0] && word != "As usual"), "{said:?}");
        page.picture("steps-changed").await;
        // It is kept: the next page opens in it.
        page.goto("/mes/lines").await;
        page.read("h1", "产线").await;
        ends_clean(page).await;
    });
    plant.served.stop();
}

#[test]
fn r_core_007_a_form_that_changed_its_language_still_knows_the_version_it_opened_with() {
    let plant = Plant::open();
    let other = &mut plant.session("engineer");
    let line = json!({ "code": "SMT-V", "name": "As opened", "processType": "SMT" });
    done(other, Request::post("/api/v1/lines").json(&line));
    plant.served.block_on(async {
        let page = plant.desk("engineer").await;
        page.goto("/mes/lines/SMT-V").await;
        page.run("window.same = true", json!(null)).await;
        page.press("[data-action='line.update']").await;
        page.fill("name", "Mine").await;
        // Somebody else saves meanwhile; the words of the form come from the server anew, its version does not.
        let etag = other.get("/api/v1/lines/SMT-V").unwrap().headers("etag").next().expect("an ETag").to_string();
        let theirs = json!({ "name": "Theirs" });
        done(other, Request::new("PATCH", "/api/v1/lines/SMT-V").json(&theirs).header("If-Match", &etag));
        change(&page, DIALOG, "zh-Hans", DIALOG).await;
        page.read("dialog[open] h2", "编辑产线").await;
        page.submit().await;
        page.see("dialog[open] .msg[data-code='VERSION_MISMATCH']").await;
        let _ = page.console_errors().await;
        page.close().await;
    });
    let kept = other.get("/api/v1/lines/SMT-V").unwrap().json().unwrap();
    assert_eq!(kept["name"], "Theirs");
    plant.served.stop();
}

#[test]
fn r_scr_090_rows_that_came_meanwhile_do_not_take_the_ticks_of_others() {
    let plant = Plant::open();
    let planner = &mut plant.session("planner");
    let mut post = |path: &str, body: Json| done(planner, Request::post(format!("/api/v1{path}")).json(&body));
    let mut run = |no: &str| {
        let order = json!({ "woNo": no, "productCode": "1016928", "plannedQty": 5, "routingCode": "PCBA-SMT-V1" });
        post("/integration/work-orders", order);
        post(&format!("/work-orders/{no}/release"), json!({ "lineCode": "SMT-A" }));
        post(&format!("/work-orders/{no}/runs"), json!({ "lineCode": "SMT-A", "planQty": 5 }));
    };
    run("WO-S2");
    run("WO-S3");
    plant.served.block_on(async {
        let page = plant.desk("planner").await;
        page.goto("/mes/runs?status=PREP").await;
        page.run("window.same = true", json!(null)).await;
        page.tab_to("input[data-choose][value='RUN-WO-S2-001']").await;
        page.keys(" ").await;
        page.press("[data-bulk='run.authorize']").await;
        page.see("dialog[open] form").await;
        // Runs come before and after while the dialog keeps the list as it was.
        run("WO-S1");
        run("WO-S4");
        change(&page, DIALOG, "zh-Hans", DIALOG).await;
        page.read("#list", "RUN-WO-S4-001").await;
        let ticks = "return [...document.querySelectorAll('#list tr:has([data-choose])')].map((r) =>
            [r.dataset.href.split('/').pop(), r.querySelector('[data-choose]').value, r.querySelector('[data-choose]').checked])";
        for row in page.run(ticks, json!(null)).await.as_array().expect("rows") {
            assert_eq!(row[0], row[1], "a row is ticked for itself");
            assert_eq!(row[2], row[1] == "RUN-WO-S2-001", "{row}");
        }
        page.key(Key::Escape).await;
        page.gone("dialog[open]").await;
        assert!(page.is_focused("[data-bulk='run.authorize']").await, "the focus goes back: {}", page.focused().await);
        ends_clean(page).await;
    });
    plant.served.stop();
}

/// Leave the first so many live steps out of a route, which retires them.
fn retire(session: &mut Session, route: &str, n: usize) {
    let path = format!("/api/v1/routes/{route}");
    let seen = session.get(&path).expect("the server answers");
    let etag = seen.headers("etag").next().expect("an ETag").to_string();
    let told = seen.json().expect("JSON");
    let steps = told["steps"].as_array().expect("steps");
    let live = steps.iter().filter(|step| step["retiredAt"].is_null()).skip(n).collect::<Vec<_>>();
    let set = Request::new("PUT", format!("{path}/steps")).header("If-Match", &etag);
    done(session, set.json(&json!({ "steps": live })));
}

#[test]
fn r_scr_090_choices_and_retired_steps_of_a_form_stay_what_they_are() {
    let plant = Plant::open();
    let other = &mut plant.session("engineer");
    done(other, Request::post("/api/v1/routes/PCBA-SMT-V1/copy").json(&json!({ "code": "SW", "name": "Switched" })));
    plant.served.block_on(async {
        let page = plant.desk("engineer").await;
        page.goto("/forms/route.assign_group?routingCode=SW").await;
        page.run("window.same = true", json!(null)).await;
        let labels = "return [...document.querySelectorAll('.checks label')].map((l) => [l.querySelector('input').value, l.textContent.split(' ')[0]])";
        retire(other, "SW", 2);
        change(&page, BAR, "zh-Hans", BAR).await;
        page.read("form h2", "工位组").await;
        let told = page.run(labels, json!(null)).await;
        for label in told.as_array().expect("choices") {
            assert_eq!(label[0], label[1], "a choice stands beside its own words: {told}");
        }
        // Of two retired steps one comes back; the other is still itself in the other language.
        page.goto("/forms/route.set_steps?routingCode=SW").await;
        page.run("window.same = true", json!(null)).await;
        page.press("[data-steps-retired] summary").await;
        let last = page.text("[data-steps-retired] li:last-child .code").await;
        page.press("[data-steps-retired] li:first-child [data-step-back]").await;
        change(&page, BAR, "en", BAR).await;
        page.read("[data-steps-retired] summary", "etired").await;
        assert_eq!(page.count("[data-steps-retired] li").await, 1);
        assert_eq!(page.text("[data-steps-retired] li .code").await, last);
        page.read("[data-steps-retired] li", "Bring back").await;
        ends_clean(page).await;
    });
    plant.served.stop();
}

#[test]
fn r_scr_090_links_that_are_told_once_stay_when_the_language_changes() {
    let plant = Plant::open();
    plant.served.block_on(async {
        let page = plant.desk("admin").await;
        page.goto("/forms/user.import").await;
        page.run("window.same = true", json!(null)).await;
        let fill = "const f = document.querySelector(\"[name='csv']\"); f.value = arguments[0]; f.dispatchEvent(new Event('input', { bubbles: true }));";
        page.run(fill, json!("username,name,roles\nnight-7,Night seven,planner\n")).await;
        page.tab_to("[name='csv']").await;
        page.submit().await;
        page.see("[data-results] [data-secret]").await;
        let link = page.text("[data-secret]").await;
        change(&page, BAR, "zh-Hans", BAR).await;
        page.read("form .body", "仅显示一次").await;
        assert_eq!(page.text("[data-secret]").await, link);
        assert!(!page.has("[name='csv']").await, "the empty form does not come back");
        page.read("form footer .primary", "关闭").await;
        ends_clean(page).await;
    });
    plant.served.stop();
}

#[test]
fn r_scr_090_a_search_that_finds_one_meanwhile_leads_there_in_the_other_language() {
    let plant = Plant::open();
    plant.served.block_on(async {
        let page = plant.desk("planner").await;
        page.goto("/mes/search?q=WO-LATER").await;
        page.see("[data-state]").await;
        let order =
            json!({ "woNo": "WO-LATER", "productCode": "1016928", "plannedQty": 5, "routingCode": "PCBA-SMT-V1" });
        done(&mut plant.session("planner"), Request::post("/api/v1/integration/work-orders").json(&order));
        page.press(BAR).await;
        page.see("html[lang='zh-Hans'] body[data-page='work_order']").await;
        page.read("h1", "WO-LATER").await;
        ends_clean(page).await;
    });
    plant.served.stop();
}
