//! A new token.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Permits, Route, numbers, post, sql};
use kernel::code::{Name, Text};
use kernel::error::VALIDATION_FAILED;
use kernel::{Cidr, Error, Id, Instant, Refusal, Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{
    AUTH_TOKEN_MAX_DAYS, AUTH_TOKEN_RATE_PER_MIN, DAY_MS, Token, TokenKind, TokenNo, TokenView, allowed, points, view,
};
use crate::binding::{self, Bound, LineCode, StationCode};
use crate::user::filled;
use crate::{PermissionsChanged, secret};

/// Issue a token; its secret is shown once. Refuses unknown points (PERMISSION_UNKNOWN), points no token may hold
/// (TOKEN_PERMISSION_FORBIDDEN), unknown lines and stations, and an end beyond `auth.token.maxDays`. With stations it reaches
/// those, else with lines those, else the whole plant.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateToken {
    pub name: Name,
    pub kind: TokenKind,
    pub permissions: Vec<String>,
    #[serde(default)]
    pub line_codes: Vec<LineCode>,
    #[serde(default)]
    pub station_codes: Vec<StationCode>,
    /// The name under which everything it sends is filed.
    pub source_system: Option<Text<64>>,
    /// Addresses and ranges it may be used from, `10.1.0.0/16`; none: from everywhere.
    #[serde(default)]
    pub allowed_cidrs: Vec<String>,
    #[schemars(range(min = 1, max = 100_000))]
    pub rate_limit_per_min: Option<u32>,
    /// `auth.token.maxDays` from now without it.
    pub expires_at: Option<Instant>,
}

/// What the guards found.
pub struct Found {
    points: Permits,
    lines: Bound,
    stations: Bound,
    expires_at: Instant,
}

/// The token, and its secret once.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Issued {
    #[serde(flatten)]
    pub token: TokenView,
    /// Sent as `Authorization: Bearer …`; shown once.
    #[schemars(extend("x-secret" = true))]
    pub secret: String,
}

impl Command for CreateToken {
    type Loaded = Found;
    type Output = Issued;
    const NAME: &'static str = "api_token.create";
    const ROUTE: Route = post("/api-tokens");
    const PERMIT: Need = Need::Any(&[Permit::SystemTokenManage]);

    fn entity(&self) -> Entity {
        Entity::of("api_token", &self.name)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Found> {
        let points = points(ask, &self.permissions)?;
        ask.that(!points.is_empty(), || Refusal::from(VALIDATION_FAILED).at("/permissions"))?;
        allowed(ask, points)?;
        let lines = binding::lines(cx, ask, &self.line_codes)?;
        let stations = binding::stations(cx, ask, &self.station_codes)?;
        for (i, cidr) in self.allowed_cidrs.iter().enumerate() {
            let is_range = Cidr::parse(cidr).is_some();
            ask.that(is_range, || Refusal::from(VALIDATION_FAILED).at(format!("/allowedCidrs/{i}")))?;
        }
        let rate = self.rate_limit_per_min.unwrap_or(1);
        ask.that((1..=100_000).contains(&rate), || Refusal::from(VALIDATION_FAILED).at("/rateLimitPerMin"))?;
        let expires_at = ends(cx, ask, self.expires_at)?;
        Ok(Found { points, lines, stations, expires_at })
    }

    fn run(self, found: Found, cx: &mut Cx<'_>) -> Result<Issued> {
        let no = numbers::next(cx, "TOK")?;
        let id: Option<Id<Token>> = cx.value(
            sql!("insert into principal (kind, name, name_key) values ('TOKEN', $1, $2) returning id"),
            p![no, kernel::code::fold(&no)],
        )?;
        let secret = new_secret()?;
        let mut token = Token {
            id: id.ok_or_else(|| Error::fault("an insert gives an id"))?,
            token_no: TokenNo::parse(&no).map_err(Error::fault)?,
            name: self.name.to_string(),
            kind: self.kind,
            permissions: found.points,
            source_system: self.source_system.and_then(filled),
            allowed_cidrs: Json::from(self.allowed_cidrs),
            rate_limit_per_min: self.rate_limit_per_min.map_or_else(|| cx.setting(&AUTH_TOKEN_RATE_PER_MIN), Ok)?,
            secret_hash: secret::hash(&secret),
            old_secret_hash: None,
            old_until: None,
            expires_at: found.expires_at,
            last_used_at: None,
            warned_at: None,
            created_at: cx.now,
            created_by: cx.actor().name.clone(),
            revoked_at: None,
            version: 1,
        };
        cx.about("api_token", &no);
        cx.add_with_id(&mut token)?;
        binding::set_lines(cx, token.id.number(), &found.lines)?;
        binding::set_stations(cx, token.id.number(), &found.stations)?;
        cx.emit(PermissionsChanged { username: None, role_code: None, token_no: Some(no) })?;
        cx.created();
        Ok(Issued { token: view(cx, &token)?, secret })
    }
}

/// When a token ends: in the future, at most `auth.token.maxDays` from now.
pub(super) fn ends(cx: &Cx<'_>, ask: &mut Ask, wish: Option<Instant>) -> Result<Instant> {
    let latest = cx.now.plus_ms(i64::from(cx.setting(&AUTH_TOKEN_MAX_DAYS)?) * DAY_MS);
    let end = wish.unwrap_or(latest);
    let is_fine = end > cx.now && end <= latest;
    ask.that(is_fine, || Refusal::from(VALIDATION_FAILED).at("/expiresAt"))?;
    Ok(end)
}

/// `takt_` and 256 random bits: leak scanners know the beginning.
pub(super) fn new_secret() -> Result<String> {
    Ok(format!("takt_{}", secret::random()?))
}
