//! Whole shifts at a desk: planner, leader, engineer, quality and administrator.

use fantoccini::key::Key;
use serde_json::json;
use xtask::load::http::Request;

use super::{Plant, ends_clean, window_over};
use crate::common::done;

#[test]
fn a_planner_takes_an_order_from_receipt_to_its_end() {
    let plant = Plant::open();
    plant.served.block_on(async {
        let page = plant.desk("planner").await;
        // The home shows what waits, oldest first, one press away.
        page.see("body[data-page='planning']").await;
        page.read("#home", "M0007556").await;
        page.picture("planner-home").await;
        page.menu_to("/mes/work-orders", "work_orders").await;
        page.keys("n").await;
        page.fill("woNo", "WO-SHIFT-1").await;
        page.fill("productCode", "1016928").await;
        page.fill("plannedQty", "3").await;
        page.fill("routingCode", "PCBA-SMT-V1").await;
        page.submit().await;
        page.read("h1", "WO-SHIFT-1").await;
        // What may not be done yet is off and says why (R-SCR-002).
        page.read(".page-head", "Close").await;
        page.see(".page-head [data-action='work_order.close'][aria-disabled='true']").await;
        page.picture("order-received").await;
        page.press(".next-bar [data-action='work_order.release']").await;
        page.fill("lineCode", "SMT-A").await;
        page.send().await;
        page.read("main", "Released").await;
        page.press(".next-bar [data-action='run.create']").await;
        page.fill("planQty", "2").await;
        page.submit().await;
        page.read("h1", "RUN-WO-SHIFT-1-001").await;
        page.picture("run-prep").await;
        page.press(".next-bar [data-action='run.authorize']").await;
        page.send().await;
        page.read(".page-head", "Authorized").await;
        // Units are made on the page of their run, found and looked at.
        page.press("nav.tabs a[href*='tab=units']").await;
        page.press("[data-action='unit.generate']").await;
        page.fill("quantity", "2").await;
        page.send().await;
        page.read("#units", "SN-RUN-WO-SHIFT-1-001-0002").await;
        page.read("#units", "ST-PRINT-01").await;
        page.picture("run-units").await;
        page.type_into("#units select[name='status']", "DONE").await;
        page.key(Key::Enter).await;
        page.see("#units [data-state='filtered']").await;
        page.press("#units [data-state='filtered'] a").await;
        page.read("#units", "0001").await;
        // Hold and resume.
        page.press("[data-action='run.hold']").await;
        page.fill("reason", "Stencil is worn").await;
        page.send().await;
        page.read(".page-head", "Stencil is worn").await;
        page.press(".next-bar [data-action='run.resume']").await;
        page.fill("reason", "New stencil").await;
        page.send().await;
        page.gone(".page-head .badge[data-status='fail']").await;
        page.press("nav.tabs a[href*='tab=events']").await;
        page.read("#events", "New stencil").await;
        page.picture("run-events").await;
        // The boards are not built: closing is off. They are taken back, and run and order end.
        page.press("nav.tabs a[href*='tab=units']").await;
        page.press("[data-action='unit.delete_all']").await;
        page.send().await;
        page.read("#units", "No units yet").await;
        page.press("nav.tabs a[href*='tab=steps']").await;
        page.press(".steps a[href*='step=authorize']").await;
        page.press("#step [data-action='run.cancel']").await;
        page.fill("reason", "Customer has cancelled").await;
        page.send().await;
        page.read(".page-head", "Cancelled").await;
        page.press(".crumbs a[href='/mes/work-orders/WO-SHIFT-1']").await;
        page.see("body[data-page='work_order']").await;
        page.press("[data-action='work_order.cancel']").await;
        page.fill("reason", "Customer has cancelled").await;
        page.send().await;
        page.read(".page-head", "Cancelled").await;
        ends_clean(page).await;
    });
    plant.served.stop();
}

