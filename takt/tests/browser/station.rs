//! The station: scans, values, verdicts, undo, a lost network and an ended session.

use fantoccini::key::Key;
use serde_json::json;
use xtask::load::http::Request;

use super::{Plant, ends_clean, window_over};
use crate::common::done;

#[test]
fn r_scr_040_an_operator_works_a_shift_at_the_station() {
    let plant = Plant::open();
    let boards = plant.run("WO-OP", 3);
    let (first, second) = (boards[0].as_str(), boards[1].as_str());
    plant.served.block_on(async {
        let page = plant.floor("operator").await;
        // Signing in leads to the stations; one is chosen by keyboard.
        page.see("body[data-page='execution']").await;
        page.type_into("#station-find", "PRINT-01").await;
        page.press("[data-station='ST-PRINT-01']").await;
        page.see("#scan").await;
        page.read("#strip-run", "RUN-WO-OP-001").await;
        page.read("#strip-done", "0 / 3").await;
        page.picture("station-idle").await;
        // In, and the same scan once more is a repeat (R-SCR-041).
        page.scan(first).await;
        page.read("#result", "IN").await;
        page.picture("station-in").await;
        page.scan(first).await;
        page.read("#result", "REPEAT").await;
        assert!(page.is_focused("#scan").await, "the focus is back (R-SCR-026): {}", page.focused().await);
        page.scan(second).await;
        page.read("#result", second).await;
        window_over().await;
        // Out: the value is typed, Enter leads to Pass, Enter passes (R-SCR-042).
        page.scan(first).await;
        page.read("#result", "OUT?").await;
        assert!(page.is_focused("#scan").await, "the focus is back (R-SCR-026)");
        page.read("#out-why", "Paste height").await;
        page.type_into("#specs input", "0.2").await;
        page.read("#out-why", "Outside limits").await;
        page.type_into("#specs input", "0.13").await;
        page.picture("station-out").await;
        page.key(Key::Enter).await;
        assert!(page.is_focused("[data-verdict='PASS']").await, "Enter goes on: {}", page.focused().await);
        page.key(Key::Enter).await;
        page.read("#result", "ST-SPI-01").await;
        page.read("#strip-done", "1 / 3").await;
        page.picture("station-passed").await;
        // Failing has one way (R-SCR-043); Enter in its fields goes on and records nothing.
        page.scan(second).await;
        page.read("#result", "OUT?").await;
        page.scan("CMD:FAIL").await;
        page.read("#result", "NG?").await;
        page.type_into("#defect-code", "A16").await;
        page.key(Key::Enter).await;
        page.keys("u5").await;
        page.press("[data-defect-add]").await;
        page.read("#defect-list", "A16").await;
        page.scan("M9").await;
        page.see("#defect").await;
        page.picture("station-defect").await;
        page.scan("CMD:CONFIRM").await;
        page.read("#result", "NG").await;
        page.read("#result", "red rack").await;
        page.read("#result", "A16 U5").await;
        page.picture("station-ng").await;
        // A failed board says what is wrong with it and who decides; no word of a wrong station.
        page.scan(second).await;
        page.read("#result[data-code='UNIT_OUT_FAILED']", "A16").await;
        page.read("#result", "quality").await;
        page.picture("station-failed").await;
        // A board of another step is sent there (R-SCR-044), an unknown one is unknown, a nonsense is no serial.
        page.scan(first).await;
        page.read("#result[data-code='STATION_MISMATCH']", "ST-SPI-01").await;
        page.picture("station-wrong").await;
        page.scan("NOBODY-KNOWS-1").await;
        page.read("#result[data-code='UNIT_NOT_FOUND']", "NOBODY-KNOWS-1").await;
        page.picture("station-unknown").await;
        page.scan("SLOT:2F-34").await;
        page.read("#result[data-code='SCAN_UNKNOWN']", "SLOT:2F-34").await;
        // The codes of before are one tap away; Esc leaves the form.
        page.scan(&boards[2]).await;
        page.read("#result", "IN").await;
        window_over().await;
        page.scan(&boards[2]).await;
        page.read("#result", "OUT?").await;
        page.scan("CMD:FAIL").await;
        page.see("[data-defect-code='A16']").await;
        // A board scanned by mistake does not take the form away.
        page.scan(first).await;
        page.read("#toasts", boards[2].as_str()).await;
        page.see("#defect").await;
        page.tab_to("[data-defect-cancel]").await;
        page.key(Key::Escape).await;
        page.read("#result", "READY").await;
        // The queue of the next station, reached by keyboard.
        page.press("[data-action='station.change']").await;
        page.press("[data-station='ST-SPI-01']").await;
        page.read("#queue-list", first).await;
        page.scan("CMD:UNDO").await;
        page.read("#toasts", "line leader").await;
        page.close().await;
    });
    let failed = plant.unit(second);
    assert_eq!(failed["status"], "OUT_FAILED", "{failed}");
    let trace = plant.session("quality").get(&format!("/api/v1/trace/units/{second}")).expect("the server answers");
    let trace = trace.json().expect("JSON");
    let found: Vec<&str> =
        trace["defects"].as_array().into_iter().flatten().filter_map(|d| d["defectCode"].as_str()).collect();
    assert_eq!(found, ["A16", "M9"], "both defects are recorded, once each");
    plant.served.stop();
}

