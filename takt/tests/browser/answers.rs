//! What a command answers is shown: rows with their results, words that are told once, warnings.

use engine::sql;
use serde_json::json;
use xtask::load::http::Request;

use super::{Plant, ends_clean};
use crate::common::done;

/// Put a text into a field at once, as choosing a file does.
const FILL: &str = "const f = document.querySelector(\"dialog[open] [name='csv']\"); f.value = arguments[0]; \
                    f.dispatchEvent(new Event('input', { bubbles: true }));";

#[test]
fn r_scr_015_importing_people_shows_what_became_of_each_row_and_its_link_once() {
    let plant = Plant::open();
    plant.served.block_on(async {
        let page = plant.desk("admin").await;
        page.goto("/system/user-management").await;
        page.press("[data-form='user.import']").await;
        page.see("dialog[open] [name='csv']").await;
        page.run(FILL, json!("username,name,roles\nnight-1,Night one,planner\nplanner,Planner again,planner\n")).await;
        page.submit().await;
        page.see("[data-results] tr[data-code='CODE_DUPLICATE']").await;
        page.read("[data-results]", "night-1").await;
        page.read("dialog[open] .body", "1 done, 1 refused").await;
        page.picture("people-imported").await;
        let link = page.text("[data-results] [data-secret]").await;
        assert!(link.contains("/enrol?token="), "{link}");
        let copied =
            page.run("return document.querySelector('[data-results] [data-copy]').dataset.copy", json!(null)).await;
        assert_eq!(copied, link.as_str(), "each link can be copied");
        // The links are told once: neither Esc nor a click beside the dialog throws them away.
        page.key(fantoccini::key::Key::Escape).await;
        page.see("[data-results]").await;
        page.resize(400, 900).await;
        page.picture("people-imported-400").await;
        page.resize(1400, 900).await;
        page.press("dialog[open] footer .btn.primary").await;
        page.gone("dialog[open]").await;
        page.read("#list", "Night one").await;
        page.goto(link.strip_prefix(&plant.served.url()).expect("a link of this plant")).await;
        page.see("[type='password']").await;
        ends_clean(page).await;
    });
    plant.served.stop();
}

#[test]
fn r_scr_015_an_imported_table_names_bad_cells_by_line_and_says_what_became_of_good_ones() {
    let plant = Plant::open();
    plant.served.block_on(async {
        let page = plant.desk("engineer").await;
        page.goto("/mes/work-centers").await;
        page.press("[data-form='work_center.import']").await;
        page.see("dialog[open] [name='csv']").await;
        page.run(FILL, json!("code,name\nWC-91,Good\n,No code\n")).await;
        page.submit().await;
        page.read("dialog[open] [data-results]", "Line 3").await;
        page.run(FILL, json!("code,name\nWC-91,Good\nWC-92,Good too\n")).await;
        page.submit().await;
        page.read("dialog[open] .body", "2 added, 0 changed, 0 as they were").await;
        page.press("dialog[open] footer .btn.primary").await;
        page.gone("dialog[open]").await;
        page.read("#list", "WC-92").await;
        let _ = page.console_errors().await;
        page.close().await;
    });
    plant.served.stop();
}

