//! Ending a token for good.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, post};
use kernel::Result;
use kernel::code::Reason;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{API_TOKEN_NOT_FOUND, Token, TokenNo, TokenView, view};
use crate::PermissionsChanged;

/// Revoke a token: its next call is refused with TOKEN_REVOKED. Asked again, the answer is the same.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevokeToken {
    pub token_no: TokenNo,
    pub reason: Option<Reason>,
}

impl Command for RevokeToken {
    type Loaded = Token;
    type Output = TokenView;
    const NAME: &'static str = "api_token.revoke";
    const ROUTE: Route = post("/api-tokens/{tokenNo}/revoke");
    const PERMIT: Need = Need::Any(&[Permit::SystemTokenManage]);

    fn entity(&self) -> Entity {
        Entity::of("api_token", &self.token_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Token> {
        ask.need(Token::find(cx, &self.token_no)?, || API_TOKEN_NOT_FOUND.with("token", &self.token_no))
    }

    fn run(self, before: Token, cx: &mut Cx<'_>) -> Result<TokenView> {
        if let Some(reason) = &self.reason {
            cx.because(reason);
        }
        let mut token = Token { revoked_at: before.revoked_at.or(Some(cx.now)), ..before.clone() };
        if cx.save(&before, &mut token)? {
            let token_no = Some(token.token_no.to_string());
            cx.emit(PermissionsChanged { username: None, role_code: None, token_no })?;
        }
        view(cx, &token)
    }
}
