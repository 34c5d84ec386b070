//! Roles, lines and stations that a person or token is bound to: codes outside, rows inside.

use std::collections::BTreeMap;

use engine::permits::PresetRole;
use engine::refusals::{LINE_NOT_FOUND, STATION_NOT_FOUND};
use engine::{Ask, Cx, Permits, Scope, sql};
use kernel::{Result, p};
use serde_json::Value as Json;

use crate::role::{ROLE_NOT_FOUND, Role, RoleCode};

kernel::code! {
    /// The code of a line that somebody is bound to.
    LineCode, max 64, pick "lines";
    /// The code of a station that somebody is bound to.
    StationCode, max 64, pick "stations";
}

kernel::refusals! {
    /// A person needs at least one role
    ROLE_REQUIRED: Unprocessable;
    /// A role that only tokens may hold
    ROLE_FOR_TOKENS: Unprocessable (role);
    /// A role of the person needs lines and none is given
    LINE_BINDING_REQUIRED: Unprocessable (roles);
    /// A role of the person needs stations and none is given
    STATION_BINDING_REQUIRED: Unprocessable (roles);
}

/// Rows by their code, in the order of the codes.
pub type Bound = BTreeMap<String, i64>;

/// The roles of these codes: at least one (ROLE_REQUIRED), each known (ROLE_NOT_FOUND) and for people (ROLE_FOR_TOKENS).
pub fn roles(cx: &Cx<'_>, ask: &mut Ask, codes: &[RoleCode]) -> Result<Vec<Role>> {
    ask.that(!codes.is_empty(), ROLE_REQUIRED)?;
    let mut roles: Vec<Role> = Vec::new();
    for (i, code) in codes.iter().enumerate() {
        let missing = || ROLE_NOT_FOUND.with("role", code).at(format!("/roles/{i}"));
        let role = ask.need(Role::find(cx, code)?, missing)?;
        let for_tokens = role.is_system && PresetRole::find(role.code.as_str()).is_some_and(|preset| preset.token_only);
        ask.that(!for_tokens, || ROLE_FOR_TOKENS.with("role", code).at(format!("/roles/{i}")))?;
        if !roles.iter().any(|known| known.id == role.id) {
            roles.push(role);
        }
    }
    Ok(roles)
}

/// All points that roles give, given or implied.
pub fn points(roles: &[Role]) -> Permits {
    roles.iter().map(|r| r.permissions).fold(Permits::EMPTY, Permits::union).closure()
}

/// The lines of these codes, each known (LINE_NOT_FOUND).
pub fn lines(cx: &Cx<'_>, ask: &mut Ask, codes: &[LineCode]) -> Result<Bound> {
    let mut bound = Bound::new();
    for (i, code) in codes.iter().enumerate() {
        let row: Option<(i64, String)> =
            cx.one(sql!("select id, code from line where code_key = $1"), p![code.key()])?;
        let (id, code) = ask.need(row, || LINE_NOT_FOUND.with("line", code).at(format!("/lineCodes/{i}")))?;
        bound.insert(code, id);
    }
    Ok(bound)
}

/// The stations of these codes, each known (STATION_NOT_FOUND).
pub fn stations(cx: &Cx<'_>, ask: &mut Ask, codes: &[StationCode]) -> Result<Bound> {
    let mut bound = Bound::new();
    for (i, code) in codes.iter().enumerate() {
        let row: Option<(i64, String)> =
            cx.one(sql!("select id, code from station where code_key = $1"), p![code.key()])?;
        let (id, code) = ask.need(row, || STATION_NOT_FOUND.with("station", code).at(format!("/stationCodes/{i}")))?;
        bound.insert(code, id);
    }
    Ok(bound)
}

