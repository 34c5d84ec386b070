//! How many statements a scan issues: what makes it fast is that there are few.

mod common;

use common::*;
use engine::db::record;
use engine::testing::Plant;
use serde_json::{Value as Json, json};
use work::testing::{Tiny, spec, step};

/// The statements of a call, those of the engine around it included, but for its begin and commit.
fn statements(plant: &Plant, name: &str, fields: Json) -> Vec<String> {
    let file = tempfile();
    record::start(&file);
    plant.run(&plant.boss(), name, fields);
    record::finish().unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let _ = std::fs::remove_file(&file);
    let lines = text.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    let sql = lines.map(|line| line["sql"].as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" "));
    sql.filter(|s| ["select", "insert", "update", "delete"].iter().any(|verb| s.starts_with(verb))).collect()
}

fn tempfile() -> std::path::PathBuf {
    std::env::temp_dir().join(format!("takt-statements-{}", std::process::id()))
}

#[test]
fn a_scan_reads_and_writes_little() {
    let specs = vec![spec("A", 0.0, 9.0), spec("B", 0.0, 9.0), spec("C", 0.0, 9.0)];
    let steps = ["PRINT", "SPI", "AOI"].iter().zip(1..).map(|(operation, n)| {
        let mut step = step(n * 10, operation);
        step.data_specs = specs.clone();
        step
    });
    let plant = Plant::on_sqlite(wire);
    Tiny { steps: steps.collect(), ..Tiny::default() }.build(&plant.engine).unwrap();
    let data: Vec<Json> = ["A", "B", "C"].iter().map(|n| json!({ "specName": n, "valueNumber": 1 })).collect();
    let enter = |sn: &str| json!({ "stationCode": "ST-PRINT-01", "sn": sn });
    let leave = |sn: &str| json!({ "stationCode": "ST-PRINT-01", "sn": sn, "result": "PASS", "data": data });
    // The first board begins the run and fills the caches.
    plant.run(&plant.boss(), "unit.track_in", enter("SN-0001"));
    plant.run(&plant.boss(), "unit.track_out", leave("SN-0001"));
    let ours = |s: &&String| !["request", "audit", "event"].iter().any(|t| s.contains(&format!(" {t} ")));
    for (name, fields, reads, writes) in
        [("unit.track_in", enter("SN-0002"), 2, 4), ("unit.track_out", leave("SN-0002"), 2, 5)]
    {
        let issued = statements(&plant, name, fields);
        let own: Vec<&String> = issued.iter().filter(ours).collect();
        let asked = own.iter().filter(|s| s.starts_with("select")).count();
        println!("{name}: {} statements in all\n  {}", issued.len(), issued.join("\n  "));
        assert_eq!((asked, own.len() - asked), (reads, writes), "{name}: {own:#?}");
    }
}
