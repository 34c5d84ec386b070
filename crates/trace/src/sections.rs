//! The sections of a unit's trace: each is a list of its own, over every run the unit was in (R-CORE-211, R-CORE-213).

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::registry::QueryEntry;
use engine::{Cx, Need, Permit, get, sql, words};
use kernel::{Error, Id, Result, p};
use plant::data_spec::DataSpec;
use plant::snapshot::FrozenRoute;
use serde_json::{Map, Value as Json, json};
use work::unit::UNIT_NOT_FOUND;

/// A section: its name in the trace of a unit, and the list that pages it.
pub struct Section {
    pub name: &'static str,
    pub listing: &'static Listing,
}

impl Section {
    /// A page of the section; of the trail whoever may not read everybody's rows sees his own (R-PLAT-054).
    pub fn page(&self, cx: &Cx<'_>, mut fields: Json) -> Result<Json> {
        if self.name == "history" && !cx.actor().reads_trail() {
            fields["by"] = cx.actor().name.as_str().into();
        }
        self.listing.page(cx, &fields)
    }

    /// The section as a question of its own.
    pub fn entry(&'static self) -> QueryEntry {
        let ask = move |fields, cx: &Cx<'_>| {
            serde_json::to_string(&self.page(cx, fields)?).map_err(|e| Error::fault(e.to_string()))
        };
        QueryEntry { export: Need::Any(&[Permit::TraceExport]), ask: Box::new(ask), ..self.listing.entry() }
    }
}

/// The sections that exist, in the order in which a trace shows them.
pub static ALL: &[Section] = &[
    Section { name: "tracks", listing: &TRACKS },
    Section { name: "dataValues", listing: &VALUES },
    Section { name: "defects", listing: &DEFECTS },
    Section { name: "holds", listing: &HOLDS },
    Section { name: "history", listing: &HISTORY },
];

const NEED: Need = Need::Any(&[Permit::TraceRead]);

/// The times in stations, each labelled by the route version it ran under.
pub static TRACKS: Listing = Listing {
    name: "trace_tracks",
    route: get("/trace/units/{sn}/tracks"),
    need: NEED,
    columns: &[
        Column::new("stepNo", "t.step_no", Kind::Int),
        // What the step is called stands in the frozen version, read once and kept: filled in after reading.
        Column::new("operation", "cast(t.route_version_id as text)", Kind::Text),
        Column::new("stationCode", "s.code", Kind::Code).link("/mes/stations/{stationCode}"),
        Column::new("source", "t.source", Kind::Word("StationType")),
        Column::new("inAt", "t.in_at", Kind::Time),
        Column::new("outAt", "t.out_at", Kind::Time),
        Column::new("result", "t.result", Kind::Word("Verdict")),
        Column::new("resultRequested", "t.result_requested", Kind::Word("Verdict")).hidden(),
        Column::new("resultReasons", "t.result_reasons", Kind::Json).hidden(),
        Column::new("operatorId", "coalesce(t.out_operator_id, t.operator_id)", Kind::Text),
        Column::new("inBy", "t.in_by", Kind::Text).hidden(),
        Column::new("outBy", "t.out_by", Kind::Text).hidden(),
        Column::new("runNo", "r.run_no", Kind::Code).link("/mes/runs/{runNo}"),
        Column::new("attempt", "t.attempt", Kind::Int),
        Column::new("executionMode", "t.execution_mode", Kind::Word("ExecutionMode")).hidden(),
        Column::new("faiNo", "t.fai_no", Kind::Code).hidden(),
        Column::new("voided", "case when t.voided_at is null then 0 else 1 end", Kind::Bool),
        Column::new("voidedAt", "t.voided_at", Kind::Time).hidden(),
        Column::new("voidedBy", "t.voided_by", Kind::Text).hidden(),
        Column::new("voidReason", "t.void_reason", Kind::Text).hidden(),
        Column::new("trackId", "u.sn || '#' || cast(t.n as text)", Kind::Code),
        Column::new("routeVersionId", "rt.code || '@' || cast(rv.version_no as text)", Kind::Code).hidden(),
    ],
    from: "unit u join track t on t.unit_id = u.id join run r on r.id = t.run_id join station s on s.id = t.station_id
           join route_version rv on rv.id = t.route_version_id join route rt on rt.id = rv.route_id",
    conditions: "{scope: r.line_id}",
    key: "t.n",
    filters: &[
        Filter::new("sn", "u.sn = $", By::Exact).in_path(),
        Filter::new("runNo", "r.run_key = $", By::Code("runs")),
    ],
    sorts: &[Sort::new("n", "t.n", Kind::Int)],
    descending: false,
    parent: Some(is_known),
    finish: Some(named),
};

