//! Narrow pages: what a person with a phone or a hand terminal sees.

use serde_json::json;

use super::harness::Browser;
use super::{Plant, ends_clean};

/// The edges of an element in the window: `[top, bottom, left, right]`.
async fn edges(page: &Browser, css: &str) -> [f64; 4] {
    let script = "const r = document.querySelector(arguments[0]).getBoundingClientRect(); return [r.top, r.bottom, r.left, r.right]";
    let found = page.run(script, json!(css)).await;
    std::array::from_fn(|i| found[i].as_f64().unwrap_or_else(|| panic!("{css} has edges")))
}

#[test]
fn r_scr_030_the_stepper_is_a_rail_and_on_a_narrow_page_an_accordion() {
    let plant = Plant::open();
    plant.run("WO-STEPS", 2);
    plant.served.block_on(async {
        let page = plant.at("planner", 400, 900).await;
        page.goto("/mes/runs/RUN-WO-STEPS-001?step=authorize").await;
        let [link, step, next] = ["#step-authorize", "#step", "#step-execute"];
        page.see(step).await;
        let (above, open, below) = (edges(&page, link).await, edges(&page, step).await, edges(&page, next).await);
        assert!(
            above[1] <= open[0] && open[1] <= below[0],
            "it opens below its own line: {above:?} {open:?} {below:?}"
        );
        page.see("#step-authorize[aria-expanded='true']").await;
        page.picture("run-narrow-authorize").await;
        // Another step opens in its place, without loading the page anew.
        page.run("window.same = true", json!(null)).await;
        page.press(next).await;
        page.see("#step-execute[aria-expanded='true']").await;
        page.see("#step-authorize[aria-expanded='false']").await;
        let (above, open) = (edges(&page, next).await, edges(&page, step).await);
        assert!(above[1] <= open[0], "{above:?} {open:?}");
        assert_eq!(page.run("return window.same === true", json!(null)).await, true);
        assert!(page.address().await.ends_with("step=execute"), "the address names it: {}", page.address().await);
        assert!(page.is_focused(next).await, "the focus stays: {}", page.focused().await);
        assert!(page.overflow().await <= 0, "nothing is cut off");
        page.picture("run-narrow-execute").await;
        // With room it stands beside the rail, and the rail keeps together.
        page.resize(1280, 900).await;
        let (beside, first) = (edges(&page, step).await, edges(&page, "#step-authorize").await);
        let (last, before) = (edges(&page, "#step-close").await, edges(&page, next).await);
        assert!(beside[2] >= first[3] && beside[0] <= first[0], "{beside:?} {first:?}");
        assert!(last[0] - before[1] < 16.0, "the rail keeps together: {before:?} {last:?}");
        page.picture("run-wide-execute").await;
        ends_clean(page).await;
    });
    plant.served.stop();
}

#[test]
fn screens_5_5_an_unknown_serial_offers_similar_ones() {
    let plant = Plant::open();
    let boards = plant.run("WO-NEAR", 3);
    plant.served.block_on(async {
        let page = plant.at("quality", 400, 900).await;
        page.goto("/mes/trace").await;
        page.type_into("form.trace-find input", "WO-NEAR0009").await;
        page.press("[data-action='trace.find']").await;
        page.read("main", "is unknown").await;
        page.read(".similar", &boards[2]).await;
        page.picture("trace-similar").await;
        page.press(".similar a").await;
        page.read("h1", &boards[2]).await;
        page.goto("/mes/trace?q=NOTHING-LIKE-IT").await;
        page.read("main", "is unknown").await;
        assert!(!page.has(".similar").await);
        ends_clean(page).await;
    });
    plant.served.stop();
}

#[test]
fn screens_3_the_head_of_a_narrow_station_is_full_and_low() {
    let plant = Plant::open();
    plant.run("WO-HEAD", 3);
    plant.served.block_on(async {
        let page = plant.at("operator", 400, 900).await;
        page.goto("/mes/execution?stationCode=ST-PRINT-01").await;
        page.read("#strip-done", "0 / 3").await;
        page.read(".strip", "RUN-WO-HEAD-001").await;
        page.see(".strip [data-action='language']").await;
        let head = edges(&page, ".strip").await;
        page.picture("station-narrow").await;
        assert!(head[1] - head[0] <= 120.0, "{head:?}");
        assert!(page.overflow().await <= 0, "nothing is cut off");
        page.picture("station-narrow").await;
        page.press("[data-action='language']").await;
        page.see("html[lang='zh-Hans']").await;
        page.press("[data-action='theme']").await;
        page.picture("station-narrow-zh-dark").await;
        ends_clean(page).await;
    });
    plant.served.stop();
}
