//! Browser tests: a whole shift by role in a real Chromium, by keyboard and scanner.

mod common;

mod browser {
    #[path = "../browser/harness.rs"]
    mod harness;

    use std::time::Duration;

    use super::common::{PASSWORD, Served};
    use harness::Browser;
    use takt::demo_plant::{Accounts, seed};
    use xtask::load::Session;

    /// A served demo plant and its passwords.
    fn plant() -> (Served, Accounts) {
        let served = Served::on_sqlite();
        let accounts = Accounts::random().expect("random passwords");
        seed(served.engine(), demo::Mark::Demo, &accounts).expect("the demo plant is played");
        (served, accounts)
    }

    /// A person at a desk.
    async fn desk(served: &Served, accounts: &Accounts, who: &str) -> Browser {
        let page = Browser::open(&served.url(), 1400, 900).await;
        page.sign_in(who, accounts.password(who)).await;
        page
    }

    async fn ends_clean(page: Browser) {
        assert_eq!(page.console_errors().await, Vec::<String>::new());
        page.close().await;
    }

    #[test]
    fn signing_in_switching_language_and_theme() {
        let served = Served::on_sqlite();
        drop(served.admin());
        served.block_on(async {
            let page = Browser::open(&served.url(), 1280, 900).await;
            page.goto("/system/settings").await;
            page.see("#username").await;
            page.picture("login").await;
            page.fill_login("boss", "wrong-password-1").await;
            page.read("#password-error", "INVALID_CREDENTIALS").await;
            let _ = page.console_errors().await;
            page.sign_in("boss", PASSWORD).await;
            page.see("nav.nav").await;
            page.press("[data-action='theme']").await;
            page.goto("/language?lang=zh-CN&next=/system/settings").await;
            page.read("h1", "设置").await;
            page.picture("settings-zh").await;
            assert!(page.has("html[data-theme]").await, "the theme is kept for this terminal");
            ends_clean(page).await;
        });
        served.stop();
    }

    #[test]
    fn a_planner_takes_an_order_to_an_authorized_run_and_an_operator_works_the_boards() {
        let (served, accounts) = plant();
        served.block_on(async {
            let page = desk(&served, &accounts, "planner").await;
            page.goto("/mes/work-orders").await;
            page.see("#list").await;
            page.keys("n").await;
            page.fill("woNo", "WO-SHIFT-1").await;
            page.fill("productCode", "1016928").await;
            page.fill("plannedQty", "3").await;
            page.fill("routingCode", "PCBA-SMT-V1").await;
            page.submit().await;
            page.read("h1", "WO-SHIFT-1").await;
            page.press("[data-action='work_order.release']").await;
            page.fill("lineCode", "SMT-A").await;
            page.submit().await;
            page.read("main", "Released").await;
            page.press("[data-action='run.create']").await;
            page.fill("lineCode", "SMT-A").await;
            page.fill("planQty", "3").await;
            page.submit().await;
            page.read("h1", "RUN-WO-SHIFT-1-001").await;
            page.picture("run-prep").await;
            page.press("[data-action='run.authorize']").await;
            page.fill("action", "AUTHORIZE").await;
            page.submit().await;
            page.read(".page-head", "Authorized").await;
            page.goto("/forms/unit.generate?runNo=RUN-WO-SHIFT-1-001").await;
            page.fill("quantity", "3").await;
            page.submit().await;
            page.goto("/mes/runs/RUN-WO-SHIFT-1-001?tab=units").await;
            page.read("main", "SN-RUN-WO-SHIFT-1-001-0003").await;
            ends_clean(page).await;

            let floor = Browser::open(&served.url(), 1024, 768).await;
            floor.sign_in("operator", accounts.password("operator")).await;
            floor.goto("/mes/execution?stationCode=ST-PRINT-01").await;
            floor.see("#scan").await;
            let (first, second) = ("SN-RUN-WO-SHIFT-1-001-0001", "SN-RUN-WO-SHIFT-1-001-0002");
            floor.scan(first).await;
            floor.read("#result", "IN").await;
            floor.scan(first).await;
            floor.read("#result", "REPEAT").await;
            floor.scan(second).await;
            floor.read("#result", second).await;
            tokio::time::sleep(Duration::from_millis(10_500)).await;
            floor.scan(first).await;
            floor.read("#result", "OUT?").await;
            floor.type_into("#specs input", "0.13").await;
            floor.picture("station-out").await;
            floor.scan("CMD:PASS").await;
            floor.read("#result", "ST-SPI-01").await;
            floor.scan(second).await;
            floor.read("#result", "OUT?").await;
            floor.scan("CMD:FAIL").await;
            floor.type_into("#defect-code", "A16").await;
            floor.picture("station-defect").await;
            floor.scan("CMD:CONFIRM").await;
            floor.read("#result", "NG").await;
            floor.scan(first).await;
            floor.read("#result", "ST-SPI-01").await;
            floor.read("#result", "STATION_MISMATCH").await;
            floor.picture("station-wrong").await;
            floor.close().await;
        });
        served.stop();
    }

