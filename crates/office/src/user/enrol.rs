//! The first password, set by the person himself with a one-time link (R-PLAT-002).

use engine::{Ask, Command, Cx, Entity, Need, Prepare, Route, post, sql};
use kernel::{Id, Instant, Result, Secret, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{User, Username, password};
use crate::{UserChanged, actor, secret};

kernel::refusals! {
    /// The enrolment link is unknown, used or too old
    ENROLMENT_INVALID: Unprocessable;
}

engine::settings! {
    /// For how many hours an enrolment link or a first password counts
    pub AUTH_ENROLMENT_HOURS: u32 = "auth.enrolment.hours", default 72, range 1..=720;
}

/// Set the first password with a one-time link: ENROLMENT_INVALID, then the rules for passwords. The person then signs in.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Enrol {
    /// What the link carries.
    pub token: Secret<String>,
    pub password: Secret<String>,
    #[serde(skip)]
    fresh: Option<password::Fresh>,
}

/// Who may sign in now.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Enrolled {
    pub username: Username,
}

impl Enrol {
    fn user(&self, cx: &Cx<'_>) -> Result<Option<User>> {
        let hash = secret::hash(self.token.reveal());
        let key: Option<String> = cx.value(
            sql!("select username_key from app_user where enrol_hash = $1 and enrol_until > $2 and is_active = 1"),
            p![hash, cx.now],
        )?;
        let Some(key) = key else { return Ok(None) };
        let user = User::by_key(cx, &key)?;
        Ok(user.filter(|user| user.enrol_hash.as_deref() == Some(&hash)))
    }
}

impl Enrol {
    /// Hash or compare off the writer: it takes about 20 ms.
    fn prepare(&mut self, cx: &Cx<'_>) -> Result<()> {
        let id: Option<Id<User>> = cx.value(
            sql!("select id from app_user where enrol_hash = $1 and enrol_until > $2"),
            p![secret::hash(self.token.reveal()), cx.now],
        )?;
        if let Some(id) = id {
            self.fresh = Some(password::fresh(cx, Some(id), self.password.reveal())?);
        }
        Ok(())
    }
}

impl Command for Enrol {
    type Loaded = User;
    type Output = Enrolled;
    const NAME: &'static str = "user.enrol";
    const ROUTE: Route = post("/auth/enrol");
    const PERMIT: Need = Need::Nobody;
    const PREPARE: Option<Prepare<Self>> = Some(Self::prepare);

    fn entity(&self) -> Entity {
        Entity::of("user", "")
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<User> {
        let user = ask.need(self.user(cx)?, ENROLMENT_INVALID)?;
        password::rules(cx, ask, &user.username_key, self.password.reveal(), "/password", self.fresh.as_ref())?;
        Ok(user)
    }

    fn run(self, before: User, cx: &mut Cx<'_>) -> Result<Enrolled> {
        let Some(fresh) = self.fresh else { return Err(ENROLMENT_INVALID.into()) };
        cx.about("user", &before.username);
        if let Some(actor) = actor::by_user(cx, before.id)? {
            cx.acts_as(actor);
        }
        let mut after = before.clone();
        password::give(cx, &mut after, fresh.hash)?;
        cx.save(&before, &mut after)?;
        cx.emit(UserChanged::updated(&after.username, &["password"]))?;
        Ok(Enrolled { username: after.username })
    }
}

/// A link word for a user: it counts for `auth.enrolment.hours` and once; only its hash is stored.
pub(crate) fn link(cx: &Cx<'_>, user: &mut User) -> Result<(String, Instant)> {
    let word = secret::random()?;
    let until = until(cx)?;
    user.enrol_hash = Some(secret::hash(&word));
    user.enrol_until = Some(until);
    Ok((word, until))
}

/// Until when a link or first password made now counts.
pub(crate) fn until(cx: &Cx<'_>) -> Result<Instant> {
    Ok(cx.now.plus_ms(i64::from(cx.setting(&AUTH_ENROLMENT_HOURS)?) * 3_600_000))
}
