//! Try a mapping on a message before any machine sends one.

use engine::words::say;
use engine::{Cx, Need, Permit, Query, post};
use kernel::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::mapping::{IngestMapping, Message, Problem};

/// Read a message by a mapping and show what comes out; nothing is stored (R-CORE-170).
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TryMapping {
    pub mapping: Map<String, Json>,
    pub payload: Json,
    pub meta: Option<Map<String, Json>>,
    pub source_system: Option<String>,
    pub occurred_at: Option<String>,
    /// The type of the step the mapping is for; with it, the keys that type needs are checked too.
    pub station_type: Option<crate::StationType>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tried {
    /// Whether the mapping itself is well-formed and complete.
    pub valid: bool,
    pub mapping_problems: Vec<Said>,
    /// What comes out; absent while the mapping is not well-formed.
    pub message: Option<Message>,
    /// What the message lacks or says in words the mapping does not know.
    pub message_problems: Vec<Said>,
}

/// A problem with its sentence in the language of whoever asks.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Said {
    pub field: String,
    pub problem: &'static str,
    pub detail: String,
}

impl Query for TryMapping {
    type Output = Tried;
    const NAME: &'static str = "ingest_mapping.test";
    const ROUTE: engine::Route = post("/execution-config/ingest-mapping/test");
    const PERMIT: Need = Need::Any(&[Permit::RouteRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<Tried> {
        let said = |problems: Vec<Problem>| problems.into_iter().map(|p| Said::of(cx, p)).collect::<Vec<_>>();
        let mapping = match IngestMapping::parse(&Json::Object(self.mapping)) {
            Ok(mapping) => mapping,
            Err(problems) => {
                let none =
                    Tried { valid: false, mapping_problems: said(problems), message: None, message_problems: vec![] };
                return Ok(none);
            }
        };
        let root = json!({
            "payload": self.payload, "meta": self.meta, "sourceSystem": self.source_system, "occurredAt": self.occurred_at
        });
        let lacking = self.station_type.map_or_else(Vec::new, |step| mapping.lacks(step, true));
        let (message, problems) = mapping.read(&root);
        Ok(Tried {
            valid: lacking.is_empty(),
            mapping_problems: said(lacking),
            message: Some(message),
            message_problems: said(problems),
        })
    }
}

impl Said {
    fn of(cx: &Cx<'_>, problem: Problem) -> Said {
        let args = [("field", Json::from(problem.field.as_str())), ("problem", problem.problem.into())];
        let detail = say(cx.actor().lang, "mapping-problem", args);
        Said { field: problem.field, problem: problem.problem, detail }
    }
}
