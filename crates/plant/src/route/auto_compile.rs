//! What follows from an edit: the route is compiled at once, in the same transaction (R-CORE-073).

use engine::Cx;
use engine::event::Happened;
use kernel::Result;
use serde_json::Value as Json;

use super::compile::{Asked, compile, has_live_steps};
use super::{AUTO_COMPILE, Route, RouteChange, RouteCode};

/// Compile a changed route, unless the policy is off, it has no steps yet, or only what it inherits changed.
pub fn compile_changed_route(cx: &mut Cx<'_>, happened: &Happened) -> Result<()> {
    let word = |name: &str| happened.payload.get(name).and_then(Json::as_str).unwrap_or_default();
    let is_shared = word("change") == RouteChange::SharedConfig.word();
    if is_shared || !cx.setting(&AUTO_COMPILE)? {
        return Ok(());
    }
    let Ok(code) = RouteCode::parse(word("routingCode")) else { return Ok(()) };
    let Some(route) = Route::find_for_change(cx, &code)? else { return Ok(()) };
    if has_live_steps(cx, &route)? {
        compile(cx, &route, Asked::ByChange)?;
    }
    Ok(())
}
