//! The stations as they are, for telling people where a board belongs. Kept in memory and read again when a station or line
//! has changed; used to name stations, never to judge.

use std::sync::Arc;

use engine::latest::Latest;
use engine::{Cx, row, sql};
use kernel::{Error, Id, Result};
use plant::StationType;
use plant::line::Line;
use plant::route::RouteVersion;
use plant::snapshot::{FrozenRoute, Step};
use schemars::JsonSchema;
use serde::Serialize;

row! {
    /// An active station.
    pub struct Bench {
        pub code: String,
        pub line_id: Option<Id<Line>>,
        pub group_code: Option<String>,
        pub station_type: StationType,
    }
}

/// The active stations, by code.
pub struct Floor {
    stations: Vec<Bench>,
}

/// A step as people read it, with the stations of a line that do it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepAt {
    pub step_no: u32,
    pub operation_code: String,
    pub operation_name: String,
    pub eligible_stations: Vec<String>,
}

impl Floor {
    /// The stations as last committed.
    pub fn now(cx: &Cx<'_>) -> Result<Arc<Floor>> {
        let kept = cx.frozen::<Latest<Floor>>(0, || Ok(Some(Latest::default())))?;
        let kept = kept.ok_or_else(|| Error::fault("there is a place for the floor"))?;
        kept.get(cx, || {
            let stations = cx.all(
                sql!(
                    "select s.code, s.line_id, g.code as group_code, s.station_type
                     from station s left join station_group g on g.id = s.group_id
                     where s.is_active = 1 order by s.code_key"
                ),
                [],
            )?;
            Ok(Floor { stations })
        })
    }

    /// The stations that may do a step for a run of a line: the line's own and those that serve any line.
    pub fn eligible(&self, step: &Step, line: Id<Line>) -> Vec<String> {
        let here = self.stations.iter().filter(|s| s.line_id.is_none_or(|of| of == line));
        let fits = here.filter(|s| step.fits(s.station_type, &s.code, s.group_code.as_deref()));
        fits.map(|s| s.code.clone()).collect()
    }

    /// What is told from here on is heard at the stations that serve any line and do one of these steps: boards come to
    /// them, or leave their queues. The stations of the line itself hear it by their line (R-SCR-020).
    pub fn hears(cx: &mut Cx<'_>, steps: &[&Step]) -> Result<()> {
        let floor = Floor::now(cx)?;
        let anywhere = floor.stations.iter().filter(|s| s.line_id.is_none());
        let fits = |s: &&Bench| steps.iter().any(|step| step.fits(s.station_type, &s.code, s.group_code.as_deref()));
        cx.heard_at(anywhere.filter(fits).map(|s| s.code.clone()).collect());
        Ok(())
    }

    /// The same for all steps of a frozen route: what becomes of a run, its boards wherever they wait.
    pub fn hears_of_run(cx: &mut Cx<'_>, route: Id<RouteVersion>) -> Result<()> {
        let Some(route) = FrozenRoute::get(cx, route)? else { return Ok(()) };
        Floor::hears(cx, &route.snapshot.steps.iter().collect::<Vec<_>>())
    }

    /// A step with its stations.
    pub fn step(&self, step: &Step, line: Id<Line>) -> StepAt {
        StepAt {
            step_no: step.step_no,
            operation_code: step.operation_code.clone(),
            operation_name: step.operation_name.clone(),
            eligible_stations: self.eligible(step, line),
        }
    }
}
