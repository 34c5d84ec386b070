//! Edit a line.

use engine::refusals::{CODE_IMMUTABLE, LINE_FORBIDDEN};
use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, patch};
use kernel::Result;
use kernel::code::Name;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{CHANGE, LINE_CODE_DUPLICATE, LINE_NOT_FOUND, Line, LineCode, LineView, create};
use crate::common::{Change, Meta, Zone, fields_changed};

/// Edit a line; absent fields stay as they are, `null` clears. A line with open runs is not deactivated (R-CORE-022), and its
/// code changes only while nothing names it (R-CORE-020).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateLine {
    pub line_code: LineCode,
    pub code: Option<LineCode>,
    pub name: Option<Name>,
    pub is_active: Option<bool>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<Zone>")]
    pub timezone: Option<Option<Zone>>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<Meta>")]
    pub meta: Option<Option<Meta>>,
}

impl Command for UpdateLine {
    type Loaded = Line;
    type Output = LineView;
    const NAME: &'static str = "line.update";
    const ROUTE: Route = patch("/lines/{lineCode}");
    const PERMIT: Need = Need::Any(&[Permit::LineConfig]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("line", &self.line_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Line> {
        let line = mine(cx, ask, &self.line_code)?;
        if let Some(code) = self.code.as_ref().filter(|code| **code != line.code) {
            ask.that(line.dependants(cx)?.is_none(), || CODE_IMMUTABLE.with("code", &line.code))?;
            if code.key() != line.code_key {
                create::free(cx, ask, code)?;
            }
        }
        if line.is_active && self.is_active == Some(false) {
            ask.gate(cx, &CHANGE, &line)?;
        }
        Ok(line)
    }

    fn run(self, before: Line, cx: &mut Cx<'_>) -> Result<LineView> {
        let mut line = before.clone();
        if let Some(code) = self.code {
            line.code_key = code.key();
            line.code = code;
        }
        line.name = self.name.map_or(line.name, |name| name.to_string());
        line.is_active = self.is_active.unwrap_or(line.is_active);
        line.timezone = self.timezone.map_or(line.timezone, |zone| zone.map(Zone::into_name));
        line.meta = self.meta.map_or(line.meta, |meta| meta.map(Meta::into_json));
        save(cx, &before, &mut line)?;
        Ok(line.view())
    }
}

/// Load a line that the command will change: it exists, is in scope, and is what the caller saw.
pub(super) fn mine(cx: &Cx<'_>, ask: &mut Ask, code: &LineCode) -> Result<Line> {
    let line = ask.need(Line::to_change(cx, code)?, || LINE_NOT_FOUND.with("line", code))?;
    ask.that(cx.reaches_line(Some(line.id.number())), || LINE_FORBIDDEN.with("line", &line.code))?;
    ask.part(cx.unchanged(line.version))?;
    Ok(line)
}

/// Write what differs and tell it.
pub(super) fn save(cx: &mut Cx<'_>, before: &Line, line: &mut Line) -> Result<()> {
    let saved = cx.save(before, line).map_err(|e| e.taken_as(LINE_CODE_DUPLICATE.with("line", &line.code)))?;
    if saved {
        let ended = before.is_active && !line.is_active;
        let change = if ended { Change::Deactivated } else { Change::Updated };
        cx.emit(line.changed(change, fields_changed(before, line)))?;
    }
    Ok(())
}
