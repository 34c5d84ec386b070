//! One line with its stations.

use engine::{Cx, Need, Permit, Query, Route, get, sql};
use kernel::{Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LINE_NOT_FOUND, Line, LineCode, LineView};
use crate::station::StationView;

/// A line and the stations on it that the asker may see, by code.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetLine {
    pub line_code: LineCode,
}

/// A line with its stations.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineDetail {
    #[serde(flatten)]
    pub line: LineView,
    pub stations: Vec<StationView>,
}

impl Query for GetLine {
    type Output = LineDetail;
    const NAME: &'static str = "line.get";
    const ROUTE: Route = get("/lines/{lineCode}");
    const PERMIT: Need = Need::Any(&[Permit::StationRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<LineDetail> {
        let sql = sql!(
            "select l.id, l.code, l.code_key, l.name, l.process_type, l.is_active, l.timezone, l.meta, l.version
             from line l where l.code_key = $1 {scope: l.id}"
        );
        let found: Option<Line> = cx.one(sql, p![self.line_code.key()])?;
        let line = found.ok_or_else(|| LINE_NOT_FOUND.with("line", &self.line_code))?;
        Ok(LineDetail { stations: StationView::on_line(cx, line.id)?, line: line.view() })
    }
}