#[test]
fn r_scr_015_a_leader_holds_and_releases_chosen_boards_of_a_run() {
    let plant = Plant::open();
    let boards = plant.run("WO-LEAD", 3);
    plant.served.block_on(async {
        let page = plant.desk("leader").await;
        page.see("body[data-page='line_home']").await;
        page.menu_to("/mes/runs", "runs").await;
        // Rows are walked with j and k and opened with Enter (R-SCR-027).
        page.keys("j").await;
        page.key(Key::Enter).await;
        page.see("body[data-page='run']").await;
        page.press("nav.tabs a[href*='tab=units']").await;
        for sn in &boards[..2] {
            page.tab_to(&format!("input[data-choose][value='{sn}']")).await;
            page.keys(" ").await;
        }
        page.read("[data-bulk-n]", "2").await;
        page.picture("run-units-chosen").await;
        page.press("[data-bulk='unit.hold']").await;
        page.fill("reason", "Paste looks dry").await;
        page.submit().await;
        page.see("[data-bulk-results]").await;
        page.picture("run-units-held").await;
        page.key(Key::Enter).await;
        page.gone("dialog[open]").await;
        page.read("#units", "On hold").await;
        // One of the chosen is not held: its row says so with its code, the others are released.
        page.press("input[data-choose-all]").await;
        page.keys(" ").await;
        page.press("[data-bulk='unit.release']").await;
        page.fill("reason", "Fresh paste").await;
        page.submit().await;
        page.see("[data-bulk-results] tr[data-code='UNIT_NOT_HELD']").await;
        page.press("dialog[open] footer [data-close]").await;
        page.gone("dialog[open]").await;
        page.close().await;
    });
    let states: Vec<_> = boards.iter().map(|sn| plant.unit(sn)["status"].clone()).collect();
    assert_eq!(states, ["QUEUED", "QUEUED", "QUEUED"]);
    plant.served.stop();
}

#[test]
fn an_engineer_sets_up_a_line_its_station_and_a_route() {
    let plant = Plant::open();
    plant.served.block_on(async {
        let page = plant.desk("engineer").await;
        page.see("body[data-page='engineering']").await;
        page.menu_to("/mes/lines", "lines").await;
        page.keys("n").await;
        page.fill("code", "SMT-C").await;
        page.fill("name", "Third SMT line").await;
        page.fill("processType", "SMT").await;
        page.send().await;
        page.read("#list", "SMT-C").await;
        page.menu_to("/mes/station-groups", "station_groups").await;
        page.keys("n").await;
        page.fill("code", "SG-XRAY").await;
        page.fill("name", "X-ray").await;
        page.send().await;
        page.read("#list", "SG-XRAY").await;
        page.menu_to("/mes/stations", "stations").await;
        page.keys("n").await;
        page.fill("code", "ST-XRAY-01").await;
        page.fill("name", "X-ray of the third line").await;
        page.fill("lineCode", "SMT-C").await;
        page.fill("groupCode", "SG-XRAY").await;
        page.fill("stationType", "MANUAL").await;
        page.send().await;
        page.type_into("#filter-q", "ST-XRAY").await;
        page.read("#list", "ST-XRAY-01").await;
        page.menu_to("/mes/operations", "operations").await;
        page.keys("n").await;
        page.fill("code", "XRAY").await;
        page.fill("name", "X-ray inspection").await;
        page.fill("defaultType", "MANUAL").await;
        page.send().await;
        page.type_into("#filter-q", "XRAY").await;
        page.read("#list", "X-ray inspection").await;
        page.menu_to("/mes/data-collection-specs", "data_specs").await;
        page.keys("n").await;
        page.fill("operationCode", "XRAY").await;
        page.fill("name", "Voids").await;
        page.fill("itemType", "KEY").await;
        page.fill("dataType", "NUMBER").await;
        page.send().await;
        page.read("#list", "Voids").await;
        // A route is made, its steps are given, and it is compiled.
        page.menu_to("/mes/routes", "routes").await;
        page.keys("n").await;
        page.fill("code", "XRAY-ONLY").await;
        page.fill("name", "X-ray only").await;
        page.fill("processType", "SMT").await;
        page.submit().await;
        page.read("h1", "XRAY-ONLY").await;
        page.press("[data-action='route.set_steps']").await;
        page.press("[data-steps-add]").await;
        page.type_into("[data-steps] tbody tr [data-cell='operationCode']", "XRAY").await;
        page.type_into("[data-steps] tbody tr [data-cell='stationGroupCode']", "SG-XRAY").await;
        page.send().await;
        page.read("main", "X-ray inspection").await;
        page.press("[data-action='route.compile']").await;
        page.send().await;
        page.read("main", "v1").await;
        page.picture("route").await;
        page.press("a[href='/mes/route-versions/XRAY-ONLY/1']").await;
        page.see("body[data-page='route_version']").await;
        page.read("main", "XRAY").await;
        page.picture("route-version").await;
        ends_clean(page).await;
    });
    plant.served.stop();
}

