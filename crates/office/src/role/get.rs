//! One role.

use engine::{Cx, Need, Permit, Query, Route, get};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ROLE_NOT_FOUND, Role, RoleCode, RoleView};

/// A role with its points and what follows from them; ROLE_NOT_FOUND.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetRole {
    pub code: RoleCode,
}

impl Query for GetRole {
    type Output = RoleView;
    const NAME: &'static str = "role.get";
    const ROUTE: Route = get("/roles/{code}");
    const PERMIT: Need = Need::Any(&[Permit::SystemRoleManage, Permit::SystemUserManage]);

    fn ask(self, cx: &Cx<'_>) -> Result<RoleView> {
        let role = Role::find(cx, &self.code)?;
        role.ok_or_else(|| ROLE_NOT_FOUND.with("role", &self.code))?.view(cx)
    }
}
