//! Ending one session: one's own, or any for whoever manages users.

use engine::{Ask, Command, Cx, Done, Entity, Need, Permit, Route, delete, row, sql};
use kernel::{Result, p};
use schemars::JsonSchema;
use serde::Deserialize;

use super::SESSION_NOT_FOUND;
use crate::{SessionEnded, authority, binding};

/// A session is named by this many first digits of the hash of its secret.
pub(super) const NAME_LEN: usize = 16;

kernel::code! {
    /// The name of a session in the list of open ones.
    SessionName, max 16;
}

/// End a session; its next request is refused (R-PLAT-020).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndSession {
    pub session: SessionName,
}

row! {
    pub struct Open { id: i64, principal_id: i64, username: String }
}

impl Command for EndSession {
    type Loaded = Open;
    type Output = Done;
    const NAME: &'static str = "session.end";
    const ROUTE: Route = delete("/auth/sessions/{session}");
    const PERMIT: Need = Need::Session;

    fn entity(&self) -> Entity {
        Entity::of("session", &self.session)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Open> {
        let from = self.session.as_str();
        let found: Option<Open> = cx.one(
            sql!(
                "select s.id, s.principal_id, u.username from session s join app_user u on u.id = s.principal_id
                 where s.token_hash >= $1 and s.token_hash < $2 and s.ended_at is null limit 1"
            ),
            p![*from, format!("{from}\u{10FFFF}")],
        )?;
        let may_all = cx.actor().has(Permit::SystemUserManage);
        let found = found.filter(|s| from.len() == NAME_LEN && (may_all || s.principal_id == cx.actor().principal));
        let open = ask.need(found, || SESSION_NOT_FOUND.with("session", from))?;
        if open.principal_id != cx.actor().principal {
            authority::over(cx, ask, binding::points(&binding::roles_of(cx, open.principal_id)?))?;
        }
        Ok(open)
    }

    fn run(self, open: Open, cx: &mut Cx<'_>) -> Result<Done> {
        cx.about("user", &open.username);
        cx.run(sql!("update session set ended_at = $1 where id = $2"), p![cx.now, open.id])?;
        let why = if open.principal_id == cx.actor().principal { "SIGNED_OUT" } else { "REVOKED" };
        cx.emit(SessionEnded { username: open.username, why: why.into() })?;
        Ok(Done::OK)
    }
}
