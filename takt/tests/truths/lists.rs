//! Lists and questions give the same answer on both engines, byte by byte: the same rows, every filter, every order, page by page.

use std::sync::Arc;

use engine::listing::{By, Listing};
use engine::permits::Scope;
use engine::testing::Plant;
use engine::{Actor, Engine};
use serde_json::{Map, Value as Json, json};

use crate::common::{listings, none_of, registry};
use crate::world::{MARK, World, ask, boss, bound, names, plausible};

#[test]
fn lists_and_questions_answer_alike_on_both_engines() {
    let lite = Plant::on_sqlite(takt::wire::fill);
    lite.engine.work(office::role::seed).expect("preset roles");
    World::build(&lite.engine);
    lite.seal();
    let pg = Plant::on_postgres(takt::wire::fill);
    copy(&lite.engine, &pg.engine);

    let mut complaints = Vec::new();
    let mut answers = Answers::default();
    let scoped = [("inspector", Scope::AssignedLines), ("operator", Scope::AssignedStations)];
    let bound = scoped.map(|(name, scope)| (format!("{scope:?}"), bound(&lite.engine, name, scope)));
    for (who, actor) in bound.into_iter().chain([("All".to_string(), boss())]) {
        for listing in listings() {
            for fields in calls(listing, &lite.engine, &actor) {
                let title = format!("{} {fields} as {who}", listing.name);
                complaints.extend(answers.compare(&lite.engine, &pg.engine, &actor, listing.name, fields, &title));
            }
        }
        for entry in registry().queries.values().filter(|q| q.listing.is_none()) {
            for side in ["A", MARK] {
                let fields = plausible(entry.schema.as_value(), &names(side), false);
                let title = format!("{} {fields} as {who}", entry.name);
                complaints.extend(answers.compare(&lite.engine, &pg.engine, &actor, entry.name, fields, &title));
            }
        }
    }
    none_of(&complaints, "answer differs");
    assert!(answers.pages > 500, "only {} pages were compared", answers.pages);
    assert!(answers.rows > 1_000, "only {} rows were compared", answers.rows);
}

/// How much was compared.
#[derive(Default)]
struct Answers {
    pages: usize,
    rows: usize,
}

impl Answers {
    /// Ask both engines, page by page.
    fn compare(
        &mut self,
        lite: &Engine,
        pg: &Engine,
        actor: &Arc<Actor>,
        name: &str,
        fields: Json,
        title: &str,
    ) -> Option<String> {
        let mut fields = fields;
        for page in 1..=40 {
            let (a, b) = (said(lite, actor, name, &fields), said(pg, actor, name, &fields));
            self.pages += 1;
            if a.starts_with("fault") {
                return Some(format!("{title}, page {page}: {a}"));
            }
            if a != b {
                return Some(format!("{title}, page {page}:\n  SQLite     {a}\n  PostgreSQL {b}"));
            }
            let body: Json = serde_json::from_str(&a).unwrap_or(Json::Null);
            self.rows += body["items"].as_array().map_or(0, Vec::len);
            let cursor = body["nextCursor"].as_str()?;
            fields["cursor"] = cursor.into();
        }
        Some(format!("{title}: forty pages and no end"))
    }
}

fn said(engine: &Engine, actor: &Arc<Actor>, name: &str, fields: &Json) -> String {
    match ask(engine, actor, name, fields.clone()) {
        Ok(text) => text,
        Err(kernel::Error::Refused(refusal)) => {
            format!("{} {:?} {:?}", refusal.def.code, refusal.params, refusal.errors)
        }
        Err(other) => format!("fault: {other}"),
    }
}

