//! API tokens: how machines and other systems get in (R-PLAT-025, R-PLAT-026).

pub mod create;
pub mod list;
pub mod revoke;
pub mod rotate;

use std::time::Duration;

use engine::chore::Chore;
use engine::permits::TOKEN_FORBIDDEN;
use engine::{Actor, ActorKind, Ask, Cx, Permit, Permits, Registry, row, sql};
use kernel::{Id, Instant, Result, p};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use crate::binding::{self, codes};

kernel::code! {
    /// The number of a token.
    TokenNo, max 64, pick "api_tokens";
}

kernel::words! {
    /// What holds a token.
    pub enum TokenKind {
        /// A machine at the line.
        Machine = "MACHINE",
        /// Another system.
        Integration = "INTEGRATION",
    }
}

kernel::refusals! {
    /// No such token
    API_TOKEN_NOT_FOUND: NotFound (token);
    /// No such permission point
    PERMISSION_UNKNOWN: Unprocessable (permission);
    /// Points that no token may hold
    TOKEN_PERMISSION_FORBIDDEN: Unprocessable (permissions);
}

engine::settings! {
    /// For how many days a token counts at most
    pub AUTH_TOKEN_MAX_DAYS: u32 = "auth.token.maxDays", default 400, range 1..=3_650;
    /// How many days before its end a token is warned of
    pub AUTH_TOKEN_WARN_DAYS: u32 = "auth.token.warnDays", default 14, range 0..=90;
    /// For how many hours after a rotation the old secret still counts, at most
    pub AUTH_TOKEN_ROTATE_HOURS: u32 = "auth.token.rotateHours", default 24, range 0..=168;
    /// How many calls per minute a token may make unless it says otherwise
    pub AUTH_TOKEN_RATE_PER_MIN: u32 = "auth.token.ratePerMin", default 600, range 1..=100_000;
}

engine::events! {
    /// A token will expire soon
    TokenExpiring = "TOKEN_EXPIRING" { what: String, detail: String }
}

const DAY_MS: i64 = 86_400_000;

pub fn register(registry: &mut Registry) {
    registry.command::<create::CreateToken>().command::<rotate::RotateToken>().command::<revoke::RevokeToken>();
    registry.list(&list::API_TOKENS);
    registry.chore(Chore {
        name: "warn_of_tokens",
        every: Duration::from_secs(3_600),
        on_bell: false,
        again_above: 99,
        run: warn,
    });
}

row! {
    table "api_token" hidden { secret_hash, old_secret_hash } quiet { last_used_at, warned_at };
    /// A token.
    pub struct Token {
        pub id: Id<Token>,
        pub token_no: TokenNo,
        pub name: String,
        pub kind: TokenKind,
        pub permissions: Permits,
        pub source_system: Option<String>,
        pub allowed_cidrs: Json,
        pub rate_limit_per_min: u32,
        pub secret_hash: String,
        pub old_secret_hash: Option<String>,
        pub old_until: Option<Instant>,
        pub expires_at: Instant,
        pub last_used_at: Option<Instant>,
        pub warned_at: Option<Instant>,
        pub created_at: Instant,
        pub created_by: String,
        pub revoked_at: Option<Instant>,
        pub version: i64,
    }
}

impl Token {
    /// The token of a number, for a change of it.
    pub fn find(cx: &Cx<'_>, no: &TokenNo) -> Result<Option<Token>> {
        cx.one(
            sql!(
                "select id, token_no, name, kind, permissions, source_system, allowed_cidrs, rate_limit_per_min, secret_hash,
                     old_secret_hash, old_until, expires_at, last_used_at, warned_at, created_at, created_by, revoked_at, version
                 from api_token where token_no = $1 for update"
            ),
            p![no.as_str().to_uppercase()],
        )
    }
}

/// A token as the API shows it, without its secret.
#[derive(Serialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase")]
pub struct TokenView {
    pub token_no: String,
    pub name: String,
    pub kind: TokenKind,
    pub permissions: Permits,
    pub line_codes: Vec<String>,
    pub station_codes: Vec<String>,
    pub source_system: Option<String>,
    pub allowed_cidrs: Vec<String>,
    pub rate_limit_per_min: u32,
    pub expires_at: Instant,
    pub last_used_at: Option<Instant>,
    pub created_at: Instant,
    pub created_by: String,
    pub revoked_at: Option<Instant>,
    pub version: i64,
}