/// What was measured, also the values that were corrected.
pub static VALUES: Listing = Listing {
    name: "trace_data_values",
    route: get("/trace/units/{sn}/dataValues"),
    need: NEED,
    columns: &[
        Column::new("name", "v.name", Kind::Text),
        Column::new(
            "value",
            "coalesce(v.value_text, v.value_json, cast(v.value_number as text),
                 case v.value_boolean when 1 then 'true' when 0 then 'false' end)",
            Kind::Text,
        ),
        Column::new("valueNumber", "v.value_number", Kind::Real).hidden(),
        Column::new("unit", "v.unit", Kind::Text),
        // The limits stand in the frozen version: filled in after reading.
        Column::new("limits", "cast(t.route_version_id as text)", Kind::Text),
        Column::new("judge", "v.judge", Kind::Word("Judge")),
        Column::new("sourceJudge", "v.source_judge", Kind::Word("Judge")).hidden(),
        Column::new("alarmed", "v.alarmed", Kind::Bool),
        Column::new("source", "v.source", Kind::Word("Method")),
        Column::new("collectedAt", "v.collected_at", Kind::Time),
        Column::new("trackId", "u.sn || '#' || cast(t.n as text)", Kind::Code),
        Column::new("stepNo", "t.step_no", Kind::Int),
        Column::new("revision", "v.revision", Kind::Int).hidden(),
        Column::new("by", "v.by_name", Kind::Text).hidden(),
        Column::new("superseded", "case when v.superseded_by_id is null then 0 else 1 end", Kind::Bool),
        Column::new("reason", "v.reason", Kind::Text).hidden(),
    ],
    from: "unit u join track t on t.unit_id = u.id join data_value v on v.track_id = t.id join run r on r.id = t.run_id",
    conditions: "{scope: r.line_id}",
    key: "v.id",
    filters: &[Filter::new("sn", "u.sn = $", By::Exact).in_path()],
    sorts: &[Sort::new("recorded", "v.id", Kind::Int)],
    descending: false,
    parent: Some(is_known),
    finish: Some(limited),
};

/// What was found wrong at stations.
pub static DEFECTS: Listing = Listing {
    name: "trace_defects",
    route: get("/trace/units/{sn}/defects"),
    need: NEED,
    columns: &[
        Column::new("defectCode", "d.code", Kind::Code),
        Column::new("location", "d.location", Kind::Text),
        Column::new("qty", "d.qty", Kind::Int),
        Column::new("remark", "d.remark", Kind::Text),
        Column::new("stepNo", "t.step_no", Kind::Int),
        Column::new("stationCode", "s.code", Kind::Code),
        Column::new("at", "t.out_at", Kind::Time),
        Column::new("trackId", "u.sn || '#' || cast(t.n as text)", Kind::Code),
    ],
    from:
        "unit u join track t on t.unit_id = u.id join track_defect d on d.track_id = t.id join run r on r.id = t.run_id
           join station s on s.id = t.station_id",
    conditions: "{scope: r.line_id}",
    key: "d.id",
    filters: &[Filter::new("sn", "u.sn = $", By::Exact).in_path()],
    sorts: &[Sort::new("recorded", "d.id", Kind::Int)],
    descending: false,
    parent: Some(is_known),
    finish: None,
};

/// The holds of the unit, open and ended.
pub static HOLDS: Listing = Listing {
    name: "trace_holds",
    route: get("/trace/units/{sn}/holds"),
    need: NEED,
    columns: &[
        Column::new("kind", "h.kind", Kind::Word("UnitHoldKind")),
        Column::new("sourceNo", "h.source_no", Kind::Code),
        Column::new("reason", "h.reason", Kind::Text),
        Column::new("by", "h.by_name", Kind::Text),
        Column::new("at", "h.at", Kind::Time),
        Column::new("releasedAt", "h.ended_at", Kind::Time),
        Column::new("releasedBy", "h.ended_by", Kind::Text),
        Column::new("releaseReason", "h.end_reason", Kind::Text),
    ],
    from: "unit u join unit_hold h on h.unit_id = u.id left join run r on r.id = u.run_id",
    conditions: "{scope: r.line_id or null}",
    key: "h.id",
    filters: &[Filter::new("sn", "u.sn = $", By::Exact).in_path()],
    sorts: &[Sort::new("opened", "h.id", Kind::Int)],
    descending: false,
    parent: Some(is_known),
    finish: None,
};