    #[test]
    fn an_engineer_adds_a_line_and_a_station_and_changes_a_route() {
        let (served, accounts) = plant();
        served.block_on(async {
            let page = desk(&served, &accounts, "engineer").await;
            page.goto("/mes/lines").await;
            page.see("#list").await;
            page.keys("n").await;
            page.fill("code", "SMT-C").await;
            page.fill("name", "Third SMT line").await;
            page.fill("processType", "SMT").await;
            page.submit().await;
            page.read("#list", "SMT-C").await;
            page.goto("/mes/stations").await;
            page.see("#list").await;
            page.keys("n").await;
            page.fill("code", "ST-AOI-99").await;
            page.fill("name", "AOI of the third line").await;
            page.fill("lineCode", "SMT-C").await;
            page.fill("stationType", "AUTO").await;
            page.submit().await;
            page.read("#list", "ST-AOI-99").await;
            page.goto("/mes/lines/SMT-C").await;
            page.read("main", "ST-AOI-99").await;
            page.goto("/mes/routes/PCBA-SMT-V1").await;
            page.read("main", "v1").await;
            page.press("[data-action='route.compile']").await;
            page.submit().await;
            page.read("#toasts", "").await;
            page.goto("/mes/route-versions/PCBA-SMT-V1/1").await;
            page.read("main", "PRINT").await;
            page.picture("route-version").await;
            ends_clean(page).await;
        });
        served.stop();
    }

    #[test]
    fn quality_traces_a_board_and_holds_it() {
        let (served, accounts) = plant();
        let playing = takt::floor::play(&served.url(), &accounts, takt::floor::Pace::FIRST_BOARDS_ONLY);
        let mut asks =
            Session::sign_in(served.address, "quality", accounts.password("quality")).expect("quality signs in");
        let end = std::time::Instant::now() + Duration::from_secs(60);
        while asks.get("/api/v1/units/25060001").expect("the server answers").status != 200 {
            assert!(std::time::Instant::now() < end, "the first boards come");
            std::thread::sleep(Duration::from_millis(300));
        }
        playing.stop();
        served.block_on(async {
            let page = desk(&served, &accounts, "quality").await;
            page.goto("/mes/trace").await;
            page.scan("25060001").await;
            page.read("main", "25060001").await;
            page.picture("trace").await;
            page.goto("/mes/units/25060001").await;
            page.press("[data-action='unit.hold']").await;
            page.fill("reason", "Joint looks dull").await;
            page.submit().await;
            page.read("main", "Joint looks dull").await;
            page.press("[data-action='unit.release']").await;
            page.fill("reason", "Checked under the microscope").await;
            page.submit().await;
            page.read("main", "Checked under the microscope").await;
            ends_clean(page).await;
        });
        served.stop();
    }

    #[test]
    fn an_administrator_adds_a_person_a_token_and_a_setting_and_reads_the_trail() {
        let (served, accounts) = plant();
        served.block_on(async {
            let page = desk(&served, &accounts, "admin").await;
            page.goto("/system/user-management").await;
            page.see("#list").await;
            page.keys("n").await;
            page.fill("username", "night-planner").await;
            page.fill("name", "Night planner").await;
            page.fill("roles", "planner").await;
            page.submit().await;
            page.see("dialog[open]").await;
            page.goto("/system/user-management/night-planner").await;
            page.read("main", "Night planner").await;
            page.goto("/system/settings").await;
            page.read("main", "exec.duplicateScanSec").await;
            page.goto("/system/audit-logs").await;
            page.read("#list", "night-planner").await;
            page.see("tr[data-row] a").await.click().await.expect("a row opens");
            page.see("body[data-page='audit_row']").await;
            page.picture("audit-row").await;
            ends_clean(page).await;
        });
        served.stop();
    }

    #[test]
    fn every_page_of_the_menu_is_clean_in_both_languages_and_sizes() {
        let (served, accounts) = plant();
        served.block_on(async {
            for (who, width) in [("engineer", 1280), ("admin", 1280), ("leader", 400)] {
                let page = Browser::open(&served.url(), width, 900).await;
                page.sign_in(who, accounts.password(who)).await;
                for lang in ["en", "zh-CN"] {
                    page.goto(&format!("/language?lang={lang}&next=/profile")).await;
                    page.see("body[data-page='profile']").await;
                    for path in page.menu().await {
                        page.goto(&path).await;
                        page.see("#main").await;
                        let wide = page.overflow().await;
                        assert!(wide <= 0, "{path} scrolls sideways by {wide} px at {width} px");
                        assert!(!page.has("[data-code='INTERNAL_ERROR']").await, "{path} as {who}");
                        let errors = page.console_errors().await;
                        assert!(errors.is_empty(), "{path} as {who} in {lang}: {errors:?}");
                        page.picture(&format!("{who}-{width}-{lang}{}", path.replace('/', "-"))).await;
                    }
                }
                page.close().await;
            }
        });
        served.stop();
    }
}
