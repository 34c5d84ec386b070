//! Every statement of the product is understood by both engines in the same way, and none reads a growing table from end to end.

use std::collections::{BTreeMap, BTreeSet};

use engine::db::sql::{Dialect, Sight};
use engine::db::{NOUNS, STATEMENTS, Sql, migrate};
use engine::listing::Listing;
use engine::testing::Plant;
use regex::Regex;

use crate::common::{is_current, is_updating, kept, listings, none_of};
use crate::world::World;

/// Tables that grow for ever, or with every call.
const GROWING: &[&str] = &[
    "unit",
    "track",
    "data_value",
    "track_defect",
    "event",
    "feed",
    "audit",
    "audit_seal",
    "request",
    "session",
    "run_step",
    "barcode",
];

/// Statements that read a growing table without a condition on an index, and why that is bounded.
/// `(file, part of the text, why)`.
const MAY_SCAN: &[(&str, &str, &str)] = &[
    (
        "crates/engine/src/live.rs",
        "select no from feed order by no desc limit 1",
        "the newest number: one step on the key",
    ),
    (
        "crates/engine/src/seal.rs",
        "select no from feed order by no desc limit 1",
        "the newest number: one step on the key",
    ),
    (
        "crates/engine/src/seal.rs",
        "select seq, hash from audit_seal order by seq desc limit 1",
        "the newest seal: one step on the key",
    ),
    ("noun WorkOrder", "delete from work_order where", "an order is cancelled, never deleted"),
    (
        "crates/office/src/trail/get.rs",
        "select seq from audit_seal order by seq desc limit 1",
        "the newest seal: one step on the key",
    ),
    (
        "list audit_logs",
        "a.status = $",
        "both words are frequent: newest first, the page is full soon; rare refusals are found by their code",
    ),
];

/// A statement as both engines prepare it.
struct Case {
    /// Where it stands, without the line: `crates/work/src/unit.rs` or `list units`.
    place: String,
    /// What is asked, in words or as text.
    title: String,
    sql: &'static Sql,
    /// Whether its plans are written down.
    is_kept: bool,
}

/// What one engine makes of a text.
struct Understood {
    params: usize,
    columns: Vec<(String, String)>,
    plan: Vec<String>,
}

#[test]
fn statements_mean_the_same_on_both_engines_and_scan_no_growing_table() {
    // What is composed at run time is composed while the world is told.
    let told = Plant::on_sqlite(takt::wire::fill);
    told.engine.work(office::role::seed).expect("preset roles");
    World::build(&told.engine);
    let mut both = Both::open();
    let mut complaints = Vec::new();
    let mut plans: BTreeMap<(String, String), [Vec<String>; 2]> = BTreeMap::new();
    let mut used = BTreeSet::new();
    for case in cases() {
        let sights: &[Sight] =
            if case.sql.is_scoped() { &[Sight::All, Sight::Lines, Sight::Stations] } else { &[Sight::All] };
        for sight in sights {
            let at = format!("{} [{sight:?}] {}", case.place, case.title);
            let (lite, pg) = match both.understand(case.sql, *sight) {
                Ok(both) => both,
                Err(problem) => {
                    complaints.push(format!("{at}: {problem}"));
                    continue;
                }
            };
            let scope = usize::from(case.sql.is_scoped() && *sight != Sight::All);
            if lite.params != pg.params || lite.params != case.sql.params() + scope {
                complaints.push(format!("{at}: {} parameters on SQLite, {} on PostgreSQL", lite.params, pg.params));
            }
            complaints.extend(columns_differ(&lite.columns, &pg.columns).map(|d| format!("{at}: {d}")));
            for (engine, scans) in
                [("SQLite", scans_lite(case.sql.text, &lite.plan)), ("PostgreSQL", scans_pg(&pg.plan))]
            {
                // A list without filters walks its order until the page is full.
                let walks = case.title.starts_with("sorted by") && !sorts(&lite.plan) && !sorts(&pg.plan);
                for table in scans.into_iter().filter(|_| !walks) {
                    let excused =
                        |(file, part, _): &(&str, &str, &str)| case.place == *file && case.sql.text.contains(part);
                    let excuse = MAY_SCAN.iter().position(excused);
                    match excuse {
                        Some(i) => drop(used.insert(i)),
                        None => complaints.push(format!(
                            "{at}: {engine} reads {table} from end to end:\n    {}\n    {}",
                            case.sql.text_for(Dialect::Postgres, *sight, false),
                            if engine == "SQLite" { lite.plan.join("\n    ") } else { pg.plan.join("\n    ") }
                        )),
                    }
                }
            }
            if case.is_kept && *sight == Sight::All {
                plans.entry((case.place.clone(), case.title.clone())).or_insert([lite.plan, pg.plan]);
            }
        }
    }
    for (i, (file, part, _)) in MAY_SCAN.iter().enumerate() {
        if !used.contains(&i) {
            complaints.push(format!("MAY_SCAN names `{part}` of {file}, which scans nothing"));
        }
    }
    none_of(&complaints, "statement");
    let text = written(&plans, &both.version);
    let kept = kept("plans.txt");
    if is_updating() || kept.lines().next() == text.lines().next() {
        return is_current("plans.txt", &text);
    }
    // Another release of PostgreSQL may choose otherwise: then only what SQLite does is compared.
    let of_lite = |text: &str| text.lines().skip(1).filter(|l| !l.starts_with("  P ")).collect::<Vec<_>>().join("\n");
    assert!(
        of_lite(&kept) == of_lite(&text),
        "docs/generated/plans.txt is not current: `cargo xtask docs` writes it anew"
    );
}

