//! The sealer: numbers what is committed, gap-free, and chains the audit rows by hash (R-PLAT-050, R-PLAT-052).

use kernel::{Error, Result, Value, p};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use crate::cx::Cx;
use crate::sql;

/// The hash before the first row.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const BATCH: i64 = 500;
/// No transaction lives longer than this, so rows older than it cannot appear any more.
const SETTLED_MS: i64 = 120_000;

/// SHA-256 as lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

const AUDIT_COLUMNS: [&str; 20] = [
    "at",
    "action",
    "entityType",
    "entityKey",
    "actorType",
    "actor",
    "actorName",
    "actorRoles",
    "status",
    "errorCode",
    "errorParams",
    "diff",
    "reason",
    "input",
    "lineCode",
    "stationCode",
    "requestId",
    "idempotencyKey",
    "ip",
    "userAgent",
];

/// Number up to 500 new events and as many audit rows; gives how many there were.
pub fn seal(cx: &mut Cx<'_>) -> Result<i64> {
    let events = seal_events(cx)?;
    let audits = seal_audits(cx)?;
    Ok(events.max(audits))
}

fn seal_events(cx: &mut Cx<'_>) -> Result<i64> {
    let low = low_water(cx, "event")?;
    let new: Vec<(i64,)> = cx.all(
        sql!(
            "select e.id from event e where e.id > $1 and not exists (select 1 from feed f where f.event_id = e.id)
             order by e.id limit $2"
        ),
        p![low, BATCH],
    )?;
    let Some(highest) = new.last().map(|r| r.0) else { return Ok(0) };
    let mut no: i64 = cx.value(sql!("select no from feed order by no desc limit 1"), [])?.unwrap_or(0);
    for (id,) in &new {
        no += 1;
        cx.run(sql!("insert into feed (no, event_id) values ($1, $2)"), p![no, id])?;
    }
    raise_low_water(cx, "event", highest)?;
    Ok(new.len() as i64)
}

fn seal_audits(cx: &mut Cx<'_>) -> Result<i64> {
    let low = low_water(cx, "audit")?;
    let mut new: Vec<(i64, Json)> = Vec::new();
    cx.each(
        sql!(
            "select a.id, a.at, a.action, a.entity_type, a.entity_key, a.actor_type, a.actor, a.actor_name, a.actor_roles,
                 a.status, a.error_code, a.error_params, a.diff, a.reason, a.input, a.line_code, a.station_code,
                 a.request_id, a.idempotency_key, a.ip, a.user_agent
             from audit a where a.id > $1 and not exists (select 1 from audit_seal s where s.audit_id = a.id)
             order by a.id limit $2"
        ),
        p![low, BATCH],
        |values| {
            new.push(canonical(values)?);
            Ok(())
        },
    )?;
    let Some(highest) = new.last().map(|r| r.0) else { return Ok(0) };
    let last: Option<(i64, String)> = cx.one(sql!("select seq, hash from audit_seal order by seq desc limit 1"), [])?;
    let (mut seq, mut hash) = last.unwrap_or((0, GENESIS.to_string()));
    for (id, row) in &new {
        seq += 1;
        let next = link(&hash, row);
        cx.run(
            sql!("insert into audit_seal (seq, audit_id, prev_hash, hash) values ($1, $2, $3, $4)"),
            p![seq, id, hash, next],
        )?;
        hash = next;
    }
    raise_low_water(cx, "audit", highest)?;
    Ok(new.len() as i64)
}

/// `SHA-256(previous hash ‖ canonical row)`.
fn link(previous: &str, row: &Json) -> String {
    sha256(format!("{previous}{row}").as_bytes())
}

/// A row as the hash sees it: its columns in fixed order.
fn canonical(values: Vec<Value>) -> Result<(i64, Json)> {
    let mut values = values.into_iter();
    let Some(Value::Int(id)) = values.next() else { return Err(Error::fault("an audit row has an id")) };
    let fields: Map<String, Json> =
        AUDIT_COLUMNS.iter().map(|c| (*c).to_string()).zip(values.map(|v| v.to_json())).collect();
    Ok((id, json!(fields)))
}

