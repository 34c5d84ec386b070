//! From a cookie or a bearer token to the one who acts, with rights and reach. Pure reads: the door keeps what they give
//! until `bell.epoch` moves, at most a second (R-PLAT-020).

use std::collections::HashSet;
use std::net::IpAddr;

use engine::permits::Grants;
use engine::{Actor, ActorKind, Cx, Permits, Scope, row, sql};
use kernel::{Cidr, Id, Instant, Result, p};
use serde_json::Value as Json;

use crate::permission::me::administrators;
use crate::secret;
use crate::session::{AUTH_SESSION_ABSOLUTE_MIN, AUTH_SESSION_IDLE_MIN};
use crate::user::view::missing;
use crate::user::{Locale, User};

kernel::refusals! {
    /// No such token, or its secret was replaced
    TOKEN_INVALID: Unauthenticated;
    /// The token's time is over
    TOKEN_EXPIRED: Unauthenticated (token);
    /// The token was revoked
    TOKEN_REVOKED: Unauthenticated (token);
    /// The token is used from an address outside its allowed ranges
    TOKEN_IP_DENIED: Denied (token);
    /// The account is deactivated
    ACCOUNT_INACTIVE: Unauthenticated;
}

row! {
    struct Signed {
        id: i64,
        principal_id: Id<User>,
        csrf: String,
        created_at: Instant,
        seen_at: Instant,
    }
}

row! {
    struct Person {
        username: String,
        name: String,
        locale: Locale,
        preferred_home_page: Option<String>,
        must_change_password: bool,
    }
}

row! {
    struct Machine {
        id: i64,
        token_no: String,
        name: String,
        permissions: Permits,
        source_system: Option<String>,
        allowed_cidrs: Json,
        rate_limit_per_min: u32,
        secret_hash: String,
        old_until: Option<Instant>,
        expires_at: Instant,
        revoked_at: Option<Instant>,
    }
}

/// The person whose session cookie this is; none when it is unknown, ended, over (idle `auth.session.idleMin`, absolute
/// `auth.session.absoluteMin`) or the account is deactivated (R-PLAT-010, R-PLAT-004).
pub fn by_session(cx: &Cx<'_>, cookie: &str) -> Result<Option<Actor>> {
    let session: Option<Signed> = cx.one(
        sql!(
            "select s.id, s.principal_id, s.csrf, s.created_at, s.seen_at
             from session s join app_user u on u.id = s.principal_id
             where s.token_hash = $1 and s.ended_at is null and u.is_active = 1"
        ),
        p![secret::hash(cookie)],
    )?;
    let Some(session) = session else { return Ok(None) };
    let idle_s = i64::from(cx.setting(&AUTH_SESSION_IDLE_MIN)?) * 60;
    let absolute_s = i64::from(cx.setting(&AUTH_SESSION_ABSOLUTE_MIN)?) * 60;
    let over =
        cx.now.seconds_since(session.seen_at) >= idle_s || cx.now.seconds_since(session.created_at) >= absolute_s;
    if over {
        return Ok(None);
    }
    let actor = by_user(cx, session.principal_id)?;
    Ok(actor.map(|actor| Actor { session: Some(session.id), csrf: session.csrf, ..actor }))
}

