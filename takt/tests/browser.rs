//! Browser tests: whole shifts by role in a real Chromium, by keyboard and scanner alone.
//!
//! What another role does beforehand is done over HTTP; what the role of a test does, it does with keys.

mod common;

mod browser {
    #[path = "../browser/answers.rs"]
    mod answers;
    #[path = "../browser/desk.rs"]
    mod desk;
    #[path = "../browser/forms.rs"]
    mod forms;
    #[path = "../browser/harness.rs"]
    mod harness;
    #[path = "../browser/language.rs"]
    mod language;
    #[path = "../browser/narrow.rs"]
    mod narrow;
    #[path = "../browser/pages.rs"]
    mod pages;
    #[path = "../browser/shifts.rs"]
    mod shifts;
    #[path = "../browser/station.rs"]
    mod station;

    use harness::Browser;
    use serde_json::{Value as Json, json};
    use takt::demo_plant::{Accounts, seed};
    use xtask::load::Session;
    use xtask::load::http::Request;

    use super::common::{Served, done};

    /// Seconds in which a scan counts once in these tests.
    const WINDOW_SEC: u64 = 3;

    /// A served demo plant and its passwords.
    struct Plant {
        served: Served,
        accounts: Accounts,
    }

    impl Plant {
        fn open() -> Plant {
            let served = Served::on_sqlite();
            let accounts = Accounts::random().expect("random passwords");
            seed(served.engine(), demo::Mark::Demo, &accounts).expect("the demo plant is played");
            let plant = Plant { served, accounts };
            let window = json!({ "value": WINDOW_SEC, "reason": "Tests do not wait" });
            let set = Request::new("PUT", "/api/v1/system/config/exec.duplicateScanSec").header("If-Match", "\"0\"");
            done(&mut plant.session("admin"), set.json(&window));
            plant
        }

        fn session(&self, who: &str) -> Session {
            Session::sign_in(self.served.address, who, self.accounts.password(who)).expect("they sign in")
        }

        /// A person signed in at a desk.
        async fn desk(&self, who: &str) -> Browser {
            self.at(who, 1400, 900).await
        }

        /// A person signed in at a station.
        async fn floor(&self, who: &str) -> Browser {
            self.at(who, 1024, 768).await
        }

        async fn at(&self, who: &str, width: u32, height: u32) -> Browser {
            let page = Browser::open(&self.served.url(), width, height).await;
            page.sign_in(who, self.accounts.password(who)).await;
            page
        }

        /// An authorized run of so many boards on line SMT-A, as a planner makes it; gives their serials.
        fn run(&self, wo_no: &str, boards: u64) -> Vec<String> {
            self.run_by(wo_no, "PCBA-SMT-V1", boards)
        }

        fn run_by(&self, wo_no: &str, route: &str, boards: u64) -> Vec<String> {
            let run = self.authorized(wo_no, route, boards);
            let wanted = json!({ "quantity": boards, "snPrefix": wo_no });
            let made = Request::post(format!("/api/v1/runs/{run}/generate-units")).json(&wanted);
            let made = done(&mut self.session("planner"), made);
            let serials =
                made["units"].as_array().into_iter().flatten().filter_map(|sn| sn.as_str().map(str::to_string));
            serials.collect()
        }

        /// The same with these serials.
        fn run_of(&self, wo_no: &str, sns: &[&str]) {
            let run = self.authorized(wo_no, "PCBA-SMT-V1", sns.len() as u64);
            let given = Request::post(format!("/api/v1/runs/{run}/import-units")).json(&json!({ "sns": sns }));
            done(&mut self.session("planner"), given);
        }

        /// An authorized run of a plan of so many boards; gives its number.
        fn authorized(&self, wo_no: &str, route: &str, boards: u64) -> String {
            let planner = &mut self.session("planner");
            let mut post = |path: &str, body: Json| done(planner, Request::post(format!("/api/v1{path}")).json(&body));
            let order = json!({ "woNo": wo_no, "productCode": "1016928", "plannedQty": boards, "routingCode": route });
            post("/integration/work-orders", order);
            post(&format!("/work-orders/{wo_no}/release"), json!({ "lineCode": "SMT-A" }));
            let run = post(&format!("/work-orders/{wo_no}/runs"), json!({ "lineCode": "SMT-A", "planQty": boards }));
            let run = run["runNo"].as_str().expect("a number").to_string();
            post(&format!("/runs/{run}/authorize"), json!({ "action": "AUTHORIZE" }));
            run
        }

        /// What the server knows of a unit.
        fn unit(&self, sn: &str) -> Json {
            let answer = self.session("quality").get(&format!("/api/v1/units/{sn}")).expect("the server answers");
            answer.json().expect("answers are JSON")
        }
    }

    /// Wait until a scan no longer counts as a repeat.
    async fn window_over() {
        tokio::time::sleep(std::time::Duration::from_millis(WINDOW_SEC * 1000 + 200)).await;
    }

    async fn ends_clean(page: Browser) {
        assert_eq!(page.console_errors().await, Vec::<String>::new());
        page.close().await;
    }
}
