//! One input of a form: its kind from the schema, its value, its choices.

use std::collections::HashMap;

use engine::permits::TOKEN_FORBIDDEN;
use engine::registry::CommandEntry;
use engine::{Lang, Method, Permit};
use serde_json::{Value as Json, json};

use super::{code_of, map};
use crate::actor::Caller;
use crate::pages::{self, Body, PAGES};
use crate::{Door, words};

/// Fields that no person fills: `(command, field)`.
const UNSHOWN: [(&str, &str); 6] = [
    ("config.set", "scopeType"),
    ("config.set", "scopeKey"),
    ("work_order.receive", "status"),
    ("work_order.receive", "sourceUpdatedAt"),
    ("user.create", "initialPassword"),
    ("", "unset"),
];

/// Fields that are decided where the form is opened.
const DECIDED: [&str; 3] = ["scopeType", "toVersion", "stepNo"];

/// What the fields of a form are made from.
pub struct Maker<'f> {
    pub door: &'f Door,
    pub caller: &'f Caller,
    pub entry: &'static CommandEntry,
    pub given: &'f HashMap<String, String>,
    pub current: &'f Json,
    pub beside: &'f Json,
}

/// The kind of an input with what it needs.
struct Shape {
    kind: &'static str,
    options: Vec<Json>,
    pick: Option<String>,
    fields: Vec<Json>,
}

impl Shape {
    fn plain(kind: &'static str) -> Shape {
        Shape { kind, options: vec![], pick: None, fields: vec![] }
    }

    fn chosen(kind: &'static str, options: Vec<Json>) -> Shape {
        Shape { options, ..Shape::plain(kind) }
    }
}

