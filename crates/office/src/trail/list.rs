//! The list of audit rows.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::{Cx, get};
use kernel::Result;
use serde_json::{Map, Value as Json};

use super::{ANYBODY, said};

kernel::words! {
    /// How a call ended.
    pub enum AuditStatus { Success = "SUCCESS", Fail = "FAIL" }
    /// What kind of actor asked.
    pub enum ActorType { User = "USER", Token = "TOKEN", System = "SYSTEM" }
}

/// What was asked and how it ended, newest first.
pub static AUDIT_LOGS: Listing = Listing {
    name: "audit_logs",
    route: get("/audit-logs"),
    need: ANYBODY,
    columns: COLUMNS,
    from: "audit a left join audit_seal s on s.audit_id = a.id",
    conditions: "",
    key: "a.id",
    filters: &[
        Filter::new("actor", "a.actor = $", By::Exact),
        Filter::new("entityType", "a.entity_type = $", By::Exact),
        Filter::new("entityKey", KEY, By::Cased("a.entity_fold")),
        Filter::new("action", "a.action = $", By::Exact),
        Filter::new("status", "a.status = $", By::Word("AuditStatus", AuditStatus::WORDS)),
        Filter::new("errorCode", "a.error_code = $", By::Exact),
        Filter::new("from", "a.at >= $", By::Time),
        Filter::new("to", "a.at < $", By::Time),
        Filter::new("requestId", "a.request_id = $", By::Request("a.at")),
        Filter::new("q", KEY, By::Cased("a.entity_fold")),
    ],
    sorts: &[Sort::new("at", "a.at", Kind::Time)],
    descending: true,
    parent: None,
    finish: Some(with_sentences),
};

/// A thing by its key. Serials and lots tell upper from lower case (core §0), so each of them has a history of its own; of a
/// code that was typed in another case also the refused calls count.
pub(super) const KEY: &str = "(a.entity_key = $ or a.entity_type not in ('unit', 'material_lot', 'data_value'))";

pub(super) const COLUMNS: &[Column] = &[
    Column::new("seq", "s.seq", Kind::Int).link("/system/audit-logs/{seq}"),
    Column::new("at", "a.at", Kind::Time),
    Column::new("actor", "a.actor", Kind::Code),
    Column::new("actorName", "a.actor_name", Kind::Text).hidden(),
    Column::new("actorType", "a.actor_type", Kind::Word("ActorType")).hidden(),
    Column::new("action", "a.action", Kind::Text),
    Column::new("entityType", "a.entity_type", Kind::Text),
    Column::new("entityKey", "a.entity_key", Kind::Code),
    Column::new("status", "a.status", Kind::Word("AuditStatus")),
    Column::new("errorCode", "a.error_code", Kind::Code),
    Column::new("errorMessage", "a.error_params", Kind::Text),
    Column::new("reason", "a.reason", Kind::Text),
    Column::new("lineCode", "a.line_code", Kind::Code),
    Column::new("stationCode", "a.station_code", Kind::Code),
    Column::new("requestId", "a.request_id", Kind::Code).hidden(),
    Column::new("ip", "a.ip", Kind::Text).hidden(),
];

/// The facts of a refusal become its sentence.
pub(super) fn with_sentences(cx: &Cx<'_>, rows: &mut [Map<String, Json>]) -> Result<()> {
    for row in rows {
        let Some(code) = row.get("errorCode").and_then(Json::as_str).map(str::to_string) else { continue };
        let facts = row.get("errorMessage").and_then(Json::as_str).and_then(|text| serde_json::from_str(text).ok());
        row.insert("errorMessage".into(), said(cx, &code, facts.as_ref()).into());
    }
    Ok(())
}
