//! Give a setting a value.

use engine::settings::SettingDef;
use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, put};
use kernel::Result;
use kernel::code::{Reason, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{ConfigKey, ConfigScope, ConfigView, SettingRow, fitting, known, write};

/// Give a setting a value for the whole plant, with a reason; it counts from the next command on. Refuses CONFIG_NOT_FOUND,
/// VERSION_MISMATCH (a setting nobody has set has version 0) and CONFIG_INVALID (R-PLAT-070).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetConfig {
    pub key: ConfigKey,
    pub value: Json,
    pub reason: Reason,
    pub scope_type: Option<ConfigScope>,
    /// Empty: the whole plant has no key.
    pub scope_key: Option<Text<64>>,
}

/// The key, what it was and the value as its type.
pub struct Found {
    def: &'static SettingDef,
    before: Option<SettingRow>,
    value: Json,
}

impl Command for SetConfig {
    type Loaded = Found;
    type Output = ConfigView;
    const NAME: &'static str = "config.set";
    const ROUTE: Route = put("/system/config/{key}");
    const PERMIT: Need = Need::Any(&[Permit::SystemConfig]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("setting", &self.key)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Found> {
        let def = known(ask, &self.key)?;
        let before = SettingRow::global(cx, def.key)?;
        ask.part(cx.unchanged(before.as_ref().map_or(0, |row| row.version)))?;
        match fitting(def, &self.value) {
            Ok(value) => Ok(Found { def, before, value }),
            Err(refusal) => ask.need(None, refusal),
        }
    }

    fn run(self, found: Found, cx: &mut Cx<'_>) -> Result<ConfigView> {
        write(cx, found.def, found.before.as_ref(), found.value, self.reason.as_str())
    }
}
