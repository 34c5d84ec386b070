//! One audit row with its diff.

use engine::{Cx, Need, Query, Route, get, row, sql};
use kernel::{Instant, Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{ANYBODY, said};

kernel::refusals! {
    /// No sealed audit row has this number, or it is another's
    AUDIT_NOT_FOUND: NotFound (seq);
}

/// A row by its number; one's own, or anybody's with `audit:read` for the whole plant. Rows get their number within a second.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetAudit {
    #[schemars(range(min = 1))]
    pub seq: i64,
}

/// Who did what, how it ended, what it changed, and its place in the chain.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditView {
    pub seq: i64,
    pub at: Instant,
    pub actor_type: String,
    pub actor: String,
    pub actor_name: String,
    pub actor_roles: Vec<String>,
    pub action: String,
    pub entity_type: String,
    pub entity_key: String,
    pub status: String,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
    /// `[{op, path, before, after}]`.
    pub diff: Json,
    pub reason: Option<String>,
    /// What was asked, for refused calls, without secrets.
    pub input: Option<Json>,
    pub line_code: Option<String>,
    pub station_code: Option<String>,
    pub request_id: String,
    pub idempotency_key: Option<String>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub prev_hash: String,
    pub hash: String,
    /// The numbers beside it, if any.
    pub previous_seq: Option<i64>,
    pub next_seq: Option<i64>,
}

row! {
    struct Found {
        seq: i64,
        at: Instant,
        actor_type: String,
        actor: String,
        actor_name: String,
        actor_roles: String,
        action: String,
        entity_type: String,
        entity_key: String,
        status: String,
        error_code: Option<String>,
        error_params: Option<Json>,
        diff: Option<Json>,
        reason: Option<String>,
        input: Option<String>,
        line_code: Option<String>,
        station_code: Option<String>,
        request_id: String,
        idempotency_key: Option<String>,
        ip: Option<String>,
        user_agent: Option<String>,
        prev_hash: String,
        hash: String,
    }
}

impl Query for GetAudit {
    type Output = AuditView;
    const NAME: &'static str = "audit.get";
    const ROUTE: Route = get("/audit-logs/{seq}");
    const PERMIT: Need = ANYBODY;

    fn ask(self, cx: &Cx<'_>) -> Result<AuditView> {
        let found: Option<Found> = cx.one(
            sql!(
                "select s.seq, a.at, a.actor_type, a.actor, a.actor_name, a.actor_roles, a.action, a.entity_type, a.entity_key,
                     a.status, a.error_code, a.error_params, a.diff, a.reason, a.input, a.line_code, a.station_code,
                     a.request_id, a.idempotency_key, a.ip, a.user_agent, s.prev_hash, s.hash
                 from audit_seal s join audit a on a.id = s.audit_id where s.seq = $1"
            ),
            p![self.seq],
        )?;
        let all = cx.actor().reads_trail();
        let found = found.filter(|row| all || row.actor == cx.actor().name);
        let row = found.ok_or_else(|| AUDIT_NOT_FOUND.with("seq", self.seq))?;
        let last: i64 = cx.value(sql!("select seq from audit_seal order by seq desc limit 1"), [])?.unwrap_or(row.seq);
        Ok(AuditView {
            error_message: row.error_code.as_ref().map(|code| said(cx, code, row.error_params.as_ref())),
            actor_roles: row.actor_roles.split_whitespace().map(str::to_string).collect(),
            diff: row.diff.unwrap_or_else(|| Json::Array(vec![])),
            input: row.input.map(|text| serde_json::from_str(&text).unwrap_or(Json::String(text))),
            previous_seq: (all && row.seq > 1).then(|| row.seq - 1),
            next_seq: (all && row.seq < last).then(|| row.seq + 1),
            seq: row.seq,
            at: row.at,
            actor_type: row.actor_type,
            actor: row.actor,
            actor_name: row.actor_name,
            action: row.action,
            entity_type: row.entity_type,
            entity_key: row.entity_key,
            status: row.status,
            error_code: row.error_code,
            reason: row.reason,
            line_code: row.line_code,
            station_code: row.station_code,
            request_id: row.request_id,
            idempotency_key: row.idempotency_key,
            ip: row.ip,
            user_agent: row.user_agent,
            prev_hash: row.prev_hash,
            hash: row.hash,
        })
    }
}
