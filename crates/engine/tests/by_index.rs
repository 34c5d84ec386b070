//! On PostgreSQL a plan made while a table is empty is kept while it grows: who writes or answers quickly never reads a whole
//! table for it.

use engine::db::Tx;
use engine::db::tx::Conn;
use engine::store::Shared;
use engine::testing::Plant;
use kernel::{Error, Result, Value};

/// What the connection says to a question of one text.
fn told(tx: &Tx, text: &'static str) -> Result<String> {
    let mut told = String::new();
    tx.with_conn(|conn| match conn {
        Conn::Postgres(conn) => conn.query(text, &[], &mut |values| {
            for value in values {
                if let Value::Text(line) = value {
                    told.push_str(&line);
                    told.push('\n');
                }
            }
            Ok(())
        }),
        Conn::Sqlite(_) => Err(Error::fault("this is about PostgreSQL")),
    })?;
    Ok(told)
}

#[test]
fn writers_and_quick_readers_ask_by_index_even_of_an_empty_table_and_reports_as_they_like() {
    let plant = Plant::on_postgres(|_| {});
    const PLAN: &str = "explain select id from event where id = 7";
    let plan = |tx: &Tx, _: &Shared| told(tx, PLAN);
    let plan = plant.engine.read_blocking(false, plan).unwrap();
    assert!(plan.contains("Index") && !plan.contains("Seq Scan"), "{plan}");
    let scans = |tx: &Tx, _: &Shared| told(tx, "show enable_seqscan");
    assert_eq!(plant.engine.read_blocking(false, scans).unwrap(), "off\n");
    assert_eq!(plant.engine.read_blocking(true, scans).unwrap(), "on\n");
    let jit = |tx: &Tx, _: &Shared| told(tx, "show jit");
    assert_eq!(
        plant.engine.read_blocking(false, jit).unwrap(),
        "off\n",
        "no plan is compiled for a scan that cannot be avoided"
    );
    let writer = Tx::on(plant.engine.database.open().unwrap());
    assert_eq!(told(&writer, "show enable_seqscan").unwrap(), "off\n");
}
