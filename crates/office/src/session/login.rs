//! Signing in with a password. Wrong passwords are counted, per name and per address, and too many lock (platform §1.2).

use engine::{Ask, Command, Cx, Entity, Need, Prepare, Route, post, sql};
use kernel::code::{Text, fold};
use kernel::{Instant, Refusal, Result, Secret, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{self, ACCOUNT_INACTIVE};
use crate::user::{User, password};
use crate::{AccountLocked, session};

kernel::refusals! {
    /// User name and password do not match; the same for an unknown name
    INVALID_CREDENTIALS: Unauthenticated;
    /// Too many wrong passwords; wait
    ACCOUNT_LOCKED: Locked (minutes);
    /// The first password was not used in its time
    PASSWORD_EXPIRED: Unauthenticated;
}

engine::settings! {
    /// How many wrong passwords in a row lock a user name
    pub AUTH_LOCK_USER_FAILURES: u32 = "auth.lock.userFailures", default 5, range 1..=100;
    /// How many wrong passwords from one address lock that address
    pub AUTH_LOCK_IP_FAILURES: u32 = "auth.lock.ipFailures", default 20, range 1..=10_000;
    /// Over how many minutes wrong passwords are counted, and for how long a lock holds
    pub AUTH_LOCK_MINUTES: u32 = "auth.lock.minutes", default 15, range 1..=1_440;
}

/// Sign in: 401 INVALID_CREDENTIALS whatever was wrong, 423 ACCOUNT_LOCKED after too many failures of the name or the
/// address. The right password of a deactivated account is told so (ACCOUNT_INACTIVE), and an overdue first one too
/// (PASSWORD_EXPIRED).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Login {
    pub username: Text<200>,
    pub password: Secret<String>,
    #[serde(skip)]
    checked: Option<Checked>,
}

/// What `prepare` found out off the writer: for which stored hash the password was right.
#[derive(Clone)]
struct Checked {
    hash: Option<String>,
    is_right: bool,
}

/// What the door and the screen need after signing in; `sessionToken` becomes the cookie and is not shown.
#[derive(Serialize, JsonSchema, Clone, Default)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    pub username: String,
    pub name: String,
    pub roles: Vec<String>,
    pub home: String,
    pub locale: String,
    pub csrf: String,
    pub must_change_password: bool,
    #[schemars(extend("x-secret" = true))]
    pub session_token: String,
}

impl Login {
    /// Compare off the writer: it takes about 20 ms. A name or address that is locked is refused whatever the password is, so
    /// that guessing on costs the plant nothing.
    fn prepare(&mut self, cx: &Cx<'_>) -> Result<()> {
        let user = User::by_key(cx, &fold(self.username.as_str()))?;
        if lock_of(cx, self.username.as_str(), user.as_ref())?.is_some() {
            return Ok(());
        }
        let hash = user.and_then(|user| user.password_hash);
        let is_right = password::matches(hash.as_deref(), self.password.reveal());
        self.checked = Some(Checked { hash, is_right });
        Ok(())
    }
}

impl Command for Login {
    type Loaded = (Option<User>, Option<Lock>);
    type Output = SignedIn;
    const NAME: &'static str = "session.login";
    const ROUTE: Route = post("/auth/login");
    const PERMIT: Need = Need::Nobody;
    const PREPARE: Option<Prepare<Self>> = Some(Self::prepare);
    const KEEPS_ON_REFUSAL: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("user", &self.username)
    }

    fn guards(&self, cx: &Cx<'_>, _: &mut Ask) -> Result<Self::Loaded> {
        let user = User::by_key(cx, &fold(self.username.as_str()))?;
        let lock = lock_of(cx, self.username.as_str(), user.as_ref())?;
        Ok((user, lock))
    }

    fn run(self, (user, lock): Self::Loaded, cx: &mut Cx<'_>) -> Result<SignedIn> {
        if let Some(lock) = lock {
            return lock.refuse(cx);
        }
        let is_right = |user: &User| {
            let checked = self.checked.as_ref();
            checked.is_some_and(|c| c.is_right && c.hash.is_some() && c.hash == user.password_hash)
        };
        let Some(before) = user.clone().filter(is_right) else {
            return fail(cx, self.username.as_str(), user.as_ref());
        };
        cx.about("user", &before.username);
        if !before.is_active {
            cx.refuse_and_keep(ACCOUNT_INACTIVE);
            return Ok(SignedIn::default());
        }
        if before.must_change_password && before.enrol_until.is_some_and(|until| until <= cx.now) {
            cx.refuse_and_keep(PASSWORD_EXPIRED);
            return Ok(SignedIn::default());
        }
        let mut after = User { last_login_at: Some(cx.now), ..before.clone() };
        note_sign_in(cx, &mut after)?;
        signed_in(cx, &after)
    }
}

/// Open a session and say who signed in.
pub(crate) fn signed_in(cx: &mut Cx<'_>, user: &User) -> Result<SignedIn> {
    let opened = session::open(cx, user.id)?;
    let Some(actor) = actor::by_user(cx, user.id)? else { return Ok(SignedIn::default()) };
    let answer = SignedIn {
        username: actor.name.clone(),
        name: actor.display.clone(),
        roles: actor.roles.clone(),
        home: actor.home.clone(),
        locale: user.locale.word().to_string(),
        csrf: opened.csrf,
        must_change_password: actor.must_change_password,
        session_token: opened.secret,
    };
    cx.acts_as(actor);
    Ok(answer)
}

