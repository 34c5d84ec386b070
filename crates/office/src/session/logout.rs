//! Signing out.

use engine::{Ask, Command, Cx, Done, Entity, Need, Route, post, sql};
use kernel::{Result, p};
use schemars::JsonSchema;
use serde::Deserialize;

/// End the session that asks; asked again, nothing is left to end and the answer is the same.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Logout {}

impl Command for Logout {
    type Loaded = ();
    type Output = Done;
    const NAME: &'static str = "session.logout";
    const ROUTE: Route = post("/auth/logout");
    const PERMIT: Need = Need::Arrival;

    fn entity(&self) -> Entity {
        Entity::of("user", "")
    }

    fn guards(&self, _cx: &Cx<'_>, _ask: &mut Ask) -> Result<()> {
        Ok(())
    }

    fn run(self, (): (), cx: &mut Cx<'_>) -> Result<Done> {
        let (name, session) = (cx.actor().name.clone(), cx.actor().session);
        cx.about("user", &name);
        let ended =
            cx.run(sql!("update session set ended_at = $1 where id = $2 and ended_at is null"), p![cx.now, session])?;
        if ended > 0 {
            cx.emit(crate::SessionEnded { username: name, why: "SIGNED_OUT".into() })?;
        }
        Ok(Done::OK)
    }
}
