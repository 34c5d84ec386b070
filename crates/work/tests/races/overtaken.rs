//! A scan whose guards have passed, and another command that ends before the scan changes anything: the scan is judged anew.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use engine::{Cx, Registry, Verdict};
use kernel::Result;
use work::track::enter::Entry;

use super::*;

/// Where the next scan says that its guards have passed, and from where it hears that it may go on.
static STOP: Mutex<Option<(Sender<()>, Receiver<()>)>> = Mutex::new(None);
/// The stories share the one stop.
static ONE_STORY: Mutex<()> = Mutex::new(());

fn stopping(registry: &mut Registry) {
    fn stop(_: &Cx<'_>, _: &Entry) -> Result<Verdict> {
        let stop = STOP.lock().unwrap().take();
        if let Some((here, go)) = stop {
            here.send(()).unwrap();
            go.recv().unwrap();
        }
        Ok(Verdict::yes())
    }
    wire(registry);
    registry.gate(&work::track::TRACK_IN_HOOKS, "stop", stop);
}

/// The scan's answer, and what came of the other act that overtakes it. An act that waits for the scan ends after it. On
/// SQLite calls come one after the other, so the other comes first.
fn overtaken<T: Send>(plant: &Plant, scan: (&str, Json), other: impl FnOnce() -> T + Send) -> (Answer, T) {
    let boss = plant.boss();
    if plant.on == "SQLite" {
        let other = other();
        return (plant.call(&boss, scan.0, scan.1), other);
    }
    let ((here, arrived), (go, may_go)) = (channel(), channel());
    *STOP.lock().unwrap() = Some((here, may_go));
    std::thread::scope(|scope| {
        let scanning = scope.spawn(|| plant.call(&boss, scan.0, scan.1.clone()));
        arrived.recv().unwrap();
        let (ended, end) = channel();
        let overtaking = scope.spawn(move || {
            let done = other();
            ended.send(()).unwrap();
            done
        });
        let _ = end.recv_timeout(Duration::from_millis(500));
        go.send(()).unwrap();
        (scanning.join().unwrap(), overtaking.join().unwrap())
    })
}

/// A command that must succeed.
fn doing<'p>(plant: &'p Plant, name: &'static str, fields: Json) -> impl FnOnce() -> Json + Send + 'p {
    move || plant.run(&plant.boss(), name, fields)
}

fn story(tiny: Tiny, tell: impl Fn(&Plant)) {
    let _alone = ONE_STORY.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    on_both(stopping, |plant| {
        tiny.clone().build(&plant.engine).unwrap();
        tell(plant);
        floor_is_sound(plant);
    });
}

fn run_status(plant: &Plant) -> String {
    plant.ask(&plant.boss(), "run.get", json!({ "runNo": "RUN-1" }))["run"]["status"].as_str().unwrap().to_string()
}

#[test]
fn r_core_017_a_hold_before_the_first_board_keeps_it_out() {
    story(Tiny::default(), |plant| {
        let hold = doing(plant, "run.hold", json!({ "runNo": "RUN-1", "reason": "smoke" }));
        let (scan, _) = overtaken(plant, scan("ST-PRINT-01", "SN-0001"), hold);
        assert_eq!(code(&scan), "RUN_ON_HOLD", "on {}", plant.on);
        assert_eq!((place(plant, "SN-0001").as_str(), run_status(plant).as_str()), ("QUEUED 10", "ON_HOLD"));
    });
}

#[test]
fn r_core_017_a_hold_of_a_running_run_keeps_the_next_board_out() {
    story(Tiny::default(), |plant| {
        track_in(plant, "ST-PRINT-01", "SN-0002");
        let hold = doing(plant, "run.hold", json!({ "runNo": "RUN-1", "reason": "smoke" }));
        let (scan, _) = overtaken(plant, scan("ST-PRINT-01", "SN-0001"), hold);
        assert_eq!(code(&scan), "RUN_ON_HOLD", "on {}", plant.on);
    });
}

#[test]
fn r_core_017_a_revoke_before_the_first_board_keeps_it_out() {
    story(Tiny::default(), |plant| {
        let revoke = json!({ "runNo": "RUN-1", "action": "REVOKE", "reason": "wrong paste" });
        let (scan, _) = overtaken(plant, scan("ST-PRINT-01", "SN-0001"), doing(plant, "run.authorize", revoke));
        assert_eq!(code(&scan), "RUN_NOT_AUTHORIZED", "on {}", plant.on);
        assert_eq!((place(plant, "SN-0001").as_str(), run_status(plant).as_str()), ("QUEUED 10", "PREP"));
    });
}

#[test]
fn r_core_017_a_cancelled_run_gets_no_board_by_its_first_scan() {
    story(Tiny { unit_creation: UnitCreation::OnFirstScan, units: 0, ..Tiny::default() }, |plant| {
        let first = ("unit.track_in", json!({ "stationCode": "ST-PRINT-01", "sn": "NEW-1", "runNo": "RUN-1" }));
        let cancel = doing(plant, "run.cancel", json!({ "runNo": "RUN-1", "reason": "customer" }));
        let (scan, _) = overtaken(plant, first, cancel);
        assert_eq!(code(&scan), "RUN_CLOSED", "on {}", plant.on);
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from unit")), 0, "on {}", plant.on);
    });
}

#[test]
fn r_core_130_a_run_that_went_to_another_line_takes_no_board_on_the_old_one() {
    story(Tiny { steps: vec![work::testing::step(30, "AOI")], ..Tiny::default() }, |plant| {
        let moved = || {
            let authorize = |action: &str| json!({ "runNo": "RUN-1", "action": action, "reason": "other line" });
            let plan = json!({ "runNo": "RUN-1", "lineCode": "LINE-B", "reason": "other line" });
            plant.run(&plant.boss(), "run.authorize", authorize("REVOKE"));
            plant.run(&plant.boss(), "run.plan", plan);
            plant.run(&plant.boss(), "run.authorize", authorize("AUTHORIZE"));
        };
        let (scan, ()) = overtaken(plant, scan("ST-AOI-01", "SN-0001"), moved);
        assert_eq!(code(&scan), "STATION_LINE_MISMATCH", "on {}", plant.on);
    });
}

#[test]
fn r_core_022_a_board_goes_in_or_the_station_is_switched_off() {
    story(Tiny::default(), |plant| {
        let boss = plant.boss();
        let station = plant.ask(&boss, "station.get", json!({ "stationCode": "ST-PRINT-01" }));
        let seen = engine::door::Envelope { if_match: station["version"].as_i64(), ..plant.envelope() };
        let off = json!({ "stationCode": "ST-PRINT-01", "isActive": false });
        let switch = || plant.call_with(&boss, "station.update", off, seen);
        let (scan, other) = overtaken(plant, scan("ST-PRINT-01", "SN-0001"), switch);
        let ended = (code(&scan), code(&other));
        let one = [("OK", "STATION_IN_USE"), ("STATION_INACTIVE", "OK")];
        assert!(one.contains(&ended), "on {}: {ended:?}", plant.on);
    });
}
