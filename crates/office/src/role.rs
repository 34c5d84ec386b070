//! Roles: points at one scope, a home page and the meanings their holders may sign with (R-PLAT-035).

pub mod seed;

pub use seed::seed;

use engine::{Cx, Permits, Scope, row, sql};
use kernel::{Id, Result, p};
use serde_json::Value as Json;

kernel::code! {
    /// The code of a role.
    RoleCode, max 64, pick "roles";
}

kernel::refusals! {
    /// No such role
    ROLE_NOT_FOUND: NotFound (role);
}

row! {
    table "role";
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
}
