//! What a setting was.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::refusals::CONFIG_NOT_FOUND;
use engine::settings;
use engine::{Need, Permit, get};
use serde_json::Value as Json;

/// The changes of one setting, newest first; `before` is null where the default was.
pub static CONFIG_CHANGES: Listing = Listing {
    name: "config_changes",
    route: get("/system/config/{key}/history"),
    need: Need::Any(&[Permit::SystemConfig]),
    columns: &[
        Column::new("version", "c.version", Kind::Int),
        Column::new("before", "c.before_value", Kind::Json),
        Column::new("after", "c.after_value", Kind::Json),
        Column::new("changedAt", "c.changed_at", Kind::Time),
        Column::new("changedBy", "c.changed_by", Kind::Text),
        Column::new("reason", "c.reason", Kind::Text),
    ],
    from: "setting_change c",
    conditions: "and c.scope_type = 'GLOBAL'",
    key: "c.id",
    filters: &[Filter::new("key", "c.key = $", By::Exact).in_path()],
    sorts: &[Sort::new("id", "c.id", Kind::Int)],
    descending: true,
    parent: Some(|_, fields| {
        let key = fields.get("key").and_then(Json::as_str).unwrap_or_default();
        match settings::find(key) {
            Some(_) => Ok(()),
            None => Err(CONFIG_NOT_FOUND.with("key", key).into()),
        }
    }),
    finish: None,
};
