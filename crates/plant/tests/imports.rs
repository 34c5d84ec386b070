//! Tables come in through every register and through bills of material: every row or none, whatever office program wrote them.

use engine::testing::{Plant, on_both};
use engine::words::Lang;
use engine::{Registry, sql};
use serde_json::{Value as Json, json};

mod tables;
use tables::exported;

fn wire(registry: &mut Registry) {
    plant::register(registry);
}

/// A table of a thousand good rows, and three rows that are wrong with what is said of them.
struct Sample {
    noun: &'static str,
    list: &'static str,
    head: &'static str,
    row: fn(usize) -> String,
    bad: [(usize, &'static str, &'static str); 3],
}

const SAMPLES: [Sample; 5] = [
    Sample {
        noun: "station_group",
        list: "station_groups",
        head: "code,name",
        row: |n| format!("SG-{n:04},组 {n}"),
        bad: [
            (2, "SG-9001,", "/csv/2/name NAME_REQUIRED"),
            (500, "sg-0001,again", "/csv/500/code REPEATED"),
            (1001, "import,x", "/csv/1001/code CODE_RESERVED"),
        ],
    },
    Sample {
        noun: "shift",
        list: "shifts",
        head: "code,startLocal,endLocal,days,validFrom",
        row: |n| format!("SH-{n:04},6:00,14:00,MON TUE,2026-01-01"),
        bad: [
            (3, "X,24:00,14:00,MON,2026-01-01", "/csv/3/startLocal INVALID"),
            (4, "Y,6:00,14:00,FUNDAY,2026-01-01", "/csv/4/days INVALID"),
            (777, "Z,6:00,14:00,MON,2026-02-30", "/csv/777/validFrom INVALID"),
        ],
    },
    Sample {
        noun: "material",
        list: "materials",
        head: "code,name,unit,isLotManaged",
        row: |n| format!("MAT-{n:04},物料 {n},pcs,{}", n % 2 == 0),
        bad: [
            (17, ",nameless,pcs,true", "/csv/17/code CODE_REQUIRED"),
            (500, "X,ok,pcs,perhaps", "/csv/500/isLotManaged INVALID"),
            (999, "Y,ok,a unit far too long for any scale,true", "/csv/999/unit INVALID"),
        ],
    },
    Sample {
        noun: "work_center",
        list: "work_centers",
        head: "code,name,departmentCode",
        row: |n| format!("WC-{n:04},Centre {n},D{}", n % 7),
        bad: [
            (2, "WC-9000,,D1", "/csv/2/name NAME_REQUIRED"),
            (3, "WC-9001,x,D1,D2", "/csv/3/ INVALID"),
            (4, "WC-0500,twice,D1", "/csv/502/code REPEATED"),
        ],
    },
    Sample {
        noun: "bom_item",
        list: "bom_items",
        head: "parentCode,bomCode,lineNo,childCode,qtyNumerator",
        row: |n| format!("PROD,1,{},PART,2.5", n + 1),
        bad: [
            (2, "PROD,1,9000,NOBODY,1", "/csv/2/childCode MATERIAL_NOT_FOUND"),
            (3, "PROD,1,0,PART,1", "/csv/3/lineNo INVALID"),
            (1001, "PROD,1,9001,PART,0", "/csv/1001/qtyNumerator INVALID"),
        ],
    },
];

impl Sample {
    fn table(&self, with_bad: bool) -> String {
        let mut csv = format!("{}\n", self.head);
        for n in 0..1000 {
            let bad = self.bad.iter().find(|(line, _, _)| with_bad && *line == n + 2);
            csv.push_str(&bad.map_or_else(|| (self.row)(n), |(_, row, _)| (*row).to_string()));
            csv.push('\n');
        }
        csv
    }

    fn import(&self, plant: &Plant, csv: &str) -> Json {
        plant.run(&plant.boss(), &format!("{}.import", self.noun), json!({ "csv": csv }))
    }
}

fn parts(plant: &Plant) {
    for code in ["PROD", "PART"] {
        plant.run(&plant.boss(), "material.create", json!({ "code": code, "name": code }));
    }
}

/// How many rows and events there are.
fn numbers(plant: &Plant) -> Vec<i64> {
    let count = sql!(
        "select (select cast(count(*) as bigint) from station_group) + (select cast(count(*) as bigint) from shift)
             + (select cast(count(*) as bigint) from material) + (select cast(count(*) as bigint) from work_center)
             + (select cast(count(*) as bigint) from bom_item), (select cast(count(*) as bigint) from event)"
    );
    let read =
        move |tx: &engine::db::Tx, _: &engine::store::Shared| tx.all::<(i64, i64)>(count, engine::db::Reach::ALL, &[]);
    plant
        .engine
        .read_blocking(false, read)
        .expect("rows")
        .into_iter()
        .flat_map(|(rows, events)| [rows, events])
        .collect()
}

