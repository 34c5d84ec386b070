//! A demo plant on a database of its own: its directory with the passwords, its mark, and the chapters played in.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use ::demo::{Mark, Played, Player};
use engine::db::{Tx, migrate};
use engine::door::Envelope;
use engine::perform::Answer;
use engine::store::{reading_shared, system_cx};
use engine::{Actor, Engine};
use serde_json::{Value as Json, json};

use crate::cli::open_reading;
use crate::config::Config;

/// The file with the passwords, readable by its owner only.
pub const ACCOUNTS_FILE: &str = "accounts.toml";

/// The most passwords of an account that may not come back (`auth.password.history`).
const PASSWORDS_REMEMBERED: usize = 24;

/// The passwords of the accounts of a demo, by user name.
#[derive(Clone, Debug)]
pub struct Accounts(pub BTreeMap<String, String>);

impl Accounts {
    /// New random passwords.
    pub fn random() -> Result<Accounts, String> {
        let made = ::demo::ACCOUNTS.iter().map(|name| {
            let word = office::secret::first_password().map_err(|e| e.to_string())?;
            Ok(((*name).to_string(), word))
        });
        made.collect::<Result<_, String>>().map(Accounts)
    }

    /// The passwords kept in a directory; they are made and kept there (0600) when it has none.
    pub fn of(dir: &Path) -> Result<Accounts, String> {
        let path = dir.join(ACCOUNTS_FILE);
        let said = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
        if path.exists() {
            let text = std::fs::read_to_string(&path).map_err(|e| said(&e))?;
            let kept: BTreeMap<String, String> = toml::from_str(&text).map_err(|e| said(&e))?;
            if let Some(missing) = ::demo::ACCOUNTS.iter().find(|name| !kept.contains_key(**name)) {
                return Err(said(&format!("no password for {missing}; delete the file and start again")));
            }
            return Ok(Accounts(kept));
        }
        std::fs::create_dir_all(dir).map_err(|e| said(&e))?;
        let accounts = Accounts::random()?;
        let text = toml::to_string(&accounts.0).map_err(|e| said(&e))?;
        // Whole or not at all: a start that is killed here leaves nothing that the next one stumbles over.
        let new = dir.join(format!("{ACCOUNTS_FILE}.new"));
        let mut options = std::fs::OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(0o600).open(&new);
        let kept = file.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
        kept.and_then(|()| std::fs::rename(&new, &path)).map_err(|e| said(&e))?;
        Ok(accounts)
    }

    pub fn password(&self, username: &str) -> &str {
        self.0.get(username).map_or("", String::as_str)
    }
}

/// Refuse a database that is a plant's, before anything is written to it.
pub fn must_be_ours(config: &Config) -> Result<(), String> {
    if matches!(&config.database, engine::store::Database::Sqlite(path) if !path.exists()) {
        return Ok(());
    }
    let mut conn = open_reading(config)?;
    if migrate::version(&mut conn).unwrap_or(0) == 0 {
        return Ok(());
    }
    let tx = Tx::reading(conn);
    let (shared, system) = (reading_shared(config.zone.clone()), Actor::system());
    let cx = system_cx(&tx, &shared, &system);
    match ::demo::is_free(&cx).map_err(|e| e.to_string())? {
        true => Ok(()),
        false => Err(::demo::NOT_OURS.to_string()),
    }
}

/// Mark the database and play all chapters. Call it on a plain thread.
pub fn seed(engine: &Arc<Engine>, mark: Mark, accounts: &Accounts) -> Result<Played, String> {
    engine.work(move |cx| ::demo::mark(cx, mark).map(|_| 1)).map_err(|e| e.to_string())?;
    let people = People { engine, accounts, signed_in: RefCell::default() };
    let chapters = ::demo::chapters()?;
    let player = Player {
        engine: engine.clone(),
        actor: &|name| people.actor(name),
        password: &|name| accounts.password(name).to_string(),
    };
    let played = player.play(&chapters);
    for name in ::demo::ACCOUNTS {
        // Also those who had nothing to do can sign in with the password that is printed.
        if played.is_ok() {
            people.actor(name)?;
        }
    }
    people.leave();
    played
}

