//! The office tells the door who somebody is.

use std::sync::Arc;

use engine::{Actor, Cx, Engine};
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

    fn seen(&self, engine: &Arc<Engine>, session: i64) {
        let engine = engine.clone();
        tokio::spawn(async move {
            let touched = engine.work_async(move |cx| {
                cx.quietly();
                office::session::touch(cx, &[session])
            });
            if let Err(error) = touched.await {
                tracing::warn!(error = %error, "a session could not be marked as seen");
            }
        });
    }
}
