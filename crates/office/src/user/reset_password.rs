//! A new first password or link for somebody who cannot get in any more.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Prepare, Route, post, sql};
use kernel::{Instant, Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::access::{self, FirstAccess, Made};
use super::change_password::PASSWORD_ELSEWHERE;
use super::{AuthSource, USER_NOT_FOUND, User, Username};
use crate::{SessionEnded, UserChanged, authority, binding, session};

/// Take the password away and give a link (the default) or a random password, shown once, for `auth.enrolment.hours`. Sessions
/// end and a lock opens (R-PLAT-002). Of whoever rules the system only by those who hold as much (FORBIDDEN).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResetPassword {
    pub username: Username,
    pub first_access: Option<FirstAccess>,
    #[serde(skip)]
    made: Option<Made>,
}

/// What the person gets in with, once.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reset {
    pub username: String,
    #[schemars(extend("x-secret" = true))]
    pub secret: String,
    pub first_access: FirstAccess,
    pub valid_until: Instant,
    pub version: i64,
}

impl ResetPassword {
    /// Hash or compare off the writer: it takes about 20 ms.
    fn prepare(&mut self, _cx: &Cx<'_>) -> Result<()> {
        if self.first_access == Some(FirstAccess::Password) {
            self.made = Some(access::make()?);
        }
        Ok(())
    }
}

impl Command for ResetPassword {
    type Loaded = User;
    type Output = Reset;
    const NAME: &'static str = "user.reset_password";
    const ROUTE: Route = post("/users/{username}/reset-password");
    const PERMIT: Need = Need::Any(&[Permit::SystemUserManage]);
    const PREPARE: Option<Prepare<Self>> = Some(Self::prepare);

    fn entity(&self) -> Entity {
        Entity::of("user", &self.username)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<User> {
        let user = User::by_key(cx, &self.username.key())?;
        let user = ask.need(user, || USER_NOT_FOUND.with("username", &self.username))?;
        let roles = binding::roles_of(cx, user.id.number())?;
        authority::over(cx, ask, binding::points(&roles))?;
        ask.that(user.auth_source == AuthSource::Local, PASSWORD_ELSEWHERE)?;
        Ok(user)
    }

    fn run(self, before: User, cx: &mut Cx<'_>) -> Result<Reset> {
        let mut user = before.clone();
        let first_access = if self.made.is_some() { FirstAccess::Password } else { FirstAccess::Link };
        let (secret, valid_until) = access::give(cx, &mut user, self.made)?;
        cx.save(&before, &mut user)?;
        cx.run(sql!("delete from sign_in_failure where username_key = $1"), p![user.username_key])?;
        if session::end_all(cx, user.id, None)? > 0 {
            cx.emit(SessionEnded { username: user.username.to_string(), why: "PASSWORD_RESET".into() })?;
        }
        cx.emit(UserChanged::updated(&user.username, &["password"]))?;
        Ok(Reset { username: user.username.to_string(), secret, first_access, valid_until, version: user.version })
    }
}
