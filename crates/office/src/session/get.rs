//! Who is signed in here.

use engine::{ActorKind, Cx, Need, Query, Route, get, sql};
use kernel::{Instant, Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AUTH_SESSION_ABSOLUTE_MIN, AUTH_SESSION_IDLE_MIN};

/// The session that asks.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetSession {}

/// Who asks, and what the browser needs for its next change.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CurrentSession {
    pub username: String,
    pub name: String,
    pub kind: &'static str,
    pub roles: Vec<String>,
    pub home: String,
    pub locale: &'static str,
    /// Sent back in the header `Takt-Csrf` with every change.
    pub csrf: String,
    pub must_change_password: bool,
    /// After how many seconds without a request the session ends; none for tokens.
    pub idle_sec: Option<i64>,
    /// In how many seconds it ends in any case; none for tokens.
    pub left_sec: Option<i64>,
}

impl Query for GetSession {
    type Output = CurrentSession;
    const NAME: &'static str = "session.get";
    const ROUTE: Route = get("/auth/session");
    const PERMIT: Need = Need::Arrival;

    fn ask(self, cx: &Cx<'_>) -> Result<CurrentSession> {
        let actor = cx.actor();
        let begun: Option<Instant> = match actor.session {
            Some(session) => cx.value(sql!("select created_at from session where id = $1"), p![session])?,
            None => None,
        };
        let (idle, absolute) = (cx.setting(&AUTH_SESSION_IDLE_MIN)?, cx.setting(&AUTH_SESSION_ABSOLUTE_MIN)?);
        Ok(CurrentSession {
            idle_sec: begun.map(|_| i64::from(idle) * 60),
            left_sec: begun.map(|begun| (i64::from(absolute) * 60 - cx.now.seconds_since(begun)).max(0)),
            username: actor.name.clone(),
            name: actor.display.clone(),
            kind: if actor.kind == ActorKind::Token { "TOKEN" } else { "USER" },
            roles: actor.roles.clone(),
            home: actor.home.clone(),
            locale: actor.lang.tag(),
            csrf: actor.csrf.clone(),
            must_change_password: actor.must_change_password,
        })
    }
}
