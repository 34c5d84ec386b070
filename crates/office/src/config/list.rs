//! All settings.

use std::collections::HashMap;

use engine::settings::SETTINGS;
use engine::{Cx, Need, Permit, Query, Route, get, sql};
use kernel::Result;
use kernel::code::{Text, fold};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ConfigView, SettingRow, view};

/// Every setting with its value, origin and meaning, by key.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListConfig {
    /// Only keys and meanings that contain this.
    pub q: Option<Text<100>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigList {
    pub items: Vec<ConfigView>,
}

impl Query for ListConfig {
    type Output = ConfigList;
    const NAME: &'static str = "config";
    const ROUTE: Route = get("/system/config");
    const PERMIT: Need = Need::Any(&[Permit::SystemConfig]);

    fn ask(self, cx: &Cx<'_>) -> Result<ConfigList> {
        let rows: Vec<SettingRow> = cx.all(
            sql!(
                "select id, key, scope_type, scope_key, value, version, changed_at, changed_by, reason
                 from setting where scope_type = 'GLOBAL' order by key"
            ),
            [],
        )?;
        let rows: HashMap<String, SettingRow> = rows.into_iter().map(|row| (row.key.clone(), row)).collect();
        let mut items: Vec<ConfigView> = SETTINGS.iter().map(|def| view(cx, def, rows.get(def.key))).collect();
        if let Some(q) = &self.q {
            let q = fold(q.as_str());
            items.retain(|item| fold(&item.key).contains(&q) || fold(&item.description).contains(&q));
        }
        items.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(ConfigList { items })
    }
}