/// The calls of a list: every order both ways, and every filter with values that rows have.
fn calls(listing: &'static Listing, engine: &Engine, actor: &Arc<Actor>) -> Vec<Json> {
    let known = names("A");
    let required = listing.filters.iter().filter(|f| f.required);
    let base: Map<String, Json> =
        required.map(|f| (f.name.to_string(), known.get(f.name).cloned().unwrap_or(json!("A")))).collect();
    let with = |more: &[(&str, Json)]| {
        let mut fields = base.clone();
        fields.extend(more.iter().map(|(name, value)| ((*name).to_string(), value.clone())));
        Json::Object(fields)
    };
    let mut calls = vec![with(&[])];
    for sort in listing.sorts {
        for name in [sort.name.to_string(), format!("-{}", sort.name)] {
            calls.push(with(&[("sort", name.into()), ("limit", json!(3))]));
        }
    }
    for value in [json!(1), json!(1.5), json!("a"), json!("a\0b"), json!(null), json!([1]), json!(i64::MAX)] {
        let sort = listing.sorts[0].name;
        let odd = base64(json!([sort, value, 1]).to_string().as_bytes());
        calls.push(with(&[("sort", sort.into()), ("cursor", odd.into()), ("limit", json!(3))]));
    }
    let rows: Json = serde_json::from_str(&said(engine, actor, listing.name, &with(&[]))).unwrap_or(Json::Null);
    for filter in listing.filters.iter().filter(|f| !f.required) {
        let column = rows["items"].as_array().into_iter().flatten().map(|row| row[filter.name].clone());
        let mut values: Vec<Json> = match filter.by {
            By::Word(_, words) => words.iter().map(|w| Json::from(*w)).collect(),
            By::Bool => vec![true.into(), false.into()],
            By::Int => column.filter(|v| v.is_i64()).take(3).chain([json!(1)]).collect(),
            By::Day => vec![json!("2020-01-01"), json!("2099-01-01")],
            By::Time => vec![json!("2020-01-01T00:00:00Z"), json!("2099-01-01T00:00:00Z")],
            By::Prefix(_) | By::Prefixes(_) => ["o", "ODD", "A", "zz", "奇", "ö"].map(Json::from).to_vec(),
            By::Code(_) | By::Exact | By::Cased(_) | By::Request(_) => column
                .filter(Json::is_string)
                .take(3)
                .chain(known.get(filter.name).cloned())
                .chain([json!("none")])
                .collect(),
        };
        values.dedup();
        calls.extend(values.into_iter().map(|value| with(&[(filter.name, value), ("limit", json!(4))])));
    }
    calls
}

/// Base64 as cursors are written: for addresses, without padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digits = bytes.chunks(3).flat_map(|three| {
        let bits = three.iter().fold(0u32, |bits, b| bits << 8 | u32::from(*b)) << (8 * (3 - three.len()));
        (0..=three.len()).map(move |i| char::from(DIGITS[(bits >> (18 - 6 * i) & 63) as usize]))
    });
    digits.collect()
}

/// Give PostgreSQL exactly the rows that SQLite has.
fn copy(from: &Engine, to: &Engine) {
    let engine::store::Database::Sqlite(path) = &from.database else { unreachable!("it is SQLite") };
    let engine::store::Database::Postgres(url) = &to.database else { unreachable!("it is PostgreSQL") };
    let lite = rusqlite::Connection::open(path).expect("the file");
    let mut pg = postgres::Client::connect(url, postgres::NoTls).expect("the test server answers");
    // Rows that refer to each other come in any order.
    pg.batch_execute("set search_path = takt; set session_replication_role = replica; begin").expect("a transaction");
    let mut tables = lite
        .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' and name <> 'schema_version'")
        .expect("a question");
    let tables: Vec<String> =
        tables.query_map([], |r| r.get(0)).expect("rows").collect::<rusqlite::Result<_>>().expect("rows");
    for table in tables {
        pg.batch_execute(&format!("delete from {table}")).expect("an empty table");
        let mut rows = lite.prepare(&format!("select * from {table}")).expect("a question");
        let columns: Vec<String> = rows.column_names().iter().map(|c| (*c).to_string()).collect();
        let mut rows = rows.query([]).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            let literal = |i| match row.get_ref(i).expect("a value") {
                rusqlite::types::ValueRef::Null => "null".to_string(),
                rusqlite::types::ValueRef::Integer(n) => n.to_string(),
                rusqlite::types::ValueRef::Real(x) => format!("{x:?}"),
                rusqlite::types::ValueRef::Text(text) => {
                    format!("'{}'", String::from_utf8_lossy(text).replace('\'', "''"))
                }
                rusqlite::types::ValueRef::Blob(bytes) => {
                    format!("'\\x{}'", bytes.iter().map(|b| format!("{b:02x}")).collect::<String>())
                }
            };
            let values: Vec<String> = (0..columns.len()).map(literal).collect();
            let insert = format!("insert into {table} ({}) values ({})", columns.join(", "), values.join(", "));
            pg.batch_execute(&insert).unwrap_or_else(|e| panic!("{insert}: {e:?}"));
        }
    }
    pg.batch_execute("commit").expect("a commit");
}