#[test]
fn r_scr_048_a_leader_takes_back_the_last_track_in_at_the_station() {
    let plant = Plant::open();
    let boards = plant.run("WO-UNDO", 2);
    let sn = boards[0].as_str();
    // The operator tracked the wrong board in.
    let into = Request::post("/api/v1/stations/ST-PRINT-01/track-in").json(&json!({ "sn": sn }));
    done(&mut plant.session("operator"), into);
    plant.served.block_on(async {
        window_over().await;
        let page = plant.floor("leader").await;
        page.goto("/mes/execution?stationCode=ST-PRINT-01").await;
        page.see("#scan").await;
        page.scan("CMD:UNDO").await;
        page.read("#toasts", "Nothing to take back").await;
        page.scan(sn).await;
        page.read("#result", "OUT?").await;
        page.scan("CMD:UNDO").await;
        page.see("dialog[open]").await;
        page.keys("Wrong board").await;
        page.picture("station-undo").await;
        page.scan("CMD:CONFIRM").await;
        page.read("#result", "UNDONE").await;
        assert!(page.is_focused("#scan").await, "the focus is back: {}", page.focused().await);
        page.picture("station-undone").await;
        // It waits again, and the button is off until the next board is in.
        page.read("[data-count='waiting']", "2").await;
        page.see("#undo[aria-disabled='true']").await;
        page.scan(sn).await;
        page.read("#result", "IN").await;
        // Also with the button, reached by Tab.
        page.press("#undo").await;
        page.see("dialog[open]").await;
        page.keys("Once more").await;
        page.key(Key::Enter).await;
        page.read("#result", "UNDONE").await;
        ends_clean(page).await;
    });
    assert_eq!(plant.unit(sn)["status"], "QUEUED");
    plant.served.stop();
}

#[test]
fn r_scr_026_a_lost_network_loses_no_scan_and_sends_none_twice() {
    let plant = Plant::open();
    let boards = plant.run("WO-NET", 2);
    let (first, second) = (boards[0].as_str(), boards[1].as_str());
    plant.served.block_on(async {
        let page = plant.floor("operator").await;
        page.goto("/mes/execution?stationCode=ST-PRINT-01").await;
        page.see("#scan").await;
        // The network is away before the scan: it is held, said so, and sent when the network is back.
        page.offline(true).await;
        page.see("#offline").await;
        page.scan(first).await;
        page.read("#result", "OFFLINE").await;
        page.read("#result", first).await;
        page.picture("station-offline").await;
        page.scan(second).await;
        page.read("#toasts", second).await;
        assert_eq!(plant.unit(first)["status"], "QUEUED", "nothing was sent");
        page.offline(false).await;
        page.read("#result", "IN").await;
        page.read("#result", first).await;
        assert_eq!(plant.unit(second)["status"], "QUEUED", "what was not taken is not sent");
        // The answer is lost on its way: the server has it, the page does not. The same call again finds its answer.
        let lose_one = "const real = window.fetch; window.fetch = async (...a) => { const r = await real(...a);
            if (String(a[0]).includes('/track-in') && !window.lost) { window.lost = 1; throw new TypeError('lost'); } return r; }";
        page.run(lose_one, json!(null)).await;
        page.scan(second).await;
        page.read("#result", "OFFLINE").await;
        assert_eq!(plant.unit(second)["status"], "IN_STATION", "the server has it");
        page.scan("CMD:CONFIRM").await;
        page.read("#result", "IN").await;
        page.read("#result", second).await;
        page.close().await;
    });
    for sn in [first, second] {
        assert_eq!(plant.unit(sn)["tracks"], 1, "{sn} went in once");
    }
    plant.served.stop();
}

