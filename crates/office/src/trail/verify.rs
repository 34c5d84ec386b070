//! Whether the chain of the audit trail holds.

use engine::seal::{Verified, verify};
use engine::{Cx, Need, Permit, Query, Route, get};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;

/// Walk the chain and name the first number whose row, place or hash is not what was sealed (R-PLAT-052).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyAudit {
    /// Begin at this number; at the first without it.
    #[schemars(range(min = 1))]
    pub from_seq: Option<i64>,
    /// End at this number; at the newest without it.
    #[schemars(range(min = 1))]
    pub to_seq: Option<i64>,
}

impl Query for VerifyAudit {
    type Output = Verified;
    const NAME: &'static str = "audit.verify";
    const ROUTE: Route = get("/audit-logs/verify");
    const PERMIT: Need = Need::Any(&[Permit::AuditRead]);
    const SLOW: bool = true;

    fn ask(self, cx: &Cx<'_>) -> Result<Verified> {
        if !cx.actor().reads_trail() {
            return Err(engine::perform::forbidden(&[Permit::AuditRead]).into());
        }
        verify(cx, self.from_seq.unwrap_or(1), self.to_seq.unwrap_or(i64::MAX), |_| {})
    }
}