#[test]
fn quality_finds_a_failed_board_traces_it_prints_it_and_holds_others() {
    let plant = Plant::open();
    let boards = plant.run("WO-Q", 3);
    let operator = &mut plant.session("operator");
    let mut at =
        |path: &str, body| done(operator, Request::post(format!("/api/v1/stations/ST-PRINT-01/{path}")).json(&body));
    for sn in &boards[..2] {
        at("track-in", json!({ "sn": sn }));
    }
    at(
        "track-out",
        json!({ "sn": boards[0], "result": "PASS", "data": [{ "specName": "Paste height", "valueNumber": 0.13 }] }),
    );
    at(
        "track-out",
        json!({ "sn": boards[1], "result": "FAIL", "defects": [{ "code": "A16", "location": "U5", "remark": "Tilted", "qty": 2 }] }),
    );
    plant.served.block_on(async {
        let page = plant.desk("quality").await;
        page.see("body[data-page='quality']").await;
        // A scan anywhere opens what it names (R-SCR-012), also with letters that are keys elsewhere (R-SCR-025).
        page.scan(&boards[1]).await;
        page.see("body[data-page='unit']").await;
        page.read("h1", &boards[1]).await;
        page.read("main", "Failed").await;
        page.scan("run-wo-q-001").await;
        page.see("body[data-page='run']").await;
        page.read(".next-bar", "1").await;
        page.picture("run-executing").await;
        page.menu_to("/mes/trace", "trace").await;
        page.scan(&boards[1]).await;
        page.read("main", "Tilted").await;
        page.read("#defects", "U5").await;
        page.picture("trace").await;
        // The way of a board is told in plant time, as its tables tell it (R-SCR-091).
        let told = page.text(".timeline time").await;
        let shown = page.text("#tracks tbody td:nth-child(4)").await;
        assert!(shown.ends_with(&told) && !told.is_empty(), "{told} and {shown}");
        page.press("a[href^='/print/unit-history/']").await;
        page.see("body[data-page='unit_history']").await;
        page.read("main", "Tilted").await;
        page.picture("trace-print").await;
        page.press("header a").await;
        page.see("body[data-page='trace']").await;
        page.type_into("form.trace-find input", "RUN-WO-Q-001").await;
        page.key(Key::Enter).await;
        page.read("main", "is unknown").await;
        page.press("[data-state='unknown'] a").await;
        page.see("body[data-page='run']").await;
        // A passed board is held and released on its own page.
        page.scan(&boards[0]).await;
        page.see("body[data-page='unit']").await;
        page.press("[data-action='unit.hold']").await;
        page.fill("reason", "Joint looks dull").await;
        page.send().await;
        page.read("main", "Joint looks dull").await;
        page.picture("unit-held").await;
        page.press("[data-action='unit.release']").await;
        page.fill("reason", "Checked under the microscope").await;
        page.send().await;
        page.read("main", "Checked under the microscope").await;
        // A scan while a form is open stays in the form (R-SCR-025).
        page.press("[data-action='unit.hold']").await;
        page.tab_to("form[data-command] [name='reason']").await;
        page.scan("8D-2026-0007").await;
        page.see("dialog[open]").await;
        assert_eq!(page.run("return document.activeElement.value", json!(null)).await, "8D-2026-0007");
        page.send().await;
        page.read("main", "8D-2026-0007").await;
        ends_clean(page).await;
    });
    plant.served.stop();
}

