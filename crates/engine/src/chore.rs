//! Chores: what follows from time or a nudge, idempotent, on one node at a time.

use std::time::Duration;

use kernel::{Result, p};

use crate::cx::Cx;
use crate::sql;

/// A piece of background work; it runs as a call of its own and gives how much it did.
pub struct Chore {
    pub name: &'static str,
    pub every: Duration,
    /// Whether a commit wakes it before its time.
    pub on_bell: bool,
    /// As long as it gives more than this many, it runs again at once.
    pub again_above: i64,
    pub run: fn(&mut Cx<'_>) -> Result<i64>,
}

/// How long a node keeps a lease without renewing it.
const LEASE_MS: i64 = 5_000;

/// The chores of the engine itself.
pub fn of_engine() -> [Chore; 2] {
    [
        Chore {
            name: "seal",
            every: Duration::from_millis(200),
            on_bell: true,
            again_above: 499,
            run: crate::seal::seal,
        },
        Chore {
            name: "prune_requests",
            every: Duration::from_secs(60),
            on_bell: false,
            again_above: 499,
            run: prune_requests,
        },
    ]
}

/// Take or keep the lease of a chore; false when another node has it. From here on the call goes by the database's clock: the
/// nodes' own may differ.
pub fn lease(cx: &mut Cx<'_>, name: &str, node: &str) -> Result<bool> {
    cx.by_the_plants_clock()?;
    let sql = sql!(
        "insert into lease (name, holder, until_at) values ($1, $2, $3)
         on conflict (name) do update set holder = excluded.holder, until_at = excluded.until_at
         where lease.holder = excluded.holder or lease.until_at < $4"
    );
    let n = cx.run(sql, p![*name, *node, cx.now.plus_ms(LEASE_MS), cx.now])?;
    Ok(n == 1)
}

/// Give all leases of a node back, so that another takes over at once.
pub fn release_all(cx: &mut Cx<'_>, node: &str) -> Result<()> {
    cx.run(sql!("delete from lease where holder = $1"), p![*node])?;
    Ok(())
}

/// Answers whose time is over, in small batches.
fn prune_requests(cx: &mut Cx<'_>) -> Result<i64> {
    let sql = sql!(
        "delete from request where expires_at <= $1 and expires_at <= (
             select coalesce(max(r.expires_at), 0) from (
                 select expires_at from request where expires_at <= $1 order by expires_at limit 500) r)"
    );
    Ok(cx.run(sql, p![cx.now])? as i64)
}
