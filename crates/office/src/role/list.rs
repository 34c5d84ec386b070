//! The list of roles.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::{Need, Permit, get};

/// Roles, those that come with Takt first.
pub static ROLES: Listing = Listing {
    name: "roles",
    route: get("/roles"),
    need: Need::Any(&[Permit::SystemRoleManage, Permit::SystemUserManage]),
    columns: &[
        Column::new("code", "r.code", Kind::Code).link("/system/role-management/{code}"),
        Column::new("name", "r.name", Kind::Text),
        Column::new("description", "r.description", Kind::Text),
        Column::new("scope", "r.scope", Kind::Word("Scope")),
        Column::new("home", "r.home", Kind::Text).hidden(),
        Column::new("isSystem", "r.is_system", Kind::Bool),
        Column::new("permissions", "r.permissions", Kind::Json).hidden(),
        Column::new("signatureMeanings", "r.signature_meanings", Kind::Json).hidden(),
        Column::new(
            "userCount",
            "(select cast(count(*) as bigint) from principal_role pr where pr.role_id = r.id)",
            Kind::Int,
        ),
        Column::new("version", "r.version", Kind::Int).hidden(),
    ],
    from: "role r",
    conditions: "",
    key: "r.id",
    filters: &[Filter::new("q", "", By::Prefix("r.code_key")), Filter::new("isSystem", "r.is_system = $", By::Bool)],
    sorts: &[
        Sort::new("id", "r.id", Kind::Int),
        Sort::new("code", "r.code_key", Kind::Text),
        Sort::new("name", "r.name", Kind::Text),
    ],
    descending: false,
    parent: None,
    finish: None,
};
