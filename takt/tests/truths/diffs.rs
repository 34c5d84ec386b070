//! Every column that a call changes is in the diff of its audit row.
//!
//! Triggers write down each changed column of each table while the world is told; the audit row ends the list of its call.

use std::collections::{BTreeMap, BTreeSet};

use engine::cx::camel;
use engine::db::{NOUNS, Reach, Sql};
use engine::testing::Plant;
use serde_json::Value as Json;

use crate::common::none_of;
use crate::world::World;

/// Tables whose rows are no facts of the plant, or are themselves the record of one.
const OWN: [(&str, &str); 15] = [
    ("schema_version", "the schema"),
    ("counter", "numbers that were given"),
    ("lease", "who does chores"),
    ("audit", "the trail itself"),
    ("event", "facts, stored beside the trail"),
    ("feed", "the order of facts"),
    ("audit_seal", "the chain over the trail"),
    ("sealer", "how far the chain is"),
    ("request", "answers kept for repeated calls"),
    ("setting_change", "the history of settings"),
    ("barcode", "the namespace of serials: follows from the units"),
    ("sign_in_failure", "counted for the lock-out; each has its own audit row"),
    ("password_history", "hashes that may not come again"),
    ("handover", "when roles were told last; each has its own audit row"),
    ("principal", "the name of a user or token, kept with it"),
];

/// Tables whose rows are records: they say themselves who did what and when, also who ended them. What overwrites what one
/// said, or takes one away, is told.
const RECORDS: [(&str, &str); 7] = [
    ("track", "a board's time at a station, shown in its history"),
    ("track_defect", "part of its track"),
    ("data_value", "part of its track"),
    ("unit_hold", "who held it, when and why"),
    ("run_hold", "who held it, when and why"),
    ("run_authorization", "who authorized or revoked, when and why"),
    ("data_spec_revision", "the definitions of a data spec, one after the other"),
];

/// Columns of the plant that are in no diff, and why: `(table, column or *, why)`.
const FOLLOWS: &[(&str, &str, &str)] = &[
    ("*", "version", "counts the changes"),
    ("*", "code_key", "the code, folded"),
    ("run_step", "*", "counters of a run, which follow from its units"),
    ("run", "qty_*", "counters, which follow from its units"),
    ("unit", "attempt", "counts how often the unit came to its step"),
    ("unit", "holds_open", "counts its holds"),
    ("unit", "open_*", "where it is inside: follows from its track"),
    ("unit", "resume_*", "where it goes on after its holds"),
    ("route_step", "source_step_key", "given once by the engine"),
    ("principal_role", "principal_id", "whom the call is about"),
    ("principal_line", "principal_id", "whom the call is about"),
    ("principal_station", "principal_id", "whom the call is about"),
];

/// Columns that a diff calls by the name they have on the wire.
const TOLD_AS: &[(&str, &str, &str)] = &[("unit", "step_no", "currentStepNo")];

#[test]
fn r_plat_050_every_changed_column_is_in_the_diff_of_its_call() {
    let plant = Plant::on_sqlite(takt::wire::fill);
    plant.engine.work(office::role::seed).expect("preset roles");
    listen(&plant);
    World::build(&plant.engine);
    World::go_on(&plant.engine);
    let mut complaints = BTreeSet::new();
    let mut changed: BTreeSet<(String, String)> = BTreeSet::new();
    let mut compared = 0;
    for (table, column, diff) in heard(&plant) {
        if table != "audit" {
            changed.insert((table, column));
            continue;
        }
        let diff: Json = diff.map_or(Json::Null, |text| serde_json::from_str(&text).expect("a diff is JSON"));
        let mut words = BTreeSet::new();
        gather(&diff, &mut words);
        let action = column;
        for (table, column) in std::mem::take(&mut changed) {
            compared += 1;
            if !is_quiet(&table, &column) && !is_told(&table, &column, &words) {
                complaints.insert(format!("{table}.{column}, changed by {action}"));
            }
        }
    }
    let complaints: Vec<String> = complaints.into_iter().collect();
    none_of(&complaints, "changed column in no diff");
    assert!(compared > 200, "only {compared} changes were compared");
}