#[test]
fn r_scr_004_an_ended_session_is_signed_in_again_in_place() {
    let plant = Plant::open();
    let boards = plant.run("WO-AGAIN", 1);
    let end_sessions = |who: &str| {
        let end = Request::post(format!("/api/v1/users/{who}/revoke-sessions")).json(&json!({}));
        done(&mut plant.session("admin"), end);
    };
    plant.served.block_on(async {
        // At the station: the scan is kept, and done after signing in.
        let page = plant.floor("operator").await;
        page.goto("/mes/execution?stationCode=ST-PRINT-01").await;
        page.see("#scan").await;
        end_sessions("operator");
        page.scan(&boards[0]).await;
        page.see("dialog[open] #again-word").await;
        page.picture("sign-in-again").await;
        page.type_into("#again-word", "not-my-password-1").await;
        page.key(Key::Enter).await;
        page.see("dialog[open] .error").await;
        page.type_into("#again-word", plant.accounts.password("operator")).await;
        page.key(Key::Enter).await;
        page.read("#result", "IN").await;
        assert!(page.is_focused("#scan").await, "the focus is back: {}", page.focused().await);
        page.close().await;

        // At a desk: what was typed is still there, and is saved.
        let page = plant.desk("planner").await;
        page.menu_to("/mes/work-orders", "work_orders").await;
        page.keys("n").await;
        page.fill("woNo", "WO-KEPT").await;
        page.fill("productCode", "1016928").await;
        page.fill("plannedQty", "7").await;
        end_sessions("planner");
        page.submit().await;
        page.type_into("#again-word", plant.accounts.password("planner")).await;
        page.key(Key::Enter).await;
        page.read("h1", "WO-KEPT").await;
        page.read("main", "7").await;
        // A form that is only opened asks the same way.
        end_sessions("planner");
        page.press(".next-bar [data-action='work_order.release']").await;
        page.type_into("#again-word", plant.accounts.password("planner")).await;
        page.key(Key::Enter).await;
        page.see("form[data-command='work_order.release']").await;
        page.close().await;
    });
    plant.served.stop();
}

#[test]
fn r_core_154_values_due_at_entry_are_asked_for_before_the_board_goes_in() {
    let plant = Plant::open();
    let engineer = &mut plant.session("engineer");
    let spec = json!({ "operationCode": "PRINT", "name": "Stencil age", "itemType": "KEY", "dataType": "NUMBER", "method": "AUTO", "allowManualFallback": true,
        "triggerType": "EVENT", "triggerRule": { "event": "TRACK_IN" }, "spec": { "lsl": 0, "usl": 8, "unit": "h" }, "isRequired": true });
    done(engineer, Request::post("/api/v1/data-collection-specs").json(&spec));
    let of = "/api/v1/execution-config/OPERATION%3APRINT";
    let both = json!({ "dataSpecIds": ["PRINT:Paste height", "PRINT:Stencil age"] });
    done(engineer, Request::new("PATCH", of).json(&both).header("If-Match", "\"1\""));
    done(engineer, Request::post("/api/v1/routes/PCBA-SMT-V1/compile").json(&json!({})));
    let boards = plant.run("WO-ENTRY", 1);
    plant.served.block_on(async {
        let page = plant.floor("operator").await;
        page.goto("/mes/execution?stationCode=ST-PRINT-01").await;
        page.see("#scan").await;
        page.scan(&boards[0]).await;
        page.read("#result", "IN?").await;
        page.read("#out-why", "Stencil age").await;
        page.picture("station-entry").await;
        page.type_into("#specs input", "3.5").await;
        page.scan("CMD:CONFIRM").await;
        page.read("#result .verdict", "IN").await;
        page.read("#result", "scan it again").await;
        ends_clean(page).await;
    });
    assert_eq!(plant.unit(&boards[0])["status"], "IN_STATION");
    plant.served.stop();
}

