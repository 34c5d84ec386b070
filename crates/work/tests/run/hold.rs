//! Runs are held and go on.

use super::*;

#[test]
fn r_core_105_a_run_is_on_hold_while_any_hold_is_open() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        released(plant, &boss, "WO-1", "10");
        let no = run_of(plant, &boss, "WO-1", 10);
        let (hold, resume) = (json!({ "runNo": no, "reason": "smoke" }), json!({ "runNo": no, "reason": "aired" }));
        assert_eq!(
            plant.code(&boss, "run.hold", hold.clone()),
            ("INVALID_RUN_STATUS", 409),
            "a PREP run is never on hold"
        );
        assert_eq!(plant.code(&boss, "run.resume", resume.clone()), ("RUN_NOT_ON_HOLD", 409));
        plant.run(&boss, "run.authorize", authorize(&no));
        plant.run(&boss, "run.hold", hold.clone());
        assert_eq!(plant.code(&boss, "run.hold", hold.clone()), ("INVALID_RUN_STATUS", 409));
        assert_eq!(plant.run(&boss, "run.resume", resume.clone())["status"], "AUTHORIZED", "what it was before");
        begin(plant, &no);
        assert_eq!(plant.run(&boss, "run.hold", hold.clone())["status"], "ON_HOLD");
        held_by(plant, &no, HoldKind::Alarm, "ALM-1");
        held_by(plant, &no, HoldKind::Ipqc, "IPQC-1");
        let refusal = plant.refuse(&boss, "run.resume", resume.clone());
        assert_eq!((refusal.def.code, &refusal.params["ipqcNo"]), ("RUN_HOLD_REQUIRES_IPQC", &json!("IPQC-1")));
        held_by(plant, &no, HoldKind::Oqc, "OQC-1");
        assert_eq!(plant.code(&boss, "run.resume", resume.clone()), ("RUN_HOLD_REQUIRES_MRB", 409));
        assert_eq!(
            plant.blockers(&boss, "run.resume", resume.clone()),
            ["RUN_HOLD_REQUIRES_MRB", "RUN_HOLD_REQUIRES_IPQC"]
        );
        let end = |kind: HoldKind, source: &'static str| {
            let no = RunNo::parse(&no).unwrap();
            work(plant, move |cx| {
                let run = Run::find(cx, &no)?.unwrap();
                run.end_holds(cx, &[kind], Some(source), "solved").map(|run| run.holds_open)
            })
        };
        assert_eq!(end(HoldKind::Oqc, "OQC-OTHER"), 4, "only the hold of that source");
        assert_eq!(end(HoldKind::Oqc, "OQC-1"), 3);
        assert_eq!(end(HoldKind::Ipqc, "IPQC-1"), 2);
        assert_eq!(state(plant, &boss, &no), "ON_HOLD", "others are open");
        assert_eq!(plant.run(&boss, "run.resume", resume.clone())["status"], "IN_PROGRESS");
        let page = run(plant, &boss, &no);
        assert_eq!((page["run"]["holds"].as_array().unwrap().len(), page["holds"].as_array().unwrap().len()), (0, 5));
        assert_eq!(told(plant).iter().filter(|e| *e == "RUN_HOLD_ENDED").count(), 5);
        assert_eq!(told(plant).iter().filter(|e| *e == "RUN_HELD").count(), 5);
        assert_eq!(plant.code(&boss, "run.resume", resume), ("RUN_NOT_ON_HOLD", 409), "twice");
    });
}
