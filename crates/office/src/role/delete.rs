//! Delete a role nobody has.

use engine::{Ask, Command, Cx, Done, Entity, Need, Permit, Route, delete};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ROLE_IN_USE, ROLE_NOT_FOUND, ROLE_SYSTEM_LOCKED, Role, RoleCode};
use crate::RoleChanged;

/// Delete a role: refuses ROLE_NOT_FOUND, ROLE_SYSTEM_LOCKED for one that comes with Takt, ROLE_IN_USE while people have it.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteRole {
    pub code: RoleCode,
}

impl Command for DeleteRole {
    type Loaded = Role;
    type Output = Done;
    const NAME: &'static str = "role.delete";
    const ROUTE: Route = delete("/roles/{code}");
    const PERMIT: Need = Need::Any(&[Permit::SystemRoleManage]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("role", &self.code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Role> {
        let role = ask.need(Role::to_change(cx, &self.code)?, || ROLE_NOT_FOUND.with("role", &self.code))?;
        ask.part(cx.unchanged(role.version))?;
        ask.that(!role.is_system, || ROLE_SYSTEM_LOCKED.with("role", &role.code))?;
        let count = role.holders(cx)?.len();
        ask.that(count == 0, || ROLE_IN_USE.with("role", &role.code).with("count", count))?;
        Ok(role)
    }

    fn run(self, role: Role, cx: &mut Cx<'_>) -> Result<Done> {
        cx.remove(&role)?;
        cx.emit(RoleChanged { role_code: role.code.to_string(), change: "DELETED".into() })?;
        Ok(Done::OK)
    }
}
