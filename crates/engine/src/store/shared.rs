//! What calls share: the registry, the clock, and what is remembered between them.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kernel::{Instant, Result};
use serde_json::Value as Json;

use crate::door::canonical;
use crate::live::Bell;
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::settings::SettingsInForce;

type FrozenKey = (TypeId, i64);

/// What calls share: the registry, caches of frozen things, the zone, figures and the bell.
pub struct Shared {
    pub registry: Registry,
    pub settings: SettingsInForce,
    pub zone: jiff::tz::TimeZone,
    pub metrics: Metrics,
    pub bell: Bell,
    /// A name for this process among the nodes of one database.
    pub node: String,
    /// Known to this installation alone, and in no database.
    whisper: String,
    frozen: RwLock<HashMap<FrozenKey, Arc<dyn Any + Send + Sync>>>,
    /// What was read by transactions that may still be given up.
    young: Mutex<Vec<FrozenKey>>,
    last_ms: AtomicI64,
}

impl Shared {
    pub(super) fn new(registry: Registry, zone: jiff::tz::TimeZone, whisper: Option<String>) -> Shared {
        Shared {
            registry,
            settings: SettingsInForce::default(),
            zone,
            metrics: Metrics::default(),
            bell: Bell::default(),
            node: format!("{}-{}", std::process::id(), random_name()),
            whisper: whisper.unwrap_or_else(random_words),
            frozen: RwLock::default(),
            young: Mutex::default(),
            last_ms: AtomicI64::new(0),
        }
    }

    /// By what the same call is known again (R-CORE-001). A hash of fields with a password in them would be a fast hash of the
    /// password (R-PLAT-003): it is mixed with what the database does not know. On another node such a call is not known again,
    /// and its key is refused as used.
    pub(crate) fn fields_hash(&self, fields: &Json, schema: &Json) -> String {
        let mut open = fields.clone();
        crate::audit::redact(&mut open, schema);
        let text = canonical(fields);
        let text = if open == *fields { text } else { format!("{}{text}", self.whisper) };
        crate::seal::sha256(text.as_bytes())
    }

    /// The clock of calls: never goes back.
    pub fn now(&self) -> Instant {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
        Instant::from_ms(self.last_ms.fetch_max(wall, Ordering::SeqCst).max(wall))
    }

    /// How far the clock of this machine lies behind the time that calls were given already.
    pub fn clock_behind(&self) -> Duration {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
        let behind = self.last_ms.load(Ordering::SeqCst) - wall;
        Duration::from_millis(behind.max(0).unsigned_abs())
    }

    /// A thing that never changes once it exists (a frozen route version), read once and kept. What a writing transaction
    /// reads is kept on trial, until the transaction is committed: it may have come with it.
    pub(crate) fn frozen<T: Any + Send + Sync>(
        &self,
        id: i64,
        on_trial: bool,
        read: impl FnOnce() -> Result<Option<T>>,
    ) -> Result<Option<Arc<T>>> {
        let key = (TypeId::of::<T>(), id);
        if let Some(kept) = self.frozen.read().expect("the cache is never poisoned").get(&key) {
            return Ok(kept.clone().downcast().ok());
        }
        let Some(read) = read()? else { return Ok(None) };
        let read = Arc::new(read);
        if on_trial {
            self.young.lock().expect("the cache is never poisoned").push(key);
        }
        let mut frozen = self.frozen.write().expect("the cache is never poisoned");
        if frozen.len() >= 10_000 {
            frozen.clear();
        }
        frozen.insert(key, read.clone());
        Ok(Some(read))
    }

    /// After something was taken back: what was read in it may never have existed, and its row ids may be given again.
    pub(crate) fn forget_young(&self) {
        let young = std::mem::take(&mut *self.young.lock().expect("the cache is never poisoned"));
        if !young.is_empty() {
            let mut frozen = self.frozen.write().expect("the cache is never poisoned");
            young.iter().for_each(|key| drop(frozen.remove(key)));
        }
    }

    /// After a whole transaction was given up: nothing that was read is trusted.
    pub(crate) fn forget_frozen(&self) {
        self.young.lock().expect("the cache is never poisoned").clear();
        self.frozen.write().expect("the cache is never poisoned").clear();
    }

    /// After a commit: what was read in it exists. Other writers of PostgreSQL may still be at work, but there no id is given
    /// twice.
    pub(crate) fn keep_young(&self) {
        self.young.lock().expect("the cache is never poisoned").clear();
    }
}

/// The shared part of a process that only reads beside a running server.
pub fn reading_shared(zone: jiff::tz::TimeZone) -> Shared {
    Shared::new(Registry::default(), zone, None)
}

/// Thirty-two random hex digits: nobody guesses them.
pub fn random_words() -> String {
    format!("{}{}", random_name(), random_name())
}

/// Sixteen random hex digits: a name nobody else has.
fn random_name() -> String {
    let mut bytes = [0u8; 8];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
