//! What a register adds to the registry: a list, a question and its commands.

use serde_json::{Map, Value as Json, json};

use super::Register;
use super::change::{Create, Delete, Update, row};
use super::field::Kind;
use super::import::Import;
use super::rows::Made;
use super::table::CSV_MAX;
use crate::command::{Done, Method, Need, Route};
use crate::listing::{self, By, Column, Filter, Listing, Sort};
use crate::registry::{Asked, CommandEntry, QueryEntry, Registry, schema_of};

type Parsed = Result<Box<dyn Asked>, serde_json::Error>;

/// Add everything a register offers.
pub(super) fn add(register: &'static Register, registry: &mut Registry) {
    let made = Made::of(register);
    let one = leak(format!("{}/{{{}}}", register.route, register.key));
    let route = |method, path| Route { method, path };
    let boxed = |asked: Box<dyn Fn(Json) -> Parsed + Send + Sync>| asked;
    registry.command_entry(entry(
        register,
        "create",
        route(Method::Post, register.route),
        create(register),
        answer(register),
        false,
        boxed(Box::new(move |f| Ok(Box::new(Create::parse(made, &f)?)))),
    ));
    registry.command_entry(entry(
        register,
        "update",
        route(Method::Patch, one),
        update(register),
        answer(register),
        true,
        boxed(Box::new(move |f| Ok(Box::new(Update::parse(made, &f)?)))),
    ));
    if register.deletes {
        registry.command_entry(entry(
            register,
            "delete",
            route(Method::Delete, one),
            key(register),
            schema_of::<Done>().to_value(),
            true,
            boxed(Box::new(move |f| Ok(Box::new(Delete::parse(made, &f)?)))),
        ));
    }
    let path = leak(format!("{}/import", register.route));
    let action = leak(crate::audit::action_of(&format!("{}.import", register.noun)));
    registry.command_entry(entry(
        register,
        "import",
        route(Method::Post, path),
        table(register),
        counts(),
        false,
        boxed(Box::new(move |f| Ok(Box::new(Import::parse(made, action, &f)?)))),
    ));
    registry.query_entry(QueryEntry {
        name: leak(format!("{}.get", register.noun)),
        route: route(Method::Get, one),
        need: Need::Any(register.read),
        export: Need::Any(register.read),
        slow: false,
        record: None,
        schema: schema(key(register)),
        output: schema(answer(register)),
        shape: None,
        ask: Box::new(move |fields, cx| row(made, cx, &fields)),
        check: Box::new(move |fields| Delete::parse(made, fields).map(drop)),
        listing: None,
    });
    registry.list(Box::leak(Box::new(listing(register))));
}

fn entry(
    register: &'static Register,
    verb: &str,
    route: Route,
    fields: Json,
    output: Json,
    versioned: bool,
    parse: Box<dyn Fn(Json) -> Parsed + Send + Sync>,
) -> CommandEntry {
    CommandEntry {
        name: leak(format!("{}.{verb}", register.noun)),
        route,
        need: Need::Any(register.write),
        status: 200,
        versioned,
        keeps_on_refusal: false,
        prepares: verb == "import",
        schema: schema(fields),
        output: schema(output),
        shape: None,
        parse,
        reading: vec![],
    }
}

fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn schema(json: Json) -> schemars::Schema {
    schemars::Schema::try_from(json).expect("an object is a schema")
}

fn object(properties: Map<String, Json>, required: Vec<&str>, closed: bool) -> Json {
    let mut object = json!({ "type": "object", "properties": properties, "required": required });
    if closed {
        object["additionalProperties"] = false.into();
    }
    object
}

fn key(register: &Register) -> Json {
    let mut code = register.fields[0].schema();
    code["x-pick"] = register.list.into();
    object([(register.key.to_string(), code)].into_iter().collect(), vec![register.key], true)
}

