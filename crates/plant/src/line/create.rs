//! Create a line.

use engine::refusals::{CODE_RESERVED, LINE_FORBIDDEN};
use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, post, sql};
use kernel::code::Name;
use kernel::{Id, Result, p};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{LINE_CODE_DUPLICATE, Line, LineCode, LineView, RESERVED};
use crate::ProcessType;
use crate::common::{Change, Meta, Zone, fields_given, yes};

/// Create a line (R-CORE-020). Whoever may configure only some lines makes no new ones.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateLine {
    pub code: LineCode,
    pub name: Name,
    pub process_type: ProcessType,
    #[serde(default = "yes")]
    pub is_active: bool,
    pub timezone: Option<Zone>,
    pub meta: Option<Meta>,
}

impl Command for CreateLine {
    type Loaded = ();
    type Output = LineView;
    const NAME: &'static str = "line.create";
    const ROUTE: Route = post("/lines");
    const PERMIT: Need = Need::Any(&[Permit::LineConfig]);

    fn entity(&self) -> Entity {
        Entity::of("line", &self.code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<()> {
        ask.that(cx.reaches_line(None), || LINE_FORBIDDEN.with("line", &self.code))?;
        free(cx, ask, &self.code)
    }

    fn run(self, (): (), cx: &mut Cx<'_>) -> Result<LineView> {
        let mut line = Line {
            id: Id::of(0),
            code_key: self.code.key(),
            code: self.code,
            name: self.name.to_string(),
            process_type: self.process_type,
            is_active: self.is_active,
            timezone: self.timezone.map(Zone::into_name),
            meta: self.meta.map(Meta::into_json),
            version: 1,
        };
        cx.add(&mut line).map_err(|e| e.taken_as(LINE_CODE_DUPLICATE.with("line", &line.code)))?;
        cx.created();
        cx.emit(line.changed(Change::Created, fields_given(&line)))?;
        Ok(line.view())
    }
}

/// Whether a code may be given to a line.
pub(super) fn free(cx: &Cx<'_>, ask: &mut Ask, code: &LineCode) -> Result<()> {
    let key = code.key();
    ask.that(!RESERVED.contains(&key.as_str()), || CODE_RESERVED.with("code", code))?;
    let taken = cx.exists(sql!("select 1 from line where code_key = $1"), p![key])?;
    ask.that(!taken, || LINE_CODE_DUPLICATE.with("line", code))
}
