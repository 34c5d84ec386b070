//! The trace of a run: how it was let go, what held it, and how its steps and stations did.

use engine::{Cx, Need, Permit, Query, Route, get, row, sql};
use kernel::{Instant, Result, p};
use plant::snapshot::FrozenRoute;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use work::run::authorize::{Authorization, AuthorizationView};
use work::run::holds::{Hold, HoldView};
use work::run::{RUN_NOT_FOUND, Run, RunNo, RunStatus};

/// Trace a run.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TraceRun {
    pub run_no: RunNo,
}

/// The run itself.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TracedRunHead {
    pub run_no: String,
    pub status: RunStatus,
    pub wo_no: String,
    pub product_code: String,
    pub line_code: String,
    pub route_version_id: String,
    pub snapshot_hash: String,
    pub plan_qty: i64,
    pub qty_units: i64,
    pub qty_done: i64,
    pub qty_failed: i64,
    pub qty_scrapped: i64,
    pub qty_held: i64,
    pub created_at: Instant,
    pub started_at: Option<Instant>,
    pub ended_at: Option<Instant>,
}

row! {
    /// How a station did at a step.
    struct AtStation {
        step_no: u32,
        station_code: String,
        tracks: i64,
        passed: i64,
        failed: i64,
        voided: i64,
        first_passed: i64,
        first_closed: i64,
        first_at: Option<Instant>,
        last_at: Option<Instant>,
    }
}

/// How a station did.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StationDid {
    pub station_code: String,
    pub tracks: i64,
    pub passed: i64,
    pub failed: i64,
    pub voided: i64,
    pub first_in_at: Option<Instant>,
    pub last_in_at: Option<Instant>,
}

/// How a step did: the first attempt of each unit counts for the first-pass yield.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepDid {
    pub step_no: u32,
    pub operation_code: String,
    pub operation_name: String,
    pub first_closed: i64,
    pub first_passed: i64,
    pub stations: Vec<StationDid>,
}

/// The trace.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TracedRunAnswer {
    pub run: TracedRunHead,
    pub authorizations: Vec<AuthorizationView>,
    pub holds: Vec<HoldView>,
    pub steps: Vec<StepDid>,
}

impl Query for TraceRun {
    type Output = TracedRunAnswer;
    const NAME: &'static str = "trace.run";
    const ROUTE: Route = get("/trace/runs/{runNo}");
    const PERMIT: Need = Need::Any(&[Permit::TraceRead]);
    const SLOW: bool = true;

    fn ask(self, cx: &Cx<'_>) -> Result<TracedRunAnswer> {
        let run = Run::seen(cx, &self.run_no)?.ok_or_else(|| RUN_NOT_FOUND.with("run", &self.run_no))?;
        let keys = run.keys(cx)?;
        let frozen = FrozenRoute::get(cx, run.route_version_id)?;
        let frozen = frozen.ok_or_else(|| kernel::Error::fault(format!("{} has no frozen version", run.run_no)))?;
        // Tracks have no index by run: every board of the hot path would pay for it. A board leaves its run only for a rework run of
        // the same family (R-CORE-106), so the boards that are in one of those now are all that were ever worked here.
        let did: Vec<AtStation> = cx.all(
            sql!(
                "select t.step_no, s.code as station_code, cast(count(*) as bigint) as tracks,
                     cast(sum(case when t.result = 'PASS' then 1 else 0 end) as bigint) as passed,
                     cast(sum(case when t.result = 'FAIL' then 1 else 0 end) as bigint) as failed,
                     cast(sum(case when t.voided_at is null then 0 else 1 end) as bigint) as voided,
                     cast(sum(case when t.result = 'PASS' and t.attempt = 1 then 1 else 0 end) as bigint) as first_passed,
                     cast(sum(case when t.result is not null and t.attempt = 1 then 1 else 0 end) as bigint) as first_closed,
                     min(t.in_at) as first_at, max(t.in_at) as last_at
                 from run f join unit u on u.run_id = f.id join track t on t.unit_id = u.id
                 join station s on s.id = t.station_id
                 where f.wo_id = $2 and (f.id = $1 or f.root_run_id = $3) and t.run_id = $1
                 group by t.step_no, s.code order by t.step_no, s.code"
            ),
            p![run.id, run.wo_id, run.root_run_id.unwrap_or(run.id)],
        )?;
        let steps = frozen.snapshot.steps.iter().map(|step| {
            let here: Vec<&AtStation> = did.iter().filter(|d| d.step_no == step.step_no).collect();
            StepDid {
                step_no: step.step_no,
                operation_code: step.operation_code.clone(),
                operation_name: step.operation_name.clone(),
                first_closed: here.iter().map(|d| d.first_closed).sum(),
                first_passed: here.iter().map(|d| d.first_passed).sum(),
                stations: here.into_iter().map(StationDid::from).collect(),
            }
        });
        Ok(TracedRunAnswer {
            authorizations: Authorization::of_run(cx, run.id)?.into_iter().map(Authorization::view).collect(),
            holds: Hold::of_run(cx, run.id)?.into_iter().map(Hold::view).collect(),
            steps: steps.collect(),
            run: TracedRunHead {
                run_no: run.run_no.to_string(),
                status: run.status,
                wo_no: keys.wo_no,
                product_code: keys.product_code,
                line_code: keys.line_code,
                route_version_id: format!("{}@{}", frozen.snapshot.route.code, frozen.version_no),
                snapshot_hash: frozen.snapshot_hash.clone(),
                plan_qty: run.plan_qty,
                qty_units: run.qty_units,
                qty_done: run.qty_done,
                qty_failed: run.qty_failed,
                qty_scrapped: run.qty_scrapped,
                qty_held: run.qty_held,
                created_at: run.created_at,
                started_at: run.started_at,
                ended_at: run.ended_at,
            },
        })
    }
}

impl From<&AtStation> for StationDid {
    fn from(d: &AtStation) -> StationDid {
        StationDid {
            station_code: d.station_code.clone(),
            tracks: d.tracks,
            passed: d.passed,
            failed: d.failed,
            voided: d.voided,
            first_in_at: d.first_at,
            last_in_at: d.last_at,
        }
    }
}
