//! Next actions: where an object stands, what comes next, and who can do it (R-SCR-001).
//!
//! A page never knows a rule: its steps, blockers and buttons come from the guards of the commands themselves.

use kernel::{Refusal, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::command::{Command, Need};
use crate::cx::Cx;
use crate::perform::may;
use crate::refusals::FORBIDDEN;

kernel::words! {
    /// How far a step is.
    pub enum StepStatus {
        Done = "DONE", Current = "CURRENT", Blocked = "BLOCKED", Waiting = "WAITING", Skipped = "SKIPPED", Failed = "FAILED",
    }
}

/// Where a work object stands: its stage is the step that speaks, none when nothing is left to do.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NextActions {
    pub entity_type: &'static str,
    pub entity_key: String,
    pub stage: Option<String>,
    pub steps: Vec<Step>,
}

/// One step of the way.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    pub key: String,
    pub status: StepStatus,
    pub summary: Summary,
    pub blockers: Vec<Blocker>,
    /// What one should know although nothing stands in the way.
    pub warnings: Vec<Blocker>,
    pub actions: Vec<Action>,
}

/// A sentence of the catalogues with its facts.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    pub key: String,
    pub params: Map<String, Json>,
}

/// What stands in the way, with the page where it is dealt with.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Blocker {
    pub code: String,
    pub params: Map<String, Json>,
    pub count: Option<i64>,
    pub link: Option<String>,
}

/// A command that can be asked here: whether this person may, why not, and who can.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    pub command: String,
    /// What the button says, where the command's own word says too much.
    pub label: Option<Summary>,
    pub primary: bool,
    pub allowed: bool,
    pub reason_code: Option<String>,
    /// The facts of the reason, for its sentence.
    pub reason_params: Map<String, Json>,
    pub required_permission: Vec<String>,
    pub actor_roles: Vec<String>,
    /// The fields that are known already.
    pub prefill: Map<String, Json>,
    pub link: Option<String>,
}

impl NextActions {
    /// The steps with the first that is neither done nor skipped nor waiting as the stage.
    pub fn of(entity_type: &'static str, entity_key: impl ToString, steps: Vec<Step>) -> Self {
        let speaks = |s: &&Step| matches!(s.status, StepStatus::Current | StepStatus::Blocked | StepStatus::Failed);
        let stage = steps.iter().find(speaks).map(|s| s.key.clone());
        NextActions { entity_type, entity_key: entity_key.to_string(), stage, steps }
    }
}

impl Step {
    pub fn new(key: &str, status: StepStatus, summary: Summary) -> Self {
        Step { key: key.into(), status, summary, blockers: Vec::new(), warnings: Vec::new(), actions: Vec::new() }
    }

    pub fn blocked_by(mut self, blockers: impl IntoIterator<Item = Blocker>) -> Self {
        self.blockers.extend(blockers);
        self
    }

    pub fn warned_of(mut self, warnings: impl IntoIterator<Item = Blocker>) -> Self {
        self.warnings.extend(warnings);
        self
    }

    pub fn action(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }
}

impl Summary {
    pub fn of(key: &str) -> Self {
        Summary { key: key.into(), params: Map::new() }
    }

    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.params.insert(name.into(), serde_json::to_value(value).unwrap_or(Json::Null));
        self
    }
}

impl Blocker {
    /// A refusal as a blocker; `count` is taken from its facts where it has one.
    pub fn of(refusal: &Refusal, link: Option<String>) -> Self {
        let count = refusal.params.get("count").and_then(Json::as_i64);
        Blocker { code: refusal.def.code.into(), params: refusal.params.clone(), count, link }
    }
}

impl Action {
    /// The same with another word on its button.
    pub fn called(self, key: &str) -> Action {
        Action { label: Some(Summary::of(key)), ..self }
    }
}

/// A command asked for all its blockers.
pub struct Asking {
    pub action: Action,
    /// What stands in the way besides the permit of this person.
    pub blockers: Vec<Refusal>,
}

impl Asking {
    /// Ask a command's guards and permit; `fields` are the fields of the command that are known already.
    pub fn of<C: Command>(cx: &Cx<'_>, command: &C, fields: Json) -> Result<Asking> {
        let blockers = cx.ask_all(command)?.into_iter().filter(|r| r.def.code != FORBIDDEN.code);
        Ok(Asking::offer::<C>(cx, blockers.collect(), fields))
    }

    /// A command whose form asks for more before its guards can be asked: its permit, and what is known to stand in the way.
    pub fn offer<C: Command>(cx: &Cx<'_>, blockers: Vec<Refusal>, fields: Json) -> Asking {
        Asking::under(cx, C::NAME, C::PERMIT, blockers, fields)
    }

    /// The same for a command whose permit depends on its fields.
    pub fn under(cx: &Cx<'_>, command: &str, need: Need, blockers: Vec<Refusal>, fields: Json) -> Asking {
        let preset = crate::perform::forbidden(need.permits());
        let who = crate::perform::who_may(cx, preset.clone()).unwrap_or_else(|error| {
            tracing::warn!(%error, "the plant's own roles could not be read");
            preset
        });
        let forbidden = may(need, cx.actor()).err();
        let forbidden = forbidden.map(|r| if r.def.code == FORBIDDEN.code { who.clone() } else { r });
        let words = |name: &str| -> Vec<String> {
            let list = who.params.get(name).and_then(Json::as_array).cloned().unwrap_or_default();
            list.iter().filter_map(Json::as_str).map(str::to_string).collect()
        };
        let reason = blockers.first().or(forbidden.as_ref());
        let action = Action {
            command: command.into(),
            label: None,
            primary: false,
            allowed: reason.is_none(),
            reason_code: reason.map(|r| r.def.code.into()),
            reason_params: reason.map(|r| r.params.clone()).unwrap_or_default(),
            required_permission: words("permissions"),
            actor_roles: words("roles"),
            prefill: fields.as_object().cloned().unwrap_or_default(),
            link: None,
        };
        Asking { action, blockers }
    }

    /// The action as the one that the step is about.
    pub fn primary(&self) -> Action {
        Action { primary: true, ..self.action.clone() }
    }
}
