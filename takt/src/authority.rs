//! The office tells the door who somebody is.

use std::sync::Arc;

use engine::{Actor, ActorKind, Cx, Engine};
use kernel::Result;

/// Sessions and tokens as the office keeps them.
pub struct Office;

impl web::Authority for Office {
    fn by_session(&self, cx: &Cx<'_>, cookie: &str) -> Result<Option<Actor>> {
        office::actor::by_session(cx, cookie)
    }

    fn by_token(&self, cx: &Cx<'_>, token: &str, ip: Option<&str>) -> Result<Actor> {
        office::actor::by_token(cx, token, ip)
    }

    fn seen(&self, engine: &Arc<Engine>, actor: &Actor) {
        let engine = engine.clone();
        let (session, token) = (actor.session, (actor.kind == ActorKind::Token).then_some(actor.principal));
        tokio::spawn(async move {
            let touched = engine.work_async(move |cx| {
                cx.quietly();
                let sessions = office::session::touch(cx, session.as_slice())?;
                Ok(sessions + office::token::used(cx, token.as_slice())?)
            });
            if let Err(error) = touched.await {
                tracing::warn!(error = %error, "a session or token could not be marked as seen");
            }
        });
    }
}
