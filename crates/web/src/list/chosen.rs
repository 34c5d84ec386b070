//! Rows that are chosen for one command, and who takes the next step of a row (R-SCR-015, screens §5.1).

use engine::perform::may;
use serde_json::{Value as Json, json};

use crate::actor::Caller;
use crate::context::holders;
use crate::pages::Bulk;
use crate::{Door, words};

/// The button over chosen rows; none when the actor may never use it.
pub fn button(door: &Door, caller: &Caller, bulk: &Bulk) -> Option<Json> {
    let entry = door.engine.command(bulk.command)?;
    may(entry.need, &caller.actor).ok()?;
    let label = words::text(caller.lang, bulk.label, &[]);
    let prefill: serde_json::Map<String, Json> = bulk.prefill.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
    Some(
        json!({ "command": bulk.command, "field": bulk.field, "status": bulk.status, "label": label, "prefill": prefill }),
    )
}

/// Who takes the next step of a run: the roles that may do what its stage asks for.
pub fn next_roles(caller: &Caller, row: &Json) -> Option<String> {
    let permit = match (row["status"].as_str()?, row["stage"].as_str()?) {
        ("ON_HOLD", _) => "run:hold",
        (_, "authorize") => "run:authorize",
        // Whoever builds: repair tracks boards too, but builds none.
        (_, "execute") => "exec:data_collect",
        (_, "close") => "run:close",
        _ => return None,
    };
    Some(holders(caller.lang, permit).join(", "))
}