/// Columns that follow from others or only count.
fn is_quiet(table: &str, column: &str) -> bool {
    let of_nouns = NOUNS.iter().filter(|n| n.spec.table == table).any(|n| n.spec.quiet.contains(&column));
    let fits = |pattern: &str, name: &str| match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => pattern == name,
    };
    of_nouns || FOLLOWS.iter().any(|(t, c, _)| fits(t, table) && fits(c, column))
}

/// A diff names a column by its path or inside what it shows; a column that refers to a row is told by the row's code.
fn is_told(table: &str, column: &str, words: &BTreeSet<String>) -> bool {
    let short = column.strip_suffix("_id").unwrap_or(column);
    let (short, table) = (camel(short), camel(table));
    let mut names = vec![camel(column), short.clone(), table.clone(), format!("{table}s")];
    names.extend(["Code", "Codes", "No", "s"].map(|ending| format!("{short}{ending}")));
    let alias = TOLD_AS.iter().find(|(t, c, _)| camel(t) == table && *c == column);
    names.extend(alias.map(|(_, _, word)| (*word).to_string()));
    names.iter().any(|name| words.contains(name))
}

/// Every part of every path and every key of what is shown.
fn gather(value: &Json, words: &mut BTreeSet<String>) {
    match value {
        Json::Array(items) => items.iter().for_each(|i| gather(i, words)),
        Json::Object(fields) => {
            if let Some(path) = fields.get("path").and_then(Json::as_str) {
                words.extend(path.split('/').map(str::to_string));
            }
            for (key, value) in fields {
                words.insert(key.clone());
                gather(value, words);
            }
        }
        _ => {}
    }
}

/// Write a trigger for each change of each column of each table, and one that ends a call.
fn listen(plant: &Plant) {
    let mut texts = vec![
        "create table heard (n integer primary key, tbl text not null, col text not null, diff text) strict"
            .to_string(),
    ];
    for (table, columns) in tables(plant) {
        if OWN.iter().any(|(own, _)| *own == table) {
            continue;
        }
        let is_record = RECORDS.iter().any(|(record, _)| *record == table);
        let overwrites =
            |column: &String| if is_record { format!("and old.{column} is not null") } else { String::new() };
        for column in columns.iter().filter(|c| *c != "id") {
            let note = format!("insert into heard (tbl, col) values ('{table}', '{column}')");
            texts.push(format!(
                "create trigger heard_{table}_{column}_u after update of {column} on {table} when old.{column} is not new.{column} {} begin {note}; end",
                overwrites(column)
            ));
            let verbs = [("insert", "new"), ("delete", "old")];
            for (verb, row) in verbs.into_iter().filter(|(verb, _)| !(is_record && *verb == "insert")) {
                texts.push(format!(
                    "create trigger heard_{table}_{column}_{row} after {verb} on {table} when {row}.{column} is not null begin {note}; end"
                ));
            }
        }
    }
    texts.push("create trigger heard_audit after insert on audit begin insert into heard (tbl, col, diff) values ('audit', new.action, new.diff); end".into());
    let statements: Vec<&'static Sql> = texts.into_iter().map(|text| Sql::compose(text, file!(), line!())).collect();
    let done = plant.engine.work(move |cx| {
        for sql in &statements {
            cx.run(sql, [])?;
        }
        Ok(0)
    });
    done.expect("the triggers are written");
}

fn tables(plant: &Plant) -> BTreeMap<String, Vec<String>> {
    let sql = engine::sql!(
        "select m.name, c.name from sqlite_schema m join pragma_table_info(m.name) c where m.type = 'table' order by m.name, c.cid"
    );
    let rows = plant.engine.read_blocking(false, move |tx, _| tx.all::<(String, String)>(sql, Reach::ALL, &[]));
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in rows.expect("the schema") {
        tables.entry(table).or_default().push(column);
    }
    tables
}

fn heard(plant: &Plant) -> Vec<(String, String, Option<String>)> {
    let sql = Sql::compose("select tbl, col, diff from heard order by n".into(), file!(), line!());
    plant.engine.read_blocking(true, move |tx, _| tx.all(sql, Reach::ALL, &[])).expect("what was heard")
}
