//! `first-board`: one unit through every step of the track's route, and one refusal of each kind on the way.

use serde_json::{Value as Json, json};

use super::Track;
use super::report::ToDo;
use super::traced;
use super::world::{World, unchanged};
use crate::client::{Failure, part, same};
use crate::hands::{self, Exit, Place};

/// What a track builds, where, and by which route.
struct Plan {
    line: &'static str,
    other_line: &'static str,
    route: &'static str,
    product: &'static str,
    operations: &'static [&'static str],
}

const SMT: Plan = Plan {
    line: "SMT-A",
    other_line: "LINE-DIP-A",
    route: "PCBA-SMT-V1",
    product: "2THT303662R3001",
    operations: &["PRINT", "SPI", "MOUNT", "REFLOW", "AOI"],
};

const DIP: Plan = Plan {
    line: "LINE-DIP-A",
    other_line: "SMT-A",
    route: "PCBA-DIP-V1",
    product: "ILS18-07-01",
    operations: &["INSERT", "WAVE", "POST", "TEST"],
};

/// The steps of the scenario.
pub fn steps(track: Track) -> Vec<ToDo<World>> {
    let plan = match track {
        Track::Smt => &SMT,
        Track::Dip => &DIP,
    };
    let last = plan.operations.len() - 1;
    let mut steps = vec![
        ToDo::new("every role signs in", World::sign_in_all),
        ToDo::new("the planner receives the order", move |w| receive(w, plan)),
        ToDo::new("release to a line of another process is refused", move |w| release_refused(w, plan)),
        ToDo::new("the planner releases the order", move |w| release(w, plan)),
        ToDo::new("the planner creates the run", move |w| create_run(w, plan)),
        ToDo::new("the leader generates the unit", generate),
        ToDo::new("track-in before authorization is refused", track_in_refused),
        ToDo::new("the planner authorizes the run", authorize),
        ToDo::new("the leader holds the run", hold),
        ToDo::new("authorizing a run on hold is refused", authorize_refused),
        ToDo::new("the leader resumes the run", resume),
    ];
    for (n, operation) in plan.operations.iter().enumerate() {
        steps.push(ToDo::new(format!("{operation}: track-in"), move |w| enter(w, n)));
        if n == 0 {
            steps.push(ToDo::new("track-out without a required value is refused", track_out_refused));
        }
        steps.push(ToDo::new(format!("{operation}: track-out"), move |w| leave(w, n)));
        if n == 0 {
            steps.push(ToDo::new("closing a run with a unit under way is refused", close_refused));
        }
        if n == last {
            steps.push(ToDo::new("the unit is done", done));
        }
    }
    steps.push(ToDo::new("closing an order with an open run is refused", order_close_refused));
    steps.push(ToDo::new("the leader closes the run", close));
    steps.push(ToDo::new("the planner closes the order", close_order));
    steps.push(ToDo::new("the trace equals what was done", |w| traced::equals(w, &w.sn()?)));
    steps
}

fn receive(w: &mut World, plan: &Plan) -> Result<Json, Failure> {
    let wo_no = format!("ACC-{}-{}", w.context.track.to_uppercase(), w.tag);
    w.context.wo_no = Some(wo_no.clone());
    w.context.line_code = Some(plan.line.into());
    w.context.route_code = Some(plan.route.into());
    w.context.product_code = Some(plan.product.into());
    let fields = json!({ "woNo": wo_no, "productCode": plan.product, "plannedQty": 1, "routingCode": plan.route });
    let answer = w.by("planner")?.post("/integration/work-orders", fields)?.ok(201)?;
    same("receive", &answer, "/created", true)?;
    let order = w.order(&wo_no)?;
    same("order", &order, "/status", "RECEIVED")?;
    same("order", &order, "/plannedQty", "1")?;
    same("order", &order, "/routingCode", plan.route)?;
    Ok(json!({ "woNo": wo_no }))
}

fn release_refused(w: &mut World, plan: &Plan) -> Result<Json, Failure> {
    let wo_no = w.wo_no()?;
    let before = w.order(&wo_no)?;
    let path = format!("/work-orders/{}/release", part(&wo_no));
    let reply = w.by("planner")?.post(&path, json!({ "lineCode": plan.other_line }))?;
    let problem = reply.refused(422, "LINE_ROUTING_PROCESS_MISMATCH")?;
    unchanged("the order", &before, &w.order(&wo_no)?)?;
    Ok(problem["params"].clone())
}

fn release(w: &mut World, plan: &Plan) -> Result<Json, Failure> {
    let wo_no = w.wo_no()?;
    let path = format!("/work-orders/{}/release", part(&wo_no));
    w.by("planner")?.post(&path, json!({ "lineCode": plan.line }))?.ok(200)?;
    let order = w.order(&wo_no)?;
    same("order", &order, "/status", "RELEASED")?;
    same("order", &order, "/dispatch/lineCode", plan.line)?;
    same("order", &order, "/dispatch/by", "planner")?;
    Ok(Json::Null)
}

