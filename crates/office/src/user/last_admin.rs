//! Somebody who manages users and roles always remains (R-PLAT-004, R-PLAT-035).

use std::collections::HashSet;

use engine::{Cx, Permit, Permits, sql};
use kernel::{Result, p};

kernel::refusals! {
    /// The last active person who manages users and roles, or one's own right to manage roles
    LAST_ADMIN: Conflict (username);
}

/// Whether points let somebody manage users and roles.
pub fn manages(points: Permits) -> bool {
    points.has(Permit::SystemUserManage) && points.has(Permit::SystemRoleManage)
}

/// Whether an active person other than this principal manages users and roles. Locks the roles, so that two
/// administrators cannot send each other away at the same time.
pub fn another(cx: &Cx<'_>, principal: i64) -> Result<bool> {
    remains(cx, Some(principal), None)
}

/// Whether anybody still manages users and roles once a role has these points.
pub fn after(cx: &Cx<'_>, role: i64, points: Permits) -> Result<bool> {
    remains(cx, None, Some((role, points)))
}

fn remains(cx: &Cx<'_>, without: Option<i64>, changed: Option<(i64, Permits)>) -> Result<bool> {
    let roles: Vec<(i64, Permits)> = cx.all(sql!("select id, permissions from role order by id for update"), [])?;
    let roles = roles.into_iter().map(|(id, points)| match changed {
        Some((role, new)) if role == id => (id, new),
        _ => (id, points),
    });
    let mut holders: [HashSet<i64>; 2] = Default::default();
    for (role, points) in roles {
        let gives = [points.has(Permit::SystemUserManage), points.has(Permit::SystemRoleManage)];
        if gives == [false, false] {
            continue;
        }
        let active: Vec<(i64,)> = cx.all(
            sql!(
                "select pr.principal_id from principal_role pr join app_user u on u.id = pr.principal_id
                 where pr.role_id = $1 and u.is_active = 1"
            ),
            p![role],
        )?;
        for (held, _) in holders.iter_mut().zip(gives).filter(|(_, gives)| *gives) {
            held.extend(active.iter().map(|a| a.0));
        }
    }
    let [users, roles] = holders;
    Ok(users.intersection(&roles).any(|id| Some(*id) != without))
}