impl Maker<'_> {
    /// Every field of the command that a person may fill.
    pub fn fields(&self) -> Vec<Json> {
        let schema = self.entry.schema.as_value();
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        let properties = schema["properties"].as_object().into_iter().flatten();
        let shown = properties
            .filter(|(name, _)| !UNSHOWN.iter().any(|(c, f)| (c.is_empty() || *c == self.entry.name) && f == name));
        shown.map(|(name, schema)| self.field(name, schema, required.contains(&name.as_str()))).collect()
    }

    fn lang(&self) -> Lang {
        self.caller.lang
    }

    /// Whether the fields can be inherited from another level.
    fn has_levels(&self) -> bool {
        self.entry.schema.as_value()["properties"]["ingestMapping"].is_object()
    }

    fn field(&self, name: &str, schema: &Json, required: bool) -> Json {
        let in_path = self.entry.route.path.contains(&format!("{{{name}}}"));
        let shape = self.shape(name, schema);
        let is_given = self.given.contains_key(name);
        let value = self.value(name, schema);
        let kind = match is_given && (in_path || DECIDED.contains(&name)) {
            true => "hidden",
            false => shape.kind,
        };
        let is_edit = self.entry.route.method == Method::Patch;
        let help_key = format!("help-{name}");
        let help = words::has(self.lang(), &help_key).then(|| words::text(self.lang(), &help_key, &[]));
        let plain = within(schema);
        let filter = (shape.pick.as_deref() == Some("data_specs")).then(|| self.operation()).flatten();
        json!({
            "name": name, "label": words::field(self.lang(), name), "kind": kind, "in": if in_path { "path" } else { "body" },
            "value": self.readable(kind, value), "required": required || is_edit && kind != "bool" && self.must_stay(name),
            "given": is_given && !in_path,
            "options": shape.options, "pick": shape.pick.as_deref(), "pick_value": shape.pick.as_deref().map(code_of),
            "pick_filter": filter.map(|code| json!({ "operationCode": code })),
            "fields": shape.fields, "type": match kind { "integer" | "number" => kind, _ => "string" },
            "min": plain.get("minimum"), "max": plain.get("maximum"), "maxlength": plain.get("maxLength"),
            "unit": plain.get("x-unit"), "help": help,
            "level": (self.has_levels() && nullable(schema)).then(|| self.level(name)),
            "rare": matches!(kind, "json" | "map") && !required && self.current[name].is_null() && self.given.get("focus").is_none_or(|f| f != name),
        })
    }

    /// What an input begins with: what the address says, what the thing has now, or what it has without a word.
    fn value(&self, name: &str, schema: &Json) -> Json {
        match self.given.get(name) {
            Some(text) => {
                serde_json::from_str(text).ok().filter(Json::is_array).unwrap_or_else(|| text.as_str().into())
            }
            None if !self.current[name].is_null() => self.current[name].clone(),
            None => schema.get("default").cloned().unwrap_or(Json::Null),
        }
    }

    /// An instant as the plant's clock shows it; free facts as rows; steps with those that are retired apart.
    fn readable(&self, kind: &str, value: Json) -> Json {
        match kind {
            "time" => {
                let zone = &self.door.engine.shared.zone;
                let stamp = value.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
                stamp.map_or(value, |at| at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S").to_string().into())
            }
            "map" => map::rows(&value).into(),
            "steps" => {
                let all = value.as_array().cloned().unwrap_or_default();
                let (retired, live): (Vec<Json>, Vec<Json>) = all.into_iter().partition(|s| !s["retiredAt"].is_null());
                json!({ "live": live, "retired": retired })
            }
            _ => value,
        }
    }

    /// A field that the thing always has: an edit cannot empty it.
    fn must_stay(&self, name: &str) -> bool {
        let noun = self.entry.name.split('.').next().unwrap_or_default();
        let output = self.entry.output.as_value();
        let has = |of: &Json| of["properties"][name].is_object() && !nullable(&of["properties"][name]);
        let needs = |of: &Json| of["required"].as_array().is_some_and(|r| r.iter().any(|n| n == name));
        [output, &output["properties"][noun]]
            .into_iter()
            .any(|of| has(of) && needs(of) && of["properties"][name]["type"] != "array")
    }

    /// Where a configuration field stands: set here, explicitly none, or inherited, with what is inherited.
    fn level(&self, name: &str) -> Json {
        let mode = match (self.current.get(name), self.given.get("focus").is_some_and(|f| f == name)) {
            (Some(Json::Null), false) => "none",
            (None, false) => "inherit",
            _ => "set",
        };
        let step = self.given.get("stepNo").and_then(|no| no.parse::<i64>().ok());
        let steps = self.beside["effective"].as_array().into_iter().flatten();
        let held = steps.into_iter().find(|s| s["stepNo"].as_i64() == step).map(|s| &s["fields"][name]);
        let held = held.filter(|h| !matches!(h["origin"].as_str(), Some("STEP" | "NONE") | None));
        let inherited = held.map(|h| {
            let origin = words::text(self.lang(), &format!("origin-{}", h["origin"].as_str().unwrap_or("NONE")), &[]);
            json!({ "value": words::value(self.lang(), name, &h["value"]), "origin": origin })
        });
        json!({ "mode": mode, "was": if self.current.get(name).is_some() { "own" } else { "inherit" }, "inherited": inherited })
    }

    /// The operation of the step that is configured, or of the configuration itself.
    fn operation(&self) -> Option<String> {
        let own = self.current["operationCode"].as_str().map(str::to_string);
        let step = self.given.get("stepNo").and_then(|no| no.parse::<i64>().ok());
        let mut steps = self.beside["steps"].as_array().into_iter().flatten();
        let of_step = steps.find(|s| s["stepNo"].as_i64() == step && s["retiredAt"].is_null());
        own.or_else(|| Some(of_step?["operationCode"].as_str()?.to_string()))
    }

    /// The kind of input a field asks for.
    fn shape(&self, name: &str, schema: &Json) -> Shape {
        match (self.entry.name, name) {
            ("config.set", "value") => return self.shape_of("value", &self.current["schema"]),
            ("route.set_steps", "steps") => return Shape::plain("steps"),
            ("route.assign_group", "stepNos") => return Shape::chosen("checks", self.steps()),
            (_, "home" | "preferredHomePage") => return Shape::chosen("select", self.places()),
            (_, "permissions") => return Shape::chosen("checks", self.permits()),
            (command, field) if is_new_code(command, field) => return Shape::plain("text"),
            _ => {}
        }
        self.shape_of(name, schema)
    }

    fn shape_of(&self, name: &str, schema: &Json) -> Shape {
        let is_nullable = nullable(schema);
        let schema = within(schema);
        let lists = &self.door.engine.shared.registry.queries;
        let picked = |of: &Json| of["x-pick"].as_str().filter(|list| lists.contains_key(list)).map(str::to_string);
        if let Some(pick) = picked(schema) {
            return Shape { pick: Some(pick), ..Shape::plain("pick") };
        }
        if schema.get("x-secret").is_some() {
            return Shape::plain("secret");
        }
        if schema["enum"].is_array() {
            return Shape::chosen("select", self.words_of(schema));
        }
        let items = &schema["items"];
        match (type_of(schema), schema["format"].as_str(), schema["x-kind"].as_str()) {
            (_, _, Some("qty")) => Shape::plain("qty"),
            ("boolean", _, _) if is_nullable && !self.is_told(name) => Shape::plain("tri"),
            ("boolean", _, _) => Shape::plain("bool"),
            ("integer", _, _) => Shape::plain("integer"),
            ("number", _, _) => Shape::plain("number"),
            ("string", Some("date-time"), _) => Shape::plain("time"),
            ("string", Some("date"), _) => Shape::plain("date"),
            ("string", _, _) if schema["pattern"].as_str().is_some_and(|p| p.contains("[0-5][0-9]$")) => {
                Shape::plain("clock")
            }
            ("array", _, _) if items["enum"].is_array() => Shape::chosen("checks", self.words_of(items)),
            ("array", _, _) if picked(items).is_some() => Shape { pick: picked(items), ..Shape::plain("picks") },
            ("array", _, _) if items["type"] == "string" => Shape::plain("list"),
            ("object", _, _) if schema["properties"].is_object() => {
                let inner = schema["properties"].as_object().into_iter().flatten();
                let fields = inner.map(|(inside, schema)| self.part(name, inside, schema)).collect();
                Shape { fields, ..Shape::plain("group") }
            }
            ("object", _, _) => Shape::plain("map"),
            ("array", _, _) => Shape::plain("json"),
            ("string", _, _) if name == "csv" => Shape::plain("csv"),
            ("string", _, _) if name == "reason" || schema["maxLength"].as_u64().is_some_and(|n| n > 300) => {
                Shape::plain("textarea")
            }
            _ => Shape::plain("text"),
        }
    }

    /// A field inside a field: limits, an alarm, a trigger.
    fn part(&self, outer: &str, name: &str, schema: &Json) -> Json {
        let shape = self.shape_of(name, schema);
        let kind = if shape.kind == "bool" { "tri" } else { shape.kind };
        let plain = within(schema);
        json!({
            "name": format!("{outer}.{name}"), "label": words::field(self.lang(), name), "kind": kind, "in": "body",
            "value": self.readable(kind, self.current[outer][name].clone()), "options": shape.options, "pick": shape.pick.as_deref(),
            "pick_value": shape.pick.as_deref().map(code_of), "min": plain.get("minimum").filter(|_| kind != "integer"),
            "max": plain.get("maximum").filter(|_| kind != "integer"),
        })
    }

    /// The thing's answer tells the field with yes or no: an edit of it is a tick, not a choice of three.
    fn is_told(&self, name: &str) -> bool {
        !self.has_levels() && self.current[name].is_boolean()
    }

    fn words_of(&self, schema: &Json) -> Vec<Json> {
        let vocabulary = schema["x-words"].as_str().unwrap_or("state");
        let all = schema["enum"].as_array().into_iter().flatten().filter_map(Json::as_str);
        all.map(|w| json!({ "value": w, "label": words::state(self.lang(), vocabulary, w) })).collect()
    }

    /// The steps of the route at hand, with the group that holds for each now.
    fn steps(&self) -> Vec<Json> {
        let live = self.beside["steps"].as_array().into_iter().flatten().filter(|s| s["retiredAt"].is_null());
        let group = |no: &Json| {
            let steps = self.beside["effective"].as_array().into_iter().flatten();
            let held = steps.into_iter().find(|s| s["stepNo"] == *no);
            held.and_then(|s| s["fields"]["stationGroupCode"]["value"].as_str()).unwrap_or("–").to_string()
        };
        let text = |v: &Json| v.as_str().unwrap_or_default().to_string();
        live.map(|s| {
            let label = format!("{} {}", s["stepNo"], text(&s["operationName"]));
            json!({ "value": s["stepNo"], "label": label, "note": group(&s["stepNo"]) })
        })
        .collect()
    }

    /// The pages on which somebody may begin.
    fn places(&self) -> Vec<Json> {
        let starts = PAGES.iter().filter(|p| p.menu.is_some() || matches!(p.body, Body::Home(_)));
        starts.map(|p| json!({ "value": p.path, "label": pages::label(p, self.lang()), "note": p.path })).collect()
    }

    /// All permission points, by what they are about; those that no token may hold stay out of a token's form.
    fn permits(&self) -> Vec<Json> {
        let is_token = self.entry.name.starts_with("api_token.");
        let may = |p: &&Permit| !is_token || !TOKEN_FORBIDDEN.contains(p);
        let title =
            |p: &Permit| words::text(self.lang(), &format!("permit-{}", p.name().replace([':', '_'], "-")), &[]);
        let all = Permit::ALL.iter().filter(may);
        all.map(|p| json!({ "value": p.name(), "label": title(p), "note": p.name() })).collect()
    }
}

