//! `job-1016928`: the order of 250 boards as two runs through the 33 steps of the process sheet.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value as Json, json};

use super::report::ToDo;
use super::traced;
use super::world::{World, unchanged};
use crate::client::{Failure, Session, part, same};
use crate::hands::{self, Exit, Place, Visit};

const ORDER: &str = "M0007556";
const PRODUCT: &str = "1016928";
const ROUTE: &str = "1016928-00";
const LINE: &str = "SMT-A";
const STEPS: usize = 33;
const FIRST_SN: u32 = 25_060_001;
/// Boards of the first run and of the second.
const RUNS: [u32; 2] = [245, 5];
/// In the second run the first board fails at the AOI and the second at the ICT.
const AOI: u64 = 12;
const ICT: u64 = 22;
/// Operators who scan at once.
const OPERATORS: usize = 8;
/// The boards whose traces are compared: two of the first run, the two that failed, and the last.
const TRACED: [u32; 5] = [25_060_001, 25_060_123, 25_060_246, 25_060_247, 25_060_250];

/// The steps of the scenario.
pub fn steps() -> Vec<ToDo<World>> {
    let mut steps = vec![
        ToDo::new("every role signs in", World::sign_in_all),
        ToDo::new("the order of 250 waits", order_waits),
        ToDo::new("the planner releases the order", release),
    ];
    for (n, quantity) in RUNS.iter().enumerate() {
        let no = n + 1;
        steps.push(ToDo::new(format!("run {no}: the planner creates it for {quantity} boards"), move |w| {
            create_run(w, n)
        }));
        steps.push(ToDo::new(format!("run {no}: the leader imports the serials"), move |w| import(w, n)));
        steps.push(ToDo::new(format!("run {no}: the planner authorizes it"), authorize));
        for step in 0..STEPS {
            steps.push(ToDo::new(format!("run {no}: step {}", step + 1), move |w| work_step(w, n, step)));
        }
        if n == 0 {
            steps.push(ToDo::new("run 1: the leader closes it", close));
        }
    }
    steps.push(ToDo::new("run 2: closing it is refused with counts", close_refused));
    steps.push(ToDo::new("closing the order is refused with counts", order_close_refused));
    for sn in TRACED {
        steps.push(ToDo::new(format!("the trace of {sn} equals what was done"), move |w| {
            traced::equals(w, &sn.to_string())
        }));
    }
    steps
}

/// The serials of a run.
fn serials(run: usize) -> Vec<String> {
    let before: u32 = RUNS[..run].iter().sum();
    (0..RUNS[run]).map(|i| (FIRST_SN + before + i).to_string()).collect()
}

/// How a board of a run leaves a step.
fn exit(run: usize, board: usize, step_no: u64) -> Exit {
    match (run, board, step_no) {
        (1, 0, AOI) => Exit::Fail("M12", "U5"),
        (1, 1, ICT) => Exit::Measured("Supply voltage"),
        _ => Exit::Pass,
    }
}

/// The boards of a run that still go on at a step.
fn going(run: usize, step_no: u64) -> Vec<usize> {
    let failed = |board: usize| run == 1 && ((board == 0 && step_no > AOI) || (board == 1 && step_no > ICT));
    (0..RUNS[run] as usize).filter(|board| !failed(*board)).collect()
}

fn order_waits(w: &mut World) -> Result<Json, Failure> {
    w.context.wo_no = Some(ORDER.into());
    w.context.product_code = Some(PRODUCT.into());
    w.context.route_code = Some(ROUTE.into());
    w.context.line_code = Some(LINE.into());
    let order = w.order(ORDER)?;
    same("order", &order, "/status", "RECEIVED")?;
    same("order", &order, "/plannedQty", "250")?;
    same("order", &order, "/productCode", PRODUCT)?;
    same("order", &order, "/routingCode", ROUTE)?;
    Ok(Json::Null)
}

fn release(w: &mut World) -> Result<Json, Failure> {
    w.by("planner")?.post(&format!("/work-orders/{ORDER}/release"), json!({ "lineCode": LINE }))?.ok(200)?;
    let order = w.order(ORDER)?;
    same("order", &order, "/status", "RELEASED")?;
    same("order", &order, "/dispatch/lineCode", LINE)?;
    Ok(Json::Null)
}

