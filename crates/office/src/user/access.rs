//! How a person gets in for the first time, or again: a one-time link or a random first password, each shown once (R-PLAT-002).

use engine::Cx;
use kernel::{Instant, Result};

use super::{User, enrol, password};
use crate::secret;

kernel::words! {
    /// What a person gets to sign in with for the first time.
    pub enum FirstAccess {
        /// A one-time link on which the person chooses a password.
        Link = "LINK",
        /// A random password that must be changed at the first sign-in.
        Password = "PASSWORD",
    }
}

/// A random first password, made ready off the writer.
#[derive(Clone)]
pub struct Made {
    pub word: String,
    pub hash: String,
}

/// Make a first password up.
pub(crate) fn make() -> Result<Made> {
    let word = secret::first_password()?;
    let hash = password::hash(&word)?;
    Ok(Made { word, hash })
}

/// Give a user what `made` says, a password, or without one a link; earlier passwords and links count no more. Gives the word
/// that is shown once and until when it counts.
pub(crate) fn give(cx: &Cx<'_>, user: &mut User, made: Option<Made>) -> Result<(String, Instant)> {
    match made {
        None => {
            user.password_hash = None;
            user.must_change_password = false;
            enrol::link(cx, user)
        }
        Some(made) => {
            let until = enrol::until(cx)?;
            user.password_hash = Some(made.hash);
            user.must_change_password = true;
            user.enrol_hash = None;
            user.enrol_until = Some(until);
            Ok((made.word, until))
        }
    }
}
