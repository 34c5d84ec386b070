//! Generating units: serials from a prefix and a counter that never gives a number twice.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, post, sql};
use kernel::code::Sn;
use kernel::error::VALIDATION_FAILED;
use kernel::{Refusal, Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::create::{Room, all_free, create, room_for};
use crate::run::RunNo;

engine::settings! {
    /// What generated serials begin with; {runNo} stands for the number of the run
    pub SN_PREFIX: String = "unit.snPrefix", default "SN-{runNo}-".to_string();
}

/// The most units of one call.
pub const GENERATE_MAX: i64 = 10_000;

/// Generate serials for a run: prefix and a counter of at least four digits, each number once for run and prefix
/// (R-CORE-115, R-CORE-116). All of them are created, or none.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenerateUnits {
    pub run_no: RunNo,
    #[schemars(range(min = 1, max = 10_000))]
    pub quantity: u32,
    /// Absent: the setting `unit.snPrefix`.
    #[serde(default)]
    pub sn_prefix: Option<Sn>,
}

/// What was created.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Generated {
    pub generated: usize,
    pub units: Vec<Sn>,
}

impl GenerateUnits {
    fn prefix(&self, cx: &Cx<'_>, run: &RunNo) -> Result<String> {
        Ok(match &self.sn_prefix {
            Some(prefix) => prefix.to_string(),
            None => cx.setting(&SN_PREFIX)?.replace("{runNo}", run.as_str()),
        })
    }

    /// The serials that follow the given number.
    fn serials(&self, prefix: &str, after: i64) -> Result<Vec<Sn>> {
        let make = |n: i64| Sn::parse(&format!("{prefix}{n:04}"));
        let serials: Result<Vec<Sn>, String> = (after + 1..=after + i64::from(self.quantity)).map(make).collect();
        serials.map_err(|_| Refusal::from(VALIDATION_FAILED).at("/snPrefix").into())
    }
}

impl Command for GenerateUnits {
    type Loaded = (Room, String);
    type Output = Generated;
    const NAME: &'static str = "unit.generate";
    const ROUTE: Route = post("/runs/{runNo}/generate-units");
    const PERMIT: Need = Need::Any(&[Permit::UnitCreate, Permit::RunAuthorize]);

    fn entity(&self) -> Entity {
        Entity::of("run", &self.run_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<(Room, String)> {
        let possible = (1..=GENERATE_MAX).contains(&i64::from(self.quantity));
        ask.need(possible.then_some(()), || Refusal::from(VALIDATION_FAILED).at("/quantity"))?;
        let room = room_for(cx, ask, &self.run_no, i64::from(self.quantity))?;
        let prefix = self.prefix(cx, room.run_no())?;
        let counter = counter_of(&self.run_no, &prefix);
        let after: Option<i64> = cx.value(sql!("select value from counter where name = $1"), p![counter])?;
        all_free(cx, ask, &self.serials(&prefix, after.unwrap_or(0))?)?;
        Ok((room, prefix))
    }

    fn run(self, (room, prefix): (Room, String), cx: &mut Cx<'_>) -> Result<Generated> {
        let quantity = i64::from(self.quantity);
        let last = cx.count_by(&counter_of(&self.run_no, &prefix), quantity)?;
        let units = self.serials(&prefix, last - quantity)?;
        create(cx, &room, &units, "GENERATED")?;
        Ok(Generated { generated: units.len(), units })
    }
}

/// The counter of a run and prefix; both are in its name, so that it outlives deleted units.
fn counter_of(run_no: &RunNo, prefix: &str) -> String {
    format!("unit.sn:{}:{prefix}", run_no.key())
}