fn create_run(w: &mut World, n: usize) -> Result<Json, Failure> {
    let fields = json!({ "lineCode": LINE, "planQty": RUNS[n] });
    let answer = w.by("planner")?.post(&format!("/work-orders/{ORDER}/runs"), fields)?.ok(201)?;
    let run_no = answer["runNo"].as_str().unwrap_or_default().to_string();
    let run = w.run(&run_no)?;
    same("run", &run, "/run/status", "PREP")?;
    same("run", &run, "/run/planQty", RUNS[n])?;
    same("order", &w.order(ORDER)?, "/allocatedQty", RUNS[..=n].iter().sum::<u32>())?;
    w.places = hands::places(w.by("leader")?, &run_no)?;
    if w.places.len() != STEPS {
        return Err(Failure::new("STATE_DIFFERS", format!("{run_no} has {} steps", w.places.len())));
    }
    w.context.run_no = Some(run_no.clone());
    Ok(json!({ "runNo": run_no }))
}

fn import(w: &mut World, n: usize) -> Result<Json, Failure> {
    let run_no = w.run_no()?;
    let sns = serials(n);
    let answer =
        w.by("leader")?.post(&format!("/runs/{}/import-units", part(&run_no)), json!({ "sns": sns }))?.ok(200)?;
    same("import", &answer, "/generated", RUNS[n])?;
    let run = w.run(&run_no)?;
    same("run", &run, "/unitStats/units", RUNS[n])?;
    same("run", &run, "/unitStats/queued", RUNS[n])?;
    for sn in [sns.first(), sns.last()].into_iter().flatten() {
        let unit = w.unit(sn)?;
        same("unit", &unit, "/status", "QUEUED")?;
        same("unit", &unit, "/currentStepNo", 1)?;
    }
    w.context.sn = sns.first().cloned();
    Ok(json!({ "first": sns.first(), "last": sns.last() }))
}

fn authorize(w: &mut World) -> Result<Json, Failure> {
    let run_no = w.run_no()?;
    let fields = json!({ "action": "AUTHORIZE" });
    w.by("planner")?.post(&format!("/runs/{}/authorize", part(&run_no)), fields)?.ok(200)?;
    same("run", &w.run(&run_no)?, "/run/status", "AUTHORIZED")?;
    Ok(Json::Null)
}

/// All boards of a run that are still going pass one step, several operators scanning at once.
fn work_step(w: &mut World, n: usize, step: usize) -> Result<Json, Failure> {
    let run_no = w.run_no()?;
    let (place, next) = (w.places[step].clone(), w.places.get(step + 1).cloned());
    let sns = serials(n);
    let boards = going(n, place.step_no);
    let Some(first) = boards.first() else { return Ok(Json::Null) };
    let specs = hands::specs(w.by("operator")?, &place.station_code, &sns[*first])?;
    while w.sessions.len() < demo::ACCOUNTS.len() + OPERATORS {
        let another = w.another("operator")?;
        w.sessions.insert(format!("operator {}", w.sessions.len()), another);
    }
    let operators: Vec<&Session> =
        w.sessions.iter().filter(|(name, _)| name.starts_with("operator ")).map(|s| s.1).collect();
    let visits: Mutex<BTreeMap<String, Visit>> = Mutex::default();
    let work = |operator: &Session, board: usize| -> Result<(), Failure> {
        let sn = &sns[board];
        let mut visit = hands::scan_in(operator, &place, sn)?;
        hands::scan_out(operator, &mut visit, sn, &specs, &exit(n, board, place.step_no), next.as_ref())?;
        visits.lock().map_err(|_| Failure::new("PANIC", "another operator panicked"))?.insert(sn.clone(), visit);
        Ok(())
    };
    std::thread::scope(|scope| {
        let hands: Vec<_> = operators
            .iter()
            .enumerate()
            .map(|(i, operator)| {
                let mine: Vec<usize> = boards.iter().copied().skip(i).step_by(operators.len()).collect();
                let work = &work;
                scope.spawn(move || mine.into_iter().try_for_each(|board| work(operator, board)))
            })
            .collect();
        let panicked = |_| Err(Failure::new("PANIC", "an operator panicked"));
        hands.into_iter().try_for_each(|hand| hand.join().unwrap_or_else(panicked))
    })?;
    let visits = visits.into_inner().unwrap_or_default();
    let passed = visits.values().filter(|v| v.result == "PASS").count();
    let run = w.run(&run_no)?;
    same("run", &run, &format!("/routeSteps/{step}/stepNo"), place.step_no)?;
    same("run", &run, &format!("/routeSteps/{step}/completed"), passed)?;
    same("run", &run, &format!("/routeSteps/{step}/inside"), 0)?;
    same("run", &run, &format!("/routeSteps/{step}/failed"), visits.len() - passed)?;
    check_ends(w, &visits, next.as_ref())?;
    for (sn, visit) in visits {
        w.done.entry(sn).or_default().push(visit);
    }
    Ok(json!({ "operation": place.operation_code, "station": place.station_code, "passed": passed }))
}