#[test]
fn r_scr_045_the_queue_pages_searches_and_says_why_a_board_may_not_come() {
    let plant = Plant::open();
    let boards = plant.run("WO-LINE", 52);
    let hold = Request::post(format!("/api/v1/units/{}/hold", boards[3])).json(&json!({ "reason": "Paste looks dry" }));
    done(&mut plant.session("leader"), hold);
    plant.served.block_on(async {
        let page = plant.floor("operator").await;
        page.goto("/mes/execution?stationCode=ST-PRINT-01").await;
        // Fifty at a time, all of them counted, the age and the time of the look told.
        page.read("[data-count='waiting']", "51").await;
        page.read("#queue-list", &boards[0]).await;
        page.read("#queue-list", "just now").await;
        assert_eq!(page.count("#queue-list li").await, 50);
        assert!(!page.text("#queue-time").await.is_empty(), "it says when it looked");
        page.press("#queue-more").await;
        page.read("#queue-list", &boards[51]).await;
        assert_eq!(page.count("#queue-list li").await, 51);
        page.type_into("#queue-find", &boards[20]).await;
        page.gone("#queue-list li:nth-child(2)").await;
        page.read("#queue-list", &boards[20]).await;
        page.type_into("#queue-find", "WO-NONE").await;
        page.read("#queue-list", "No such unit").await;
        page.tab_to("#queue-find").await;
        page.type_into("#queue-find", &boards[3]).await;
        // What is held stands apart, greyed, with the reason.
        page.press("[data-view='blocked']").await;
        page.read("#queue-list li.blocked .why", "Paste looks dry").await;
        page.see("#queue-list li.blocked .badge[data-status='fail']").await;
        page.picture("station-queue").await;
        page.type_into("#queue-find", " ").await;
        page.press("[data-view='inStation']").await;
        page.read("#queue-list", "No unit is in the station.").await;
        page.goto("/mes/execution?stationCode=ST-NOWHERE").await;
        page.see(".msg[data-code='STATION_NOT_FOUND']").await;
        ends_clean(page).await;
    });
    // A board that is not in here is not tracked out: it is told where it was last.
    let out = Request::post("/api/v1/stations/ST-PRINT-01/track-out");
    let out = out.json(&json!({ "sn": boards[0], "result": "PASS" }));
    let answer = plant.session("operator").command(out, "out").expect("the server answers");
    assert_eq!((answer.status, answer.json().expect("JSON")["code"].clone()), (409, json!("UNIT_NOT_IN_STATION")));
    plant.served.stop();
}

#[test]
fn r_scr_025_every_serial_that_a_board_may_bear_is_worked_by_scan() {
    let plant = Plant::open();
    let long = format!("LONG-{}", "7".repeat(123));
    // Digits that could be GS1, short, long, with signs, with a blank, in Chinese.
    let serials = ["0125060000000017", "7A", "A:1", "_x y", "板-001é", long.as_str()];
    plant.run_of("WO-SN", &serials);
    plant.run_of("WO-GS1", &["SER-21"]);
    plant.served.block_on(async {
        let page = plant.floor("operator").await;
        page.goto("/mes/execution?stationCode=ST-PRINT-01").await;
        page.see("#scan").await;
        for sn in serials {
            page.scan(sn).await;
            page.read("#now", sn).await;
            page.read("#result .verdict", "IN").await;
        }
        page.picture("station-serials").await;
        // What is marked as GS1 is read as GS1.
        page.scan("(01)04012345678901(10)L7(21)SER-21").await;
        page.read("#now", "SER-21").await;
        page.read("#result .verdict", "IN").await;
        page.close().await;
    });
    plant.served.stop();
}