#[test]
fn r_core_085_what_only_warns_is_said_beforehand_and_afterwards() {
    let plant = Plant::open();
    let order = json!({ "woNo": "WO-WARN", "productCode": "1016928", "plannedQty": 2, "routingCode": "PCBA-SMT-V1" });
    let planner = &mut plant.session("planner");
    done(planner, Request::post("/api/v1/integration/work-orders").json(&order));
    plant.served.block_on(async {
        let page = plant.desk("planner").await;
        page.goto("/mes/work-orders/WO-WARN").await;
        page.see(".next-bar [data-status='warn'][data-code='WORK_ORDER_MATERIAL_NOT_READY']").await;
        page.press(".next-bar [data-action='work_order.release']").await;
        page.fill("lineCode", "SMT-A").await;
        page.send().await;
        page.see("#toasts .msg[data-status='warn'][data-code='WORK_ORDER_MATERIAL_NOT_READY']").await;
        page.read("#toasts", "with a warning").await;
        page.picture("released-with-a-warning").await;
        // A run is made of the same unpicked material.
        page.see(".next-bar [data-status='warn'][data-code='WORK_ORDER_MATERIAL_NOT_READY']").await;
        page.press(".next-bar [data-action='run.create']").await;
        page.submit().await;
        page.read("h1", "RUN-WO-WARN-001").await;
        page.see("#toasts .msg[data-status='warn'][data-code='WORK_ORDER_MATERIAL_NOT_READY']").await;
        ends_clean(page).await;
    });
    let odd = json!({ "woNo": "WO-ODD", "productCode": "1016928", "plannedQty": 2, "routingCode": "NO-SUCH" });
    let told = done(planner, Request::post("/api/v1/integration/work-orders").json(&odd));
    assert!(told["warnings"][0]["detail"].as_str().is_some_and(|said| said.contains("NO-SUCH")), "{told}");
    plant.served.stop();
}

#[test]
fn r_core_070_warnings_of_a_compile_stand_on_the_page_of_the_version_and_of_the_route() {
    let plant = Plant::open();
    let engineer = &mut plant.session("engineer");
    let copy = json!({ "code": "FAI-ROUTE", "name": "With a first article" });
    done(engineer, Request::post("/api/v1/routes/PCBA-SMT-V1/copy").json(&copy));
    let route = "/api/v1/routes/FAI-ROUTE";
    let etag = engineer.get(route).unwrap().headers("etag").next().expect("an ETag").to_string();
    let step = Request::new("PUT", format!("{route}/steps/10/execution-config")).header("If-Match", &etag);
    done(engineer, step.json(&json!({ "requiresFAI": true })));
    done(engineer, Request::post(format!("{route}/compile")).json(&json!({})));
    let latest = engineer.get(&format!("{route}/versions?limit=1")).unwrap().json().unwrap();
    let no = latest["items"][0]["versionNo"].as_i64().expect("a number");
    for path in ["/mes/routes/FAI-ROUTE".to_string(), format!("/mes/route-versions/FAI-ROUTE/{no}")] {
        let text = String::from_utf8_lossy(&engineer.get(&path).unwrap().body).into_owned();
        assert!(text.contains("data-status=\"warn\" data-code=\"FAI_TEMPLATE_MISSING\""), "{path}: {text}");
    }
    // What no step is to blame for leads to the settings of the route.
    let whole = sql!(
        "update route_version set status = 'INVALID', errors = '[{\"stepNo\":null,\"code\":\"ROUTE_NOT_EFFECTIVE\",\"field\":null,\"params\":{}}]'
         where id = (select max(id) from route_version)"
    );
    plant.served.engine().work(move |cx| cx.run(whole, []).map(|n| n as i64)).expect("it is written");
    let text = String::from_utf8_lossy(&engineer.get("/mes/routes/FAI-ROUTE").unwrap().body).into_owned();
    assert!(text.contains("href=\"#own\""), "{text}");
    plant.served.stop();
}