/// A schema without its «or nothing».
fn within(schema: &Json) -> &Json {
    let choices = ["anyOf", "oneOf"].iter().find_map(|k| schema.get(*k)?.as_array());
    choices.and_then(|all| all.iter().find(|s| s["type"] != "null")).unwrap_or(schema)
}

/// Whether a schema allows nothing.
fn nullable(schema: &Json) -> bool {
    let named = schema["type"].as_array().is_some_and(|types| types.iter().any(|t| t == "null"));
    let choices = ["anyOf", "oneOf"].iter().filter_map(|k| schema.get(*k)?.as_array()).flatten();
    named || choices.into_iter().any(|s| s["type"] == "null")
}

fn type_of(schema: &Json) -> &str {
    match &schema["type"] {
        Json::Array(types) => types.iter().filter_map(Json::as_str).find(|t| *t != "null").unwrap_or("object"),
        Json::String(one) => one,
        _ => "object",
    }
}

/// A code that is given to a thing is typed, not picked from those that exist.
fn is_new_code(command: &str, field: &str) -> bool {
    let (noun, verb) = command.split_once('.').unwrap_or((command, ""));
    let own = match noun {
        "work_order" => "woNo",
        "run" => "runNo",
        "user" => "username",
        "material_lot" => "lotNo",
        _ => "code",
    };
    let makes = matches!(verb, "create" | "receive" | "copy");
    matches!(field, "code" | "newCode" | "equipmentCode") || makes && field == own
}