fn create_run(w: &mut World, plan: &Plan) -> Result<Json, Failure> {
    let wo_no = w.wo_no()?;
    let path = format!("/work-orders/{}/runs", part(&wo_no));
    let answer = w.by("planner")?.post(&path, json!({ "lineCode": plan.line, "planQty": 1 }))?.ok(201)?;
    let run_no = answer["runNo"].as_str().unwrap_or_default().to_string();
    let run = w.run(&run_no)?;
    same("run", &run, "/run/status", "PREP")?;
    same("run", &run, "/run/planQty", 1)?;
    same("run", &run, "/run/lineCode", plan.line)?;
    same("run", &run, "/routeVersion/routingCode", plan.route)?;
    same("order", &w.order(&wo_no)?, "/status", "IN_PROGRESS")?;
    w.places = hands::places(w.by("leader")?, &run_no)?;
    let operations: Vec<&str> = w.places.iter().map(|p| p.operation_code.as_str()).collect();
    if operations != plan.operations {
        return Err(Failure::new("STATE_DIFFERS", format!("{run_no} has the steps {operations:?}")));
    }
    w.context.run_no = Some(run_no.clone());
    Ok(json!({ "runNo": run_no }))
}

fn generate(w: &mut World) -> Result<Json, Failure> {
    let run_no = w.run_no()?;
    let path = format!("/runs/{}/generate-units", part(&run_no));
    let answer = w.by("leader")?.post(&path, json!({ "quantity": 1 }))?.ok(200)?;
    same("generate", &answer, "/generated", 1)?;
    let sn = answer["units"][0].as_str().or_else(|| answer["units"][0]["sn"].as_str()).unwrap_or_default().to_string();
    let unit = w.unit(&sn)?;
    same("unit", &unit, "/status", "QUEUED")?;
    same("unit", &unit, "/runNo", run_no.as_str())?;
    same("unit", &unit, "/currentStepNo", w.places[0].step_no)?;
    w.context.sn = Some(sn.clone());
    Ok(json!({ "sn": sn }))
}

fn track_in_refused(w: &mut World) -> Result<Json, Failure> {
    let (run_no, sn) = (w.run_no()?, w.sn()?);
    let before = (w.run(&run_no)?, w.unit(&sn)?);
    let path = format!("/stations/{}/track-in", part(&w.places[0].station_code));
    w.by("operator")?.post(&path, json!({ "sn": sn }))?.refused(409, "RUN_NOT_AUTHORIZED")?;
    unchanged("the run", &before.0, &w.run(&run_no)?)?;
    unchanged("the unit", &before.1, &w.unit(&sn)?)?;
    Ok(Json::Null)
}

fn authorize(w: &mut World) -> Result<Json, Failure> {
    let run_no = w.run_no()?;
    let path = format!("/runs/{}/authorize", part(&run_no));
    w.by("planner")?.post(&path, json!({ "action": "AUTHORIZE" }))?.ok(200)?;
    let run = w.run(&run_no)?;
    same("run", &run, "/run/status", "AUTHORIZED")?;
    same("run", &run, "/authorizations/0/action", "AUTHORIZE")?;
    same("run", &run, "/authorizations/0/by", "planner")?;
    Ok(Json::Null)
}

fn hold(w: &mut World) -> Result<Json, Failure> {
    let run_no = w.run_no()?;
    let path = format!("/runs/{}/hold", part(&run_no));
    w.by("leader")?.post(&path, json!({ "reason": "Stencil is being cleaned" }))?.ok(200)?;
    let run = w.run(&run_no)?;
    same("run", &run, "/run/status", "ON_HOLD")?;
    same("run", &run, "/run/holds/0/kind", "MANUAL")?;
    Ok(Json::Null)
}

fn authorize_refused(w: &mut World) -> Result<Json, Failure> {
    let run_no = w.run_no()?;
    let before = w.run(&run_no)?;
    let path = format!("/runs/{}/authorize", part(&run_no));
    w.by("planner")?.post(&path, json!({ "action": "AUTHORIZE" }))?.refused(409, "RUN_NOT_READY")?;
    unchanged("the run", &before, &w.run(&run_no)?)?;
    Ok(Json::Null)
}

fn resume(w: &mut World) -> Result<Json, Failure> {
    let run_no = w.run_no()?;
    let path = format!("/runs/{}/resume", part(&run_no));
    w.by("leader")?.post(&path, json!({ "reason": "Stencil is clean" }))?.ok(200)?;
    let run = w.run(&run_no)?;
    same("run", &run, "/run/status", "AUTHORIZED")?;
    same("run", &run, "/run/holds", json!([]))?;
    Ok(Json::Null)
}