#[test]
fn r_core_020_three_bad_rows_of_a_thousand_are_named_by_line_and_column_and_nothing_changes() {
    on_both(wire, |plant| {
        parts(plant);
        for sample in &SAMPLES {
            let before = numbers(plant);
            let fields = json!({ "csv": sample.table(true) });
            let refusal = plant.refuse(&plant.boss(), &format!("{}.import", sample.noun), fields);
            assert_eq!((refusal.def.code, refusal.kind.status()), ("VALIDATION_FAILED", 400), "{}", sample.noun);
            let named: Vec<String> = refusal.errors.iter().map(|e| format!("{} {}", e.path, e.code)).collect();
            assert_eq!(named, sample.bad.map(|(_, _, said)| said), "{}", sample.noun);
            assert_eq!(numbers(plant), before, "{}", sample.noun);
        }
    });
}

#[test]
fn r_core_020_a_table_is_read_however_an_office_program_writes_it() {
    on_both(wire, |plant| {
        parts(plant);
        for sample in &SAMPLES {
            let csv = sample.table(false);
            assert_eq!(sample.import(plant, &csv), json!({ "created": 1000, "updated": 0, "unchanged": 0 }));
            let quoted = |line: &str, by: &str| {
                let cells: Vec<String> = line.split(',').map(|cell| format!("\"{cell}\"")).collect();
                cells.join(by)
            };
            let written = |by: &str, end: &str, tail: &str| {
                let lines: Vec<String> = csv.lines().map(|line| format!("{}{tail}", quoted(line, by))).collect();
                format!("\u{FEFF}{}", lines.join(end))
            };
            let same = json!({ "created": 0, "updated": 0, "unchanged": 1000 });
            for (by, end, tail) in [(";", "\r\n", ""), ("\t", "\r\n", ""), (",", "\r", ""), (",", "\n\n", ",,")] {
                assert_eq!(sample.import(plant, &written(by, end, tail)), same, "{} by {by:?} {end:?}", sample.noun);
            }
            let lost = json!({ "csv": "code,name\nA,\u{FFFD}\u{FFFD}\n" });
            let refusal = plant.refuse(&plant.boss(), &format!("{}.import", sample.noun), lost);
            assert_eq!(refusal.errors[0].path, "/csv/2/", "{}: not UTF-8", sample.noun);
        }
    });
}

#[test]
fn r_core_020_what_a_list_exports_can_be_imported_again() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        parts(plant);
        plant.run(&boss, "line.create", json!({ "code": "L1", "name": "x", "processType": "SMT" }));
        let group = json!({ "code": "-SG", "name": "=1+1, \"two\"", "meta": { "hall": "2, left" } });
        plant.run(&boss, "station_group.create", group);
        let shift = json!({ "code": "S1", "lineCode": "L1", "startLocal": "22:00", "endLocal": "6:00", "days": ["SUN", "MON"],
            "validFrom": "2026-01-01", "validTo": "2026-12-31" });
        plant.run(&boss, "shift.create", shift);
        let material =
            json!({ "code": "M1", "name": "x", "isLotManaged": true, "isActive": false, "materialLevel": "M2" });
        plant.run(&boss, "material.create", material);
        plant.run(&boss, "work_center.create", json!({ "code": "W1", "name": "x", "departmentCode": "D" }));
        for (no, alternate) in [(10, Json::Null), (20, json!("M1"))] {
            let item = json!({ "parentCode": "PROD", "bomCode": "1", "lineNo": no, "childCode": "PART", "qtyNumerator": "1",
                "qtyDenominator": "3", "designators": ["R1", "R 2"], "alternateOf": alternate, "scrapRate": 0.02 });
            plant.run(&boss, "bom_item.create", item);
        }
        for sample in &SAMPLES {
            for lang in Lang::ALL {
                let csv = exported(plant, sample.list, lang);
                let rows = csv.lines().count() - 1;
                let done = sample.import(plant, &csv);
                assert_eq!(
                    done,
                    json!({ "created": 0, "updated": 0, "unchanged": rows }),
                    "{} {lang:?}: {csv}",
                    sample.noun
                );
            }
        }
    });
}