/// Those who act while the chapters are played: they sign in as everybody does.
struct People<'p> {
    engine: &'p Arc<Engine>,
    accounts: &'p Accounts,
    signed_in: RefCell<HashMap<String, Arc<Actor>>>,
}

impl People<'_> {
    fn actor(&self, name: &str) -> Result<Arc<Actor>, String> {
        if let Some(actor) = self.signed_in.borrow().get(name) {
            return Ok(actor.clone());
        }
        let actor = match self.sign_in(name) {
            Ok(actor) => actor,
            // Its directory was lost, or somebody has tried out what can be done to an account: whoever runs the demo gives
            // it back, with the password that is printed.
            Err(_) => {
                self.give_back(name)?;
                self.sign_in(name)?
            }
        };
        self.signed_in.borrow_mut().insert(name.to_string(), actor.clone());
        Ok(actor)
    }

    fn sign_in(&self, name: &str) -> Result<Arc<Actor>, String> {
        let fields = json!({ "username": name, "password": self.accounts.password(name) });
        let answer = self.command("session.login", Arc::new(Actor::nobody()), fields)?;
        let token = answer["sessionToken"].as_str().unwrap_or_default().to_string();
        let found = self.engine.read_blocking(false, move |tx, shared| {
            let system = Actor::system();
            office::actor::by_session(&system_cx(tx, shared, &system), &token)
        });
        let actor = found.map_err(|e| e.to_string())?.ok_or_else(|| format!("{name} has no session"))?;
        Ok(Arc::new(actor))
    }

    /// Let an account in again with the password that is printed. While that is among its last ones it has others in between.
    fn give_back(&self, name: &str) -> Result<(), String> {
        let system = Arc::new(Actor::system());
        self.command("user.update", system, json!({ "username": name, "isActive": true }))?;
        for _ in 0..PASSWORDS_REMEMBERED {
            match self.give_password(name, self.accounts.password(name)) {
                Err(problem) if problem.ends_with("PASSWORD_REUSED") => {}
                done => return done,
            }
            self.give_password(name, &office::secret::first_password().map_err(|e| e.to_string())?)?;
        }
        self.give_password(name, self.accounts.password(name))
    }

    fn give_password(&self, name: &str, password: &str) -> Result<(), String> {
        let system = Arc::new(Actor::system());
        let reset = self.command("user.reset_password", system, json!({ "username": name, "firstAccess": "LINK" }))?;
        let fields = json!({ "token": reset["secret"], "password": password });
        self.command("user.enrol", Arc::new(Actor::nobody()), fields).map(|_| ())
    }

    /// End the sessions of everybody who signed in here.
    fn leave(&self) {
        for actor in self.signed_in.borrow().values() {
            if let Err(problem) = self.command("session.logout", actor.clone(), json!({})) {
                tracing::warn!(account = actor.name, problem, "signing out failed");
            }
        }
    }

    fn command(&self, name: &str, actor: Arc<Actor>, fields: Json) -> Result<Json, String> {
        let command = self.engine.command(name).ok_or_else(|| format!("no command is called {name}"))?;
        let envelope =
            Envelope { key: Some(office::secret::random().map_err(|e| e.to_string())?), ..Envelope::default() };
        let call = self.engine.call(command, actor, fields, envelope);
        let answer = match call {
            Ok(call) => self.engine.submit_blocking(call),
            Err(refusal) => Answer::refused(refusal),
        };
        match answer {
            Answer::Done { body, .. } => serde_json::from_str(&body).map_err(|e| e.to_string()),
            Answer::Refused { refusal, .. } => Err(format!("{name}: {}", refusal.def.code)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn passwords_are_random_kept_and_nobody_elses() {
        let dir = tempfile::tempdir().unwrap();
        let made = Accounts::of(dir.path()).unwrap();
        let mode = std::fs::metadata(dir.path().join(ACCOUNTS_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(Accounts::of(dir.path()).unwrap().0, made.0, "the second start finds the same");
        assert_eq!(made.0.len(), ::demo::ACCOUNTS.len());
        let distinct: std::collections::HashSet<&String> = made.0.values().collect();
        assert_eq!(distinct.len(), made.0.len());
        assert_ne!(Accounts::random().unwrap().0, made.0);
    }
}
