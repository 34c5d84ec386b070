//! Take a setting back to what it was.

use engine::settings::SettingDef;
use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, post, sql};
use kernel::code::Reason;
use kernel::{Result, p};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{ConfigKey, ConfigView, SettingRow, fitting, known, write};

kernel::refusals! {
    /// The setting never had this version
    CONFIG_VERSION_NOT_FOUND: NotFound (key, version);
}

/// Give a setting the value it had in an earlier version; version 0 is the default. What was valid then must be so now
/// (CONFIG_INVALID).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevertConfig {
    pub key: ConfigKey,
    #[schemars(range(min = 0))]
    pub to_version: i64,
    pub reason: Reason,
}

/// The key, what it is and what it was.
pub struct Found {
    def: &'static SettingDef,
    before: Option<SettingRow>,
    value: Json,
}

impl Command for RevertConfig {
    type Loaded = Found;
    type Output = ConfigView;
    const NAME: &'static str = "config.revert";
    const ROUTE: Route = post("/system/config/{key}/revert");
    const PERMIT: Need = Need::Any(&[Permit::SystemConfig]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("setting", &self.key)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Found> {
        let def = known(ask, &self.key)?;
        let before = SettingRow::global(cx, def.key)?;
        ask.part(cx.unchanged(before.as_ref().map_or(0, |row| row.version)))?;
        let was: Option<Json> = match self.to_version {
            0 => Some((def.default)()),
            version => cx.value(
                sql!(
                    "select after_value from setting_change
                     where key = $1 and scope_type = 'GLOBAL' and scope_key = '' and version = $2 and after_value is not null"
                ),
                p![*def.key, version],
            )?,
        };
        let missing = || CONFIG_VERSION_NOT_FOUND.with("key", def.key).with("version", self.to_version);
        match fitting(def, &ask.need(was, missing)?) {
            Ok(value) => Ok(Found { def, before, value }),
            Err(refusal) => ask.need(None, refusal),
        }
    }

    fn run(self, found: Found, cx: &mut Cx<'_>) -> Result<ConfigView> {
        write(cx, found.def, found.before.as_ref(), found.value, self.reason.as_str())
    }
}
