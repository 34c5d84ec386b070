//! Who is signed in here.

use engine::{ActorKind, Cx, Need, Query, Route, get};
use kernel::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
}

impl Query for GetSession {
    type Output = CurrentSession;
    const NAME: &'static str = "session.get";
    const ROUTE: Route = get("/auth/session");
    const PERMIT: Need = Need::Arrival;

    fn ask(self, cx: &Cx<'_>) -> Result<CurrentSession> {
        let actor = cx.actor();
        Ok(CurrentSession {
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