/// Every statement once: those of `sql!`, the writes of nouns, and what the lists compose.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let product = STATEMENTS.iter().filter(|s| s.file.contains("/src/") && !s.file.ends_with("testing.rs"));
    for sql in product {
        let title = one_line(sql.text);
        let is_kept = !(title.starts_with("insert") && title.contains(") values ("));
        cases.push(Case { place: sql.file.into(), title, sql, is_kept });
    }
    for noun in NOUNS.iter().filter(|n| known_table(n.spec.table)) {
        let (table, columns) = (noun.spec.table, noun.columns);
        let places = |n: usize| (1..=n).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ");
        let sets: Vec<String> = columns[1..].iter().enumerate().map(|(i, c)| format!("{c} = ${}", i + 1)).collect();
        let mut texts = vec![
            format!(
                "insert into {table} ({}) values ({}) returning id",
                columns[1..].join(", "),
                places(columns.len() - 1)
            ),
            format!("update {table} set {} where id = ${}", sets.join(", "), columns.len()),
            format!("delete from {table} where id = $1"),
        ];
        for (_, to) in noun.spec.refs {
            let (table, column) = to.split_once('.').expect("a reference names table.column");
            texts.push(format!("select {column} from {table} where id = $1"));
        }
        for text in texts {
            let place = format!("noun {}", noun.name);
            cases.push(Case { place, title: text.clone(), sql: Sql::compose(text, file!(), line!()), is_kept: false });
        }
    }
    let known: BTreeSet<&str> = cases.iter().map(|c| c.sql.text).collect();
    let composed = Sql::composed().into_iter().filter(|s| s.file.contains("/src/") && !s.file.contains("/listing"));
    let mut seen = BTreeSet::new();
    let composed: Vec<&'static Sql> = composed.filter(|s| !known.contains(s.text) && seen.insert(s.text)).collect();
    for sql in composed {
        cases.push(Case { place: sql.file.into(), title: one_line(sql.text), sql, is_kept: false });
    }
    for listing in listings() {
        of_list(listing, &mut cases);
    }
    cases
}

/// Tables of tests inside the sources do not exist in the product.
fn known_table(table: &str) -> bool {
    migrate::MIGRATIONS.iter().any(|m| m.2.contains(&format!("create table {table} (")))
}

