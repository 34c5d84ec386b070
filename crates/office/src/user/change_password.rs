//! Change one's own password.

use engine::{Ask, Command, Cx, Done, Entity, Need, Prepare, Route, post, sql};
use kernel::{Refusal, Result, Secret, p};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{AuthSource, USER_NOT_FOUND, User, password};
use crate::session::login;
use crate::{SessionEnded, UserChanged, session};

kernel::refusals! {
    /// The old password is not the right one
    PASSWORD_WRONG: Unprocessable;
    /// The account signs in through the company's provider and has no password here
    PASSWORD_ELSEWHERE: Conflict;
}

/// Change one's password: needs the old one (PASSWORD_WRONG, counted like a failed sign-in and locked like it), then the rules
/// for passwords (R-PLAT-003). Other sessions of the account end.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangePassword {
    pub old_password: Secret<String>,
    pub new_password: Secret<String>,
    #[serde(skip)]
    checked: Option<Checked>,
}

#[derive(Clone)]
struct Checked {
    of: Option<String>,
    is_right: bool,
    fresh: password::Fresh,
}

impl ChangePassword {
    /// Hash or compare off the writer: it takes about 20 ms.
    fn prepare(&mut self, cx: &Cx<'_>) -> Result<()> {
        let row: Option<(kernel::Id<User>, Option<String>)> =
            cx.one(sql!("select id, password_hash from app_user where id = $1"), p![cx.actor().principal])?;
        let Some((id, hash)) = row else { return Ok(()) };
        let is_right = password::matches(hash.as_deref(), self.old_password.reveal());
        // Only who knows the old password learns what the new one is compared with.
        let history = is_right.then_some(id);
        let mut fresh = password::fresh(cx, history, self.new_password.reveal())?;
        // A first password is in no history; it is changed all the same.
        fresh.is_reused |= is_right && self.old_password.reveal() == self.new_password.reveal();
        self.checked = Some(Checked { of: hash, is_right, fresh });
        Ok(())
    }
}

impl Command for ChangePassword {
    type Loaded = User;
    type Output = Done;
    const NAME: &'static str = "user.change_password";
    const ROUTE: Route = post("/users/me/change-password");
    const PERMIT: Need = Need::Arrival;
    const PREPARE: Option<Prepare<Self>> = Some(Self::prepare);
    const KEEPS_ON_REFUSAL: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("user", "me")
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<User> {
        let user = ask.need(User::asking(cx)?, || USER_NOT_FOUND.with("username", &cx.actor().name))?;
        ask.that(user.auth_source == AuthSource::Local, PASSWORD_ELSEWHERE)?;
        login::open(cx, ask, user.username.as_str(), Some(&user))?;
        let is_right = self.checked.as_ref().is_some_and(|c| c.is_right && c.of == user.password_hash);
        if is_right {
            let fresh = self.checked.as_ref().map(|c| &c.fresh);
            password::rules(cx, ask, &user.username_key, self.new_password.reveal(), "/newPassword", fresh)?;
        }
        Ok(user)
    }

    fn run(self, before: User, cx: &mut Cx<'_>) -> Result<Done> {
        cx.about("user", &before.username);
        let right = self.checked.filter(|c| c.is_right && c.of == before.password_hash);
        let Some(checked) = right else {
            login::count_failure(cx, before.username.as_str(), Some(&before))?;
            cx.refuse_and_keep(Refusal::from(PASSWORD_WRONG).at("/oldPassword"));
            return Ok(Done::OK);
        };
        let mut user = before.clone();
        password::give(cx, &mut user, checked.fresh.hash)?;
        cx.save(&before, &mut user)?;
        let current = cx.actor().session;
        if session::end_all(cx, user.id, current)? > 0 {
            cx.emit(SessionEnded { username: user.username.to_string(), why: "PASSWORD_CHANGED".into() })?;
        }
        cx.emit(UserChanged::updated(&user.username, &["password"]))?;
        Ok(Done::OK)
    }
}
