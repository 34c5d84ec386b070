//! The sealer: numbers what is committed, gap-free, and chains the audit rows by hash (R-PLAT-050, R-PLAT-052).

use std::sync::OnceLock;

use kernel::{Error, Instant, Result, Value, p};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::cx::Cx;
use crate::db::Sql;
use crate::sql;

/// The hash before the first row.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const BATCH: i64 = 500;
/// No transaction lives longer than this — writers give theirs up after a minute, and a commit takes thirty seconds at most —,
/// so rows older than it cannot appear any more.
const SETTLED_MS: i64 = 120_000;

/// SHA-256 as lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]);
    digits.map(char::from).collect()
}

const AUDIT_COLUMNS: [&str; 21] = [
    "at",
    "action",
    "entityType",
    "entityKey",
    "entityFold",
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
    let mut mark = Mark::of(cx, "event")?;
    let mut new: Vec<i64> = Vec::new();
    for (from, to) in mark.unread() {
        let ids: Vec<(i64,)> = cx.all(
            sql!("select e.id from event e where e.id >= $1 and e.id <= $2 order by e.id limit $3"),
            p![from, to, BATCH - new.len() as i64],
        )?;
        new.extend(ids.iter().map(|id| id.0));
    }
    if !mark.pass(&new, cx.now) {
        return Ok(0);
    }
    let mut no: i64 = cx.value(sql!("select no from feed order by no desc limit 1"), [])?.unwrap_or(0);
    let mut rows = Vec::with_capacity(new.len() * 2);
    for id in &new {
        no += 1;
        rows.extend([Value::Int(no), Value::Int(*id)]);
    }
    insert(cx, &FEED, &rows)?;
    mark.keep(cx)?;
    Ok(new.len() as i64)
}

fn seal_audits(cx: &mut Cx<'_>) -> Result<i64> {
    let mut mark = Mark::of(cx, "audit")?;
    let mut new: Vec<(i64, String)> = Vec::new();
    for (from, to) in mark.unread() {
        let rest = BATCH - new.len() as i64;
        cx.each(
            sql!(
                "select a.id, a.at, a.action, a.entity_type, a.entity_key, a.entity_fold, a.actor_type, a.actor, a.actor_name, a.actor_roles,
                     a.status, a.error_code, a.error_params, a.diff, a.reason, a.input, a.line_code, a.station_code,
                     a.request_id, a.idempotency_key, a.ip, a.user_agent
                 from audit a where a.id >= $1 and a.id <= $2 order by a.id limit $3"
            ),
            p![from, to, rest],
            |values| {
                new.push(canonical(&values)?);
                Ok(())
            },
        )?;
    }
    let ids: Vec<i64> = new.iter().map(|row| row.0).collect();
    if !mark.pass(&ids, cx.now) {
        return Ok(0);
    }
    let last: Option<(i64, String)> = cx.one(sql!("select seq, hash from audit_seal order by seq desc limit 1"), [])?;
    let (mut seq, mut hash) = last.unwrap_or((0, GENESIS.to_string()));
    let mut rows = Vec::with_capacity(new.len() * 4);
    for (id, row) in &new {
        seq += 1;
        let next = link(&hash, row);
        rows.extend([Value::Int(seq), Value::Int(*id), Value::Text(hash), Value::Text(next.clone())]);
        hash = next;
    }
    insert(cx, &SEALS, &rows)?;
    mark.keep(cx)?;
    Ok(new.len() as i64)
}

/// A table that takes many rows in one statement, in pieces of these lengths.
struct Pieces {
    table: &'static str,
    columns: &'static [&'static str],
    made: [OnceLock<&'static Sql>; PIECES.len()],
}

const PIECES: [usize; 3] = [64, 8, 1];
static FEED: Pieces = Pieces { table: "feed", columns: &["no", "event_id"], made: [const { OnceLock::new() }; 3] };
static SEALS: Pieces = Pieces {
    table: "audit_seal",
    columns: &["seq", "audit_id", "prev_hash", "hash"],
    made: [const { OnceLock::new() }; 3],
};