/// Below this id everything is numbered or was taken back for good.
fn low_water(cx: &Cx<'_>, what: &str) -> Result<i64> {
    Ok(cx.value(sql!("select low_id from sealer where name = $1"), p![*what])?.unwrap_or(0))
}

/// Ids come before commits, so a low id may still appear after a higher one: the mark follows two minutes behind.
fn raise_low_water(cx: &mut Cx<'_>, what: &str, highest: i64) -> Result<()> {
    cx.run(
        sql!(
            "insert into sealer (name, low_id, next_low_id, low_at) values ($1, 0, $2, $3)
             on conflict (name) do update set
                 low_id = case when sealer.low_at <= $4 then sealer.next_low_id else sealer.low_id end,
                 next_low_id = case when sealer.low_at <= $4 then $2 else sealer.next_low_id end,
                 low_at = case when sealer.low_at <= $4 then $3 else sealer.low_at end"
        ),
        p![*what, highest, cx.now, cx.now.plus_ms(-SETTLED_MS)],
    )?;
    Ok(())
}

/// What a walk along the chain found.
#[derive(Serialize, schemars::JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// Rows whose hash was computed again and agreed.
    pub checked: i64,
    /// The first number whose row, place or hash is not what was sealed; none when the chain holds.
    pub first_broken_seq: Option<i64>,
    /// Rows not yet sealed.
    pub unsealed: i64,
    /// The newest sealed number.
    pub last_seq: i64,
}

/// Walk the chain from `from` (a sealed number, 1 for all) page by page, reporting progress.
pub fn verify(cx: &Cx<'_>, from: i64, mut progress: impl FnMut(i64)) -> Result<Verified> {
    let mut expected = from.max(1);
    let mut previous = match expected {
        1 => GENESIS.to_string(),
        n => cx.value(sql!("select hash from audit_seal where seq = $1"), p![n - 1])?.unwrap_or_default(),
    };
    let mut report = Verified { checked: 0, first_broken_seq: None, unsealed: 0, last_seq: expected - 1 };
    while report.first_broken_seq.is_none() {
        let mut rows: Vec<(i64, String, String, Option<Json>)> = Vec::new();
        cx.each(
            sql!(
                "select s.seq, s.prev_hash, s.hash, a.id, a.at, a.action, a.entity_type, a.entity_key, a.actor_type, a.actor,
                     a.actor_name, a.actor_roles, a.status, a.error_code, a.error_params, a.diff, a.reason, a.input,
                     a.line_code, a.station_code, a.request_id, a.idempotency_key, a.ip, a.user_agent
                 from audit_seal s left join audit a on a.id = s.audit_id
                 where s.seq >= $1 order by s.seq limit 1000"
            ),
            p![expected],
            |mut values| {
                let rest = values.split_off(3);
                let row = if rest[0] == Value::Null { None } else { Some(canonical(rest)?.1) };
                let [Value::Int(seq), Value::Text(prev), Value::Text(hash)] = &values[..] else {
                    return Err(Error::fault("a seal has a number and two hashes"));
                };
                rows.push((*seq, prev.clone(), hash.clone(), row));
                Ok(())
            },
        )?;
        if rows.is_empty() {
            break;
        }
        for (seq, prev, hash, row) in rows {
            let holds = seq == expected && prev == previous && row.is_some_and(|row| link(&previous, &row) == hash);
            if !holds {
                report.first_broken_seq = Some(expected);
                break;
            }
            report.checked += 1;
            report.last_seq = seq;
            expected += 1;
            previous = hash;
        }
        progress(report.checked);
    }
    report.unsealed = cx
        .value(
            sql!(
                "select cast(count(*) as bigint) from audit a where a.id > $1
                 and not exists (select 1 from audit_seal s where s.audit_id = a.id)"
            ),
            p![low_water(cx, "audit")?],
        )?
        .unwrap_or(0);
    Ok(report)
}
