//! A tiny plant for tests: a line with a few stations, a frozen route, an order and a run with units, written directly.
//!
//! `Tiny::default()` has line `LINE-A` with `ST-PRINT-01`, `ST-SPI-01`, `ST-SPI-02` and `ST-AOI-01`, a station `ST-ANY-01` for
//! any line, line `LINE-B` with `ST-SPI-B1`, the route 10 PRINT, 20 SPI, 30 AOI, order `WO-1` for product `P-1`, and run
//! `RUN-1`, authorized, with units `SN-0001` onwards.

use engine::{Cx, Engine, sql};
use kernel::code::Sn;
use kernel::{Id, Instant, Qty, Result, p};
use plant::data_spec::{Frozen, ItemType, Limits, Method, TriggerType};
use plant::line::{Line, LineCode};
use plant::operation::{Operation, OperationCode, OperationSource};
use plant::route::{Route, RouteCode, RouteSource, RouteVersion, UnitCreation, VersionStatus};
use plant::snapshot::{Snapshot, SnapshotRoute, Step};
use plant::station::{Station, StationCode, StationGroup, StationGroupCode};
use plant::{ProcessType, StationType};
use serde_json::json;

use crate::run::{Run, RunNo, RunStatus};
use crate::tally::{Place, Tally};
use crate::track::at_hand::RunHead;
use crate::unit::UnitStatus;
use crate::work_order::{OrderStatus, ProductCode, WoNo, WorkOrder};

/// What the tiny plant is to be like.
#[derive(Clone)]
pub struct Tiny {
    pub steps: Vec<Step>,
    pub status: RunStatus,
    pub plan_qty: i64,
    pub unit_creation: UnitCreation,
    pub units: usize,
}

impl Default for Tiny {
    fn default() -> Self {
        Tiny {
            steps: vec![step(10, "PRINT"), step(20, "SPI"), step(30, "AOI")],
            status: RunStatus::Authorized,
            plan_qty: 10,
            unit_creation: UnitCreation::PreGenerated,
            units: 3,
        }
    }
}

/// A manual step of an operation, at the station group of the same name.
pub fn step(step_no: u32, operation: &str) -> Step {
    Step {
        step_no,
        source_step_key: format!("KEY-{step_no}"),
        operation_code: operation.into(),
        operation_name: operation.into(),
        station_type: StationType::Manual,
        station_group: Some(operation.into()),
        allowed_stations: vec![],
        requires_fai: false,
        requires_authorization: true,
        data_specs: vec![],
        ingest_mapping: None,
        retest: None,
        require_inspection: false,
        expected_reflow_profile: None,
        other: Default::default(),
        provenance: Default::default(),
    }
}

/// A required key characteristic, a number given by hand at the exit.
pub fn spec(name: &str, lsl: f64, usl: f64) -> Frozen {
    Frozen {
        name: name.into(),
        revision: 1,
        item_type: ItemType::Key,
        data_type: plant::data_spec::DataType::Number,
        method: Method::Manual,
        allow_manual_fallback: false,
        trigger_type: TriggerType::EachUnit,
        trigger_rule: None,
        spec: Limits { lsl: Some(lsl), usl: Some(usl), unit: Some("°C".into()), ..Limits::default() },
        alarm: None,
        is_required: true,
    }
}

impl Tiny {
    /// Write the plant, the order `WO-1` and the run `RUN-1`.
    pub fn build(self, engine: &Engine) -> Result<()> {
        engine.work(move |cx| {
            cx.quietly();
            self.write(cx)?;
            Ok(0)
        })?;
        Ok(())
    }

    fn write(&self, cx: &mut Cx<'_>) -> Result<()> {
        let line_a = line(cx, "LINE-A")?;
        let line_b = line(cx, "LINE-B")?;
        for operation in ["PRINT", "SPI", "AOI"] {
            operation_and_group(cx, operation)?;
        }
        let stations = [
            ("ST-PRINT-01", Some(line_a), "PRINT"),
            ("ST-SPI-01", Some(line_a), "SPI"),
            ("ST-SPI-02", Some(line_a), "SPI"),
            ("ST-AOI-01", Some(line_a), "AOI"),
            ("ST-SPI-B1", Some(line_b), "SPI"),
            ("ST-ANY-01", None, "AOI"),
        ];
        for (code, line, group) in stations {
            station(cx, code, line, group)?;
        }
        let version = version(cx, &self.steps)?;
        let order = order(cx, "WO-1")?;
        self.run(cx, "RUN-1", line_a, version, order, "SN-")
    }

    /// Another run of the same route and order, with serials of their own prefix.
    pub fn another(
        self,
        engine: &Engine,
        run_no: &'static str,
        line: &'static str,
        prefix: &'static str,
    ) -> Result<()> {
        engine.work(move |cx| {
            cx.quietly();
            let line: Option<Id<Line>> = cx.value(sql!("select id from line where code = $1"), p![*line])?;
            let version: Option<Id<RouteVersion>> = cx.value(sql!("select max(id) from route_version"), [])?;
            let order: Option<Id<WorkOrder>> = cx.value(sql!("select max(id) from work_order"), [])?;
            if let (Some(line), Some(version), Some(order)) = (line, version, order) {
                self.run(cx, run_no, line, version, order, prefix)?;
            }
            Ok(0)
        })?;
        Ok(())
    }

