//! The player: performs the commands of the chapters as the accounts that ask for them.

use std::sync::Arc;

use engine::door::Envelope;
use engine::perform::Answer;
use engine::{Actor, Engine};
use serde_json::{Map, Value as Json};

use crate::{Chapter, Entry, NOBODY};

/// Performs chapters on an engine. `actor` finds the account of a name; `password` knows the one it is to have.
pub struct Player<'p> {
    pub engine: Arc<Engine>,
    pub actor: &'p dyn Fn(&str) -> Result<Arc<Actor>, String>,
    pub password: &'p dyn Fn(&str) -> String,
}

/// What came of playing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Commands that changed something.
    pub done: usize,
    /// Commands that had been done before.
    pub already: usize,
}

impl Player<'_> {
    /// Play chapters in their order; the first command that is refused for any other reason than having been done before
    /// ends it, with a sentence that names it.
    pub fn play<'c>(&self, chapters: impl IntoIterator<Item = &'c Chapter>) -> Result<Played, String> {
        let mut played = Played::default();
        for chapter in chapters {
            for (n, entry) in chapter.entries.iter().enumerate() {
                let place = format!("{} {}", chapter.name, n + 1);
                match self.perform(entry).map_err(|e| format!("{place}, {} by {}: {e}", entry.does, entry.by))? {
                    true => played.done += 1,
                    false => played.already += 1,
                }
            }
        }
        Ok(played)
    }

    /// Perform one entry; false when it had been done before.
    fn perform(&self, entry: &Entry) -> Result<bool, String> {
        let actor = match entry.by.as_str() {
            NOBODY => Arc::new(Actor::system()),
            name => (self.actor)(name)?,
        };
        let fields = Json::Object(self.filled(&entry.fields));
        // The key follows from what is asked: asked again within the keep time, the first answer is given again.
        let key = engine::seal::sha256(format!("{} {fields}", entry.does).as_bytes());
        let envelope = Envelope { key: Some(format!("demo-{key}")), if_match: entry.seen, ..Envelope::default() };
        let command = self.engine.command(&entry.does).ok_or("there is no such command")?;
        let call = self.engine.admit(command, actor, fields, envelope);
        let answer = match call {
            Ok(call) => self.engine.submit_blocking(call),
            Err(refusal) => Answer::refused(refusal),
        };
        match answer {
            Answer::Done { replayed, .. } => Ok(!replayed),
            Answer::Refused { refusal, .. } if entry.already.iter().any(|code| code == refusal.def.code) => Ok(false),
            Answer::Refused { refusal, .. } => {
                Err(format!("{} {} {:?}", refusal.def.code, Json::Object(refusal.params.clone()), refusal.errors))
            }
        }
    }

    /// Fields with the words in braces replaced: `{password}` is the password of the account that is made.
    fn filled(&self, fields: &Map<String, Json>) -> Map<String, Json> {
        let username = fields.get("username").and_then(Json::as_str).unwrap_or_default();
        let fill = |(name, value): (&String, &Json)| match value.as_str() {
            Some("{password}") => (name.clone(), (self.password)(username).into()),
            _ => (name.clone(), value.clone()),
        };
        fields.iter().map(fill).collect()
    }
}