/// The machine whose bearer secret this is, calling from `ip`. Refuses with TOKEN_INVALID, TOKEN_REVOKED, TOKEN_EXPIRED or
/// TOKEN_IP_DENIED (R-PLAT-025); for up to `auth.token.rotateHours` after a rotation the old secret still counts (R-PLAT-026).
pub fn by_token(cx: &Cx<'_>, bearer: &str, ip: Option<&str>) -> Result<Actor> {
    let hash = secret::hash(bearer);
    let token: Option<Machine> = cx.one(
        sql!(
            "select id, token_no, name, permissions, source_system, allowed_cidrs, rate_limit_per_min, secret_hash,
                 old_until, expires_at, revoked_at
             from api_token where secret_hash = $1 or old_secret_hash = $1"
        ),
        p![hash],
    )?;
    let Some(token) = token else { return Err(TOKEN_INVALID.into()) };
    let is_old = token.secret_hash != hash;
    if is_old && token.old_until.is_none_or(|until| until <= cx.now) {
        return Err(TOKEN_INVALID.into());
    }
    if token.revoked_at.is_some() {
        return Err(TOKEN_REVOKED.with("token", &token.token_no).into());
    }
    if token.expires_at <= cx.now {
        return Err(TOKEN_EXPIRED.with("token", &token.token_no).into());
    }
    if !allowed(&token.allowed_cidrs, ip) {
        return Err(TOKEN_IP_DENIED.with("token", &token.token_no).into());
    }
    let (lines, stations, station_lines) = bindings(cx, token.id)?;
    let scope = match (stations.is_empty(), lines.is_empty()) {
        (false, _) => Scope::AssignedStations,
        (true, false) => Scope::AssignedLines,
        (true, true) => Scope::All,
    };
    Ok(Actor {
        principal: token.id,
        kind: ActorKind::Token,
        name: token.token_no,
        display: token.name,
        grants: Grants::of([(scope, token.permissions)].into_iter()),
        lines,
        stations,
        station_lines,
        source_system: token.source_system,
        rate_per_min: Some(token.rate_limit_per_min),
        ..Actor::nobody()
    })
}

/// A person as an actor, without a session; none when there is no such user.
pub fn by_user(cx: &Cx<'_>, user: Id<User>) -> Result<Option<Actor>> {
    let person: Option<Person> = cx.one(
        sql!("select username, name, locale, preferred_home_page, must_change_password from app_user where id = $1"),
        p![user],
    )?;
    let Some(person) = person else { return Ok(None) };
    let roles: Vec<(String, Scope, Permits, String)> = cx.all(
        sql!(
            "select r.code, r.scope, r.permissions, r.home from principal_role pr join role r on r.id = pr.role_id
             where pr.principal_id = $1 order by r.id"
        ),
        p![user],
    )?;
    let (lines, stations, station_lines) = bindings(cx, user.number())?;
    let scopes: Vec<Scope> = roles.iter().map(|r| r.1).collect();
    let unbound = missing(&scopes, !lines.is_empty(), !stations.is_empty());
    let ask_whom = if unbound.is_empty() { vec![] } else { administrators(cx)? };
    let home = person.preferred_home_page.or_else(|| roles.iter().map(|r| r.3.clone()).find(|home| !home.is_empty()));
    Ok(Some(Actor {
        principal: user.number(),
        kind: ActorKind::User,
        name: person.username,
        display: person.name,
        grants: Grants::of(roles.iter().map(|r| (r.1, r.2))),
        role_homes: roles.iter().map(|r| r.3.clone()).collect(),
        roles: roles.into_iter().map(|r| r.0).collect(),
        lines,
        stations,
        station_lines,
        lang: person.locale.lang(),
        home: home.unwrap_or_else(|| "/".into()),
        must_change_password: person.must_change_password,
        unbound,
        ask_whom: ask_whom.into_iter().map(|a| a.name).collect(),
        ..Actor::nobody()
    }))
}

type Bound = (HashSet<i64>, HashSet<i64>, HashSet<i64>);

/// Lines, stations, and the lines of those stations that a principal is bound to.
fn bindings(cx: &Cx<'_>, principal: i64) -> Result<Bound> {
    let lines: Vec<(i64,)> =
        cx.all(sql!("select line_id from principal_line where principal_id = $1"), p![principal])?;
    let stations: Vec<(i64, Option<i64>)> = cx.all(
        sql!(
            "select ps.station_id, s.line_id from principal_station ps join station s on s.id = ps.station_id
             where ps.principal_id = $1"
        ),
        p![principal],
    )?;
    let station_lines = stations.iter().filter_map(|s| s.1).collect();
    Ok((lines.into_iter().map(|l| l.0).collect(), stations.into_iter().map(|s| s.0).collect(), station_lines))
}

/// Whether an address lies in one of the ranges; no range allows every address.
fn allowed(cidrs: &Json, ip: Option<&str>) -> bool {
    let cidrs: Vec<Cidr> =
        cidrs.as_array().into_iter().flatten().filter_map(Json::as_str).filter_map(Cidr::parse).collect();
    if cidrs.is_empty() {
        return true;
    }
    let Some(ip) = ip.and_then(|ip| ip.parse::<IpAddr>().ok()) else { return false };
    cidrs.iter().any(|cidr| cidr.holds(ip))
}