#[test]
fn r_scr_001_who_may_not_take_the_next_step_tells_those_who_can() {
    let plant = Plant::open();
    let planner = &mut plant.session("planner");
    let order = json!({ "woNo": "WO-TELL", "productCode": "1016928", "plannedQty": 2, "routingCode": "PCBA-SMT-V1" });
    done(planner, Request::post("/api/v1/integration/work-orders").json(&order));
    done(planner, Request::post("/api/v1/work-orders/WO-TELL/release").json(&json!({ "lineCode": "SMT-A" })));
    let run = json!({ "lineCode": "SMT-A", "planQty": 2 });
    done(planner, Request::post("/api/v1/work-orders/WO-TELL/runs").json(&run));
    plant.served.block_on(async {
        let planner = plant.desk("planner").await;
        planner.goto("/mes/work-orders").await;
        planner.read("#live", "Live").await;
        let leader = plant.desk("leader").await;
        leader.goto("/mes/runs/RUN-WO-TELL-001").await;
        leader.press(".next-bar [data-action='handover.notify']").await;
        leader.read("#toasts", "Sent to: ").await;
        leader.picture("handed-over").await;
        planner.read("#toasts", "RUN-WO-TELL-001 waits for you").await;
        planner.picture("handover-heard").await;
        leader.press(".next-bar [data-action='handover.notify']").await;
        leader.read("#toasts", "within the last ten minutes").await;
        planner.press("#toasts a[href='/mes/runs/RUN-WO-TELL-001']").await;
        planner.read("h1", "RUN-WO-TELL-001").await;
        assert!(!planner.has("[data-action='handover.notify']").await, "whoever can act has nobody to tell");
        ends_clean(leader).await;
        ends_clean(planner).await;
    });
    plant.served.stop();
}

#[test]
fn r_scr_092_a_session_that_is_about_to_end_says_so_and_can_be_kept() {
    let plant = Plant::open();
    plant.served.block_on(async {
        let page = plant.desk("admin").await;
        page.goto("/profile").await;
        page.see("[data-action='session.end']").await;
        page.picture("profile-sessions").await;
        assert!(!page.has("#toasts .msg").await, "there is time");
        // As if the plant ended a session after three minutes without a request.
        let soon = "const s = JSON.parse(sessionStorage.getItem('takt-session')); s.idleSec = 175; \
                    sessionStorage.setItem('takt-session', JSON.stringify(s));";
        page.run(soon, json!(null)).await;
        page.goto("/profile").await;
        page.read("#toasts", "unless you do something").await;
        page.picture("session-ends").await;
        let used = "return Number(localStorage.getItem('takt-session-used'))";
        let before = page.run(used, json!(null)).await.as_i64();
        page.press("#toasts .btn.primary").await;
        page.gone("#toasts .msg .btn.primary").await;
        assert!(page.run(used, json!(null)).await.as_i64() > before, "the server was asked");
        ends_clean(page).await;
    });
    plant.served.stop();
}

#[test]
fn r_scr_092_signing_in_again_ends_the_warning_of_the_session_before() {
    let plant = Plant::open();
    plant.served.block_on(async {
        let page = plant.desk("admin").await;
        page.goto("/profile").await;
        page.see("[data-action='session.end']").await;
        // As if this session ended in a minute, whatever is done.
        let soon = "const s = JSON.parse(sessionStorage.getItem('takt-session')); s.ends = Date.now() + 60000; \
                    sessionStorage.setItem('takt-session', JSON.stringify(s));";
        page.run(soon, json!(null)).await;
        page.goto("/profile").await;
        page.read("#toasts", "whatever you do").await;
        page.picture("session-ends-for-sure").await;
        page.press("#toasts .btn.primary").await;
        page.type_into("#again-word", plant.accounts.password("admin")).await;
        page.key(fantoccini::key::Key::Enter).await;
        page.gone("dialog[open]").await;
        page.gone("#toasts .msg .btn.primary").await;
        // It looks every five seconds: the new session has time.
        tokio::time::sleep(std::time::Duration::from_millis(5500)).await;
        assert!(!page.has("#toasts .msg").await, "the session that is over is not warned of");
        let left = "return JSON.parse(sessionStorage.getItem('takt-session')).ends - Date.now()";
        assert!(page.run(left, json!(null)).await.as_i64() > Some(3_600_000), "the new session is known");
        ends_clean(page).await;
    });
    plant.served.stop();
}

