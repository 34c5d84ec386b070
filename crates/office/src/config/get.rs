//! One setting.

use engine::{Ask, Cx, Need, Permit, Query, Route, get};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ConfigKey, ConfigView, SettingRow, known, view};

/// A setting with its value, origin and meaning; CONFIG_NOT_FOUND.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetConfig {
    pub key: ConfigKey,
}

impl Query for GetConfig {
    type Output = ConfigView;
    const NAME: &'static str = "config.get";
    const ROUTE: Route = get("/system/config/{key}");
    const PERMIT: Need = Need::Any(&[Permit::SystemConfig]);

    fn ask(self, cx: &Cx<'_>) -> Result<ConfigView> {
        let def = known(&mut Ask::first(), &self.key)?;
        let row = SettingRow::global(cx, def.key)?;
        Ok(view(cx, def, row.as_ref()))
    }
}