pub(crate) fn view(cx: &Cx<'_>, token: &Token) -> Result<TokenView> {
    let id = token.id.number();
    let cidrs = token.allowed_cidrs.as_array().into_iter().flatten();
    Ok(TokenView {
        token_no: token.token_no.to_string(),
        name: token.name.clone(),
        kind: token.kind,
        permissions: token.permissions,
        line_codes: codes(&binding::lines_of(cx, id)?),
        station_codes: codes(&binding::stations_of(cx, id)?),
        source_system: token.source_system.clone(),
        allowed_cidrs: cidrs.filter_map(|c| c.as_str().map(str::to_string)).collect(),
        rate_limit_per_min: token.rate_limit_per_min,
        expires_at: token.expires_at,
        last_used_at: token.last_used_at,
        created_at: token.created_at,
        created_by: token.created_by.clone(),
        revoked_at: token.revoked_at,
        version: token.version,
    })
}

/// The points of these names: each known (PERMISSION_UNKNOWN).
pub(crate) fn points(ask: &mut Ask, names: &[String]) -> Result<Permits> {
    let mut points = Permits::EMPTY;
    for (i, name) in names.iter().enumerate() {
        let unknown = || PERMISSION_UNKNOWN.with("permission", name).at(format!("/permissions/{i}"));
        points.insert(ask.need(Permit::parse(name), unknown)?);
    }
    Ok(points)
}

/// No token holds what needs a person who answers for it, nor what would give that (R-PLAT-025).
pub(crate) fn allowed(ask: &mut Ask, points: Permits) -> Result<()> {
    let forbidden = points.closure().intersection(Permits::of(TOKEN_FORBIDDEN));
    ask.that(forbidden.is_empty(), || TOKEN_PERMISSION_FORBIDDEN.with("permissions", forbidden).at("/permissions"))
}

/// Note that tokens were used: each at most once a minute, and the first use of a plant day on the audit trail (R-PLAT-051).
pub fn used(cx: &mut Cx<'_>, principals: &[i64]) -> Result<i64> {
    let mut noted = 0;
    for id in principals {
        let row: Option<(String, String, Option<Instant>)> =
            cx.one(sql!("select token_no, name, last_used_at from api_token where id = $1 for update"), p![id])?;
        let Some((no, name, last)) = row else { continue };
        if last.is_some_and(|last| cx.now.ms() - last.ms() < 60_000) {
            continue;
        }
        cx.run(sql!("update api_token set last_used_at = $1 where id = $2"), p![cx.now, id])?;
        noted += 1;
        let zone = &cx.shared().zone;
        if last.is_none_or(|last| last.day_in(zone) != cx.now.day_in(zone)) {
            cx.about("api_token", &no);
            cx.acts_as(Actor { kind: ActorKind::Token, name: no, display: name, ..Actor::nobody() });
            cx.record("API_TOKEN_USE")?;
        }
    }
    Ok(noted)
}

/// Tell of tokens that end within `auth.token.warnDays`, each once (R-PLAT-026).
fn warn(cx: &mut Cx<'_>) -> Result<i64> {
    let until = cx.now.plus_ms(i64::from(cx.setting(&AUTH_TOKEN_WARN_DAYS)?) * DAY_MS);
    let ending: Vec<(i64, String, String, Instant)> = cx.all(
        sql!(
            "select id, token_no, name, expires_at from api_token
             where expires_at > $1 and expires_at <= $2 and revoked_at is null and warned_at is null
             order by expires_at, id limit 100 for update"
        ),
        p![cx.now, until],
    )?;
    for (id, no, name, expires_at) in &ending {
        cx.run(sql!("update api_token set warned_at = $1 where id = $2"), p![cx.now, id])?;
        cx.about("api_token", no);
        cx.emit(TokenExpiring { what: no.clone(), detail: format!("{name}: {expires_at}") })?;
    }
    Ok(ending.len() as i64)
}