/// Insert rows, given as the values of all their columns one after another.
fn insert(cx: &mut Cx<'_>, into: &Pieces, mut rows: &[Value]) -> Result<()> {
    let width = into.columns.len();
    for (piece, made) in PIECES.iter().zip(&into.made) {
        while rows.len() >= piece * width {
            let (now, later) = rows.split_at(piece * width);
            cx.run(made.get_or_init(|| into.sql(*piece)), now)?;
            rows = later;
        }
    }
    Ok(())
}

impl Pieces {
    fn sql(&self, count: usize) -> &'static Sql {
        let width = self.columns.len();
        let row = |r: usize| {
            let places: Vec<String> = (1..=width).map(|c| format!("${}", r * width + c)).collect();
            format!("({})", places.join(", "))
        };
        let rows: Vec<String> = (0..count).map(row).collect();
        let text = format!("insert into {} ({}) values {}", self.table, self.columns.join(", "), rows.join(", "));
        Sql::compose(text, file!(), line!())
    }
}

/// How far one kind of row is numbered. Ids come before commits, so an id that is missing may still appear: it is remembered
/// as a gap until no transaction can live that began before.
#[derive(Debug, PartialEq)]
struct Mark {
    name: &'static str,
    high: i64,
    /// From, to (both missing), and when they were missed first.
    gaps: Vec<(i64, i64, i64)>,
}

impl Mark {
    fn of(cx: &Cx<'_>, name: &'static str) -> Result<Mark> {
        let sql = sql!("select high_id, gaps from sealer where name = $1 for update");
        let (high, gaps) = cx.one::<(i64, String)>(sql, p![*name])?.unwrap_or((0, "[]".into()));
        let gaps = serde_json::from_str(&gaps).map_err(|e| Error::fault(format!("the gaps of {name}: {e}")))?;
        Ok(Mark { name, high, gaps })
    }

    /// The ranges in which there may be rows without a number.
    fn unread(&self) -> Vec<(i64, i64)> {
        let gaps = self.gaps.iter().map(|gap| (gap.0, gap.1));
        gaps.chain([(self.high + 1, i64::MAX)]).collect()
    }

    /// The lowest id that may be without a number.
    fn low(&self) -> i64 {
        self.gaps.first().map_or(self.high + 1, |gap| gap.0)
    }

    /// Take these ids (ascending) for numbered: gaps shrink or come to be. False when nothing has to be kept.
    fn pass(&mut self, ids: &[i64], now: Instant) -> bool {
        let mut gaps = Vec::new();
        let mut ids = ids.iter().copied().peekable();
        let is_passing = ids.peek().is_some();
        for (mut from, to, since) in self.gaps.drain(..) {
            while let Some(id) = ids.next_if(|id| *id <= to) {
                if id > from {
                    gaps.push((from, id - 1, since));
                }
                from = id + 1;
            }
            if from <= to {
                gaps.push((from, to, since));
            }
        }
        for id in ids {
            if id > self.high + 1 {
                gaps.push((self.high + 1, id - 1, now.ms()));
            }
            self.high = id;
        }
        let before = gaps.len();
        gaps.retain(|gap| now.ms() - gap.2 < SETTLED_MS);
        self.gaps = gaps;
        is_passing || self.gaps.len() < before
    }

    fn keep(&self, cx: &mut Cx<'_>) -> Result<()> {
        let gaps = serde_json::to_string(&self.gaps).map_err(|e| Error::fault(e.to_string()))?;
        cx.run(
            sql!(
                "insert into sealer (name, high_id, gaps) values ($1, $2, $3)
                 on conflict (name) do update set high_id = excluded.high_id, gaps = excluded.gaps"
            ),
            p![*self.name, self.high, gaps],
        )?;
        Ok(())
    }
}

/// `SHA-256(previous hash ‖ canonical row)`.
fn link(previous: &str, row: &str) -> String {
    let hash = Sha256::new().chain_update(previous).chain_update(row).finalize();
    hex(&hash)
}

