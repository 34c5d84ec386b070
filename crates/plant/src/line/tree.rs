//! The plant at one glance: lines with their stations.

use std::collections::BTreeMap;

use engine::{Cx, Need, Permit, Query, Route, get, sql};
use kernel::{Id, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Line, LineView};
use crate::station::StationView;

/// The lines the asker may see with their stations, and the stations that serve any line.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlantTree {}

/// Lines by code, each with its stations by code; then the stations without a line.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tree {
    pub lines: Vec<Branch>,
    pub stations: Vec<StationView>,
}

/// A line with its stations.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Branch {
    #[serde(flatten)]
    pub line: LineView,
    pub stations: Vec<StationView>,
}

impl Query for PlantTree {
    type Output = Tree;
    const NAME: &'static str = "plant.tree";
    const ROUTE: Route = get("/lines/tree");
    const PERMIT: Need = Need::Any(&[Permit::StationRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<Tree> {
        let lines: Vec<Line> = cx.all(
            sql!(
                "select l.id, l.code, l.code_key, l.name, l.process_type, l.is_active, l.timezone, l.meta, l.version
                 from line l where 1 = 1 {scope: l.id} order by l.code_key limit 1000"
            ),
            [],
        )?;
        let mut by_line: BTreeMap<Option<Id<Line>>, Vec<StationView>> = BTreeMap::new();
        for (line, station) in StationView::all(cx)? {
            by_line.entry(line).or_default().push(station);
        }
        let stations = by_line.remove(&None).unwrap_or_default();
        let branch =
            |line: Line| Branch { stations: by_line.remove(&Some(line.id)).unwrap_or_default(), line: line.view() };
        Ok(Tree { lines: lines.into_iter().map(branch).collect(), stations })
    }
}