/// Each filter alone, all filters, every order both ways, from the start and after a cursor.
fn of_list(listing: &'static Listing, cases: &mut Vec<Case>) {
    let given: Vec<&str> = listing.filters.iter().filter(|f| f.required).map(|f| f.name).collect();
    let all: Vec<&str> = listing.filters.iter().map(|f| f.name).collect();
    let place = format!("list {}", listing.name);
    let mut add = |title: String, sql, is_kept| cases.push(Case { place: place.clone(), title, sql, is_kept });
    for filter in listing.filters.iter().filter(|f| !f.required) {
        let filters = [&given[..], &[filter.name]].concat();
        for after in [false, true] {
            let title = format!("by {}{}", filter.name, if after { ", next page" } else { "" });
            add(title, listing.statement(&filters, 0, listing.descending, after), !after);
        }
    }
    for filters in [&given, &all] {
        for (i, sort) in listing.sorts.iter().enumerate() {
            for (descending, after) in [(false, false), (false, true), (true, false), (true, true)] {
                let which = if filters.len() == given.len() { "" } else { "all filters, " };
                let way = if descending { "-" } else { "" };
                let title = format!("{which}sorted by {way}{}{}", sort.name, if after { ", next page" } else { "" });
                let is_kept = which.is_empty() && !after;
                add(title, listing.statement(filters, i, descending, after), is_kept);
            }
        }
    }
}

/// A migrated database without rows on each engine.
struct Both {
    lite: rusqlite::Connection,
    pg: postgres::Client,
    version: String,
    _plant: Plant,
}

impl Both {
    fn open() -> Both {
        let lite = rusqlite::Connection::open_in_memory().expect("memory");
        let mut conn = engine::db::tx::Conn::Sqlite(lite);
        migrate::migrate(&mut conn).expect("the schema");
        let engine::db::tx::Conn::Sqlite(lite) = conn else { unreachable!("it is SQLite") };
        let plant = Plant::on_postgres(|_| {});
        let engine::store::Database::Postgres(url) = &plant.engine.database else { unreachable!("it is PostgreSQL") };
        let mut pg = postgres::Client::connect(url, postgres::NoTls).expect("the test server answers");
        pg.batch_execute(
            "set search_path = takt; set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off;
             set enable_bitmapscan = off; set enable_material = off; set plan_cache_mode = force_generic_plan",
        )
        .expect("settings");
        let version: String = pg.query_one("show server_version_num", &[]).expect("a version").get(0);
        let version = (version.parse::<u32>().expect("a number") / 10_000).to_string();
        Both { lite, pg, version, _plant: plant }
    }

    fn understand(&mut self, sql: &'static Sql, sight: Sight) -> Result<(Understood, Understood), String> {
        let lite = self.on_lite(sql.text_for(Dialect::Sqlite, sight, true)).map_err(|e| format!("SQLite: {e}"))?;
        // Locks are words of a writing transaction: they must prepare, the plan is that of the question.
        let locking = sql.text_for(Dialect::Postgres, sight, true);
        let plain = sql.text_for(Dialect::Postgres, sight, false);
        if locking != plain {
            self.pg.prepare(locking).map_err(|e| format!("PostgreSQL: {}", said(&e)))?;
        }
        let pg = self.on_pg(plain).map_err(|e| format!("PostgreSQL: {}", said(&e)))?;
        Ok((lite, pg))
    }

    fn on_lite(&self, text: &str) -> rusqlite::Result<Understood> {
        let statement = self.lite.prepare(text)?;
        let columns = statement.columns();
        let columns =
            columns.iter().map(|c| (c.name().to_string(), c.decl_type().unwrap_or("").to_lowercase())).collect();
        let params = statement.parameter_count();
        let mut explain = self.lite.prepare(&format!("explain query plan {text}"))?;
        let mut rows = explain.raw_query();
        let mut plan = Vec::new();
        while let Some(row) = rows.next()? {
            plan.push(row.get(3)?);
        }
        Ok(Understood { params, columns, plan })
    }

    fn on_pg(&mut self, text: &str) -> Result<Understood, postgres::Error> {
        let statement = self.pg.prepare(text)?;
        let params = statement.params().len();
        let columns =
            statement.columns().iter().map(|c| (c.name().to_string(), c.type_().name().to_string())).collect();
        let nulls = vec!["null"; params].join(", ");
        let values = if params == 0 { String::new() } else { format!("({nulls})") };
        self.pg.batch_execute(&format!("prepare asked as {text}"))?;
        let plan = self.pg.simple_query(&format!("explain (costs off) execute asked{values}"))?;
        self.pg.batch_execute("deallocate asked")?;
        let line = |m: &postgres::SimpleQueryMessage| match m {
            postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_string),
            _ => None,
        };
        Ok(Understood { params, columns, plan: plan.iter().filter_map(line).collect() })
    }
}

