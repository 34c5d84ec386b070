//! Edit a role.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Permits, Route, Scope, patch};
use kernel::Result;
use kernel::code::{Name, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{ROLE_NOT_FOUND, ROLE_SYSTEM_LOCKED, Role, RoleCode, RoleView, SignatureMeaning, tell};
use crate::RoleChanged;
use crate::authority;
use crate::binding;
use crate::token::points;
use crate::user::HomePage;
use crate::user::last_admin::{self, LAST_ADMIN};

/// Edit a role; absent fields stay as they are. Of a role that comes with Takt only name and description change
/// (ROLE_SYSTEM_LOCKED); points that rule the system only by whoever holds them (FORBIDDEN); nobody takes the right to manage roles from himself, nor from the last who has it (LAST_ADMIN).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateRole {
    pub code: RoleCode,
    pub name: Option<Name>,
    pub description: Option<Text<500>>,
    pub scope: Option<Scope>,
    pub home: Option<HomePage>,
    pub permissions: Option<Vec<String>>,
    pub signature_meanings: Option<Vec<SignatureMeaning>>,
}

/// The role as it is and as it will be.
pub struct Found {
    before: Role,
    after: Role,
}

impl Command for UpdateRole {
    type Loaded = Found;
    type Output = RoleView;
    const NAME: &'static str = "role.update";
    const ROUTE: Route = patch("/roles/{code}");
    const PERMIT: Need = Need::Any(&[Permit::SystemRoleManage]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("role", &self.code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Found> {
        let before = ask.need(Role::to_change(cx, &self.code)?, || ROLE_NOT_FOUND.with("role", &self.code))?;
        ask.part(cx.unchanged(before.version))?;
        let mut after = before.clone();
        if let Some(names) = &self.permissions {
            after.permissions = points(ask, names)?;
        }
        after.scope = self.scope.unwrap_or(after.scope);
        after.home = self.home.clone().map_or(after.home, HomePage::into_text);
        if let Some(meanings) = &self.signature_meanings {
            after.signature_meanings = Json::from_iter(meanings.iter().map(|m| m.word()));
        }
        let is_same = after.permissions == before.permissions
            && after.scope == before.scope
            && after.home == before.home
            && after.signature_meanings == before.signature_meanings;
        ask.that(!before.is_system || is_same, || ROLE_SYSTEM_LOCKED.with("role", &before.code))?;
        if after.permissions != before.permissions {
            authority::over(cx, ask, before.permissions.union(after.permissions))?;
            self.keep_an_admin(cx, ask, &before, after.permissions)?;
        }
        after.name = self.name.clone().map_or(after.name, |name| name.to_string());
        after.description = self.description.clone().map_or(after.description, |text| text.as_str().to_string());
        Ok(Found { before, after })
    }

    fn run(self, found: Found, cx: &mut Cx<'_>) -> Result<RoleView> {
        let Found { before, mut after } = found;
        if cx.save(&before, &mut after)? {
            cx.emit(RoleChanged { role_code: after.code.to_string(), change: "UPDATED".into() })?;
            if after.permissions != before.permissions || after.scope != before.scope {
                tell(cx, &after)?;
            }
        }
        after.view(cx)
    }
}

impl UpdateRole {
    /// The one who asks goes on managing roles, and somebody goes on managing people and roles.
    fn keep_an_admin(&self, cx: &Cx<'_>, ask: &mut Ask, before: &Role, points: Permits) -> Result<()> {
        let me = cx.actor();
        let mine = binding::roles_of(cx, me.principal)?;
        let manages_roles = |role: &Role| {
            let points = if role.id == before.id { points } else { role.permissions };
            points.has(Permit::SystemRoleManage)
        };
        let had = mine.iter().any(|role| role.permissions.has(Permit::SystemRoleManage));
        let keeps = mine.iter().any(manages_roles);
        ask.that(!had || keeps, || LAST_ADMIN.with("username", &me.name))?;
        let took = [Permit::SystemUserManage, Permit::SystemRoleManage]
            .into_iter()
            .any(|p| before.permissions.has(p) && !points.has(p));
        if took {
            let remains = last_admin::after(cx, before.id.number(), points)?;
            ask.that(remains, || LAST_ADMIN.with("username", &me.name))?;
        }
        Ok(())
    }
}
