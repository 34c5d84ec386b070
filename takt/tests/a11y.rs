//! Accessibility: axe-core looks at every page in both themes and finds nothing (R-SCR-092, WCAG 2.2 AA).

mod common;

mod browser {
    #[path = "../browser/harness.rs"]
    mod harness;

    use super::common::Served;
    use engine::store::Database;
    use harness::Browser;
    use takt::demo_plant::{Accounts, seed};
    use web::pages::PAGES;
    use xtask::load::Session;

    /// Forms with every kind of input.
    const FORMS: [&str; 12] = [
        "/forms/route.set_steps?routingCode=PCBA-SMT-V1",
        "/forms/route.assign_group?routingCode=PCBA-SMT-V1",
        "/forms/route.configure_step?routingCode=PCBA-SMT-V1&stepNo=10",
        "/forms/data_spec.create",
        "/forms/station.update?stationCode=ST-PRINT-01",
        "/forms/shift.create",
        "/forms/material.import",
        "/forms/work_order.receive",
        "/forms/role.create",
        "/forms/user.update?username=planner",
        "/forms/api_token.create",
        "/forms/config.set?key=wo.pickPolicy",
    ];

    /// Every page that opens with things of the demo plant.
    fn addresses(ask: &mut Session) -> Vec<String> {
        let mut first = |list: &str, field: &str| {
            let answer = ask.get(&format!("/api/v1/{list}?limit=1")).expect("the server answers").json().expect("JSON");
            let code = answer["items"][0][field].as_str().unwrap_or_default().to_string();
            code.replace('%', "%25").replace(':', "%3A").replace(' ', "%20").replace('/', "%2F")
        };
        let known = [
            ("{woNo}", first("work-orders", "woNo")),
            ("{runNo}", first("runs", "runNo")),
            ("{routingCode}", "PCBA-SMT-V1".into()),
            ("{versionNo}", "1".into()),
            ("{specId}", first("data-collection-specs", "specId")),
            ("{operationCode}", first("operations", "code")),
            ("{lineCode}", "SMT-A".into()),
            ("{stationCode}", "ST-PRINT-01".into()),
            ("{materialCode}", "1016928".into()),
            ("{username}", "planner".into()),
            ("{code}", "planner".into()),
            ("{key}", "wo.pickPolicy".into()),
            ("{seq}", "1".into()),
        ];
        let filled = PAGES.iter().map(|p| {
            known.iter().filter(|k| !k.1.is_empty()).fold(p.path.to_string(), |at, (part, code)| at.replace(part, code))
        });
        let more = [
            "/login",
            "/mes/search?q=S",
            "/mes/lines?q=nothing",
            "/mes/lines?limit=x",
            "/mes/nowhere",
            "/system/api?q=unit.track_in",
        ];
        filled.filter(|at| !at.contains('{')).chain(FORMS.into_iter().chain(more).map(String::from)).collect()
    }

    #[test]
    fn r_scr_092_axe_finds_nothing_on_any_page_in_either_theme() {
        let served = Served::on_sqlite();
        let accounts = Accounts::random().expect("random passwords");
        seed(served.engine(), demo::Mark::Demo, &accounts).expect("the demo plant is played");
        let Database::Sqlite(path) = &served.config.database else { unreachable!("it is SQLite") };
        let db = rusqlite::Connection::open(path).expect("the file");
        db.execute_batch(
            "pragma busy_timeout = 30000;
             insert into principal_role (principal_id, role_id) select p.id, r.id from principal p, role r
             where p.name = 'admin' and r.code in ('planner', 'engineer', 'quality', 'leader', 'manager', 'trace')",
        )
        .expect("the administrator gets every right");
        let mut asks = Session::sign_in(served.address, "admin", accounts.password("admin")).expect("admin signs in");
        let pages = addresses(&mut asks);
        assert!(pages.len() > 50, "only {} pages", pages.len());
        let complaints = served.block_on(async {
            let page = Browser::open(&served.url(), 1280, 900).await;
            page.sign_in("admin", accounts.password("admin")).await;
            let mut complaints = Vec::new();
            for at in &pages {
                page.goto(at).await;
                for theme in ["light", "dark"] {
                    complaints.extend(page.axe(theme).await.into_iter().map(|found| format!("{at} [{theme}] {found}")));
                }
            }
            page.close().await;
            complaints
        });
        assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
        served.stop();
    }
}
