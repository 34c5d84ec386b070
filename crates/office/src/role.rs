//! Roles: points at one scope, a home page and the meanings their holders may sign with (R-PLAT-035).

pub mod clone;
pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod seed;
pub mod update;

pub use seed::seed;

use engine::{Cx, Permits, Registry, Scope, row, sql};
use kernel::{Id, Result, p};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use crate::PermissionsChanged;

kernel::code! {
    /// The code of a role.
    RoleCode, max 64, pick "roles";
}

kernel::words! {
    /// What a person may mean by a signature (R-PLAT-034).
    pub enum SignatureMeaning {
        Performed = "PERFORMED",
        Reviewed = "REVIEWED",
        Approved = "APPROVED",
        Released = "RELEASED",
        Waived = "WAIVED",
        Scrapped = "SCRAPPED",
        Verified = "VERIFIED",
        EngineeringConfirmed = "ENGINEERING_CONFIRMED",
        ProductionConfirmed = "PRODUCTION_CONFIRMED",
    }
}

kernel::refusals! {
    /// No such role
    ROLE_NOT_FOUND: NotFound (role);
    /// The code belongs to a role that comes with Takt, or to a word of a path
    ROLE_CODE_RESERVED: Conflict (role);
    /// The points, scope, home or meanings of a role that comes with Takt do not change
    ROLE_SYSTEM_LOCKED: Conflict (role);
    /// People have the role
    ROLE_IN_USE: Conflict (role, count);
}

pub fn register(registry: &mut Registry) {
    registry.command::<create::CreateRole>().command::<clone::CloneRole>();
    registry.command::<update::UpdateRole>().command::<delete::DeleteRole>();
    registry.query::<get::GetRole>().list(&list::ROLES);
    registry.own_roles(own);
}

/// The roles that the plant made itself, for refusals that say who may.
fn own(cx: &Cx<'_>) -> Result<Vec<(String, Permits)>> {
    let sql = sql!("select code, permissions from role where is_system = 0 order by code_key");
    Ok(cx.all::<(String, Permits)>(sql, [])?.into_iter().map(|(code, permits)| (code, permits.closure())).collect())
}

row! {
    table "role" called("role", code) quiet { code_key };
    /// A role.
    pub struct Role {
        pub id: Id<Role>,
        pub code: RoleCode,
        pub code_key: String,
        pub name: String,
        pub description: String,
        pub scope: Scope,
        pub home: String,
        pub is_system: bool,
        pub permissions: Permits,
        pub signature_meanings: Json,
        pub version: i64,
    }
}

impl Role {
    /// The role of a code, whatever its case.
    pub fn find(cx: &Cx<'_>, code: &RoleCode) -> Result<Option<Role>> {
        cx.one(
            sql!(
                "select id, code, code_key, name, description, scope, home, is_system, permissions, signature_meanings, version
                 from role where code_key = $1 for share"
            ),
            p![code.key()],
        )
    }

    /// The same, for a change of it.
    pub fn to_change(cx: &Cx<'_>, code: &RoleCode) -> Result<Option<Role>> {
        cx.one(
            sql!(
                "select id, code, code_key, name, description, scope, home, is_system, permissions, signature_meanings, version
                 from role where code_key = $1 for update"
            ),
            p![code.key()],
        )
    }

    /// The people who have the role, active ones first.
    pub fn holders(&self, cx: &Cx<'_>) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = cx.all(
            sql!(
                "select u.username from principal_role pr join app_user u on u.id = pr.principal_id
                 where pr.role_id = $1 order by u.is_active desc, u.username_key"
            ),
            p![self.id],
        )?;
        Ok(rows.into_iter().map(|r| r.0).collect())
    }

    pub fn view(&self, cx: &Cx<'_>) -> Result<RoleView> {
        Ok(RoleView {
            code: self.code.to_string(),
            name: self.name.clone(),
            description: self.description.clone(),
            scope: self.scope,
            home: self.home.clone(),
            is_system: self.is_system,
            permissions: self.permissions,
            implied: self.permissions.closure().iter().filter(|p| !self.permissions.has(*p)).collect(),
            signature_meanings: self.signature_meanings.clone(),
            user_count: self.holders(cx)?.len(),
            version: self.version,
        })
    }
}

/// A role as the API shows it.
#[derive(Serialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase")]
pub struct RoleView {
    pub code: String,
    pub name: String,
    pub description: String,
    pub scope: Scope,
    pub home: String,
    pub is_system: bool,
    /// The points given outright.
    pub permissions: Permits,
    /// The points that follow from them.
    pub implied: Permits,
    pub signature_meanings: Json,
    pub user_count: usize,
    pub version: i64,
}

/// Tell everyone who has a role that rights have changed (R-PLAT-020).
fn tell(cx: &mut Cx<'_>, role: &Role) -> Result<()> {
    for username in role.holders(cx)? {
        let role_code = Some(role.code.to_string());
        cx.emit(PermissionsChanged { username: Some(username), role_code, token_no: None })?;
    }
    Ok(())
}
