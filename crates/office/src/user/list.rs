//! The list of people.

use engine::listing::{By, Column, Filter, Kind, Listing, Sort};
use engine::{Cx, Need, Permit, get, sql};
use kernel::Result;
use serde_json::{Map, Value as Json};

/// People, by user name; a page shows their roles.
pub static USERS: Listing = Listing {
    name: "users",
    route: get("/users"),
    need: Need::Any(&[Permit::SystemUserManage]),
    columns: &[
        Column::new("username", "u.username", Kind::Code).link("/system/user-management/{username}"),
        Column::new("name", "u.name", Kind::Text),
        Column::new("isActive", "u.is_active", Kind::Bool),
        Column::new("department", "u.department", Kind::Text),
        Column::new("employeeNo", "u.employee_no", Kind::Text),
        Column::new("email", "u.email", Kind::Text).hidden(),
        Column::new("locale", "u.locale", Kind::Word("Locale")).hidden(),
        Column::new("authSource", "u.auth_source", Kind::Word("AuthSource")).hidden(),
        Column::new("mustChangePassword", "u.must_change_password", Kind::Bool).hidden(),
        Column::new("lastLoginAt", "u.last_login_at", Kind::Time),
        Column::new("version", "u.version", Kind::Int).hidden(),
    ],
    from: "app_user u",
    conditions: "",
    key: "u.id",
    filters: &[
        Filter::new("q", "", By::Prefix("u.username_key")),
        Filter::new(
            "role",
            "u.id in (select fr.principal_id from principal_role fr join role r on r.id = fr.role_id where r.code_key = $)",
            By::Code("roles"),
        ),
        Filter::new(
            "lineCode",
            "u.id in (select fl.principal_id from principal_line fl join line l on l.id = fl.line_id where l.code_key = $)",
            By::Code("lines"),
        ),
        Filter::new("isActive", "u.is_active = $", By::Bool),
        Filter::new("department", "u.department = $", By::Exact),
    ],
    sorts: &[
        Sort::new("username", "u.username_key", Kind::Text),
        Sort::new("name", "u.name", Kind::Text),
        Sort::new("lastLoginAt", "coalesce(u.last_login_at, 0)", Kind::Int),
    ],
    descending: false,
    parent: None,
    finish: Some(with_roles),
};

/// Add the roles of each person of a page.
fn with_roles(cx: &Cx<'_>, rows: &mut [Map<String, Json>]) -> Result<()> {
    for row in rows {
        let username = row.get("username").and_then(Json::as_str).unwrap_or_default();
        let roles: Vec<(String,)> = cx.all(
            sql!(
                "select r.code from app_user u join principal_role pr on pr.principal_id = u.id join role r on r.id = pr.role_id
                 where u.username_key = $1 order by r.id"
            ),
            kernel::p![kernel::code::fold(username)],
        )?;
        let roles: Vec<String> = roles.into_iter().map(|r| r.0).collect();
        row.insert("roles".into(), roles.into());
    }
    Ok(())
}