#[test]
fn r_scr_006_a_hand_over_whose_answer_is_lost_is_sent_again_under_its_key() {
    let plant = Plant::open();
    plant.authorized("WO-LOST", "PCBA-SMT-V1", 2);
    plant.served.block_on(async {
        let page = plant.desk("leader").await;
        page.goto("/mes/runs/RUN-WO-LOST-001").await;
        // The first answer is lost on the way back; both calls are remembered.
        let lost = "const real = window.fetch; window.keys = []; window.fetch = async (...a) => {
            if (!/handovers$/.test(String(a[0]))) return real(...a);
            window.keys.push(a[1].headers['Idempotency-Key']);
            const answer = await real(...a);
            if (window.keys.length === 1) throw new TypeError('lost');
            return answer;
        };
        const b = document.createElement('button');
        b.id = b.textContent = 'tell';
        b.dataset.roles = 'Planner';
        b.dataset.notify = JSON.stringify({ entityType: 'run', entityKey: 'RUN-WO-LOST-001', roles: ['planner'] });
        document.querySelector('main').prepend(b);";
        page.run(lost, json!(null)).await;
        page.press("#tell").await;
        page.read("#toasts", "Not saved").await;
        page.press("#toasts .btn.primary").await;
        page.read("#toasts", "Sent to: ").await;
        let keys = page.run("return window.keys", json!(null)).await;
        assert!(keys[0].is_string() && keys[0] == keys[1], "{keys}");
        ends_clean(page).await;
    });
    plant.served.stop();
}

/// Labels of reels as suppliers print them, made up: format 06 of ISO/IEC 15434, with and without the separator before it.
const REELS: [(&str, &str); 4] = [
    (
        "[)>\u{1e}06\u{1d}PCUST-4711\u{1d}1PRC0603-10K\u{1d}1TLOT-77\u{1d}Q5000\u{1d}4LCN\u{1e}\u{4}",
        "RC0603-10K|LOT-77",
    ),
    ("[)>\u{1e}06\u{1d}PCUST-4712\u{1d}Q250\u{1d}1T2026W47\u{1e}\u{4}", "CUST-4712|2026W47"),
    ("[)>06\u{1d}K12345\u{1d}14K011\u{1d}1PMAKER-9\u{1d}Q3", "MAKER-9"),
    ("[)>\u{1e}06\u{1d}30PDISTRIBUTOR-1\u{1d}10K99\u{1d}Q10", "[)>\u{1e}06\u{1d}30PDISTRIBUTOR-1\u{1d}10K99\u{1d}Q10"),
];

/// Labels of suppliers' reels are told from serials by what scanners deliver (R-SCR-025). Real ones lie beside the project, where
/// `TAKT_ORACLES` points: with it, they are read too.
#[test]
fn r_scr_025_reel_labels_of_suppliers_are_read() {
    let labels = match std::env::var("TAKT_ORACLES") {
        Ok(folder) => {
            std::fs::read_to_string(format!("{folder}/supplier_reel_barcodes.json")).expect("the labels are there")
        }
        Err(_) => "[]".to_string(),
    };
    let labels: serde_json::Value = serde_json::from_str(&labels).expect("JSON");
    let plant = Plant::open();
    plant.served.block_on(async {
        let page = plant.desk("admin").await;
        for (raw, value) in REELS {
            let read = page.run("return Takt.readScan(arguments[0])", json!(raw)).await;
            assert_eq!((&read["kind"], &read["value"]), (&json!("ecia"), &json!(value)), "{raw:?}");
        }
        for label in labels.as_array().expect("a list") {
            let raw = label["value"].as_str().expect("a text");
            let read = page.run("return Takt.readScan(arguments[0])", json!(raw)).await;
            assert_eq!(read["kind"], "ecia", "{label}");
            // What the label itself says: a field with the identifier 1P is the maker's part, P the customer's.
            let field = |id: &str| {
                raw.split(['\u{1d}', '\u{1e}', '\u{4}']).find_map(|f| f.strip_prefix(id).filter(|v| !v.is_empty()))
            };
            if let Some(part) = field("1P").or_else(|| field("P")) {
                assert_eq!(
                    read["value"].as_str().map(|v| v.split('|').next().unwrap_or_default()),
                    Some(part),
                    "{label}"
                );
            }
        }
        page.close().await;
    });
    plant.served.stop();
}
