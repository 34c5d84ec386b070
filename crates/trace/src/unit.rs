//! The trace of one unit: who, what, where and when, under the rules that were frozen for it (R-CORE-210…213).

use engine::{Cx, Need, Permit, Query, Record, Route, get, row, sql};
use kernel::code::Sn;
use kernel::error::VALIDATION_FAILED;
use kernel::{Error, Id, Instant, Refusal, Result, p};
use plant::StationType;
use plant::route::diff::{Change, of_steps};
use plant::route::{Route as PlantRoute, RouteVersion};
use plant::snapshot::{FrozenRoute, Step};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use work::run::RunStatus;
use work::track::at_hand::AtHand;
use work::unit::{UNIT_NOT_FOUND, UnitStatus};

use crate::sections::{self, Section};
use crate::story::{Happening, told};

kernel::words! {
    /// Under which route version a trace shows the steps.
    pub enum TraceMode { Run = "run", Latest = "latest" }
}

/// Trace a unit. `mode=run` shows the steps as they were frozen for it; `mode=latest` those of the newest version, which is no
/// proof. `include` names the sections wanted, parted by commas; all of them otherwise.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TraceUnit {
    pub sn: Sn,
    #[serde(default)]
    pub mode: Option<TraceMode>,
    #[serde(default)]
    pub include: Option<String>,
}

/// The unit as it is now.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TracedUnit {
    pub sn: String,
    pub status: UnitStatus,
    pub current_step_no: Option<u32>,
    pub wo_no: String,
    pub run_no: Option<String>,
    pub line_code: Option<String>,
    pub product_code: String,
}

row! {
    /// A run the unit was in.
    pub struct InRun {
        pub id: i64,
        pub run_no: String,
        pub line_code: String,
        pub status: RunStatus,
        pub routing_code: String,
        pub version_no: i64,
        pub parent_run_no: Option<String>,
    }
}

/// A run the unit was in, oldest first.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TracedRun {
    pub run_no: String,
    pub line_code: String,
    pub status: RunStatus,
    pub routing_code: String,
    pub version_no: i64,
    pub parent_run_no: Option<String>,
    pub authorizations: Vec<work::run::authorize::AuthorizationView>,
}

/// The route the unit is built by.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TracedRoute {
    pub code: String,
    pub source_system: String,
    pub source_key: Option<String>,
}

/// The version whose steps are shown.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TracedVersion {
    pub id: String,
    pub version_no: i64,
    pub compiled_at: Instant,
    pub snapshot_hash: String,
}

/// A step of that version.
#[derive(Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TracedStep {
    pub step_no: u32,
    pub operation_code: String,
    pub operation_name: String,
    pub station_type: StationType,
    pub station_group: Option<String>,
    pub allowed_stations: Vec<String>,
    pub data_specs: Vec<String>,
}

/// The trace.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Traced {
    pub unit: TracedUnit,
    pub mode: TraceMode,
    /// Whether the steps are those the unit was really built by.
    pub audit_grade: bool,
    pub runs: Vec<TracedRun>,
    pub route: Option<TracedRoute>,
    pub route_version: Option<TracedVersion>,
    pub steps: Vec<TracedStep>,
    /// What differs between the steps the unit was built by and those shown, field by field.
    pub step_diff: Option<Vec<Change>>,
    pub events: Vec<Happening>,
    /// The sections by name, each with its first 200 rows.
    #[serde(flatten)]
    pub sections: Map<String, Json>,
    /// The sections that go on, with the cursor of their next page.
    pub more: Map<String, Json>,
}

/// A trace to take away: every section with all its rows, up to 10,000; on record.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportTrace {
    pub sn: Sn,
    #[serde(default)]
    pub mode: Option<TraceMode>,
}

/// The history of a unit for paper: every section with all its rows, up to 10,000; on record.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PrintTrace {
    pub sn: Sn,
}

/// Rows of a section that come with the trace itself; the rest is paged.
const FIRST_ROWS: usize = 200;
/// Rows of a section that are taken away at most.
const ALL_ROWS: usize = 10_000;
/// Rows of a section that are read at once.
const PAGE: usize = 200;