    fn run(
        &self,
        cx: &mut Cx<'_>,
        run_no: &str,
        line_id: Id<Line>,
        route_version_id: Id<RouteVersion>,
        wo_id: Id<WorkOrder>,
        prefix: &str,
    ) -> Result<()> {
        let run_no = RunNo::parse(run_no).map_err(kernel::Error::fault)?;
        let made = Run::prepared(cx, run_no, wo_id, line_id, route_version_id, self.plan_qty, self.unit_creation);
        let mut run = Run { status: self.status, ..made };
        cx.add(&mut run)?;
        let Some(head) = RunHead::find(cx, &run.run_no)? else { return Ok(()) };
        let first = self.steps.first().map_or(10, |s| s.step_no);
        let sns: Result<Vec<Sn>, String> = (1..=self.units).map(|n| Sn::parse(&format!("{prefix}{n:04}"))).collect();
        crate::unit::create::insert(cx, &head, first, &sns.map_err(kernel::Error::fault)?)?;
        cx.run(
            sql!(
                "update work_order set run_seq = run_seq + 1, runs_open = runs_open + 1, qty_allocated = qty_allocated + $2
                 where id = $1"
            ),
            p![wo_id, self.plan_qty],
        )?;
        let mut tally = Tally::of(head.id, head.status);
        tally.joined(Place { status: UnitStatus::Queued, step_no: Some(first) }, self.units as i64);
        tally.write(cx)
    }
}

fn line(cx: &mut Cx<'_>, code: &str) -> Result<Id<Line>> {
    let code = LineCode::parse(code).map_err(kernel::Error::fault)?;
    let mut line = Line {
        id: Id::of(0),
        code_key: code.key(),
        name: code.to_string(),
        code,
        process_type: ProcessType::Smt,
        is_active: true,
        timezone: None,
        meta: None,
        version: 1,
    };
    cx.add(&mut line)?;
    Ok(line.id)
}

fn operation_and_group(cx: &mut Cx<'_>, code: &str) -> Result<()> {
    let group = StationGroupCode::parse(code).map_err(kernel::Error::fault)?;
    let (code_key, name) = (group.key(), group.to_string());
    cx.add(&mut StationGroup { id: Id::of(0), code: group, code_key, name, meta: None, version: 1 })?;
    let operation = OperationCode::parse(code).map_err(kernel::Error::fault)?;
    cx.add(&mut Operation {
        id: Id::of(0),
        code_key: operation.key(),
        name: operation.to_string(),
        code: operation,
        default_type: Some(StationType::Manual),
        is_key_quality: false,
        source: OperationSource::Mes,
        needs_review: false,
        is_active: true,
        version: 1,
    })
}

fn station(cx: &mut Cx<'_>, code: &str, line_id: Option<Id<Line>>, group: &str) -> Result<()> {
    let group_id: Option<Id<StationGroup>> =
        cx.value(sql!("select id from station_group where code_key = $1"), p![kernel::code::fold(group)])?;
    let code = StationCode::parse(code).map_err(kernel::Error::fault)?;
    cx.add(&mut Station {
        id: Id::of(0),
        code_key: code.key(),
        name: code.to_string(),
        equipment_code: code.to_string(),
        code,
        line_id,
        group_id,
        station_type: StationType::Manual,
        is_active: true,
        equipment_required: false,
        capacity: None,
        meta: None,
        version: 1,
    })
}

fn version(cx: &mut Cx<'_>, steps: &[Step]) -> Result<Id<RouteVersion>> {
    let code = RouteCode::parse("R-1").map_err(kernel::Error::fault)?;
    let mut route = Route {
        id: Id::of(0),
        code_key: code.key(),
        name: "Route 1".into(),
        code,
        source_system: RouteSource::Mes,
        source_key: None,
        product_code: Some("P-1".into()),
        product_key: Some("p-1".into()),
        process_type: ProcessType::Smt,
        revision: None,
        is_active: true,
        effective_from: None,
        effective_to: None,
        fai_template_code: None,
        fai_trial_scope: None,
        unit_creation: None,
        latest_version_no: 1,
        needs_compile: false,
        changed_at: Instant::from_ms(0),
        version: 1,
    };
    cx.add(&mut route)?;
    let snapshot = Snapshot {
        route: SnapshotRoute {
            code: "R-1".into(),
            source_system: "MES".into(),
            source_key: None,
            product_code: Some("P-1".into()),
            process_type: ProcessType::Smt,
            fai_template: None,
            fai_trial_scope: None,
            other: Default::default(),
        },
        steps: steps.to_vec(),
        frozen: Default::default(),
    };
    let mut version = RouteVersion {
        id: Id::of(0),
        route_id: route.id,
        version_no: 1,
        status: VersionStatus::Ready,
        snapshot: serde_json::to_string(&snapshot).map_err(|e| kernel::Error::fault(e.to_string()))?,
        snapshot_hash: "tiny".into(),
        errors: json!([]),
        warnings: json!([]),
        stale: false,
        compiled_at: cx.now,
        compiled_by: "takt".into(),
        version: 1,
    };
    cx.add(&mut version)?;
    Ok(version.id)
}

fn order(cx: &mut Cx<'_>, wo_no: &str) -> Result<Id<WorkOrder>> {
    let wo_no = WoNo::parse(wo_no).map_err(kernel::Error::fault)?;
    let product_code = ProductCode::parse("P-1").map_err(kernel::Error::fault)?;
    let received = WorkOrder::received(cx, wo_no, product_code, Qty::whole(1000));
    let mut order = WorkOrder { status: OrderStatus::InProgress, ..received };
    cx.add(&mut order)?;
    Ok(order.id)
}