#[test]
fn an_administrator_adds_a_person_a_token_and_a_setting_and_reads_the_trail() {
    let plant = Plant::open();
    plant.served.block_on(async {
        let page = plant.desk("admin").await;
        page.see("body[data-page='system']").await;
        page.menu_to("/system/user-management", "users").await;
        page.keys("n").await;
        page.fill("username", "night-planner").await;
        page.fill("name", "Night planner").await;
        page.fill("roles", "planner").await;
        page.submit().await;
        page.see("dialog[open] code").await;
        page.press("dialog[open] footer .btn").await;
        page.gone("dialog[open]").await;
        page.type_into("#filter-q", "night").await;
        page.read("#list", "Night planner").await;
        page.press("#list tr[data-row] a").await;
        page.see("body[data-page='user']").await;
        page.read("main", "Night planner").await;
        // A role of its own.
        page.menu_to("/system/role-management", "roles").await;
        page.keys("n").await;
        page.fill("code", "viewer").await;
        page.fill("name", "Viewer").await;
        page.fill("scope", "ALL").await;
        page.fill("permissions", "run:read").await;
        page.send().await;
        page.read("#list", "viewer").await;
        page.menu_to("/system/who-can", "who_can").await;
        page.read("main", "run:read").await;
        // A token: its secret is shown once; it is revoked again.
        page.menu_to("/system/api-tokens", "api_tokens").await;
        page.keys("n").await;
        page.fill("name", "Printer of line A").await;
        page.fill("kind", "MACHINE").await;
        page.fill("permissions", "exec:read").await;
        page.submit().await;
        page.see("dialog[open] code").await;
        page.picture("token-once").await;
        page.press("dialog[open] footer .btn").await;
        page.gone("dialog[open]").await;
        page.read("#list", "Printer of line A").await;
        page.press("#list [data-action='api_token.revoke']").await;
        page.fill("reason", "Printer is gone").await;
        page.send().await;
        page.read("#list", "Revoked").await;
        // A setting, with its reason.
        page.menu_to("/system/settings", "settings").await;
        page.press("#key-exec-duplicateScanSec [data-action='config.set']").await;
        page.fill("value", "12").await;
        page.fill("reason", "Slow scanners").await;
        page.send().await;
        page.read("#key-exec-duplicateScanSec", "12").await;
        // All of it is in the trail.
        page.menu_to("/system/audit-logs", "audit_logs").await;
        page.read("#list", "night-planner").await;
        page.press("#list tr[data-row] a").await;
        page.see("body[data-page='audit_row']").await;
        page.picture("audit-row").await;
        ends_clean(page).await;
    });
    plant.served.stop();
}

#[test]
fn r_scr_020_a_second_page_changes_live() {
    let plant = Plant::open();
    let boards = plant.run("WO-LIVE", 2);
    plant.served.block_on(async {
        let desk = plant.desk("planner").await;
        desk.goto("/mes/runs/RUN-WO-LIVE-001").await;
        desk.read("#live", "Live").await;
        desk.read(".counts", "0\nIn station").await;
        desk.run("window.same = true", json!(null)).await;
        desk.tab_to(".counts a[href*='OUT_FAILED']").await;
        let floor = plant.floor("operator").await;
        floor.goto("/mes/execution?stationCode=ST-PRINT-01").await;
        floor.see("#scan").await;
        floor.scan(&boards[0]).await;
        floor.read("#result", "IN").await;
        desk.read(".counts", "1\nIn station").await;
        desk.read(".page-head", "Running").await;
        assert_eq!(desk.run("return window.same === true", json!(null)).await, true, "the page was not loaded again");
        assert!(desk.is_focused(".counts a[href*='OUT_FAILED']").await, "the focus stays: {}", desk.focused().await);
        // And the queue of the next station hears of the board that comes.
        let next = plant.floor("leader").await;
        next.goto("/mes/execution?stationCode=ST-SPI-01").await;
        next.read("[data-count='waiting']", "0").await;
        window_over().await;
        floor.scan(&boards[0]).await;
        floor.read("#result", "OUT?").await;
        floor.type_into("#specs input", "0.13").await;
        floor.scan("CMD:PASS").await;
        floor.read("#result", "ST-SPI-01").await;
        next.read("[data-count='waiting']", "1").await;
        next.read("#queue-list", &boards[0]).await;
        for page in [desk, floor, next] {
            ends_clean(page).await;
        }
    });
    plant.served.stop();
}
