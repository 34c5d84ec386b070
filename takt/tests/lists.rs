//! Lists hold any number of rows: nothing, one, one more than the largest page, and a hundred thousand (screens R-SCR-005, R-SCR-013).

mod common;

use common::{PASSWORD, Served};
use engine::store::Database;
use web::pages::{Body, PAGES};
use xtask::load::Session;

/// Lay down `n` rows behind the lists, past the product, and give the administrator every right.
fn fill(served: &Served, n: usize, tables: &[&str]) {
    drop(served.admin());
    let mut script = xtask::plenty::script(n, tables);
    script.push(
        "insert into principal_role (principal_id, role_id) select p.id, r.id from principal p, role r
         where p.name = 'boss' and r.is_system = 1 and r.code not in ('admin', 'integration', 'machine')"
            .into(),
    );
    match &served.config.database {
        Database::Sqlite(path) => {
            let db = rusqlite::Connection::open(path).expect("the file");
            db.execute_batch("pragma busy_timeout = 30000; pragma foreign_keys = off; pragma synchronous = off")
                .expect("a setting");
            script.iter().for_each(|sql| db.execute_batch(sql).unwrap_or_else(|e| panic!("{sql}: {e}")));
        }
        Database::Postgres(url) => {
            let mut db = postgres::Client::connect(url, postgres::NoTls).expect("the test server answers");
            db.batch_execute(
                "set search_path = takt; set session_replication_role = replica; set synchronous_commit = off",
            )
            .expect("a setting");
            script.iter().for_each(|sql| db.batch_execute(sql).unwrap_or_else(|e| panic!("{sql}: {e:?}")));
            db.batch_execute("analyze").expect("statistics");
        }
    }
}

/// The list pages with the addresses at which they open.
fn lists() -> Vec<(&'static str, String)> {
    let pages = PAGES.iter().filter(|p| matches!(p.body, Body::List(_)));
    pages.map(|p| (p.name, p.path.replace("{key}", "exec.duplicateScanSec"))).collect()
}

/// How many rows a list has that a new plant has some of already.
fn before(name: &str) -> usize {
    match name {
        "roles" => engine::permits::PRESET_ROLES.len(),
        "users" => 1,
        _ => 0,
    }
}

/// Lists with the tables behind them that grow largest in a plant.
const LARGEST: [(&str, &str); 5] = [
    ("/mes/work-orders", "WO"),
    ("/mes/runs", "RUN-"),
    ("/mes/material-lots", "T"),
    ("/system/user-management", "u"),
    ("/system/audit-logs", "L"),
];

#[test]
fn r_scr_013_the_largest_lists_open_page_and_filter_on_postgresql() {
    let served = Served::on_postgres();
    let tables = [
        "line",
        "material",
        "material_lot",
        "route",
        "route_version",
        "work_order",
        "run",
        "principal",
        "app_user",
        "audit",
    ];
    fill(&served, 100_000, &tables);
    let mut boss = Session::sign_in(served.address, "boss", PASSWORD).expect("boss signs in");
    for (path, letter) in LARGEST {
        let mut rows = |path: &str| {
            let answer = boss.get(path).expect("the server answers");
            let html = String::from_utf8_lossy(&answer.body).replace("&#x2f;", "/").replace("&amp;", "&");
            assert_eq!(answer.status, 200, "{path}");
            (html.matches("<tr data-row").count(), html)
        };
        let (first, html) = rows(path);
        assert_eq!(first, 50, "{path}");
        let next = html.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
        let (second, other) = rows(next.unwrap_or_else(|| panic!("{path} has a next page")));
        assert_eq!(second, 50, "the second page of {path}");
        assert_ne!(html, other);
        let (found, _) = rows(&format!("{path}?q={letter}012345"));
        assert!(found >= 1, "{path} finds {letter}012345");
    }
    served.stop();
}

mod browser {
    #[path = "../browser/harness.rs"]
    mod harness;

    use super::*;
    use harness::Browser;

    #[test]
    fn r_scr_005_r_scr_013_every_list_opens_with_0_1_201_and_100000_rows() {
        for n in [0, 1, 201, 100_000] {
            let served = Served::on_sqlite();
            fill(&served, n, &[]);
            served.block_on(async {
                let page = Browser::open(&served.url(), 1280, 900).await;
                page.sign_in("boss", PASSWORD).await;
                for (name, path) in lists() {
                    let started = std::time::Instant::now();
                    look(&page, name, &path, n).await;
                    assert_eq!(page.console_errors().await, Vec::<String>::new(), "{path} with {n} rows");
                    println!("{path} with {n} rows: {} ms", started.elapsed().as_millis());
                }
                page.close().await;
            });
            served.stop();
        }
    }

    /// Open a list, turn its pages, sort and filter it.
    async fn look(page: &Browser, name: &str, path: &str, n: usize) {
        // The trail grows by what the test itself does.
        let (least, exact) = (n + before(name), name != "audit_logs");
        page.goto(path).await;
        let shown = rows(page).await;
        assert!(
            if exact { shown == least.min(50) } else { shown >= least.min(50) },
            "{path} of {least} rows shows {shown}"
        );
        if least == 0 && exact {
            page.see("[data-state='empty']").await;
        }
        assert_eq!(page.has("a[rel='next']").await, least > 50, "{path} of {least} rows has a next page");
        match n {
            201 if exact => to_the_end(page, path, least).await,
            100_000 => turn_sort_and_filter(page, path).await,
            _ => {}
        }
    }

    /// The largest page, and what is left behind it.
    async fn to_the_end(page: &Browser, path: &str, least: usize) {
        page.goto(&format!("{path}?limit=200")).await;
        assert_eq!(rows(page).await, 200, "{path}");
        page.press_last("a[rel='next']").await;
        page.see("a[data-action='first-page']").await;
        assert_eq!(rows(page).await, least - 200, "the last page of {path}");
        assert!(!page.has("a[rel='next']").await, "{path} ends");
        if path != "/mes/lines" {
            return;
        }
        // Whole words at once and Enter would be a scan: the field sends itself when nobody types.
        page.goto(path).await;
        page.type_into("#filter-q", "L00020").await;
        page.see("[data-action='clear-filters']").await;
        assert_eq!(rows(page).await, 2, "L000200 and L000201");
        assert!(page.address().await.ends_with("?q=L00020"), "filters live in the address (R-SCR-011)");
        page.type_into("#filter-q", "-none").await;
        page.see("[data-state='filtered']").await;
    }

    async fn turn_sort_and_filter(page: &Browser, path: &str) {
        let first = page.text("tbody tr:first-child").await;
        let code = page.text("tbody tr:nth-child(3) td:first-child").await;
        page.press_last("a[rel='next']").await;
        page.see("a[data-action='first-page']").await;
        assert_eq!(rows(page).await, 50, "the second page of {path}");
        assert_ne!(page.text("tbody tr:first-child").await, first, "{path} goes on");
        if page.has("th a.sort").await {
            page.press_last("th a.sort").await;
            page.see("th[aria-sort]").await;
            assert_eq!(rows(page).await, 50, "{path} sorted");
        }
        if page.has("#filter-q").await {
            // The trail is searched by what was changed, the others by the code in front.
            let code =
                if path.ends_with("audit-logs") { "L012345" } else { code.rsplit(':').next().unwrap_or_default() };
            page.goto(&format!("{path}?q={code}")).await;
            let found = rows(page).await;
            assert!((1..50).contains(&found), "{path}?q={code} finds {found}");
        }
    }

    async fn rows(page: &Browser) -> usize {
        page.see("#list").await;
        page.count("tr[data-row]").await
    }
}
