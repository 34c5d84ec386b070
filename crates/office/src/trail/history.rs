//! What happened to one thing.

use engine::get;
use engine::listing::{By, Filter, Kind, Listing, Sort};

use super::ANYBODY;
use super::list::{AuditStatus, COLUMNS, KEY, with_sentences};

/// The audit rows about one thing, newest first, also those refused under its code in another case: `GET /history/run/RUN-1`.
pub static HISTORY: Listing = Listing {
    name: "history",
    route: get("/history/{entityType}/{entityKey}"),
    need: ANYBODY,
    columns: COLUMNS,
    from: "audit a left join audit_seal s on s.audit_id = a.id",
    conditions: "",
    key: "a.id",
    filters: &[
        Filter::new("entityType", "a.entity_type = $", By::Exact).in_path(),
        Filter::new("entityKey", KEY, By::Cased("a.entity_fold")).in_path(),
        Filter::new("actor", "a.actor = $", By::Exact),
        Filter::new("status", "a.status = $", By::Word("AuditStatus", AuditStatus::WORDS)),
    ],
    sorts: &[Sort::new("at", "a.at", Kind::Time)],
    descending: true,
    parent: None,
    finish: Some(with_sentences),
};
