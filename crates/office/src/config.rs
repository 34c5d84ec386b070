//! Settings: typed keys with their values, history and the way back (R-PLAT-070).

pub mod get;
pub mod history;
pub mod list;
pub mod revert;
pub mod set;

use engine::refusals::{CONFIG_INVALID, CONFIG_NOT_FOUND};
use engine::settings::{self, SettingDef};
use engine::{Ask, Cx, Registry, row, sql, words};
use kernel::{Id, Instant, Refusal, Result, p};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use crate::ConfigChanged;

kernel::code! {
    /// The key of a setting.
    ConfigKey, max 128;
}

kernel::words! {
    /// How far a value reaches.
    pub enum ConfigScope { Global = "GLOBAL" }
    /// Where a value comes from.
    pub enum ConfigOrigin {
        /// Nobody has set it.
        Default = "DEFAULT",
        /// Set for the whole plant.
        Global = "GLOBAL",
    }
}

pub fn register(registry: &mut Registry) {
    registry.command::<set::SetConfig>().command::<revert::RevertConfig>();
    registry.query::<list::ListConfig>().query::<get::GetConfig>().list(&history::CONFIG_CHANGES);
}

row! {
    table "setting" quiet { key, scope_type, scope_key, changed_at, changed_by, reason };
    /// A value that somebody has set.
    pub struct SettingRow {
        pub id: Id<SettingRow>,
        pub key: String,
        pub scope_type: String,
        pub scope_key: String,
        pub value: Json,
        pub version: i64,
        pub changed_at: Instant,
        pub changed_by: String,
        pub reason: String,
    }
}

impl SettingRow {
    /// The value set for the whole plant, for a change of it.
    fn global(cx: &Cx<'_>, key: &str) -> Result<Option<SettingRow>> {
        cx.one(
            sql!(
                "select id, key, scope_type, scope_key, value, version, changed_at, changed_by, reason
                 from setting where key = $1 and scope_type = 'GLOBAL' and scope_key = '' for update"
            ),
            p![*key],
        )
    }
}

/// A setting as the API shows it.
#[derive(Serialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase")]
pub struct ConfigView {
    pub key: String,
    /// The part of the key before its first dot.
    pub group: String,
    pub value: Json,
    pub default: Json,
    pub origin: ConfigOrigin,
    /// What it means, in the reader's language.
    pub description: String,
    pub schema: Json,
    pub changed_at: Option<Instant>,
    pub changed_by: Option<String>,
    pub reason: Option<String>,
    /// 0 while nobody has set it.
    pub version: i64,
}

/// A key as it is now.
fn view(cx: &Cx<'_>, def: &SettingDef, row: Option<&SettingRow>) -> ConfigView {
    let default = (def.default)();
    let sentence = format!("setting-{}", def.key.replace('.', "-"));
    let lang = cx.actor().lang;
    ConfigView {
        key: def.key.to_string(),
        group: def.key.split('.').next().unwrap_or_default().to_string(),
        value: row.map_or_else(|| default.clone(), |row| row.value.clone()),
        default,
        origin: if row.is_some() { ConfigOrigin::Global } else { ConfigOrigin::Default },
        description: if words::has(lang, &sentence) {
            words::say(lang, &sentence, [])
        } else {
            def.meaning.to_string()
        },
        schema: (def.schema)().to_value(),
        changed_at: row.map(|row| row.changed_at),
        changed_by: row.map(|row| row.changed_by.clone()),
        reason: row.map(|row| row.reason.clone()),
        version: row.map_or(0, |row| row.version),
    }
}

/// The key that a call names: CONFIG_NOT_FOUND.
fn known(ask: &mut Ask, key: &ConfigKey) -> Result<&'static SettingDef> {
    ask.need(settings::find(key.as_str()), || CONFIG_NOT_FOUND.with("key", key))
}

/// A value for a key, read as its type; text that holds such a value counts as it (forms send text). CONFIG_INVALID.
fn fitting(def: &SettingDef, value: &Json) -> Result<Json, Refusal> {
    let problem = match (def.check)(value) {
        Ok(()) => return Ok(value.clone()),
        Err(problem) => problem,
    };
    let parsed = value.as_str().and_then(|text| serde_json::from_str::<Json>(text).ok());
    match parsed.filter(|parsed| (def.check)(parsed).is_ok()) {
        Some(parsed) => Ok(parsed),
        None => Err(CONFIG_INVALID.with("key", def.key).with("problem", problem).at("/value")),
    }
}

/// Write a value (none: back to the default), keep what it was, and tell.
fn write(
    cx: &mut Cx<'_>,
    def: &SettingDef,
    before: Option<&SettingRow>,
    value: Json,
    reason: &str,
) -> Result<ConfigView> {
    cx.because(reason);
    let by = cx.actor().name.clone();
    let mut row = SettingRow {
        id: before.map_or(Id::of(0), |b| b.id),
        key: def.key.to_string(),
        scope_type: "GLOBAL".into(),
        scope_key: String::new(),
        value,
        version: before.map_or(0, |b| b.version),
        changed_at: cx.now,
        changed_by: by.clone(),
        reason: reason.to_string(),
    };
    match before {
        Some(before) if before.value == row.value => return Ok(view(cx, def, Some(before))),
        Some(before) => drop(cx.save(before, &mut row)?),
        None => cx.add(&mut row).map_err(|e| match e {
            kernel::Error::Taken(cause) => kernel::Error::Again(cause),
            other => other,
        })?,
    }
    cx.run(
        sql!(
            "insert into setting_change (key, scope_type, scope_key, version, before_value, after_value, changed_at, changed_by,
                 reason)
             values ($1, 'GLOBAL', '', $2, $3, $4, $5, $6, $7)"
        ),
        p![*def.key, row.version, before.map(|b| b.value.clone()), row.value, cx.now, by, *reason],
    )?;
    cx.emit(ConfigChanged { key: def.key.into(), scope_type: "GLOBAL".into(), scope_key: String::new() })?;
    Ok(view(cx, def, Some(&row)))
}
