//! Who can do what.

use std::collections::{BTreeMap, BTreeSet};

use engine::{Cx, Need, Permit, Permits, Query, Route, Scope, get, sql};
use kernel::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Roles by points; for one point the people, too.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Matrix {
    /// Only this point, with the people who hold it.
    pub permission: Option<Permit>,
}

/// Every point with the roles that give it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rights {
    pub roles: Vec<RoleHead>,
    pub permissions: Vec<Right>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleHead {
    pub code: String,
    pub name: String,
    pub scope: Scope,
    pub is_system: bool,
}

/// A point: the roles that give it outright, those that imply it, and how many active people hold it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Right {
    pub permission: Permit,
    pub domain: &'static str,
    pub roles: Vec<String>,
    pub implied: Vec<String>,
    pub user_count: usize,
    /// The active people who hold it, when one point was asked for; at most 500.
    pub users: Option<Vec<String>>,
}

impl Query for Matrix {
    type Output = Rights;
    const NAME: &'static str = "permission.matrix";
    const ROUTE: Route = get("/permissions/matrix");
    const PERMIT: Need = Need::Any(&[Permit::SystemRoleManage]);

    fn ask(self, cx: &Cx<'_>) -> Result<Rights> {
        let roles = roles(cx)?;
        let holders = holders(cx)?;
        let wanted = Permit::ALL.iter().copied().filter(|p| self.permission.is_none_or(|only| only == *p));
        let right = |permission: Permit| {
            let given = |(_, _, _, _, points): &&Row| points.has(permission);
            let held = |(_, _, _, _, points): &&Row| points.closure().has(permission);
            let code = |row: &Row| row.0.clone();
            let users: BTreeSet<&String> =
                roles.iter().filter(held).filter_map(|row| holders.get(&row.0)).flatten().collect();
            Right {
                permission,
                domain: permission.domain(),
                roles: roles.iter().filter(given).map(code).collect(),
                implied: roles.iter().filter(held).filter(|row| !given(row)).map(code).collect(),
                user_count: users.len(),
                users: self.permission.map(|_| users.into_iter().take(500).cloned().collect()),
            }
        };
        let permissions = wanted.map(right).collect();
        let head = |(code, name, scope, is_system, _): Row| RoleHead { code, name, scope, is_system };
        Ok(Rights { permissions, roles: roles.into_iter().map(head).collect() })
    }
}

type Row = (String, String, Scope, bool, Permits);

fn roles(cx: &Cx<'_>) -> Result<Vec<Row>> {
    cx.all(sql!("select code, name, scope, is_system, permissions from role order by id"), [])
}

/// Active people by the code of each role.
pub(super) fn holders(cx: &Cx<'_>) -> Result<BTreeMap<String, Vec<String>>> {
    let rows: Vec<(String, String)> = cx.all(
        sql!(
            "select r.code, u.username from principal_role pr join role r on r.id = pr.role_id
                 join app_user u on u.id = pr.principal_id
             where u.is_active = 1 order by r.id, u.username_key"
        ),
        [],
    )?;
    let mut holders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (role, username) in rows {
        holders.entry(role).or_default().push(username);
    }
    Ok(holders)
}
