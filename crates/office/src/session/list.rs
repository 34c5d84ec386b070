//! What a person has open.

use engine::{Cx, Need, Permit, Query, Route, get, row, sql};
use kernel::{Instant, Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AUTH_SESSION_ABSOLUTE_MIN, AUTH_SESSION_IDLE_MIN};
use crate::user::{USER_NOT_FOUND, User, Username};

/// The open sessions of the asker, or of another user for whoever manages users.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListSessions {
    /// Whose sessions; one's own without it.
    pub username: Option<Username>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionList {
    pub items: Vec<OpenSession>,
}

/// One open session; `session` names it for ending it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpenSession {
    pub session: String,
    pub username: String,
    pub created_at: Instant,
    pub seen_at: Instant,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

row! {
    struct Found { id: i64, token_hash: String, username: String, created_at: Instant, seen_at: Instant, ip: Option<String>, user_agent: Option<String> }
}

impl Query for ListSessions {
    type Output = SessionList;
    const NAME: &'static str = "sessions";
    const ROUTE: Route = get("/auth/sessions");
    const PERMIT: Need = Need::Session;

    fn ask(self, cx: &Cx<'_>) -> Result<SessionList> {
        let user = whose(cx, self.username.as_ref())?;
        let idle_ms = i64::from(cx.setting(&AUTH_SESSION_IDLE_MIN)?) * 60_000;
        let absolute_ms = i64::from(cx.setting(&AUTH_SESSION_ABSOLUTE_MIN)?) * 60_000;
        let found: Vec<Found> = cx.all(
            sql!(
                "select s.id, s.token_hash, u.username, s.created_at, s.seen_at, s.ip, s.user_agent
                 from session s join app_user u on u.id = s.principal_id
                 where s.principal_id = $1 and s.ended_at is null and s.seen_at > $2 and s.created_at > $3
                 order by s.id desc limit 200"
            ),
            p![user, cx.now.plus_ms(-idle_ms), cx.now.plus_ms(-absolute_ms)],
        )?;
        let items = found.into_iter().map(|s| OpenSession {
            session: s.token_hash.chars().take(super::end::NAME_LEN).collect(),
            username: s.username,
            created_at: s.created_at,
            seen_at: s.seen_at,
            ip: s.ip,
            user_agent: s.user_agent,
            is_current: cx.actor().session == Some(s.id),
        });
        Ok(SessionList { items: items.collect() })
    }
}

/// The principal whose sessions are asked for; another's only for whoever manages users.
fn whose(cx: &Cx<'_>, username: Option<&Username>) -> Result<i64> {
    let Some(username) = username else { return Ok(cx.actor().principal) };
    if username.key() == kernel::code::fold(&cx.actor().name) {
        return Ok(cx.actor().principal);
    }
    engine::perform::may(Need::Any(&[Permit::SystemUserManage]), cx.actor())?;
    let user = User::by_key(cx, &username.key())?;
    user.map(|u| u.id.number()).ok_or_else(|| USER_NOT_FOUND.with("username", username).into())
}
