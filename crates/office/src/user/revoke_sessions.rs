//! End all sessions of somebody.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, post};
use kernel::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{USER_NOT_FOUND, User, Username};
use crate::{SessionEnded, authority, binding, session};

/// End all sessions of a person; asked again, none is left and the answer says 0. Of whoever rules the system only by those
/// who hold as much (FORBIDDEN): a clerk does not keep the administrators out.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevokeSessions {
    pub username: Username,
}

/// How many sessions ended.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Revoked {
    pub username: String,
    pub ended: u64,
}

impl Command for RevokeSessions {
    type Loaded = User;
    type Output = Revoked;
    const NAME: &'static str = "user.revoke_sessions";
    const ROUTE: Route = post("/users/{username}/revoke-sessions");
    const PERMIT: Need = Need::Any(&[Permit::SystemUserManage]);

    fn entity(&self) -> Entity {
        Entity::of("user", &self.username)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<User> {
        let user = User::by_key(cx, &self.username.key())?;
        let user = ask.need(user, || USER_NOT_FOUND.with("username", &self.username))?;
        authority::over(cx, ask, binding::points(&binding::roles_of(cx, user.id.number())?))?;
        Ok(user)
    }

    fn run(self, user: User, cx: &mut Cx<'_>) -> Result<Revoked> {
        let ended = session::end_all(cx, user.id, None)?;
        if ended > 0 {
            cx.emit(SessionEnded { username: user.username.to_string(), why: "REVOKED".into() })?;
        }
        Ok(Revoked { username: user.username.to_string(), ended })
    }
}
