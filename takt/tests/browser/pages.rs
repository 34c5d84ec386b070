//! Pages as such: signing in, and every page of the menu in both languages, themes and sizes.

use super::harness::Browser;
use super::{Plant, ends_clean};
use crate::common::{PASSWORD, Served};

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
        // After a wrong password the page that was asked for still opens.
        page.sign_in("boss", PASSWORD).await;
        page.see("body[data-page='settings']").await;
        page.press("[data-action='theme']").await;
        page.press("[data-action='language']").await;
        page.read("h1", "设置").await;
        page.picture("settings-zh").await;
        assert!(page.has("html[data-theme]").await, "the theme is kept for this terminal");
        page.press("summary[aria-label]").await;
        page.press("[data-action='session.sign_out']").await;
        page.see("#username").await;
        ends_clean(page).await;
    });
    served.stop();
}

/// Pages about one thing of the run `WO-LOOK`, beside those of the menu.
const MORE: [&str; 7] = [
    "/mes/work-orders/WO-LOOK",
    "/mes/runs/RUN-WO-LOOK-001",
    "/mes/runs/RUN-WO-LOOK-001?tab=units",
    "/mes/runs/RUN-WO-LOOK-001?step=execute",
    "/mes/units/WO-LOOK0001",
    "/mes/trace?q=WO-LOOK0001",
    "/mes/execution?stationCode=ST-PRINT-01",
];

#[test]
fn every_page_is_clean_in_both_languages_themes_and_sizes() {
    let plant = Plant::open();
    plant.run("WO-LOOK", 3);
    plant.served.block_on(async {
        let both: &[&str] = &["en", "zh-CN"];
        for (who, width, theme, langs) in [
            ("engineer", 1280, "light", both),
            ("admin", 1280, "dark", both),
            ("leader", 400, "light", both),
            ("planner", 400, "dark", both),
            ("quality", 1280, "light", &["zh-CN"]),
            ("inspector", 400, "dark", &["en"]),
            ("repair", 1280, "dark", &["zh-CN"]),
            ("material", 400, "light", &["en"]),
            ("operator", 1280, "dark", &["en"]),
            ("manager", 400, "light", &["zh-CN"]),
            ("trace", 1280, "light", &["en"]),
        ] {
            let page = plant.at(who, width, 900).await;
            for lang in langs {
                page.goto(&format!("/language?lang={lang}&next=/profile")).await;
                page.see("body[data-page='profile']").await;
                let more = MORE.iter().map(|p| (*p).to_string());
                for path in page.menu().await.into_iter().chain(more) {
                    let dressed = format!("{path}{}theme={theme}", if path.contains('?') { '&' } else { '?' });
                    page.goto(&dressed).await;
                    page.see("#main").await;
                    let wide = page.overflow().await;
                    assert!(wide <= 0, "{path} scrolls sideways by {wide} px at {width} px");
                    assert!(!page.has("[data-code='INTERNAL_ERROR']").await, "{path} as {who}");
                    let errors = page.console_errors().await;
                    // The page itself may be refused to this role; what it asks for besides may not.
                    let own = |e: &&String| e.contains("403 (Forbidden)") && e.contains(&dressed);
                    let errors: Vec<_> = errors.iter().filter(|e| !own(e)).collect();
                    assert!(errors.is_empty(), "{path} as {who} in {lang}: {errors:?}");
                    let name = path.replace(['/', '?', '=', '&'], "-");
                    page.picture(&format!("{who}-{width}-{theme}-{lang}{name}")).await;
                }
            }
            page.close().await;
        }
    });
    plant.served.stop();
}