/// Who did what to the unit, from the audit trail, refused calls too.
pub static HISTORY: Listing = Listing {
    name: "trace_history",
    route: get("/trace/units/{sn}/history"),
    need: NEED,
    columns: &[
        Column::new("at", "a.at", Kind::Time),
        Column::new("action", "a.action", Kind::Code),
        Column::new("by", "a.actor", Kind::Text),
        Column::new("status", "a.status", Kind::Text),
        Column::new("code", "a.error_code", Kind::Code),
        Column::new("reason", "a.reason", Kind::Text),
        Column::new("lineCode", "a.line_code", Kind::Code),
        Column::new("stationCode", "a.station_code", Kind::Code),
        Column::new("diff", "a.diff", Kind::Json).hidden(),
    ],
    from: "audit a left join line l on l.code = a.line_code",
    conditions: "and a.entity_type = 'unit' {scope: l.id or null}",
    key: "a.id",
    filters: &[
        Filter::new("sn", "a.entity_key = $", By::Cased("a.entity_fold")).in_path(),
        Filter::new("by", "a.actor = $", By::Exact),
    ],
    sorts: &[Sort::new("recorded", "a.at", Kind::Time)],
    descending: false,
    parent: Some(is_known),
    finish: None,
};

/// 404 `UNIT_NOT_FOUND` for a serial that nobody issued, or that is out of scope.
fn is_known(cx: &Cx<'_>, fields: &Json) -> Result<()> {
    let sn = fields.get("sn").and_then(Json::as_str).unwrap_or_default();
    let sn = kernel::code::clean(sn, 200).unwrap_or_default();
    let known = cx.exists(
        sql!("select 1 from unit u left join run r on r.id = u.run_id where u.sn = $1 {scope: r.line_id or null}"),
        p![sn],
    )?;
    if known { Ok(()) } else { Err(UNIT_NOT_FOUND.with("sn", sn).into()) }
}

/// The frozen step of a row, whose named column carries the version it ran under.
fn frozen_step<T>(
    cx: &Cx<'_>,
    row: &Map<String, Json>,
    column: &str,
    read: impl FnOnce(&plant::snapshot::Step) -> T,
) -> Result<Option<T>> {
    let version = row.get(column).and_then(Json::as_str).and_then(|id| id.parse().ok());
    let step_no = row.get("stepNo").and_then(Json::as_u64).and_then(|n| u32::try_from(n).ok());
    let (Some(version), Some(step_no)) = (version, step_no) else { return Ok(None) };
    let route = FrozenRoute::get(cx, Id::of(version))?;
    Ok(route.as_ref().and_then(|r| r.step(step_no)).map(read))
}

/// Name the operation of each track as its own version calls it, and put reasons into sentences.
fn named(cx: &Cx<'_>, rows: &mut [Map<String, Json>]) -> Result<()> {
    for row in rows {
        let operation = frozen_step(cx, row, "operation", |s| s.operation_name.clone())?;
        row.insert("operation".into(), operation.map_or(Json::Null, Json::from));
        let Some(Json::Array(reasons)) = row.get_mut("resultReasons") else {
            row.insert("resultReasons".into(), json!([]));
            continue;
        };
        for reason in reasons.iter_mut() {
            let code = reason["code"].as_str().unwrap_or_default();
            let name = reason["name"].as_str().unwrap_or_default().to_string();
            let key = format!("result-reason-{code}");
            reason["detail"] = words::say(cx.actor().lang, &key, [("name", Json::from(name))]).into();
        }
    }
    Ok(())
}

/// The limits each value was judged by, as people read them: `240–250`, `≥ 3`.
fn limited(cx: &Cx<'_>, rows: &mut [Map<String, Json>]) -> Result<()> {
    for row in rows {
        let name = row.get("name").and_then(Json::as_str).unwrap_or_default().to_string();
        let revision = row.get("revision").and_then(Json::as_i64).unwrap_or_default();
        let step = frozen_step(cx, row, "limits", |step| {
            let frozen = step.data_specs.iter().find(|s| s.name == name && s.revision == revision);
            (step.operation_code.clone(), frozen.map(|s| s.spec.clone()))
        })?;
        let limits = match step {
            // A value the step did not ask for was judged by the spec as it stood then.
            Some((operation, None)) => DataSpec::at_revision(cx, &operation, &name, revision)?.map(|said| said.spec),
            Some((_, frozen)) => frozen,
            None => None,
        };
        let said = limits.and_then(|limits| match (limits.lsl, limits.usl) {
            (Some(low), Some(high)) => Some(format!("{low}–{high}")),
            (Some(low), None) => Some(format!("≥ {low}")),
            (None, Some(high)) => Some(format!("≤ {high}")),
            (None, None) => None,
        });
        row.insert("limits".into(), said.map_or(Json::Null, Json::from));
        if let Some(number) = row.get("valueNumber").filter(|n| n.is_number()) {
            // The same text on both engines.
            let text = number.to_string();
            row.insert("value".into(), text.strip_suffix(".0").unwrap_or(&text).into());
        }
    }
    Ok(())
}