fn enter(w: &mut World, n: usize) -> Result<Json, Failure> {
    let (run_no, sn, place) = (w.run_no()?, w.sn()?, w.places[n].clone());
    let visit = hands::scan_in(w.by("operator")?, &place, &sn)?;
    let unit = w.unit(&sn)?;
    same("unit", &unit, "/status", "IN_STATION")?;
    same("unit", &unit, "/openTrack/stationCode", place.station_code.as_str())?;
    same("unit", &unit, "/openTrack/trackId", visit.track_id.as_str())?;
    let run = w.run(&run_no)?;
    same("run", &run, "/run/status", "IN_PROGRESS")?;
    same("run", &run, &format!("/routeSteps/{n}/inside"), 1)?;
    let meta = json!({ "stationCode": place.station_code, "trackId": visit.track_id });
    w.done.entry(sn).or_default().push(visit);
    Ok(meta)
}

fn track_out_refused(w: &mut World) -> Result<Json, Failure> {
    let (run_no, sn) = (w.run_no()?, w.sn()?);
    let before = (w.run(&run_no)?, w.unit(&sn)?);
    let path = format!("/stations/{}/track-out", part(&w.places[0].station_code));
    let reply = w.by("operator")?.post(&path, json!({ "sn": sn, "result": "PASS" }))?;
    let problem = reply.refused(422, "REQUIRED_DATA_MISSING")?;
    unchanged("the run", &before.0, &w.run(&run_no)?)?;
    unchanged("the unit", &before.1, &w.unit(&sn)?)?;
    Ok(problem["params"].clone())
}

fn leave(w: &mut World, n: usize) -> Result<Json, Failure> {
    let (run_no, sn) = (w.run_no()?, w.sn()?);
    let next: Option<Place> = w.places.get(n + 1).cloned();
    let operator = w.by("operator")?;
    let specs = hands::specs(operator, &w.places[n].station_code, &sn)?;
    let visits = w.done.get(&sn).cloned().unwrap_or_default();
    let Some(mut visit) = visits.last().cloned() else {
        return Err(Failure::new("NOT_THERE", "the unit is in no station"));
    };
    hands::scan_out(operator, &mut visit, &sn, &specs, &Exit::Pass, next.as_ref())?;
    let unit = w.unit(&sn)?;
    same("unit", &unit, "/status", if next.is_some() { "QUEUED" } else { "DONE" })?;
    same("unit", &unit, "/openTrack", Json::Null)?;
    if let Some(next) = &next {
        same("unit", &unit, "/currentStepNo", next.step_no)?;
    }
    same("run", &w.run(&run_no)?, &format!("/routeSteps/{n}/completed"), 1)?;
    let values: Vec<&Json> = visit.readings.iter().map(|r| &r.given).collect();
    let meta = json!({ "values": values });
    if let Some(last) = w.done.entry(sn).or_default().last_mut() {
        *last = visit;
    }
    Ok(meta)
}

fn close_refused(w: &mut World) -> Result<Json, Failure> {
    let run_no = w.run_no()?;
    let before = w.run(&run_no)?;
    let path = format!("/runs/{}/close", part(&run_no));
    let problem = w.by("leader")?.post(&path, json!({}))?.refused(409, "RUN_UNITS_NOT_TERMINAL")?;
    same("refusal", &problem, "/params/count", 1)?;
    unchanged("the run", &before, &w.run(&run_no)?)?;
    Ok(problem["params"].clone())
}

fn done(w: &mut World) -> Result<Json, Failure> {
    let run = w.run(&w.run_no()?)?;
    same("run", &run, "/unitStats/done", 1)?;
    same("run", &run, "/run/status", "IN_PROGRESS")?;
    Ok(Json::Null)
}

fn order_close_refused(w: &mut World) -> Result<Json, Failure> {
    let wo_no = w.wo_no()?;
    let before = w.order(&wo_no)?;
    let path = format!("/work-orders/{}/close", part(&wo_no));
    let problem = w.by("planner")?.post(&path, json!({}))?.refused(409, "WORK_ORDER_RUNS_NOT_TERMINAL")?;
    same("refusal", &problem, "/params/count", 1)?;
    unchanged("the order", &before, &w.order(&wo_no)?)?;
    Ok(problem["params"].clone())
}

fn close(w: &mut World) -> Result<Json, Failure> {
    let run_no = w.run_no()?;
    w.by("leader")?.post(&format!("/runs/{}/close", part(&run_no)), json!({}))?.ok(200)?;
    let run = w.run(&run_no)?;
    same("run", &run, "/run/status", "COMPLETED")?;
    same("run", &run, "/unitStats/done", 1)?;
    Ok(Json::Null)
}

fn close_order(w: &mut World) -> Result<Json, Failure> {
    let wo_no = w.wo_no()?;
    w.by("planner")?.post(&format!("/work-orders/{}/close", part(&wo_no)), json!({}))?.ok(200)?;
    let order = w.order(&wo_no)?;
    same("order", &order, "/status", "COMPLETED")?;
    same("order", &order, "/goodQty", 1)?;
    same("order", &order, "/runs/0/status", "COMPLETED")?;
    Ok(Json::Null)
}
