//! The audit trail to read: one's own rows always, everybody's with `audit:read` for the whole plant (R-PLAT-054).

pub mod get;
pub mod history;
pub mod list;
pub mod verify;

use engine::{Cx, Need, Permit, Registry, sql};
use kernel::code::fold;
use kernel::error::REFUSALS;
use kernel::{Kind, Refusal, Result, p};
use serde_json::Value as Json;

pub fn register(registry: &mut Registry) {
    registry.query::<get::GetAudit>().query::<verify::VerifyAudit>();
    own_rows(registry, &list::AUDIT_LOGS);
    own_rows(registry, &history::HISTORY);
}

/// Offer a list of rows to everybody, but to whoever may not read all only his own.
fn own_rows(registry: &mut Registry, listing: &'static engine::listing::Listing) {
    let mut entry = listing.entry();
    entry.export = Need::Any(&[Permit::AuditExport]);
    entry.ask = Box::new(move |fields, cx: &Cx<'_>| {
        let mut fields = fields;
        sought(&mut fields);
        whose(cx, &mut fields)?;
        let page = listing.page(cx, &fields)?;
        serde_json::to_string(&page).map_err(|e| kernel::Error::fault(e.to_string()))
    });
    registry.query_entry(entry);
}

/// Whose rows are asked for, spelled as the trail spells names. Without the right to read all it is the asker's own;
/// asking for another's is refused with what is missing.
fn whose(cx: &Cx<'_>, fields: &mut Json) -> Result<()> {
    let Json::Object(fields) = fields else { return Ok(()) };
    let asked = fields.get("actor").and_then(Json::as_str).map(fold);
    let me = cx.actor();
    let name: Option<String> = match asked {
        Some(asked) if me.reads_trail() => {
            cx.value(sql!("select name from principal where name_key = $1"), p![asked])?
        }
        None if me.reads_trail() => None,
        Some(asked) if asked != fold(&me.name) => {
            return Err(engine::perform::forbidden(&[Permit::AuditRead]).into());
        }
        _ => Some(me.name.clone()),
    };
    if let Some(name) = name {
        fields.insert("actor".into(), name.into());
    }
    Ok(())
}

/// What somebody seeks by one word: the reference of a request, the code of a refusal, else the key of a thing.
fn sought(fields: &mut Json) {
    let Some(fields) = fields.as_object_mut() else { return };
    let Some(word) = fields.get("q").and_then(Json::as_str).map(|word| word.trim().to_string()) else { return };
    let is = match &word {
        word if engine::request::began(word).is_some() => "requestId",
        word if REFUSALS.iter().any(|def| def.code == word) => "errorCode",
        _ => return,
    };
    if !fields.contains_key(is) {
        fields.remove("q");
        fields.insert(is.into(), word.into());
    }
}

/// Whoever is signed in may ask; what is shown is a question of his rights.
pub(crate) const ANYBODY: Need = Need::Session;

/// The sentence of a recorded refusal in the reader's language; an unknown code stays as it is.
pub(crate) fn said(cx: &Cx<'_>, code: &str, params: Option<&Json>) -> String {
    let Some(def) = REFUSALS.iter().find(|def| def.code == code) else { return code.to_string() };
    let params = params.and_then(Json::as_object).cloned().unwrap_or_default();
    let refusal = Refusal { def, kind: Kind::Conflict, params, errors: vec![] };
    engine::words::refusal(cx.actor().lang, &refusal)
}
