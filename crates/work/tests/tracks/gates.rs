//! What other slices and the values of a step have to say.

use super::*;

fn no_equipment(_: &Cx<'_>, bench: &plant::station::Bench) -> Result<Verdict> {
    let is_down = bench.code.as_str() == "ST-SPI-02";
    Ok(if is_down { Verdict::no(work::run::RUN_ON_HOLD.with("run", "equipment")) } else { Verdict::yes() })
}

fn trial(_: &Cx<'_>, _: &RunHead) -> Result<Verdict> {
    Ok(Verdict { refusals: vec![], evidence: vec![json!({ "faiNo": "FAI-1" })] })
}

fn trial_step(_: &Cx<'_>, entry: &Entry) -> Result<Verdict> {
    let first = entry.step().step_no == 10;
    Ok(if first { Verdict::yes() } else { Verdict::no(work::run::RUN_CLOSED.with("run", "trial")) })
}

fn hooks_in(_: &Cx<'_>, entry: &Entry) -> Result<Verdict> {
    let stop = entry.sn.as_str() == "SN-0003";
    Ok(if stop { Verdict::no(work::unit::UNIT_NO_RUN.with("sn", &entry.sn)) } else { Verdict::yes() })
}

fn inspection(_: &Cx<'_>, exit: &Exit) -> Result<Verdict> {
    let found = json!({ "source": "AOI", "defects": [{ "code": "AOI_FAIL", "location": "U1" }] });
    let evidence = if exit.step().step_no == 10 { vec![found] } else { vec![] };
    Ok(Verdict { refusals: vec![], evidence })
}

fn hooks_out(_: &Cx<'_>, exit: &Exit) -> Result<Verdict> {
    let stop = exit.unit.sn.as_str() == "SN-0002";
    Ok(if stop { Verdict::no(work::unit::UNIT_NOT_HELD.with("sn", &exit.unit.sn)) } else { Verdict::yes() })
}

fn with_gates(registry: &mut Registry) {
    work::register(registry);
    registry.gate(&work::track::TRACK_IN_EQUIPMENT, "test", no_equipment);
    registry.gate(&work::track::TRACK_IN_TRIAL, "test", trial);
    registry.gate(&work::track::TRACK_IN_TRIAL_STEP, "test", trial_step);
    registry.gate(&work::track::TRACK_IN_HOOKS, "test", hooks_in);
    registry.gate(&work::track::TRACK_OUT_VERDICT, "test", inspection);
    registry.gate(&work::track::TRACK_OUT_HOOKS, "test", hooks_out);
}

#[test]
fn r_core_065_a_step_that_asks_for_no_authorization_needs_an_authorized_run_all_the_same() {
    let mut print = step(10, "PRINT");
    print.requires_authorization = false;
    story(Tiny { steps: vec![print], status: RunStatus::Prep, ..Tiny::default() }, |plant| {
        assert_eq!(refused_in(plant, "ST-PRINT-01", "SN-0001"), ("RUN_NOT_AUTHORIZED", 409));
    });
}