fn create(register: &Register) -> Json {
    let asked = || register.fields.iter().filter(|f| !f.readonly);
    let properties = asked().map(|f| (f.name.to_string(), f.schema_or_null())).collect();
    object(properties, asked().filter(|f| f.required && f.default.is_none()).map(|f| f.name).collect(), true)
}

fn update(register: &Register) -> Json {
    let mut object = key(register);
    for field in register.fields.iter().filter(|f| !f.readonly) {
        let mut schema = field.schema_or_null();
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("default");
        }
        object["properties"][field.name] = schema;
    }
    object
}

fn table(register: &Register) -> Json {
    let names: Vec<&str> = register.fields.iter().filter(|f| !f.readonly).map(|f| f.name).collect();
    let says = format!("A table with a head; columns: {}", names.join(", "));
    let csv = json!({ "type": "string", "minLength": 1, "maxLength": CSV_MAX, "description": says });
    object([("csv".to_string(), csv)].into_iter().collect(), vec!["csv"], true)
}

fn answer(register: &Register) -> Json {
    let mut properties: Map<String, Json> =
        register.fields.iter().map(|f| (f.name.to_string(), f.schema_or_null())).collect();
    properties.insert("version".into(), json!({ "type": "integer" }));
    let required = register.fields.iter().map(|f| f.name).chain(["version"]).collect();
    titled(object(properties, required, false), format!("{}Entry", pascal(register.noun)))
}

/// A shape with the name it has in the contract.
fn titled(mut shape: Json, title: impl Into<Json>) -> Json {
    shape["title"] = title.into();
    shape
}

/// `station_group` → `StationGroup`.
fn pascal(noun: &str) -> String {
    let first_upper = |word: &str| word[..1].to_uppercase() + &word[1..];
    noun.split('_').filter(|word| !word.is_empty()).map(first_upper).collect()
}

fn counts() -> Json {
    let names = ["created", "updated", "unchanged"];
    let count = json!({ "type": "integer", "minimum": 0 });
    let counts = object(names.iter().map(|n| (n.to_string(), count.clone())).collect(), names.to_vec(), false);
    titled(counts, "ImportCounts")
}

/// The list: every field is a column; words, truths and references are filters; `q` is the beginning of the code.
fn listing(register: &'static Register) -> Listing {
    let mut columns: Vec<Column> =
        register.fields.iter().map(|f| Column::new(f.name, leak(f.selected()), f.listed())).collect();
    for column in columns.iter_mut().filter(|c| c.kind == listing::Kind::Json && c.name == "meta") {
        column.shown = false;
    }
    columns.push(Column::new("version", "t.version", listing::Kind::Int).hidden());
    let mut filters = vec![Filter::new("q", "t.code_key", By::Prefix("t.code_key"))];
    for field in register.fields {
        let equal = || leak(format!("t.{} = $", field.column));
        filters.extend(match field.kind {
            Kind::Word(name, words) => Some(Filter::new(field.name, equal(), By::Word(name, words))),
            Kind::Bool => Some(Filter::new(field.name, equal(), By::Bool)),
            Kind::Reference(to) => {
                let sql = format!("t.{} = (select r.id from {} r where r.code_key = $)", field.column, to.table);
                Some(Filter::new(field.name, leak(sql), By::Code(to.list)))
            }
            _ => None,
        });
    }
    let scope = register.line.map_or(String::new(), |column| format!("{{scope: t.{column} or null}}"));
    Listing {
        name: register.list,
        route: Route { method: Method::Get, path: register.route },
        need: Need::Any(register.read),
        columns: Box::leak(columns.into_boxed_slice()),
        from: leak(format!("{} t", register.table)),
        conditions: leak(scope),
        key: "t.id",
        filters: Box::leak(filters.into_boxed_slice()),
        sorts: Box::leak(Box::new([Sort::new("code", "t.code_key", listing::Kind::Code)])),
        descending: false,
        parent: None,
        finish: None,
    }
}