/// The first and the last board of a step are where their exits sent them.
fn check_ends(w: &World, visits: &BTreeMap<String, Visit>, next: Option<&Place>) -> Result<(), Failure> {
    for (sn, visit) in visits.iter().take(1).chain(visits.iter().next_back()) {
        let unit = w.unit(sn)?;
        same("unit", &unit, "/status", visit.status.as_str())?;
        if let Some(next) = next.filter(|_| visit.result == "PASS") {
            same("unit", &unit, "/currentStepNo", next.step_no)?;
        }
    }
    Ok(())
}

fn close(w: &mut World) -> Result<Json, Failure> {
    let run_no = w.run_no()?;
    w.by("leader")?.post(&format!("/runs/{}/close", part(&run_no)), json!({}))?.ok(200)?;
    let run = w.run(&run_no)?;
    same("run", &run, "/run/status", "COMPLETED")?;
    same("run", &run, "/unitStats/done", RUNS[0])?;
    let order = w.order(ORDER)?;
    same("order", &order, "/status", "IN_PROGRESS")?;
    same("order", &order, "/goodQty", RUNS[0])?;
    Ok(Json::Null)
}

fn close_refused(w: &mut World) -> Result<Json, Failure> {
    let run_no = w.run_no()?;
    let before = w.run(&run_no)?;
    same("run", &before, "/run/status", "IN_PROGRESS")?;
    same("run", &before, "/unitStats/done", 3)?;
    same("run", &before, "/unitStats/outFailed", 2)?;
    let path = format!("/runs/{}/close", part(&run_no));
    let problem = w.by("leader")?.post(&path, json!({}))?.refused(409, "RUN_UNITS_NOT_TERMINAL")?;
    same("refusal", &problem, "/params/count", 2)?;
    same("refusal", &problem, "/params/failed", 2)?;
    same("refusal", &problem, "/params/queued", 0)?;
    unchanged("the run", &before, &w.run(&run_no)?)?;
    for (board, step_no) in [(0, AOI), (1, ICT)] {
        let unit = w.unit(&serials(1)[board])?;
        same("unit", &unit, "/status", "OUT_FAILED")?;
        same("unit", &unit, "/currentStepNo", step_no)?;
    }
    Ok(problem["params"].clone())
}

fn order_close_refused(w: &mut World) -> Result<Json, Failure> {
    let before = w.order(ORDER)?;
    let path = format!("/work-orders/{ORDER}/close");
    let problem = w.by("planner")?.post(&path, json!({}))?.refused(409, "WORK_ORDER_RUNS_NOT_TERMINAL")?;
    same("refusal", &problem, "/params/count", 1)?;
    unchanged("the order", &before, &w.order(ORDER)?)?;
    same("order", &before, "/status", "IN_PROGRESS")?;
    same("order", &before, "/goodQty", RUNS[0] + 3)?;
    Ok(problem["params"].clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_serials_are_those_of_the_sheet() {
        assert_eq!(serials(0).first().unwrap(), "25060001");
        assert_eq!(serials(0).last().unwrap(), "25060245");
        assert_eq!(serials(1).first().unwrap(), "25060246");
        assert_eq!(serials(1).last().unwrap(), "25060250");
    }

    #[test]
    fn two_boards_of_the_second_run_stay_where_they_fail() {
        assert_eq!(going(1, 12).len(), 5);
        assert_eq!(going(1, 13), [1, 2, 3, 4]);
        assert_eq!(going(1, 22), [1, 2, 3, 4]);
        assert_eq!(going(1, 33), [2, 3, 4]);
        assert_eq!(going(0, 33).len(), 245);
        assert!(matches!(exit(1, 0, 12), Exit::Fail("M12", "U5")));
        assert!(matches!(exit(1, 1, 22), Exit::Measured(_)));
        assert!(matches!(exit(0, 0, 12), Exit::Pass));
    }
}
