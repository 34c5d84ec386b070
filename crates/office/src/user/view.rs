//! A person as the API shows him.

use engine::{Cx, Scope};
use kernel::{Instant, Result};
use schemars::JsonSchema;
use serde::Serialize;

use super::{AuthSource, Locale, User};
use crate::binding::{self, codes};

/// A person with roles and bindings.
#[derive(Serialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase")]
pub struct UserView {
    pub username: String,
    pub name: String,
    pub email: Option<String>,
    pub employee_no: Option<String>,
    pub department: Option<String>,
    pub phone: Option<String>,
    pub locale: Locale,
    pub is_active: bool,
    pub roles: Vec<String>,
    pub line_codes: Vec<String>,
    pub station_codes: Vec<String>,
    pub preferred_home_page: Option<String>,
    pub auth_source: AuthSource,
    /// Whether a password of his own is set.
    pub password_set: bool,
    pub must_change_password: bool,
    pub last_login_at: Option<Instant>,
    pub created_at: Instant,
    /// What a role needs and the person lacks: `LINES`, `STATIONS` (R-PLAT-042).
    pub missing_bindings: Vec<&'static str>,
    pub version: i64,
}

/// A person as he is now.
pub fn view(cx: &Cx<'_>, user: &User) -> Result<UserView> {
    let id = user.id.number();
    let (roles, lines, stations) =
        (binding::roles_of(cx, id)?, binding::lines_of(cx, id)?, binding::stations_of(cx, id)?);
    let scopes: Vec<Scope> = roles.iter().map(|r| r.scope).collect();
    Ok(UserView {
        username: user.username.to_string(),
        name: user.name.clone(),
        email: user.email.clone(),
        employee_no: user.employee_no.clone(),
        department: user.department.clone(),
        phone: user.phone.clone(),
        locale: user.locale,
        is_active: user.is_active,
        roles: roles.iter().map(|r| r.code.to_string()).collect(),
        line_codes: codes(&lines),
        station_codes: codes(&stations),
        preferred_home_page: user.preferred_home_page.clone(),
        auth_source: user.auth_source,
        password_set: user.password_hash.is_some(),
        must_change_password: user.must_change_password,
        last_login_at: user.last_login_at,
        created_at: user.created_at,
        missing_bindings: missing(&scopes, !lines.is_empty(), !stations.is_empty()),
        version: user.version,
    })
}

/// Which bindings roles of these scopes need and their holder lacks.
pub fn missing(scopes: &[Scope], has_lines: bool, has_stations: bool) -> Vec<&'static str> {
    let lines = (!has_lines && scopes.contains(&Scope::AssignedLines)).then_some("LINES");
    let stations = (!has_stations && scopes.contains(&Scope::AssignedStations)).then_some("STATIONS");
    lines.into_iter().chain(stations).collect()
}
