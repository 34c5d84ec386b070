//! A real Chromium on a real server: opens pages, types, scans, reads, and tells of console errors.

use std::time::{Duration, Instant};

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
        client.set_window_size(width, height).await.expect("a window has a size");
        Browser { client, base: base.to_string(), _profile: profile }
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

    /// Type into whatever has the focus.
    pub async fn keys(&self, text: &str) {
        let active = self.client.active_element().await.expect("something has the focus");
        if active.send_keys(text).await.is_ok() {
            return;
        }
        // Nothing that takes keys has the focus: the page itself does.
        let body = self.client.find(Locator::Css("body")).await.expect("a page has a body");
        body.send_keys(text).await.expect("keys are taken");
    }

    /// Scan like a wedge scanner: fast keystrokes ending in Enter, wherever the focus is.
    pub async fn scan(&self, text: &str) {
        // Whoever has just typed needs a moment to take the scanner.
        tokio::time::sleep(Duration::from_millis(300)).await;
        self.keys(&format!("{text}{}", Key::Enter)).await;
    }

    /// Fill a field of the open form.
    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.see(&format!("form[data-command] [name='{name}']")).await;
        let tag = field.tag_name().await.unwrap_or_default();
        if tag == "select" {
            field.select_by_value(text).await.unwrap_or_else(|e| panic!("{name} = {text}: {e}"));
            return;
        }
        if field.is_displayed().await.unwrap_or(false) && tag == "input" {
            field.clear().await.unwrap_or_else(|e| panic!("{name}: {e}"));
        }
        field.send_keys(text).await.unwrap_or_else(|e| panic!("{name}: {e}"));
    }

    /// Type into a field.
    pub async fn type_into(&self, css: &str, text: &str) {
        self.see(css).await.send_keys(text).await.unwrap_or_else(|e| panic!("{css}: {e}"));
    }

    /// Press a button with the keyboard.
    pub async fn press(&self, css: &str) {
        let button = self.see(css).await;
        button.send_keys(&Key::Enter.to_string()).await.unwrap_or_else(|e| panic!("{css}: {e}"));
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
        let chord = format!("{}{}{}", Key::Control, Key::Enter, Key::Null);
        self.keys(&chord).await;
    }

    pub async fn sign_in(&self, username: &str, password: &str) {
        self.fill_login(username, password).await;
        self.see("body[data-user]").await;
    }

    /// Fill the sign-in page and press Enter.
    pub async fn fill_login(&self, username: &str, password: &str) {
        self.goto("/login").await;
        self.see("#username").await.send_keys(username).await.expect("a user name");
        self.see("#password").await.send_keys(&format!("{password}{}", Key::Enter)).await.expect("a password");
    }

    /// Console errors since the last call; a page must have none.
    pub async fn console_errors(&self) -> Vec<String> {
        let log = self.client.issue_cmd(Log).await.unwrap_or(Json::Null);
        let lines = log.as_array().into_iter().flatten().filter(|l| l["level"] == "SEVERE");
        lines.map(|l| l["message"].as_str().unwrap_or_default().to_string()).collect()
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