/// Whoever has a role for assigned lines or stations has some (R-PLAT-001).
pub fn rules(ask: &mut Ask, roles: &[Role], lines: &Bound, stations: &Bound) -> Result<()> {
    let with =
        |scope: Scope| -> Vec<&str> { roles.iter().filter(|r| r.scope == scope).map(|r| r.code.as_str()).collect() };
    let (need_lines, need_stations) = (with(Scope::AssignedLines), with(Scope::AssignedStations));
    ask.that(need_lines.is_empty() || !lines.is_empty(), || {
        LINE_BINDING_REQUIRED.with("roles", &need_lines).at("/lineCodes")
    })?;
    ask.that(need_stations.is_empty() || !stations.is_empty(), || {
        STATION_BINDING_REQUIRED.with("roles", &need_stations).at("/stationCodes")
    })
}

/// The roles that a principal has now, in the order in which they were made.
pub fn roles_of(cx: &Cx<'_>, principal: i64) -> Result<Vec<Role>> {
    cx.all(
        sql!(
            "select r.id, r.code, r.code_key, r.name, r.description, r.scope, r.home, r.is_system, r.permissions,
                 r.signature_meanings, r.version
             from principal_role pr join role r on r.id = pr.role_id where pr.principal_id = $1 order by r.id"
        ),
        p![principal],
    )
}

/// The lines that a principal is bound to now.
pub fn lines_of(cx: &Cx<'_>, principal: i64) -> Result<Bound> {
    let rows: Vec<(String, i64)> = cx.all(
        sql!("select l.code, l.id from principal_line pl join line l on l.id = pl.line_id where pl.principal_id = $1"),
        p![principal],
    )?;
    Ok(rows.into_iter().collect())
}

/// The stations that a principal is bound to now.
pub fn stations_of(cx: &Cx<'_>, principal: i64) -> Result<Bound> {
    let rows: Vec<(String, i64)> = cx.all(
        sql!(
            "select s.code, s.id from principal_station ps join station s on s.id = ps.station_id
             where ps.principal_id = $1"
        ),
        p![principal],
    )?;
    Ok(rows.into_iter().collect())
}

/// Give a principal exactly these roles; says whether that changed anything.
pub fn set_roles(cx: &mut Cx<'_>, principal: i64, roles: &[Role]) -> Result<bool> {
    let codes = |roles: &[Role]| {
        let mut codes: Vec<String> = roles.iter().map(|r| r.code.to_string()).collect();
        codes.sort();
        codes
    };
    let (before, after) = (codes(&roles_of(cx, principal)?), codes(roles));
    if before == after {
        return Ok(false);
    }
    cx.run(sql!("delete from principal_role where principal_id = $1"), p![principal])?;
    for role in roles {
        cx.run(sql!("insert into principal_role (principal_id, role_id) values ($1, $2)"), p![principal, role.id])?;
    }
    note(cx, "roles", before, after);
    Ok(true)
}

/// Bind a principal to exactly these lines; says whether that changed anything.
pub fn set_lines(cx: &mut Cx<'_>, principal: i64, lines: &Bound) -> Result<bool> {
    let before = lines_of(cx, principal)?;
    if before == *lines {
        return Ok(false);
    }
    cx.run(sql!("delete from principal_line where principal_id = $1"), p![principal])?;
    for id in lines.values() {
        cx.run(sql!("insert into principal_line (principal_id, line_id) values ($1, $2)"), p![principal, id])?;
    }
    note(cx, "line_codes", codes(&before), codes(lines));
    Ok(true)
}

/// Bind a principal to exactly these stations; says whether that changed anything.
pub fn set_stations(cx: &mut Cx<'_>, principal: i64, stations: &Bound) -> Result<bool> {
    let before = stations_of(cx, principal)?;
    if before == *stations {
        return Ok(false);
    }
    cx.run(sql!("delete from principal_station where principal_id = $1"), p![principal])?;
    for id in stations.values() {
        cx.run(sql!("insert into principal_station (principal_id, station_id) values ($1, $2)"), p![principal, id])?;
    }
    note(cx, "station_codes", codes(&before), codes(stations));
    Ok(true)
}

/// The codes of what is bound.
pub fn codes(bound: &Bound) -> Vec<String> {
    bound.keys().cloned().collect()
}

fn note(cx: &mut Cx<'_>, path: &str, before: Vec<String>, after: Vec<String>) {
    cx.note("replace", path, Some(Json::from(before)), Some(Json::from(after)));
}