impl Query for TraceUnit {
    type Output = Traced;
    const NAME: &'static str = "trace.unit";
    const ROUTE: Route = get("/trace/units/{sn}");
    const PERMIT: Need = Need::Any(&[Permit::TraceRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<Traced> {
        self.traced(cx, FIRST_ROWS)
    }
}

impl Query for ExportTrace {
    type Output = Traced;
    const NAME: &'static str = "trace.export";
    const ROUTE: Route = get("/trace/units/{sn}/export");
    const PERMIT: Need = Need::Any(&[Permit::TraceExport]);
    const SLOW: bool = true;
    const RECORD: Option<Record> = Some(Record { action: "EXPORT", kind: "unit", field: "sn" });

    fn ask(self, cx: &Cx<'_>) -> Result<Traced> {
        TraceUnit { sn: self.sn, mode: self.mode, include: None }.traced(cx, ALL_ROWS)
    }
}

impl Query for PrintTrace {
    type Output = Traced;
    const NAME: &'static str = "trace.print";
    const ROUTE: Route = get("/trace/units/{sn}/print");
    const PERMIT: Need = Need::Any(&[Permit::TraceRead]);
    const SLOW: bool = true;
    const RECORD: Option<Record> = Some(Record { action: "PRINT", kind: "unit", field: "sn" });

    fn ask(self, cx: &Cx<'_>) -> Result<Traced> {
        TraceUnit { sn: self.sn, mode: None, include: None }.traced(cx, ALL_ROWS)
    }
}

impl TraceUnit {
    /// The trace with at most so many rows of each section.
    fn traced(self, cx: &Cx<'_>, rows_max: usize) -> Result<Traced> {
        let wanted = self.wanted()?;
        let at = AtHand::seen(cx, &self.sn)?.ok_or_else(|| UNIT_NOT_FOUND.with("sn", &self.sn))?;
        let mode = self.mode.unwrap_or(TraceMode::Run);
        let frozen = match &at.run {
            Some(run) => FrozenRoute::get(cx, run.route_version_id)?,
            None => None,
        };
        let shown = match (&frozen, mode) {
            (Some(frozen), TraceMode::Latest) => newest(cx, frozen.id)?.or_else(|| Some(frozen.clone())),
            _ => frozen.clone(),
        };
        let steps = |of: &FrozenRoute| of.snapshot.steps.iter().map(TracedStep::from).collect::<Vec<_>>();
        let step_diff = match (&frozen, &shown, mode) {
            (Some(frozen), Some(shown), TraceMode::Latest) => Some(of_steps(&plain(frozen)?, &plain(shown)?)),
            _ => None,
        };
        let (mut sections, mut more) = (Map::new(), Map::new());
        for section in sections::ALL {
            if wanted.as_ref().is_some_and(|names| !names.iter().any(|n| n == section.name)) {
                continue;
            }
            let (rows, next) = first_rows(cx, section, &at.unit.sn, rows_max)?;
            sections.insert(section.name.into(), rows.into());
            if let Some(cursor) = next {
                more.insert(section.name.into(), cursor);
            }
        }
        let rows = |name: &str| sections.get(name).and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        let events = told(cx.actor().lang, rows("tracks"), rows("defects"), rows("holds"));
        let runs = runs_of(cx, &at)?;
        Ok(Traced {
            unit: TracedUnit {
                sn: at.unit.sn.to_string(),
                status: at.unit.status,
                current_step_no: at.unit.step_no,
                wo_no: at.wo_no,
                run_no: at.run.as_ref().map(|r| r.run_no.to_string()),
                line_code: at.run.as_ref().map(|r| r.line_code.clone()),
                product_code: at.product_code,
            },
            mode,
            audit_grade: mode == TraceMode::Run,
            runs,
            route: shown.as_ref().map(|v| TracedRoute {
                code: v.snapshot.route.code.clone(),
                source_system: v.snapshot.route.source_system.clone(),
                source_key: v.snapshot.route.source_key.clone(),
            }),
            route_version: shown.as_ref().map(|v| TracedVersion {
                id: format!("{}@{}", v.snapshot.route.code, v.version_no),
                version_no: v.version_no,
                compiled_at: v.compiled_at,
                snapshot_hash: v.snapshot_hash.clone(),
            }),
            steps: shown.as_ref().map_or_else(Vec::new, |v| steps(v)),
            step_diff,
            events,
            sections,
            more,
        })
    }
}

/// The first rows of a section, and where it goes on.
fn first_rows(cx: &Cx<'_>, section: &Section, sn: &Sn, rows_max: usize) -> Result<(Vec<Json>, Option<Json>)> {
    let mut rows = Vec::new();
    let mut fields = json!({ "sn": sn, "limit": PAGE });
    loop {
        let mut page = section.page(cx, fields.clone())?;
        rows.extend(page["items"].as_array_mut().map(std::mem::take).unwrap_or_default());
        let next = page["nextCursor"].take();
        if next.is_null() {
            return Ok((rows, None));
        }
        if rows.len() >= rows_max {
            return Ok((rows, Some(next)));
        }
        fields["cursor"] = next;
    }
}

impl TraceUnit {
    /// The sections asked for; an unknown one is refused.
    fn wanted(&self) -> Result<Option<Vec<String>>> {
        let Some(include) = &self.include else { return Ok(None) };
        let names: Vec<String> =
            include.split(',').map(|name| name.trim().to_string()).filter(|name| !name.is_empty()).collect();
        let known = |name: &String| sections::ALL.iter().any(|s| s.name == name);
        if names.iter().all(known) {
            return Ok(Some(names));
        }
        Err(Refusal::from(VALIDATION_FAILED).at("/include").into())
    }
}

/// The runs of a unit: those it was tracked in, and the one it is in (R-CORE-211).
fn runs_of(cx: &Cx<'_>, at: &AtHand) -> Result<Vec<TracedRun>> {
    let runs: Vec<InRun> = cx.all(
        sql!(
            "select r.id, r.run_no, l.code as line_code, r.status, rt.code as routing_code, rv.version_no, p.run_no as parent_run_no
             from run r join line l on l.id = r.line_id join route_version rv on rv.id = r.route_version_id
             join route rt on rt.id = rv.route_id left join run p on p.id = r.parent_run_id
             where (r.id = $2 or r.id in (select t.run_id from track t where t.unit_id = $1)) {scope: r.line_id}
             order by r.id"
        ),
        p![at.unit.id, at.unit.run_id],
    )?;
    let shown = |run: InRun| {
        let given = work::run::authorize::Authorization::of_run(cx, Id::of(run.id))?;
        Ok(TracedRun {
            run_no: run.run_no,
            line_code: run.line_code,
            status: run.status,
            routing_code: run.routing_code,
            version_no: run.version_no,
            parent_run_no: run.parent_run_no,
            authorizations: given.into_iter().map(work::run::authorize::Authorization::view).collect(),
        })
    };
    runs.into_iter().map(shown).collect()
}

fn plain(route: &FrozenRoute) -> Result<Json> {
    serde_json::to_value(&route.snapshot).map_err(|e| Error::fault(e.to_string()))
}

/// The newest READY version of the same route.
fn newest(cx: &Cx<'_>, of: Id<RouteVersion>) -> Result<Option<std::sync::Arc<FrozenRoute>>> {
    let route: Option<Id<PlantRoute>> = cx.value(sql!("select route_id from route_version where id = $1"), p![of])?;
    let Some(route) = route else { return Ok(None) };
    match RouteVersion::newest_ready(cx, route)? {
        Some(version) => FrozenRoute::get(cx, version.id),
        None => Ok(None),
    }
}

impl From<&Step> for TracedStep {
    fn from(step: &Step) -> TracedStep {
        TracedStep {
            step_no: step.step_no,
            operation_code: step.operation_code.clone(),
            operation_name: step.operation_name.clone(),
            station_type: step.station_type,
            station_group: step.station_group.clone(),
            allowed_stations: step.allowed_stations.clone(),
            data_specs: step.data_specs.iter().map(|s| format!("{} r{}", s.name, s.revision)).collect(),
        }
    }
}
