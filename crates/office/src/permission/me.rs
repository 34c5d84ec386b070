//! What the one who asks may do, and where.

use engine::{Cx, Need, Permit, Query, Route, Scope, get, sql};
use kernel::{Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::binding::{self, codes};
use crate::user::view::missing;

/// One's own roles, points with their scope, lines and stations.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MyPermissions {}

/// What the one who asks may do; `missingBindings` with somebody to ask when a role sees nothing for want of a line or station.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Mine {
    pub username: String,
    pub roles: Vec<MyRole>,
    pub permissions: Vec<MyPermission>,
    pub line_codes: Vec<String>,
    pub station_codes: Vec<String>,
    /// `LINES`, `STATIONS` (R-PLAT-042).
    pub missing_bindings: Vec<&'static str>,
    /// Who can assign them: up to five active people who manage users, only when something is missing.
    pub administrators: Vec<Administrator>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MyRole {
    pub code: String,
    pub name: String,
    pub scope: Scope,
    pub home: String,
    pub signature_meanings: serde_json::Value,
}

/// A point, given or implied, with the widest scope among the roles that give it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MyPermission {
    pub permission: Permit,
    pub scope: Scope,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Administrator {
    pub username: String,
    pub name: String,
}

impl Query for MyPermissions {
    type Output = Mine;
    const NAME: &'static str = "permission.me";
    const ROUTE: Route = get("/permissions/me");
    const PERMIT: Need = Need::Session;

    fn ask(self, cx: &Cx<'_>) -> Result<Mine> {
        let me = cx.actor();
        let roles = binding::roles_of(cx, me.principal)?;
        let lines = binding::lines_of(cx, me.principal)?;
        let stations = binding::stations_of(cx, me.principal)?;
        let scopes: Vec<Scope> = roles.iter().map(|r| r.scope).collect();
        let missing_bindings = missing(&scopes, !lines.is_empty(), !stations.is_empty());
        let administrators = if missing_bindings.is_empty() { vec![] } else { administrators(cx)? };
        Ok(Mine {
            username: me.name.clone(),
            roles: roles
                .into_iter()
                .map(|r| MyRole {
                    code: r.code.to_string(),
                    name: r.name,
                    scope: r.scope,
                    home: r.home,
                    signature_meanings: r.signature_meanings,
                })
                .collect(),
            permissions: me.grants.iter().map(|(permission, scope)| MyPermission { permission, scope }).collect(),
            line_codes: codes(&lines),
            station_codes: codes(&stations),
            missing_bindings,
            administrators,
        })
    }
}

/// Active people who manage users, by name, at most five.
pub(crate) fn administrators(cx: &Cx<'_>) -> Result<Vec<Administrator>> {
    let mut found: Vec<(String, String)> = Vec::new();
    let roles: Vec<(i64, engine::Permits)> = cx.all(sql!("select id, permissions from role order by id"), [])?;
    for (role, _) in roles.iter().filter(|(_, points)| points.has(Permit::SystemUserManage)) {
        let holders: Vec<(String, String)> = cx.all(
            sql!(
                "select u.username, u.name from principal_role pr join app_user u on u.id = pr.principal_id
                 where pr.role_id = $1 and u.is_active = 1 order by u.username_key limit 5"
            ),
            p![role],
        )?;
        found.extend(holders);
    }
    found.sort();
    found.dedup();
    found.truncate(5);
    Ok(found.into_iter().map(|(username, name)| Administrator { username, name }).collect())
}
