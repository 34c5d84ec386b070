//! A new secret for a token.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, post};
use kernel::error::VALIDATION_FAILED;
use kernel::{Instant, Refusal, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::create::{Issued, ends, new_secret};
use super::{API_TOKEN_NOT_FOUND, AUTH_TOKEN_ROTATE_HOURS, Token, TokenNo, view};
use crate::actor::TOKEN_REVOKED;
use crate::{PermissionsChanged, secret};

/// Give a token a new secret, shown once; the old one counts `keepOldHours` longer, at most `auth.token.rotateHours`
/// (R-PLAT-026). Refuses API_TOKEN_NOT_FOUND, and TOKEN_REVOKED as 409.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RotateToken {
    pub token_no: TokenNo,
    /// `auth.token.rotateHours` without it; 0 ends the old secret at once.
    #[schemars(range(max = 168))]
    pub keep_old_hours: Option<u32>,
    /// A new end; the old one stays without it.
    pub expires_at: Option<Instant>,
}

/// The token, how long its old secret counts and when it ends.
pub struct Found {
    token: Token,
    old_until: Instant,
    expires_at: Instant,
}

impl Command for RotateToken {
    type Loaded = Found;
    type Output = Issued;
    const NAME: &'static str = "api_token.rotate";
    const ROUTE: Route = post("/api-tokens/{tokenNo}/rotate");
    const PERMIT: Need = Need::Any(&[Permit::SystemTokenManage]);

    fn entity(&self) -> Entity {
        Entity::of("api_token", &self.token_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Found> {
        let token = ask.need(Token::find(cx, &self.token_no)?, || API_TOKEN_NOT_FOUND.with("token", &self.token_no))?;
        ask.that(token.revoked_at.is_none(), || TOKEN_REVOKED.with("token", &token.token_no).conflict())?;
        let most = cx.setting(&AUTH_TOKEN_ROTATE_HOURS)?;
        let hours = self.keep_old_hours.unwrap_or(most);
        ask.that(hours <= most, || Refusal::from(VALIDATION_FAILED).at("/keepOldHours"))?;
        let expires_at = match self.expires_at {
            None => token.expires_at,
            wish => ends(cx, ask, wish)?,
        };
        Ok(Found { token, old_until: cx.now.plus_ms(i64::from(hours) * 3_600_000), expires_at })
    }

    fn run(self, found: Found, cx: &mut Cx<'_>) -> Result<Issued> {
        let before = found.token;
        let secret = new_secret()?;
        let mut token = Token {
            secret_hash: secret::hash(&secret),
            old_secret_hash: Some(before.secret_hash.clone()),
            old_until: Some(found.old_until),
            expires_at: found.expires_at,
            warned_at: if found.expires_at == before.expires_at { before.warned_at } else { None },
            ..before.clone()
        };
        cx.save(&before, &mut token)?;
        cx.emit(PermissionsChanged { username: None, role_code: None, token_no: Some(token.token_no.to_string()) })?;
        Ok(Issued { token: view(cx, &token)?, secret })
    }
}