fn said(e: &postgres::Error) -> String {
    e.as_db_error().map_or_else(|| e.to_string(), |db| format!("{} {}", db.code().code(), db.message()))
}

/// As many columns, and where SQLite knows a declared type, the same type.
fn columns_differ(lite: &[(String, String)], pg: &[(String, String)]) -> Option<String> {
    if lite.len() != pg.len() {
        return Some(format!("{} columns on SQLite, {} on PostgreSQL", lite.len(), pg.len()));
    }
    let fits = |lite: &str, pg: &str| match lite {
        "integer" => pg == "int8",
        "text" => pg == "text",
        "real" => pg == "float8",
        "blob" => pg == "bytea",
        _ => matches!(pg, "int8" | "text" | "float8" | "bytea" | "bool" | "int4"),
    };
    let odd = lite.iter().zip(pg).find(|(l, p)| !fits(&l.1, &p.1))?;
    Some(format!("column {:?} on SQLite, {:?} on PostgreSQL", odd.0, odd.1))
}

/// The growing tables SQLite goes through without a condition on an index; its plan names aliases, the text says whose.
/// In the plan of an insert it names the tables that refer to the new row, which it reads only while a foreign key is broken.
fn scans_lite(text: &str, plan: &[String]) -> Vec<String> {
    if text.trim_start().starts_with("insert") {
        return Vec::new();
    }
    let named = Regex::new(r"(?:from|join|update|into|,)\s+(\w+)\s+(?:as\s+)?(\w+)").expect("a pattern");
    let tables: BTreeMap<String, String> =
        named.captures_iter(text).map(|c| (c[2].to_string(), c[1].to_string())).collect();
    let scanned = plan.iter().filter_map(|line| line.strip_prefix("SCAN ")?.split(' ').next());
    scanned.filter_map(|name| growing(name).or_else(|| growing(tables.get(name)?))).collect()
}

/// Whether a plan brings rows into an order by itself instead of reading them in it.
fn sorts(plan: &[String]) -> bool {
    plan.iter().any(|line| {
        line.contains("TEMP B-TREE") || line.trim_start().trim_start_matches("->").trim_start().starts_with("Sort")
    })
}

fn growing(name: &str) -> Option<String> {
    GROWING.contains(&name).then(|| name.to_string())
}

/// The growing tables PostgreSQL goes through: a sequence scan, or an index without a condition.
fn scans_pg(plan: &[String]) -> Vec<String> {
    let scan =
        Regex::new(r"(Seq Scan|Index Scan|Index Only Scan)(?: Backward)?(?: using \w+)? on (\w+)").expect("a pattern");
    let mut scans = Vec::new();
    for (i, line) in plan.iter().enumerate() {
        let Some(found) = scan.captures(line) else { continue };
        let depth = |line: &str| line.len() - line.trim_start().len();
        let below = plan[i + 1..].iter().take_while(|l| depth(l) > depth(line));
        let has_condition = below.take_while(|l| !l.contains("->")).any(|l| l.contains("Index Cond"));
        if &found[1] == "Seq Scan" || !has_condition {
            scans.extend(growing(&found[2]));
        }
    }
    scans
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn written(plans: &BTreeMap<(String, String), [Vec<String>; 2]>, version: &str) -> String {
    let mut out = format!(
        "How every question is answered, on tables without rows: SQLite first, then PostgreSQL {version} without sequence scans.\n\
         Generated; `cargo xtask docs` writes it anew.\n"
    );
    let mut place = "";
    for ((at, title), [lite, pg]) in plans {
        if at != place {
            out.push_str(&format!("\n== {at}\n"));
            place = at;
        }
        out.push_str(&format!("\n{title}\n"));
        for line in lite {
            out.push_str(&format!("  S {line}\n"));
        }
        for line in pg {
            out.push_str(&format!("  P {line}\n"));
        }
    }
    out
}
