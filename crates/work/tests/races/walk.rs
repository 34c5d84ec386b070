//! Random walks of commands over runs and boards, one after the other and many at once: whatever happened, counters are what
//! counting gives. The seed is printed; `TAKT_TEST_SEED` tells the same story again.

use super::*;

/// A small generator of numbers, so that a story that fails can be told again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % n
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.roll(of.len() as u64) as usize]
    }
}

fn seed() -> u64 {
    let told = std::env::var("TAKT_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = told.unwrap_or_else(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        since.as_millis() as u64
    });
    println!("TAKT_TEST_SEED={seed}");
    seed
}

const STATIONS: [&str; 5] = ["ST-PRINT-01", "ST-SPI-01", "ST-SPI-02", "ST-AOI-01", "ST-ANY-01"];
const RUNS: [&str; 5] = ["RUN-1", "RUN-WO-1-002", "run-wo-1-003", "RUN-WO-1-004", "RUN-WO-1-005"];

/// The next command, likely enough to be one that can be done.
fn any(plant: &Plant, dice: &mut Dice) -> (&'static str, Json) {
    let no = dice.one(&RUNS);
    let sn = match dice.roll(3) {
        0 => format!("SN-{:04}", 1 + dice.roll(9)),
        1 => format!("G-{:04}", 1 + dice.roll(5)),
        _ => format!("SN-{}-{:04}", no.to_uppercase(), 1 + dice.roll(4)),
    };
    let unit = plant.try_ask(&plant.boss(), "unit.get", json!({ "sn": sn }));
    let unit = unit.map_or(Json::Null, |text| serde_json::from_str(&text).unwrap());
    let here = unit["openTrack"]["stationCode"].as_str();
    let right = unit["currentStep"]["eligibleStations"][0].as_str();
    let station = match right.filter(|_| dice.roll(5) > 0) {
        Some(right) => right,
        None => dice.one(&STATIONS),
    };
    let at = here.unwrap_or(station);
    let because = json!({ "runNo": no, "reason": "dice" });
    match dice.roll(60) {
        0..=22 => scan(station, &sn),
        23..=42 => exit(at, &sn, if dice.roll(12) == 0 { "FAIL" } else { "PASS" }),
        43 => ("unit.hold", json!({ "sn": sn, "reason": "dice" })),
        44..=45 => ("unit.release", json!({ "sn": sn, "reason": "dice" })),
        46 => ("unit.track_in_cancel", json!({ "stationCode": at, "sn": sn, "reason": "dice" })),
        47 => ("unit.generate", json!({ "runNo": no, "quantity": 1, "snPrefix": "G-" })),
        48 => ("unit.generate", json!({ "runNo": no, "quantity": 2 })),
        49 => ("unit.import", json!({ "runNo": no, "sns": [sn] })),
        50 if dice.roll(3) == 0 => ("unit.delete_all", json!({ "runNo": no })),
        50 => ("unit.generate", json!({ "runNo": no, "quantity": 2 })),
        51 => ("run.create", json!({ "woNo": "WO-1", "lineCode": "LINE-A", "planQty": 2 + dice.roll(3) })),
        52..=53 => ("run.authorize", json!({ "runNo": no, "action": "AUTHORIZE" })),
        54 => ("run.authorize", json!({ "runNo": no, "action": "REVOKE", "reason": "dice" })),
        55 => ("run.hold", because),
        56..=57 => ("run.resume", because),
        58 if dice.roll(2) == 0 => ("run.close", json!({ "runNo": no, "acceptShort": true, "reason": "dice" })),
        // A run that ends early tells little.
        _ if dice.roll(6) == 0 => ("run.cancel", because),
        _ => ("run.authorize", json!({ "runNo": no, "action": "AUTHORIZE" })),
    }
}

/// Roll the dice so many times; gives how often each command was done.
fn walk(plant: &Plant, seed: u64, steps: usize) -> std::collections::BTreeMap<&'static str, usize> {
    let (boss, mut dice) = (plant.boss(), Dice(seed));
    let mut done = std::collections::BTreeMap::new();
    for _ in 0..steps {
        let (name, fields) = any(plant, &mut dice);
        let answer = plant.call(&boss, name, fields.clone());
        assert!(answer.status() < 500, "on {}: {name} {fields}: {answer:?}", plant.on);
        *done.entry(name).or_insert(0) += usize::from(answer.status() < 300);
    }
    done
}

fn tiny() -> Tiny {
    Tiny { units: 6, plan_qty: 12, ..Tiny::default() }
}

#[test]
fn r_core_002_after_any_story_the_counters_are_what_counting_gives() {
    let seed = seed();
    story(tiny(), |plant| {
        window(plant, 0);
        for part in 0..6 {
            walk(plant, seed + part, 100);
            floor_is_sound(plant);
        }
    });
}

#[test]
fn r_core_002_after_a_story_told_before_every_command_was_done() {
    story(tiny(), |plant| {
        window(plant, 0);
        let done = walk(plant, 20_261_120, 1200);
        let told = [
            "unit.track_in",
            "unit.track_out",
            "unit.track_in_cancel",
            "unit.hold",
            "unit.release",
            "run.create",
            "run.close",
        ];
        for name in told {
            assert!(done.get(name).is_some_and(|n| *n > 0), "the story was worth telling: {done:?}");
        }
        assert!(done["unit.track_out"] > 20, "{done:?}");
    });
}

#[test]
fn r_core_002_after_many_stories_at_once_the_counters_are_what_counting_gives() {
    let seed = seed();
    story(tiny(), |plant| {
        window(plant, 0);
        for part in 0..4 {
            std::thread::scope(|scope| {
                let walks: Vec<_> =
                    (0..6).map(|n| scope.spawn(move || walk(plant, seed + 10 * part + n, 40))).collect();
                for walk in walks {
                    walk.join().unwrap();
                }
            });
            floor_is_sound(plant);
        }
    });
}
