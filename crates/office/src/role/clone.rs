//! A role like another.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, post};
use kernel::code::Name;
use kernel::{Id, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::create::{add, free};
use super::{ROLE_NOT_FOUND, Role, RoleCode, RoleView};
use crate::authority;

/// Copy a role under a new code, so that the plant may change it: refuses ROLE_NOT_FOUND, ROLE_CODE_RESERVED, CODE_DUPLICATE.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CloneRole {
    pub code: RoleCode,
    pub new_code: RoleCode,
    /// The other's name without it.
    pub name: Option<Name>,
}

impl Command for CloneRole {
    type Loaded = Role;
    type Output = RoleView;
    const NAME: &'static str = "role.clone";
    const ROUTE: Route = post("/roles/{code}/clone");
    const PERMIT: Need = Need::Any(&[Permit::SystemRoleManage]);

    fn entity(&self) -> Entity {
        Entity::of("role", &self.new_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Role> {
        let role = ask.need(Role::find(cx, &self.code)?, || ROLE_NOT_FOUND.with("role", &self.code))?;
        free(cx, ask, &self.new_code, "/newCode")?;
        authority::over(cx, ask, role.permissions)?;
        Ok(role)
    }

    fn run(self, role: Role, cx: &mut Cx<'_>) -> Result<RoleView> {
        let name = self.name.map_or_else(|| role.name.clone(), |name| name.to_string());
        let code_key = self.new_code.key();
        add(cx, Role { id: Id::of(0), code: self.new_code, code_key, name, is_system: false, version: 1, ..role })
    }
}
