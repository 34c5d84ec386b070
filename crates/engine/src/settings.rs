//! Typed settings, declared beside the rule that reads them; values live in the database, with history.

use std::collections::HashMap;

use kernel::{Error, Result};
use linkme::distributed_slice;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::cx::Cx;
use crate::latest::Latest;
use crate::sql;

/// What a setting's value can be.
pub trait Setting: Serialize + DeserializeOwned + JsonSchema + Clone + Send + Sync + 'static {}
impl<T: Serialize + DeserializeOwned + JsonSchema + Clone + Send + Sync + 'static> Setting for T {}

/// A typed key with its default.
pub struct Settings<T> {
    pub key: &'static str,
    pub default: fn() -> T,
}

/// A key as the settings page and the API know it.
pub struct SettingDef {
    pub key: &'static str,
    pub meaning: &'static str,
    pub default: fn() -> Json,
    pub schema: fn() -> Schema,
    /// Whether a value has the right type and range; the error says what is wrong.
    pub check: fn(&Json) -> Result<(), String>,
}

/// Every setting of the product, gathered by `settings!`.
#[distributed_slice]
pub static SETTINGS: [SettingDef];

/// The definition of a key.
pub fn find(key: &str) -> Option<&'static SettingDef> {
    SETTINGS.iter().find(|def| def.key == key)
}

/// Read a value as the type of its key.
pub fn read<T: Setting>(value: &Json) -> Result<T, String> {
    serde_json::from_value(value.clone()).map_err(|e| e.to_string())
}

/// Declare settings: `settings! { /// meaning  pub DUPLICATE_SCAN_SEC: u32 = "exec.duplicateScanSec", default 10, range 0..=600; }`.
#[macro_export]
macro_rules! settings {
    ($( #[doc = $meaning:literal] $vis:vis $name:ident : $type:ty = $key:literal, default $default:expr $(, range $range:expr)? ; )*) => {$(
        #[doc = $meaning]
        $vis static $name: $crate::settings::Settings<$type> =
            $crate::settings::Settings { key: $key, default: || $default };

        const _: () = {
            fn check(value: &$crate::reexport::serde_json::Value) -> Result<(), String> {
                let _read: $type = $crate::settings::read(value)?;
                $( if !($range).contains(&_read) {
                    return Err(format!("must lie in {:?}", $range));
                } )?
                Ok(())
            }
            #[$crate::reexport::linkme::distributed_slice($crate::settings::SETTINGS)]
            #[linkme(crate = $crate::reexport::linkme)]
            static DEF: $crate::settings::SettingDef = $crate::settings::SettingDef {
                key: $key,
                meaning: $meaning,
                default: || $crate::reexport::serde_json::to_value::<$type>($default).unwrap_or_default(),
                schema: || $crate::registry::schema_of::<$type>(),
                check,
            };
        };
    )*};
}

/// The values in force, by key.
#[derive(Default)]
pub struct SettingsInForce(Latest<HashMap<String, Json>>);

impl SettingsInForce {
    pub fn get<T: Setting>(&self, cx: &Cx<'_>, key: &Settings<T>) -> Result<T> {
        let values = self.0.get(cx, || {
            let rows: Vec<(String, Json)> =
                cx.all(sql!("select key, value from setting where scope_type = 'GLOBAL' order by key"), [])?;
            Ok(rows.into_iter().collect())
        })?;
        match values.get(key.key) {
            None => Ok((key.default)()),
            Some(value) => read(value).map_err(|e| Error::fault(format!("setting {}: {e}", key.key))),
        }
    }
}

settings! {
    /// How many hours an answer is kept for a repeated Idempotency-Key
    pub IDEMPOTENCY_KEEP_HOURS: u32 = "idempotency.keepHours", default 24, range 1..=168;
    /// How many seconds a refusal of a guard is kept for a repeated Idempotency-Key
    pub IDEMPOTENCY_GUARD_REFUSAL_SEC: u32 = "idempotency.guardRefusalSec", default 60, range 0..=3600;
}
