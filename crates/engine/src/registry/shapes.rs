//! The shapes of a release for its contract: every type and vocabulary once, referred to wherever it is used.

use std::collections::{BTreeMap, BTreeSet};

use kernel::words::VOCABULARIES;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value as Json, json};

use super::Registry;

/// How an entry made from Rust types tells its fields and its answer.
#[derive(Clone, Copy)]
pub struct Shape {
    fields: fn(&mut SchemaGenerator) -> Schema,
    answer: fn(&mut SchemaGenerator) -> Schema,
}

/// What an entry takes and gives, as JSON Schema that may refer to named shapes.
pub struct Told {
    pub fields: Json,
    pub answer: Json,
}

/// The shapes of a release.
pub struct Shapes {
    /// Of every command and question, by name.
    pub told: BTreeMap<&'static str, Told>,
    /// What they refer to, at `#/components/schemas/`.
    pub named: Map<String, Json>,
}

impl Shape {
    pub(super) fn of<Fields: JsonSchema, Answer: JsonSchema>() -> Shape {
        Shape { fields: |all| Fields::json_schema(all), answer: |all| all.subschema_for::<Answer>() }
    }
}

impl Registry {
    /// The shapes of everything registered. Entries that were declared and have no types of their own name their answers by
    /// its title.
    pub fn shapes(&self) -> Shapes {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        let mut all = settings.into_generator();
        let commands = self.commands.values().map(|e| (e.name, e.shape, &e.schema, &e.output));
        let queries = self.queries.values().map(|e| (e.name, e.shape, &e.schema, &e.output));
        let mut told = BTreeMap::new();
        let mut declared = Vec::new();
        for (name, shape, fields, answer) in commands.chain(queries) {
            let one = match shape {
                Some(shape) => {
                    Told { fields: (shape.fields)(&mut all).to_value(), answer: (shape.answer)(&mut all).to_value() }
                }
                None => {
                    declared.push(name);
                    Told { fields: fields.clone().to_value(), answer: answer.clone().to_value() }
                }
            };
            told.insert(name, one);
        }
        let mut named = all.take_definitions(false);
        for name in declared {
            if let Some(one) = told.get_mut(name) {
                name_answer(&mut one.answer, &mut named);
            }
        }
        name_words(&mut told, &mut named);
        Shapes { told, named }
    }
}

fn reference(name: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Name an answer by its title, unless another shape has that name.
fn name_answer(answer: &mut Json, named: &mut Map<String, Json>) {
    let Some(title) = answer.get("title").and_then(Json::as_str).map(str::to_string) else { return };
    let mut shape = answer.clone();
    if let Some(fields) = shape.as_object_mut() {
        fields.remove("title");
    }
    if *named.entry(title.clone()).or_insert_with(|| shape.clone()) == shape {
        *answer = reference(&title);
    }
}

/// Name every vocabulary whose words stand somewhere as they are.
fn name_words(told: &mut BTreeMap<&'static str, Told>, named: &mut Map<String, Json>) {
    let taken: BTreeSet<String> = named.keys().cloned().collect();
    let mut words = Map::new();
    let everywhere = told.values_mut().flat_map(|told| [&mut told.fields, &mut told.answer]);
    for shape in everywhere.chain(named.values_mut()) {
        refer_to_words(shape, &taken, &mut words);
    }
    named.extend(words);
}

fn refer_to_words(shape: &mut Json, taken: &BTreeSet<String>, words: &mut Map<String, Json>) {
    match shape {
        Json::Array(items) => items.iter_mut().for_each(|item| refer_to_words(item, taken, words)),
        Json::Object(fields) => {
            fields.values_mut().for_each(|field| refer_to_words(field, taken, words));
            let name = fields.get("x-words").and_then(Json::as_str).map(str::to_string);
            let Some(name) = name.filter(|name| !taken.contains(name)) else { return };
            let Some(vocabulary) = VOCABULARIES.iter().find(|v| v.name == name) else { return };
            let given = fields.get("enum").and_then(Json::as_array);
            let given: Option<Vec<&str>> = given.map(|words| words.iter().filter_map(Json::as_str).collect());
            if given.is_some_and(|given| given != vocabulary.words) {
                return;
            }
            let types = fields.get("type").and_then(Json::as_array);
            let may_be_null = types.is_some_and(|types| types.iter().any(|t| t == "null"));
            for said in ["type", "enum", "x-words"] {
                fields.remove(said);
            }
            match may_be_null {
                true => drop(fields.insert("anyOf".into(), json!([reference(&name), { "type": "null" }]))),
                false => drop(fields.insert("$ref".into(), reference(&name)["$ref"].clone())),
            }
            words.insert(name, json!({ "type": "string", "enum": vocabulary.words }));
        }
        _ => {}
    }
}
