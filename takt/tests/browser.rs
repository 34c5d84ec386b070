//! Browser tests: a whole shift by role in a real Chromium, by keyboard and scanner.

mod common;

mod browser {
    #[path = "../browser/harness.rs"]
    mod harness;

    use super::common::{PASSWORD, Served};
    use harness::Browser;

    #[test]
    fn signing_in_switching_language_and_theme() {
        let served = Served::on_sqlite();
        drop(served.admin());
        served.block_on(async {
            let page = Browser::open(&served.url(), 1280, 900, false).await;
            page.goto("/system/settings").await;
            page.see("#username").await;
            page.picture("login").await;
            page.fill_login("boss", "wrong-password-1").await;
            page.read("#password-error", "INVALID_CREDENTIALS").await;
            page.sign_in("boss", PASSWORD).await;
            page.see("nav.nav").await;
            page.picture("home-admin").await;
            page.goto("/language?lang=zh-CN&next=/system/settings").await;
            page.read("h1", "设置").await;
            page.picture("settings-zh").await;
            assert_eq!(page.console_errors().await, Vec::<String>::new());
            page.close().await;
        });
        served.stop();
    }
}
