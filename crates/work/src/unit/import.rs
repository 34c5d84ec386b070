//! Importing units: serials that came from elsewhere, on labels or from the customer.

use std::collections::HashSet;

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, post};
use kernel::code::Sn;
use kernel::error::VALIDATION_FAILED;
use kernel::{Refusal, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::SN_DUPLICATE_IN_REQUEST;
use super::create::{Room, all_free, create, room_for};
use super::generate::Generated;
use crate::run::RunNo;

/// Create units with given serials: all of them, or none (R-CORE-117).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportUnits {
    pub run_no: RunNo,
    #[schemars(length(min = 1, max = 10_000))]
    pub sns: Vec<Sn>,
}

impl Command for ImportUnits {
    type Loaded = Room;
    type Output = Generated;
    const NAME: &'static str = "unit.import";
    const ROUTE: Route = post("/runs/{runNo}/import-units");
    const PERMIT: Need = Need::Any(&[Permit::UnitCreate]);

    fn entity(&self) -> Entity {
        Entity::of("run", &self.run_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Room> {
        let possible = (1..=10_000).contains(&self.sns.len());
        ask.need(possible.then_some(()), || Refusal::from(VALIDATION_FAILED).at("/sns"))?;
        let mut seen = HashSet::with_capacity(self.sns.len());
        let twice = self.sns.iter().enumerate().find(|(_, sn)| !seen.insert(sn.as_str()));
        let room = room_for(cx, ask, &self.run_no, self.sns.len() as i64)?;
        if let Some((i, sn)) = twice {
            ask.that(false, || SN_DUPLICATE_IN_REQUEST.with("sn", sn).at(format!("/sns/{i}")))?;
        }
        all_free(cx, ask, &self.sns)?;
        Ok(room)
    }

    fn run(self, room: Room, cx: &mut Cx<'_>) -> Result<Generated> {
        create(cx, &room, &self.sns, "IMPORTED")?;
        Ok(Generated { generated: self.sns.len(), units: self.sns })
    }
}