/// The time of the last sign-in is no change of the user: it counts no version.
fn note_sign_in(cx: &mut Cx<'_>, user: &mut User) -> Result<()> {
    cx.run(sql!("update app_user set last_login_at = $1 where id = $2"), p![user.last_login_at, user.id])?;
    Ok(())
}

/// Count the failure and keep it although the answer is a refusal (R-CORE-003).
fn fail(cx: &mut Cx<'_>, username: &str, user: Option<&User>) -> Result<SignedIn> {
    count_failure(cx, username, user)?;
    cx.refuse_and_keep(INVALID_CREDENTIALS);
    Ok(SignedIn::default())
}

/// Count a wrong password of a name; the one that locks is told to the plant.
pub(crate) fn count_failure(cx: &mut Cx<'_>, username: &str, user: Option<&User>) -> Result<()> {
    let ip = cx.origin().ip.clone().unwrap_or_default();
    cx.run(
        sql!("insert into sign_in_failure (username_key, ip, at, tries_locked) values ($1, $2, $3, 0)"),
        p![fold(username), ip, cx.now],
    )?;
    let Some(user) = user else { return Ok(()) };
    cx.about("user", &user.username);
    if lock_of(cx, username, Some(user))?.is_some() {
        cx.emit(AccountLocked { username: user.username.to_string(), why: "PASSWORD".into() })?;
    }
    Ok(())
}

/// Whether the name and the address may try: ACCOUNT_LOCKED with the minutes to wait.
pub(crate) fn open(cx: &Cx<'_>, ask: &mut Ask, username: &str, user: Option<&User>) -> Result<()> {
    match lock_of(cx, username, user)? {
        Some(lock) => ask.that(false, || lock.refusal(cx)),
        None => Ok(()),
    }
}

/// A name or an address that may not try: since which failure, and until when.
#[derive(Clone, Copy)]
pub struct Lock {
    failure: i64,
    until: Instant,
}

impl Lock {
    fn refusal(self, cx: &Cx<'_>) -> Refusal {
        ACCOUNT_LOCKED.with("minutes", (self.until.ms() - cx.now.ms()).div_euclid(60_000) + 1)
    }

    /// Count the try. Nobody who guesses on may fill the plant's disk: of the tries under one lock the first, second, fourth,
    /// eighth … leave a row, each with their number so far (decision 0003).
    fn refuse(self, cx: &mut Cx<'_>) -> Result<SignedIn> {
        let tried: Option<(i64,)> = cx.one(
            sql!("update sign_in_failure set tries_locked = tries_locked + 1 where id = $1 returning tries_locked"),
            p![self.failure],
        )?;
        let tries = tried.map_or(1, |tried| tried.0);
        match tries & (tries - 1) {
            0 => cx.note("add", "tries", None, Some(tries.into())),
            _ => cx.quietly(),
        }
        let refusal = self.refusal(cx);
        cx.refuse_and_keep(refusal);
        Ok(SignedIn::default())
    }
}

/// The lock of the name or the address. It begins with the failure that made it full and holds
/// `auth.lock.minutes`; what failed before the last sign-in does not count against the name.
fn lock_of(cx: &Cx<'_>, username: &str, user: Option<&User>) -> Result<Option<Lock>> {
    let window_ms = i64::from(cx.setting(&AUTH_LOCK_MINUTES)?) * 60_000;
    let since = user.and_then(|u| u.last_login_at).unwrap_or(Instant::from_ms(0));
    let of_name = failures(cx, Whose::Name(&fold(username), since), i64::from(cx.setting(&AUTH_LOCK_USER_FAILURES)?))?;
    let ip = cx.origin().ip.clone();
    let of_ip = match &ip {
        Some(ip) => failures(cx, Whose::Address(ip), i64::from(cx.setting(&AUTH_LOCK_IP_FAILURES)?))?,
        None => None,
    };
    let full = [of_name, of_ip].into_iter().flatten().filter(|(last, first)| last.1.ms() - first.1.ms() < window_ms);
    let locks = full.map(|((failure, at), _)| Lock { failure, until: at.plus_ms(window_ms) });
    Ok(locks.filter(|lock| lock.until > cx.now).max_by_key(|lock| lock.until))
}

/// A wrong password: its row and when it was given.
type Failure = (i64, Instant);

enum Whose<'w> {
    Name(&'w str, Instant),
    Address(&'w str),
}

/// The newest and the oldest of the last `n` failures; none when there are fewer.
fn failures(cx: &Cx<'_>, whose: Whose<'_>, n: i64) -> Result<Option<(Failure, Failure)>> {
    let found: Vec<Failure> = match whose {
        Whose::Name(key, since) => cx.all(
            sql!("select id, at from sign_in_failure where username_key = $1 and at > $2 order by id desc limit $3"),
            p![*key, since, n],
        )?,
        Whose::Address(ip) => {
            cx.all(sql!("select id, at from sign_in_failure where ip = $1 order by id desc limit $2"), p![*ip, n])?
        }
    };
    match (found.first(), found.last()) {
        (Some(last), Some(first)) if found.len() as i64 == n => Ok(Some((*last, *first))),
        _ => Ok(None),
    }
}
