//! The schema: what the migrations give is the same on both engines, and the snapshot shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use engine::db::{migrate, tx::Conn};
use engine::testing::Plant;

use crate::common::{is_current, none_of};

/// One table as both engines can tell it.
#[derive(Default, PartialEq, Debug)]
struct Table {
    /// `name type`, with `!` behind what is never null.
    columns: Vec<String>,
    /// Column lists that are unique, the primary key among them.
    unique: BTreeSet<String>,
    /// Column lists of the other indexes.
    indexes: BTreeSet<String>,
    /// `column → table.column`.
    references: BTreeSet<String>,
    checks: usize,
}

#[test]
fn the_schema_snapshot_is_what_migrations_give_on_both_engines() {
    let mut lite = Conn::Sqlite(rusqlite::Connection::open_in_memory().expect("memory"));
    migrate::migrate(&mut lite).expect("the schema");
    let Conn::Sqlite(lite) = lite else { unreachable!("it is SQLite") };
    let plant = Plant::on_postgres(|_| {});
    let engine::store::Database::Postgres(url) = &plant.engine.database else { unreachable!("it is PostgreSQL") };
    let mut pg = postgres::Client::connect(url, postgres::NoTls).expect("the test server answers");

    let (ours, theirs) = (on_lite(&lite), on_pg(&mut pg));
    let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let mut complaints = Vec::new();
    for name in names {
        let (a, b) = (ours.get(name), theirs.get(name));
        if a != b {
            complaints.push(format!("{name}:\n  SQLite     {a:?}\n  PostgreSQL {b:?}"));
        }
    }
    none_of(&complaints, "table differs");
    is_current("schema.sql", &written(&lite));
}

fn on_lite(lite: &rusqlite::Connection) -> BTreeMap<String, Table> {
    let texts = |sql: &str| -> Vec<(String, String)> {
        let mut statement = lite.prepare(sql).expect("a question");
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).expect("rows");
        rows.collect::<rusqlite::Result<_>>().expect("rows")
    };
    let mut tables = BTreeMap::new();
    for (name, sql) in texts("select name, sql from sqlite_schema where type = 'table' and name not like 'sqlite_%'") {
        let mut table = Table { checks: sql.matches("check (").count(), ..Table::default() };
        let rows = texts(&format!(
            "select name || ' ' || lower(type) || iif(\"notnull\" or pk > 0, '!', ''), '' from pragma_table_info('{name}') order by cid"
        ));
        table.columns = rows.into_iter().map(|r| r.0).collect();
        let key = texts(&format!(
            "select coalesce(group_concat(name, ', '), ''), '' from (select name from pragma_table_info('{name}') where pk > 0 order by pk)"
        ));
        table.unique.extend(key.into_iter().map(|k| k.0).filter(|k| !k.is_empty()));
        let indexes = texts(&format!(
            "select (select group_concat(name, ', ') from (select name from pragma_index_info(l.name) order by seqno)), cast(l.\"unique\" as text)
             from pragma_index_list('{name}') l"
        ));
        for (columns, is_unique) in indexes {
            if is_unique == "1" {
                table.unique.insert(columns)
            } else {
                table.indexes.insert(columns)
            };
        }
        let keys = texts(&format!(
            "select \"from\" || ' → ' || \"table\" || '.' || \"to\", '' from pragma_foreign_key_list('{name}')"
        ));
        table.references.extend(keys.into_iter().map(|k| k.0));
        tables.insert(name, table);
    }
    tables
}

fn on_pg(pg: &mut postgres::Client) -> BTreeMap<String, Table> {
    let mut ask = |sql: &str| -> Vec<(String, String)> {
        pg.query(sql, &[]).expect("rows").iter().map(|r| (r.get(0), r.get(1))).collect()
    };
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let columns = ask(
        "select table_name::text, column_name || ' ' ||
           case data_type when 'bigint' then 'integer' when 'double precision' then 'real' when 'bytea' then 'blob' else data_type end
           || case is_nullable when 'NO' then '!' else '' end
         from information_schema.columns where table_schema = 'takt' order by table_name, ordinal_position",
    );
    for (table, column) in columns {
        tables.entry(table).or_default().columns.push(column);
    }
    let indexes = ask("select t.relname::text, case when i.indisunique then 'u' else 'i' end ||
           (select string_agg(a.attname, ', ' order by k.n) from unnest(i.indkey) with ordinality k(attnum, n)
            join pg_attribute a on a.attrelid = t.oid and a.attnum = k.attnum)
         from pg_index i join pg_class t on t.oid = i.indrelid join pg_namespace s on s.oid = t.relnamespace
         where s.nspname = 'takt' and t.relkind = 'r'");
    for (table, index) in indexes {
        let of = tables.entry(table).or_default();
        let (kind, columns) = index.split_at(1);
        if kind == "u" {
            of.unique.insert(columns.into())
        } else {
            of.indexes.insert(columns.into())
        };
    }
    let keys = ask("select t.relname::text, a.attname || ' → ' || r.relname || '.' || b.attname
         from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_class r on r.oid = c.confrelid
         join pg_namespace s on s.oid = t.relnamespace
         join pg_attribute a on a.attrelid = t.oid and a.attnum = c.conkey[1]
         join pg_attribute b on b.attrelid = r.oid and b.attnum = c.confkey[1]
         where s.nspname = 'takt' and c.contype = 'f'");
    for (table, key) in keys {
        tables.entry(table).or_default().references.insert(key);
    }
    let checks =
        ask("select t.relname::text, c.conname::text from pg_constraint c join pg_class t on t.oid = c.conrelid
         join pg_namespace s on s.oid = t.relnamespace where s.nspname = 'takt' and c.contype = 'c'");
    for (table, _) in checks {
        tables.entry(table).or_default().checks += 1;
    }
    tables
}

/// The schema as SQLite keeps it, tables with their indexes in the order of their creation.
fn written(lite: &rusqlite::Connection) -> String {
    let mut out = format!(
        "-- The schema after all {} migrations, as SQLite keeps it; PostgreSQL has the same tables, columns, keys and indexes.\n\
         -- Generated; `cargo xtask docs` writes it anew.\n",
        migrate::MIGRATIONS.len()
    );
    let mut statement =
        lite.prepare("select type, sql from sqlite_schema where sql is not null order by rowid").expect("a question");
    let mut rows = statement.query([]).expect("rows");
    while let Some(row) = rows.next().expect("a row") {
        let (kind, sql): (String, String) = (row.get(0).expect("a text"), row.get(1).expect("a text"));
        let gap = if kind == "table" { "\n" } else { "" };
        let _ = writeln!(out, "{gap}{sql};");
    }
    out
}
