//! Values that are due by time: a missing one is told once for each interval, and stops nothing (R-CORE-154).

use std::collections::HashSet;
use std::time::Duration;

use engine::chore::Chore;
use engine::{Cx, LineOf, row, sql};
use kernel::{Id, Instant, Result, p};
use plant::data_spec::{Frozen, TriggerType};
use plant::line::Line;
use plant::route::RouteVersion;
use plant::snapshot::{FrozenRoute, Step};

use crate::run::Run;

engine::events! {
    /// A value that is due by time was not given
    DataCollectionOverdue = "DATA_COLLECTION_OVERDUE" {
        line_id: LineOf, line_code: String, wo_no: String, run_no: String, product_code: String, step_no: u32,
        operation_code: String, spec_name: String, due_at: Instant,
    }
}

/// How many overdue values one turn tells.
const TURN: i64 = 200;

/// Looks every fifteen seconds.
pub fn chore() -> Chore {
    Chore {
        name: "tell_overdue_values",
        every: Duration::from_secs(15),
        on_bell: false,
        again_above: TURN - 1,
        run: tell_overdue,
    }
}

row! {
    /// A value that was not given when it was due.
    struct Overdue {
        run_id: Id<Run>,
        step_no: u32,
        name: String,
        due_at: Instant,
        route_version_id: Id<RouteVersion>,
        run_no: String,
        line_id: Id<Line>,
        line_code: String,
        wo_no: String,
        product_code: String,
    }
}

/// Tell what is overdue in runs in progress; gives how many values are.
pub fn tell_overdue(cx: &mut Cx<'_>) -> Result<i64> {
    forget(cx)?;
    watch(cx)?;
    let overdue: Vec<Overdue> = cx.all(
        sql!(
            "select d.run_id, d.step_no, d.name, d.due_at, r.route_version_id, r.run_no, r.line_id, l.code as line_code, w.wo_no,
                 w.product_code
             from data_due d join run r on r.id = d.run_id join line l on l.id = r.line_id join work_order w on w.id = r.wo_id
             where d.due_at <= $1 and r.status = 'IN_PROGRESS' order by d.due_at, d.run_id, d.step_no, d.name limit $2
             for update of d"
        ),
        p![cx.now, TURN],
    )?;
    let count = overdue.len() as i64;
    for late in overdue {
        let frozen = FrozenRoute::get(cx, late.route_version_id)?;
        let step = frozen.as_ref().and_then(|f| f.step(late.step_no));
        let found = step.and_then(|step| Some((step, timed(step).find(|(spec, _)| spec.name == late.name)?.1)));
        let Some((step, every_ms)) = found else { continue };
        // What was missed is told once, however long nobody looked; the next value is due from here on.
        due_from(cx, late.run_id, step, &late.name, cx.now.plus_ms(every_ms))?;
        cx.emit(DataCollectionOverdue {
            line_id: LineOf(Some(late.line_id.number())),
            line_code: late.line_code,
            wo_no: late.wo_no,
            run_no: late.run_no,
            product_code: late.product_code,
            step_no: late.step_no,
            operation_code: step.operation_code.clone(),
            spec_name: late.name,
            due_at: late.due_at,
        })?;
    }
    Ok(count)
}

/// A value was given: the next one is due an interval later.
pub fn given<'n>(cx: &mut Cx<'_>, run: Id<Run>, step: &Step, names: impl Iterator<Item = &'n str>) -> Result<()> {
    let names: HashSet<&str> = names.collect();
    for (spec, every_ms) in timed(step).filter(|(spec, _)| names.contains(spec.name.as_str())) {
        due_from(cx, run, step, &spec.name, cx.now.plus_ms(every_ms))?;
    }
    Ok(())
}

/// The required specs of a step that are due by time, with their intervals.
fn timed(step: &Step) -> impl Iterator<Item = (&Frozen, i64)> {
    step.data_specs.iter().filter(|spec| spec.is_required && spec.trigger_type == TriggerType::Time).filter_map(
        |spec| {
            let minutes = spec.trigger_rule.as_ref()?.every_minutes?;
            Some((spec, i64::from(minutes) * 60_000))
        },
    )
}

fn due_from(cx: &mut Cx<'_>, run: Id<Run>, step: &Step, name: &str, at: Instant) -> Result<()> {
    cx.run(
        sql!(
            "insert into data_due (run_id, step_no, name, due_at) values ($1, $2, $3, $4)
             on conflict (run_id, step_no, name) do update set due_at = excluded.due_at"
        ),
        p![run, step.step_no, *name, at],
    )?;
    Ok(())
}

/// Steps that boards of a run in progress have reached are watched from then on.
fn watch(cx: &mut Cx<'_>) -> Result<()> {
    let reached: Vec<(Id<Run>, Id<RouteVersion>, u32)> = cx.all(
        sql!(
            "select r.id, r.route_version_id, s.step_no from run r join run_step s on s.run_id = r.id
             where r.status = 'IN_PROGRESS' and s.qty_inside + s.qty_failed + s.qty_held + s.qty_done > 0"
        ),
        [],
    )?;
    let watched: Vec<(Id<Run>, u32, String)> = cx.all(sql!("select run_id, step_no, name from data_due"), [])?;
    let watched: HashSet<(i64, u32, String)> =
        watched.into_iter().map(|(run, no, name)| (run.number(), no, name)).collect();
    for (run, version, step_no) in reached {
        let Some(frozen) = FrozenRoute::get(cx, version)? else { continue };
        let Some(step) = frozen.step(step_no) else { continue };
        for (spec, every_ms) in timed(step) {
            if !watched.contains(&(run.number(), step_no, spec.name.clone())) {
                due_from(cx, run, step, &spec.name, cx.now.plus_ms(every_ms))?;
            }
        }
    }
    Ok(())
}

/// Runs that are over have nothing due.
fn forget(cx: &mut Cx<'_>) -> Result<()> {
    cx.run(
        sql!(
            "delete from data_due where not exists
                 (select 1 from run r where r.id = data_due.run_id and r.status in ('AUTHORIZED', 'IN_PROGRESS', 'ON_HOLD'))"
        ),
        [],
    )?;
    Ok(())
}
