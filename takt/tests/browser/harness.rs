//! A real Chromium on a real server, worked as people on the floor work: keys go to whatever has the focus, and what is to
//! get them is reached with Tab; nothing is clicked. It reads what is shown and tells of console errors.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value as Json, json};

/// One browser window.
pub struct Browser {
    pub client: Client,
    base: String,
    _profile: tempfile::TempDir,
}

/// How long a page may take to show what a test waits for.
const PATIENCE: Duration = Duration::from_secs(15);
/// Between two keys of a hand.
const HAND: Duration = Duration::from_millis(60);
/// So many Tabs reach everything on a page.
const TABS_MAX: usize = 250;

impl Browser {
    /// A fresh headless Chromium of a size.
    pub async fn open(base: &str, width: u32, height: u32) -> Browser {
        let driver = std::env::var("TAKT_TEST_CHROMEDRIVER")
            .expect("TAKT_TEST_CHROMEDRIVER names no chromedriver: run `cargo xtask test`");
        let chromium = std::env::var("TAKT_TEST_CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".into());
        let profile = tempfile::tempdir().expect("a temporary folder");
        let args = vec![
            "--headless=new".to_string(),
            "--no-sandbox".into(),
            "--disable-gpu".into(),
            "--disable-dev-shm-usage".into(),
            "--disable-background-networking".into(),
            "--disable-component-update".into(),
            "--disable-sync".into(),
            "--no-first-run".into(),
            "--disable-quic".into(),
            "--lang=en-US".into(),
            format!("--window-size={width},{height}"),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let caps = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "binary": chromium, "args": args },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let caps: Capabilities = caps.as_object().cloned().expect("an object");
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(caps)
            .connect(&driver)
            .await
            .expect("chromedriver opens Chromium");
        let browser = Browser { client, base: base.to_string(), _profile: profile };
        browser.resize(width, height).await;
        browser
    }

