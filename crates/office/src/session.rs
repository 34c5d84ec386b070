//! Sessions: signing in and out, and what a person has open (R-PLAT-010).

pub mod end;
pub mod get;
pub mod list;
pub mod login;
pub mod logout;

use std::time::Duration;

use engine::chore::Chore;
use engine::{Cx, Registry, row, sql};
use kernel::{Id, Instant, Result, p};

use crate::secret;
use crate::user::User;

kernel::refusals! {
    /// No such session, or it has ended
    SESSION_NOT_FOUND: NotFound (session);
}

engine::settings! {
    /// After how many minutes without a request a session ends
    pub AUTH_SESSION_IDLE_MIN: u32 = "auth.session.idleMin", default 480, range 5..=10_080;
    /// After how many minutes a session ends in any case
    pub AUTH_SESSION_ABSOLUTE_MIN: u32 = "auth.session.absoluteMin", default 1440, range 5..=43_200;
}

/// Sessions that ended this long ago are forgotten; the audit trail keeps the sign-in.
const KEEP_MS: i64 = 30 * 86_400_000;
/// A session's last use is written at most this often.
const TOUCH_MS: i64 = 60_000;

pub fn register(registry: &mut Registry) {
    registry.command::<login::Login>().command::<logout::Logout>().command::<end::EndSession>();
    registry.query::<get::GetSession>().query::<list::ListSessions>();
    registry.chore(Chore {
        name: "forget_sign_ins",
        every: Duration::from_secs(600),
        on_bell: false,
        again_above: 999,
        run: forget,
    });
}

row! {
    table "session" hidden { token_hash, csrf };
    /// One sign-in on one browser.
    pub struct Session {
        pub id: Id<Session>,
        pub token_hash: String,
        pub principal_id: Id<User>,
        pub csrf: String,
        pub created_at: Instant,
        pub seen_at: Instant,
        pub ended_at: Option<Instant>,
        pub ip: Option<String>,
        pub user_agent: Option<String>,
    }
}

/// A fresh session as the door needs it: the cookie's secret and the CSRF word, each shown once.
pub struct Opened {
    pub secret: String,
    pub csrf: String,
}

/// Open a session of a user; only the hash of its secret is stored.
pub(crate) fn open(cx: &mut Cx<'_>, user: Id<User>) -> Result<Opened> {
    let opened = Opened { secret: secret::random()?, csrf: secret::random()? };
    let origin = cx.origin().clone();
    cx.run(
        sql!(
            "insert into session (token_hash, principal_id, csrf, created_at, seen_at, ip, user_agent)
             values ($1, $2, $3, $4, $4, $5, $6)"
        ),
        p![secret::hash(&opened.secret), user, opened.csrf, cx.now, origin.ip, origin.user_agent],
    )?;
    Ok(opened)
}

/// End every open session of a user, but for the one that asks when `but` names it; gives how many ended.
pub(crate) fn end_all(cx: &mut Cx<'_>, user: Id<User>, but: Option<i64>) -> Result<u64> {
    cx.run(
        sql!(
            "update session set ended_at = $1
             where principal_id = $2 and ended_at is null and (cast($3 as bigint) is null or id <> cast($3 as bigint))"
        ),
        p![cx.now, user, but],
    )
}

/// Note that sessions were used; each at most once a minute, so that the door may ask as often as it likes.
pub fn touch(cx: &mut Cx<'_>, ids: &[i64]) -> Result<i64> {
    let mut touched = 0;
    for id in ids {
        touched += cx.run(
            sql!("update session set seen_at = $1 where id = $2 and ended_at is null and seen_at < $3"),
            p![cx.now, id, cx.now.plus_ms(-TOUCH_MS)],
        )?;
    }
    Ok(touched as i64)
}

/// Forget old sign-in failures and sessions, in small batches.
fn forget(cx: &mut Cx<'_>) -> Result<i64> {
    let failures = cx.run(
        sql!(
            "delete from sign_in_failure where id in (
                 select f.id from sign_in_failure f where f.at < $1 order by f.at, f.id limit 1000)"
        ),
        p![cx.now.plus_ms(-86_400_000)],
    )?;
    let sessions = cx.run(
        sql!("delete from session where id in (select s.id from session s where s.seen_at < $1 order by s.seen_at, s.id limit 1000)"),
        p![cx.now.plus_ms(-KEEP_MS)],
    )?;
    Ok((failures + sessions) as i64)
}
