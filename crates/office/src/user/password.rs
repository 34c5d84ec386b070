//! Passwords: Argon2id, at least twelve characters, nothing everybody tries first, none of the last five (R-PLAT-003).

use std::collections::HashSet;
use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use engine::{Ask, Cx, sql};
use kernel::code::fold;
use kernel::{Error, Id, Refusal, Result, p};

use super::User;
use crate::secret;

kernel::refusals! {
    /// The password is shorter than auth.password.minLength
    PASSWORD_TOO_SHORT: Unprocessable (min);
    /// The password is the user name
    PASSWORD_IS_USERNAME: Unprocessable;
    /// The password is on the list of those everybody tries first
    PASSWORD_TOO_COMMON: Unprocessable;
    /// The password is one of the last ones
    PASSWORD_REUSED: Unprocessable (count);
}

engine::settings! {
    /// How many characters a password has at least
    pub AUTH_PASSWORD_MIN_LENGTH: u32 = "auth.password.minLength", default 12, range 8..=128;
    /// How many of the last passwords may not be used again
    pub AUTH_PASSWORD_HISTORY: u32 = "auth.password.history", default 5, range 0..=24;
}

/// The most passwords of a user that are remembered.
const REMEMBERED: i64 = 24;

/// A new password made ready off the writer: its hash, and whether it is one of the last.
#[derive(Clone)]
pub struct Fresh {
    pub hash: String,
    pub is_reused: bool,
}

/// Hash a new password and compare it with the last ones; takes about 20 ms for each, so only `prepare` may ask.
pub(crate) fn fresh(cx: &Cx<'_>, user: Option<Id<User>>, password: &str) -> Result<Fresh> {
    let remembered = i64::from(cx.setting(&AUTH_PASSWORD_HISTORY)?);
    let last: Vec<(String,)> = cx.all(
        sql!("select password_hash from password_history where user_id = $1 order by id desc limit $2"),
        p![user, remembered],
    )?;
    let is_reused = last.iter().any(|(hash,)| matches(Some(hash), password));
    Ok(Fresh { hash: hash(password)?, is_reused })
}

/// The rules for a new password, in their order.
pub(crate) fn rules(
    cx: &Cx<'_>,
    ask: &mut Ask,
    username_key: &str,
    password: &str,
    field: &str,
    fresh: Option<&Fresh>,
) -> Result<()> {
    let min = cx.setting(&AUTH_PASSWORD_MIN_LENGTH)?;
    let count = cx.setting(&AUTH_PASSWORD_HISTORY)?;
    let is_long = password.chars().count() >= min as usize;
    ask.that(is_long, || PASSWORD_TOO_SHORT.with("min", min).at(field))?;
    ask.that(fold(password) != username_key, || Refusal::from(PASSWORD_IS_USERNAME).at(field))?;
    ask.that(!is_common(password), || Refusal::from(PASSWORD_TOO_COMMON).at(field))?;
    ask.that(!fresh.is_some_and(|f| f.is_reused), || PASSWORD_REUSED.with("count", count).at(field))
}

/// Give a user a password of his own: from now on it counts, and no first password or link does.
pub(crate) fn give(cx: &mut Cx<'_>, user: &mut User, hash: String) -> Result<()> {
    remember(cx, user.id, &hash)?;
    user.password_hash = Some(hash);
    user.must_change_password = false;
    user.enrol_hash = None;
    user.enrol_until = None;
    Ok(())
}

/// Remember a password among the last ones, and forget what is older than the last two dozen.
pub(crate) fn remember(cx: &mut Cx<'_>, user: Id<User>, hash: &str) -> Result<()> {
    cx.run(
        sql!("insert into password_history (user_id, password_hash, at) values ($1, $2, $3)"),
        p![user, *hash, cx.now],
    )?;
    cx.run(
        sql!(
            "delete from password_history where user_id = $1 and id <= (
                 select coalesce(max(h.id), 0) from (
                     select id from password_history where user_id = $1 order by id desc limit 1 offset $2) h)"
        ),
        p![user, REMEMBERED],
    )?;
    Ok(())
}

/// The Argon2id hash of a password, as a text that carries its own parameters and salt.
pub(crate) fn hash(password: &str) -> Result<String> {
    let fault = |e: argon2::password_hash::Error| Error::fault(format!("hashing: {e}"));
    let salt = SaltString::encode_b64(&secret::bytes::<16>()?).map_err(fault)?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt).map_err(fault)?.to_string())
}

/// Whether a password is the one of a hash. Without a hash it takes as long and is wrong: nobody learns which names exist.
pub(crate) fn matches(hash: Option<&str>, password: &str) -> bool {
    static NOBODY: LazyLock<String> = LazyLock::new(|| self::hash("nobody has this password").unwrap_or_default());
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(&NOBODY)) else { return false };
    let is_right = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    is_right && hash.is_some()
}

/// Whether everybody tries this one first; case, and digits or marks at the ends, do not make it another.
fn is_common(password: &str) -> bool {
    static COMMON: LazyLock<HashSet<String>> =
        LazyLock::new(|| include_str!("common_passwords.txt").lines().filter(|l| !l.is_empty()).map(fold).collect());
    let folded = fold(password);
    let bare = folded.trim_matches(|c: char| !c.is_alphabetic());
    let repeats = |text: &str| {
        let first = text.chars().next();
        first.is_some() && text.chars().all(|c| Some(c) == first)
    };
    COMMON.contains(&folded) || (!bare.is_empty() && COMMON.contains(bare)) || repeats(&folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_plat_003_a_hash_is_argon2id_with_a_salt_of_its_own() {
        let (one, two) = (hash("correct horse battery").unwrap(), hash("correct horse battery").unwrap());
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, two);
        assert!(matches(Some(&one), "correct horse battery"));
        assert!(!matches(Some(&one), "correct horse batterz"));
        assert!(!matches(None, "nobody has this password"), "no hash is never right");
        assert!(!matches(Some("rubbish"), "rubbish"));
    }

    #[test]
    fn r_plat_003_what_everybody_tries_first_is_known() {
        for common in [
            "password1234",
            "PASSWORD1234!",
            "123456789012",
            "qwertyuiop123",
            "aaaaaaaaaaaa",
            "Administrator",
            "woaini1314520",
        ] {
            assert!(is_common(common), "{common}");
        }
        for fine in ["solder mask green 7", "reflow-peak-245", "二号线今天很忙碌真的很忙碌"] {
            assert!(!is_common(fine), "{fine}");
        }
    }

    #[test]
    fn r_plat_003_the_shipped_list_has_some_hundred_words_and_none_twice() {
        let words: Vec<String> = include_str!("common_passwords.txt").lines().map(fold).collect();
        let unique: HashSet<&String> = words.iter().collect();
        assert!(words.len() >= 300, "{}", words.len());
        assert_eq!(unique.len(), words.len());
    }
}