/// A row as the hash sees it: JSON of its columns in fixed order.
fn canonical(values: &[Value]) -> Result<(i64, String)> {
    let [Value::Int(id), columns @ ..] = values else { return Err(Error::fault("an audit row has an id")) };
    let mut text = String::with_capacity(512);
    for (name, value) in AUDIT_COLUMNS.iter().zip(columns) {
        text.push(if text.is_empty() { '{' } else { ',' });
        text.push('"');
        text.push_str(name);
        text.push_str("\":");
        text.push_str(&value.to_json().to_string());
    }
    text.push('}');
    Ok((*id, text))
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

/// Walk the chain from one sealed number to another, both included (1 and `i64::MAX` for all), page by page, reporting progress.
pub fn verify(cx: &Cx<'_>, from: i64, to: i64, mut progress: impl FnMut(i64)) -> Result<Verified> {
    let mut expected = from.max(1);
    let mut previous = match expected {
        1 => GENESIS.to_string(),
        n => cx.value(sql!("select hash from audit_seal where seq = $1"), p![n - 1])?.unwrap_or_default(),
    };
    let mut report = Verified { checked: 0, first_broken_seq: None, unsealed: 0, last_seq: expected - 1 };
    while report.first_broken_seq.is_none() {
        let mut rows: Vec<(i64, String, String, Option<String>)> = Vec::new();
        cx.each(
            sql!(
                "select s.seq, s.prev_hash, s.hash, a.id, a.at, a.action, a.entity_type, a.entity_key, a.entity_fold, a.actor_type, a.actor,
                     a.actor_name, a.actor_roles, a.status, a.error_code, a.error_params, a.diff, a.reason, a.input,
                     a.line_code, a.station_code, a.request_id, a.idempotency_key, a.ip, a.user_agent
                 from audit_seal s left join audit a on a.id = s.audit_id
                 where s.seq >= $1 and s.seq <= $2 order by s.seq limit 1000"
            ),
            p![expected, to],
            |mut values| {
                let rest = values.split_off(3);
                let row = if rest[0] == Value::Null { None } else { Some(canonical(&rest)?.1) };
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
                "select cast(count(*) as bigint) from audit a where a.id >= $1
                 and not exists (select 1 from audit_seal s where s.audit_id = a.id)"
            ),
            p![Mark::of(cx, "audit")?.low()],
        )?
        .unwrap_or(0);
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(high: i64, gaps: &[(i64, i64, i64)]) -> Mark {
        Mark { name: "event", high, gaps: gaps.to_vec() }
    }

    #[test]
    fn r_plat_052_ids_that_are_missing_are_waited_for_and_forgotten_when_they_cannot_come() {
        let mut event = mark(10, &[]);
        assert!(event.pass(&[11, 12, 15, 16, 20], Instant::from_ms(1000)));
        assert_eq!(event, mark(20, &[(13, 14, 1000), (17, 19, 1000)]));
        assert_eq!(event.unread(), [(13, 14), (17, 19), (21, i64::MAX)]);
        assert_eq!(event.low(), 13);
        assert!(event.pass(&[14, 18, 22], Instant::from_ms(2000)));
        assert_eq!(event, mark(22, &[(13, 13, 1000), (17, 17, 1000), (19, 19, 1000), (21, 21, 2000)]));
        assert!(!event.pass(&[], Instant::from_ms(3000)));
        assert!(event.pass(&[13], Instant::from_ms(1000 + SETTLED_MS)), "late, but it is numbered");
        assert_eq!(event, mark(22, &[(21, 21, 2000)]));
        assert!(event.pass(&[], Instant::from_ms(2000 + SETTLED_MS)));
        assert_eq!(event, mark(22, &[]));
    }

    #[test]
    fn r_plat_050_a_row_is_hashed_as_json_of_its_columns_in_fixed_order() {
        let mut values = vec![Value::Int(7), Value::Int(1000), Value::Text("LINE_\"CREATE".into())];
        values.resize(1 + AUDIT_COLUMNS.len(), Value::Null);
        let (id, text) = canonical(&values).unwrap();
        assert_eq!(id, 7);
        assert!(text.starts_with(r#"{"at":1000,"action":"LINE_\"CREATE","entityType":null,"#), "{text}");
        assert!(text.ends_with(r#""userAgent":null}"#), "{text}");
        assert_eq!(sha256(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