#[test]
fn r_core_023_130_131_other_slices_say_no_at_their_places() {
    on_both(with_gates, |plant| {
        Tiny { status: RunStatus::Prep, ..Tiny::default() }.build(&plant.engine).unwrap();
        assert_eq!(
            refused_in(plant, "ST-SPI-02", "SN-0001").0,
            "RUN_ON_HOLD",
            "guards 4 and 5: equipment, before all else"
        );
        assert_eq!(refused_in(plant, "ST-PRINT-01", "SN-0003").0, "UNIT_NO_RUN", "guard 19");
        let tried = track_in(plant, "ST-PRINT-01", "SN-0001");
        assert_eq!(tried["executionMode"], "FAI_TRIAL");
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from run where status = 'PREP'")), 1);
        assert_eq!(number(plant, sql!("select cast(count(*) as bigint) from track where fai_no = 'FAI-1'")), 1);
        let out = track_out(plant, "ST-PRINT-01", "SN-0001", "PASS");
        assert_eq!((&out["result"], &out["inspectionOverride"]), (&json!("FAIL"), &json!(true)), "AOI FAIL beats PASS");
        assert_eq!((&out["status"], &out["defects"][0]["code"]), (&json!("OUT_FAILED"), &json!("AOI_FAIL")));
        assert_eq!(out["resultReasons"][0]["name"], "AOI");
        track_in(plant, "ST-PRINT-01", "SN-0002");
        assert_eq!(refused_out(plant, "ST-PRINT-01", "SN-0002").0, "UNIT_NOT_HELD", "guard 11");
        stage(plant, sql!("update unit set step_no = 20 where sn = 'SN-0003'"));
        stage(plant, sql!("update run_step set qty_waiting = qty_waiting - 1 where step_no = 10"));
        stage(
            plant,
            sql!(
                "insert into run_step (run_id, step_no, qty_waiting, qty_inside, qty_failed, qty_held, qty_done)
            select id, 20, 1, 0, 0, 0, 0 from run"
            ),
        );
        assert_eq!(refused_in(plant, "ST-SPI-01", "SN-0003").0, "RUN_CLOSED", "guard 16: the step of the trial");
        counters_hold(plant);
    });
}

#[test]
fn r_core_131_required_values_and_their_judgement() {
    let mut print = step(10, "PRINT");
    print.data_specs = vec![spec("TEMP", 240.0, 250.0)];
    story(Tiny { steps: vec![print, step(20, "SPI")], ..Tiny::default() }, |plant| {
        let boss = plant.boss();
        for sn in ["SN-0001", "SN-0002", "SN-0003"] {
            track_in(plant, "ST-PRINT-01", sn);
        }
        let out = |sn: &str, result: &str, data: serde_json::Value| json!({ "stationCode": "ST-PRINT-01", "sn": sn, "result": result, "data": data });
        let missing = plant.refuse(&boss, "unit.track_out", out("SN-0001", "PASS", json!([])));
        assert_eq!((missing.def.code, missing.kind.status()), ("REQUIRED_DATA_MISSING", 422));
        assert_eq!(missing.params["names"], json!(["TEMP"]));
        assert_eq!(plant.run(&boss, "unit.track_out", out("SN-0001", "FAIL", json!([])))["result"], "FAIL");
        let value = |x: f64| json!([{ "specName": "TEMP", "valueNumber": x }]);
        let twice = json!([{ "specName": "TEMP", "valueNumber": 1 }, { "specName": "TEMP", "valueNumber": 2 }]);
        assert_eq!(plant.code(&boss, "unit.track_out", out("SN-0002", "PASS", twice)).0, "DATA_VALUE_DUPLICATE");
        let text = json!([{ "specName": "TEMP", "valueText": "hot" }]);
        assert_eq!(plant.code(&boss, "unit.track_out", out("SN-0002", "PASS", text)).0, "DATA_VALUE_INVALID");
        let unknown = json!([{ "specName": "NOPE", "valueNumber": 1 }]);
        assert_eq!(plant.code(&boss, "unit.track_out", out("SN-0002", "PASS", unknown)), ("DATA_SPEC_NOT_FOUND", 422));
        let passed = plant.run(&boss, "unit.track_out", out("SN-0002", "PASS", value(250.0)));
        assert_eq!(passed["result"], "PASS", "both ends belong to the good side");
        let failed = plant.run(&boss, "unit.track_out", out("SN-0003", "PASS", value(250.1)));
        assert_eq!((&failed["result"], &failed["resultReasons"][0]["code"]), (&json!("FAIL"), &json!("KEY_VALUE")));
        assert_eq!(last_event(plant, "DATA_RECORDED")["specs"][0]["judge"], "FAIL");
        let again = json!({ "stationCode": "ST-PRINT-01", "sn": "SN-0003" });
        let specs = plant.ask(&boss, "station.unit_data_specs", again);
        assert_eq!((&specs["specs"][0]["name"], &specs["specs"][0]["isRequired"]), (&json!("TEMP"), &json!(true)));
    });
}