    /// Give the page itself this size: a window is larger by its frame.
    pub async fn resize(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Take the network away from this window, or give it back.
    pub async fn offline(&self, offline: bool) {
        self.devtools("Network.enable", json!({})).await;
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.devtools("Network.emulateNetworkConditions", conditions).await;
    }

    async fn devtools(&self, command: &str, params: Json) {
        self.client.issue_cmd(DevTools(json!({ "cmd": command, "params": params }))).await.expect("the browser obeys");
    }

    pub async fn goto(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.unwrap_or_else(|e| panic!("{path}: {e}"));
    }

    /// The element a selector names, once it is there and shown.
    pub async fn see(&self, css: &str) -> Element {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Ok(element) = self.client.find(Locator::Css(css)).await {
                if element.is_displayed().await.unwrap_or(false) {
                    return element;
                }
            }
            if Instant::now() > end {
                let url = self.client.current_url().await.map(|u| u.to_string()).unwrap_or_default();
                let text = self.text("body").await;
                panic!(
                    "{css} does not appear on {url}; the page says: {}",
                    text.chars().take(1500).collect::<String>()
                );
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// Wait until an element's text holds a text.
    pub async fn read(&self, css: &str, wanted: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            let text = self.text(css).await;
            if text.contains(wanted) {
                return;
            }
            if Instant::now() > end {
                panic!("{css} does not say {wanted:?}; it says: {}", text.chars().take(1500).collect::<String>());
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// The text of an element, empty when it is not there.
    pub async fn text(&self, css: &str) -> String {
        match self.client.find(Locator::Css(css)).await {
            Ok(element) => element.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Whether an element is there now.
    pub async fn has(&self, css: &str) -> bool {
        self.client.find(Locator::Css(css)).await.is_ok()
    }

    /// Strike keys one after another; whatever has the focus gets them.
    async fn strike(&self, keys: &str, pause: Duration) {
        let mut hand = KeyActions::new("hand".into());
        for key in keys.chars() {
            hand = hand.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
            hand = hand.then(KeyAction::Pause { duration: pause });
        }
        self.client.perform_actions(hand).await.unwrap_or_else(|e| panic!("{keys}: {e}"));
    }

    /// Type as a hand types.
    pub async fn keys(&self, text: &str) {
        self.strike(text, HAND).await;
    }

    pub async fn key(&self, key: Key) {
        self.keys(&char::from(key).to_string()).await;
    }

    /// A key together with Control.
    async fn chord(&self, key: char) {
        let control = char::from(Key::Control);
        let hand = KeyActions::new("hand".into()).then(KeyAction::Down { value: control });
        let hand = hand.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        let hand = hand.then(KeyAction::Up { value: control });
        self.client.perform_actions(hand).await.expect("keys are taken");
    }

    /// Scan like a wedge scanner: fast keystrokes ending in Enter, wherever the focus is.
    pub async fn scan(&self, text: &str) {
        // Whoever has just typed needs a moment to take the scanner.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let keys = format!("{text}{}", char::from(Key::Enter));
        let active = self.client.active_element().await.expect("something has the focus");
        if active.send_keys(&keys).await.is_err() {
            // Nothing that takes keys has the focus: the page itself does.
            let body = self.client.find(Locator::Css("body")).await.expect("a page has a body");
            body.send_keys(&keys).await.expect("keys are taken");
        }
    }

    /// Go with Tab until an element that the selector names has the focus.
    pub async fn tab_to(&self, css: &str) {
        self.see(css).await;
        for _ in 0..TABS_MAX {
            if self.is_focused(css).await {
                return;
            }
            self.strike(&char::from(Key::Tab).to_string(), Duration::from_millis(1)).await;
        }
        panic!("{css} cannot be reached with Tab; the focus is on {}", self.focused().await);
    }

    pub async fn is_focused(&self, css: &str) -> bool {
        let script = "return !!document.activeElement && document.activeElement.matches(arguments[0])";
        self.run(script, json!(css)).await == Json::Bool(true)
    }

    /// What has the focus, for people.
    pub async fn focused(&self) -> String {
        self.run("return document.activeElement ? document.activeElement.outerHTML.slice(0, 200) : ''", Json::Null)
            .await
            .as_str()
            .unwrap_or_default()
            .to_string()
    }

    /// Ask the page something; never used to work it.
    pub async fn run(&self, script: &str, argument: Json) -> Json {
        self.client.execute(script, vec![argument]).await.unwrap_or(Json::Null)
    }

    /// Fill a field of the open form: go there, and type over what it holds.
    pub async fn fill(&self, name: &str, text: &str) {
        self.type_into(&format!("form[data-command] [name='{name}']"), text).await;
    }

    /// Go to a field and type; in a choice, go down to the wanted one; a box is ticked with Space.
    pub async fn type_into(&self, css: &str, text: &str) {
        self.tab_to(css).await;
        let kind = self.run("const e = document.activeElement; return e.type", Json::Null).await;
        match kind.as_str().unwrap_or_default() {
            "checkbox" => return self.keys(" ").await,
            "select-one" => {}
            _ => {
                self.chord('a').await;
                self.keys(text).await;
                // Long enough that what follows is no end of a scan.
                tokio::time::sleep(Duration::from_millis(160)).await;
                return;
            }
        }
        self.key(Key::Home).await;
        for _ in 0..100 {
            if self.run("return document.activeElement.value", Json::Null).await == text {
                return;
            }
            self.key(Key::Down).await;
        }
        panic!("{css} does not offer {text}");
    }

    /// Go to a button or link and press it with Enter.
    pub async fn press(&self, css: &str) {
        self.tab_to(css).await;
        self.key(Key::Enter).await;
    }

    /// Go to a page by its entry in the menu.
    pub async fn menu_to(&self, path: &str, page: &str) {
        self.press(&format!("nav.nav a[href='{path}']")).await;
        self.see(&format!("body[data-page='{page}']")).await;
    }

    /// The addresses of the menu.
    pub async fn menu(&self) -> Vec<String> {
        let script = "return [...document.querySelectorAll('nav.nav a')].map(a => a.getAttribute('href'))";
        let found = self.client.execute(script, vec![]).await.expect("the script runs");
        found.as_array().into_iter().flatten().filter_map(|h| h.as_str().map(str::to_string)).collect()
    }

    /// By how many pixels the page is wider than its window.
    pub async fn overflow(&self) -> i64 {
        let script = "return document.documentElement.scrollWidth - window.innerWidth";
        self.client.execute(script, vec![]).await.ok().and_then(|v| v.as_i64()).unwrap_or(0)
    }

    /// Send the open form with the keyboard.
    pub async fn submit(&self) {
        self.see("form[data-command]").await;
        self.chord(char::from(Key::Enter)).await;
    }

    /// Send the open dialog, and see it go.
    pub async fn send(&self) {
        self.submit().await;
        self.gone("dialog[open]").await;
    }

    /// Wait until an element is no longer there.
    pub async fn gone(&self, css: &str) {
        let end = Instant::now() + PATIENCE;
        while self.has(css).await {
            assert!(Instant::now() < end, "{css} stays; it says: {}", self.text(css).await);
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    pub async fn sign_in(&self, username: &str, password: &str) {
        self.fill_login(username, password).await;
        self.see("body[data-user]").await;
    }

    /// Fill the sign-in page and press Enter.
    pub async fn fill_login(&self, username: &str, password: &str) {
        if !self.has("#username").await {
            self.goto("/login").await;
        }
        self.type_into("#username", username).await;
        self.type_into("#password", password).await;
        self.key(Key::Enter).await;
    }

    /// Console errors since the last call; a page must have none.
    pub async fn console_errors(&self) -> Vec<String> {
        let log = self.client.issue_cmd(Log).await.unwrap_or(Json::Null);
        let lines = log.as_array().into_iter().flatten().filter(|l| l["level"] == "SEVERE");
        lines.map(|l| l["message"].as_str().unwrap_or_default().to_string()).collect()
    }

    /// The address of the page.
    pub async fn address(&self) -> String {
        self.client.current_url().await.map(|url| url.to_string()).unwrap_or_default()
    }

    /// How many elements a selector finds.
    pub async fn count(&self, css: &str) -> usize {
        let script = "return document.querySelectorAll(arguments[0]).length";
        let found = self.client.execute(script, vec![css.into()]).await.expect("the script runs");
        found.as_u64().map_or(0, |n| n as usize)
    }

    /// Press the last element a selector finds with the keyboard.
    pub async fn press_last(&self, css: &str) {
        let all = self.client.find_all(Locator::Css(css)).await.unwrap_or_default();
        let last = all.into_iter().next_back().unwrap_or_else(|| panic!("{css} is nowhere"));
        last.send_keys(&Key::Enter.to_string()).await.unwrap_or_else(|e| panic!("{css}: {e}"));
    }

    /// What axe-core finds wrong with the page as it stands, in a theme; in the dark one only colours differ.
    pub async fn axe(&self, theme: &str) -> Vec<String> {
        const AXE: &str = include_str!("axe.min.js");
        let script = r#"
            const [theme, done] = [arguments[0], arguments[arguments.length - 1]];
            document.documentElement.dataset.theme = theme;
            document.querySelectorAll("details:not(.drop)").forEach((d) => { d.open = true; });
            const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
            const only = theme === "dark" ? { type: "rule", values: ["color-contrast"] } : { type: "tag", values: tags };
            setTimeout(() => axe.run(document, { runOnly: only, resultTypes: ["violations"] }).then(
                (r) => done(r.violations.flatMap((v) => v.nodes.slice(0, 3).map((n) => v.id + ": " + n.html.slice(0, 160) + " " + (n.any[0] || n.all[0] || n.none[0] || {}).message))),
                (e) => done([String(e)])), 200);"#;
        self.client.execute(&format!("if (!window.axe) {{ {AXE} }}"), vec![]).await.expect("axe starts");
        let found = self.client.execute_async(script, vec![theme.into()]).await.expect("axe answers");
        found.as_array().into_iter().flatten().filter_map(|c| c.as_str().map(str::to_string)).collect()
    }

    /// A picture of the page for whoever wants to look.
    pub async fn picture(&self, name: &str) {
        let Ok(folder) = std::env::var("TAKT_TEST_PICTURES") else { return };
        if let Ok(png) = self.client.screenshot().await {
            let _ = std::fs::create_dir_all(&folder);
            let _ = std::fs::write(format!("{folder}/{name}.png"), png);
        }
    }

    pub async fn close(self) {
        let _ = self.client.close().await;
    }
}

/// A command of the browser's own protocol.
#[derive(Debug)]
struct DevTools(Json);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.0.to_string()))
    }
}

#[derive(Debug)]
struct Log;

impl WebDriverCompatibleCommand for Log {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}
