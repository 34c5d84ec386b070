//! Handing over: whoever may not do the next step tells those who can (R-SCR-006).

use engine::perform::is_role;
use engine::{Ask, Command, Cx, Entity, LineOf, Need, Query, Route, post, sql};
use kernel::code::{Sn, Text};
use kernel::error::VALIDATION_FAILED;
use kernel::{Refusal, Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::run::{GetRun, RUN_NOT_FOUND, Run, RunNo};
use crate::track::at_hand::AtHand;
use crate::unit::UNIT_NOT_FOUND;
use crate::unit::get::GetUnit;
use crate::work_order::{GetOrder, WORK_ORDER_NOT_FOUND, WoNo, WorkOrder};

/// The same hand-over counts once in this time.
const ONCE_IN_MS: i64 = 10 * 60_000;
/// The most roles told at once.
const ROLES_MAX: usize = 12;

kernel::code! {
    /// The code of a role that is told.
    RoleName, max 64, pick "roles";
}

kernel::words! {
    /// What can be handed over.
    pub enum WorkObject { Order = "work_order", Run = "run", Unit = "unit" }
}

engine::events! {
    /// Somebody who may not do the next step told those who can
    HandedOver = "HANDOVER" { line_id: LineOf, entity_type: WorkObject, entity_key: String, roles: Vec<String> }
}

/// Tell roles that an object waits for them. Whoever reads the object may; told again within ten minutes, nobody is disturbed
/// twice. Unknown, out of sight or not to be read: `…_NOT_FOUND`.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Notify {
    pub entity_type: WorkObject,
    pub entity_key: Text<128>,
    /// Codes of 1 to 12 roles; those that nobody can have are passed over.
    #[schemars(length(min = 1, max = 12))]
    pub roles: Vec<RoleName>,
    /// Kept in the trail.
    pub message: Option<Text<500>>,
}

/// Whether they were told now; false when they were within the last ten minutes.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Notified {
    pub told: bool,
}

/// The number of the object as it is written, and its line.
pub struct Seen(String, Option<i64>);

impl Command for Notify {
    type Loaded = (Seen, Vec<String>);
    type Output = Notified;
    const NAME: &'static str = "handover.notify";
    const ROUTE: Route = post("/handovers");
    const PERMIT: Need = Need::Session;

    fn entity(&self) -> Entity {
        Entity::of(self.entity_type.word(), &self.entity_key)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Self::Loaded> {
        let need = match self.entity_type {
            WorkObject::Order => GetOrder::PERMIT,
            WorkObject::Run => GetRun::PERMIT,
            WorkObject::Unit => GetUnit::PERMIT,
        };
        let seen = cx.under(need.permits()).map(|sight| self.seen(&sight)).transpose()?.flatten();
        let seen = ask.need(seen, || self.unknown())?;
        let mut roles: Vec<String> = Vec::new();
        for role in &self.roles {
            if is_role(cx, role.as_str())? && !roles.iter().any(|known| known == role.as_str()) {
                roles.push(role.to_string());
            }
        }
        roles.sort();
        let possible = !roles.is_empty() && self.roles.len() <= ROLES_MAX;
        ask.that(possible, || Refusal::from(VALIDATION_FAILED).at("/roles"))?;
        Ok((seen, roles))
    }

    fn run(self, (Seen(entity_key, line), wanted): Self::Loaded, cx: &mut Cx<'_>) -> Result<Notified> {
        cx.run(sql!("delete from handover where told_at <= $1"), p![cx.now.plus_ms(-ONCE_IN_MS)])?;
        // Two who press at the same moment meet at this row: one of them tells.
        let add = sql!(
            "insert into handover (entity_type, entity_key, role, told_at) values ($1, $2, $3, $4)
             on conflict (entity_type, entity_key, role) do nothing"
        );
        let mut roles = Vec::new();
        for role in wanted {
            if cx.run(add, p![self.entity_type, entity_key, role, cx.now])? > 0 {
                roles.push(role);
            }
        }
        if roles.is_empty() {
            cx.quietly();
            return Ok(Notified { told: false });
        }
        cx.about(self.entity_type.word(), &entity_key);
        if let Some(message) = &self.message {
            cx.because(message);
        }
        cx.note("add", "roles", None, Some(roles.clone().into()));
        cx.emit(HandedOver { line_id: LineOf(line), entity_type: self.entity_type, entity_key, roles })?;
        Ok(Notified { told: true })
    }
}

impl Notify {
    /// The object as its reader sees it.
    fn seen(&self, sight: &Cx<'_>) -> Result<Option<Seen>> {
        let key = self.entity_key.as_str();
        Ok(match self.entity_type {
            WorkObject::Order => match WoNo::parse(key) {
                Ok(no) => WorkOrder::seen(sight, &no)?.map(|order| Seen(order.wo_no.to_string(), order.line_of().0)),
                Err(_) => None,
            },
            WorkObject::Run => match RunNo::parse(key) {
                Ok(no) => Run::seen(sight, &no)?.map(|run| Seen(run.run_no.to_string(), run.line_of().0)),
                Err(_) => None,
            },
            WorkObject::Unit => match Sn::parse(key) {
                Ok(sn) => AtHand::seen(sight, &sn)?
                    .map(|at| Seen(at.unit.sn.to_string(), at.run.map(|run| run.line_id.number()))),
                Err(_) => None,
            },
        })
    }

    fn unknown(&self) -> Refusal {
        match self.entity_type {
            WorkObject::Order => WORK_ORDER_NOT_FOUND.with("wo", &self.entity_key),
            WorkObject::Run => RUN_NOT_FOUND.with("run", &self.entity_key),
            WorkObject::Unit => UNIT_NOT_FOUND.with("sn", &self.entity_key),
        }
    }
}

/// What the hand-over brings.
pub fn register(registry: &mut engine::Registry) {
    registry.command::<Notify>();
}
