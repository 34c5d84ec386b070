//! List pages: one template, driven by the declaration of the list.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Response, Uri};
use engine::Lang;
use engine::listing::{By, Column, Kind, Listing};
use engine::perform::may;
use serde_json::{Map, Value as Json, json};

use crate::actor::Caller;
use crate::body::pairs;
use crate::context::{Context, encoded, filled};
use crate::page::{one, problem};
use crate::pages::{ListPage, Page};
use crate::{Door, words};

/// Answer a list page.
pub async fn answer(
    door: &Arc<Door>,
    caller: &Caller,
    uri: &Uri,
    page: &'static Page,
    shown: &'static ListPage,
    params: &Map<String, Json>,
) -> Response<Body> {
    let Some(listing) = door.engine.shared.registry.queries.get(shown.list).and_then(|q| q.listing) else {
        let fault = kernel::Error::fault(format!("no list is called {}", shown.list));
        return problem(door, caller, uri, &crate::problem::refusal_of(fault, &caller.origin.request_id));
    };
    let given = match pairs(uri.query().unwrap_or_default()) {
        Ok(given) => given,
        Err(refusal) => return problem(door, caller, uri, &refusal),
    };
    let own =
        |name: &str| listing.filters.iter().any(|f| f.name == name) || matches!(name, "sort" | "cursor" | "limit");
    let mut fields: Vec<(String, String)> = given.iter().filter(|(k, v)| own(k) && !v.is_empty()).cloned().collect();
    fields.extend(params.iter().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_string()))));
    let mut answer = match one(door, caller, shown.list, &fields).await {
        Ok(answer) => answer,
        Err(refusal) => return problem(door, caller, uri, &refusal),
    };
    words::translate(caller.lang, &mut answer);
    let mut context = Context::new(door, caller, page.name, page.path, uri, "desktop");
    context.title(words::text(caller.lang, &format!("list-{}", shown.list), &[]));
    context.set("params", params);
    context.set("list", describe(door, caller, uri, shown, listing, &given, params, &answer));
    context.render("list.html", 200)
}

#[allow(clippy::too_many_arguments, reason = "one page has this many sides")]
fn describe(
    door: &Arc<Door>,
    caller: &Caller,
    uri: &Uri,
    shown: &ListPage,
    listing: &'static Listing,
    given: &[(String, String)],
    params: &Map<String, Json>,
    answer: &Json,
) -> Json {
    let lang = caller.lang;
    let value_of = |name: &str| given.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.as_str());
    let has_chips = listing.filters.iter().any(|f| f.name == "status" && matches!(f.by, By::Word(..)));
    let filters = listing.filters.iter().filter(|f| !f.required && (f.name != "status" || !has_chips));
    let filters: Vec<Json> = filters.map(|f| filter(door, lang, f.name, f.by, value_of(f.name))).collect();
    let filtered = listing.filters.iter().any(|f| !f.required && !value_of(f.name).is_empty());
    let sorted = value_of("sort");
    let columns: Vec<Json> =
        listing.columns.iter().filter(|c| c.shown).map(|c| column(lang, uri, listing, c, sorted, given)).collect();
    let rows: Vec<Json> =
        answer["items"].as_array().into_iter().flatten().map(|row| row_of(door, caller, shown, listing, row)).collect();
    let create = shown.create.and_then(|command| act(door, caller, command, &json!(params)));
    let import = shown.import.and_then(|command| act(door, caller, command, &json!({})));
    let api =
        format!("/api/v1{}", filled(listing.route.path, &json!(params)).unwrap_or_else(|| listing.route.path.into()));
    json!({
        "name": shown.list,
        "title_key": format!("list-{}", shown.list),
        "columns": columns,
        "rows": rows,
        "filters": filters,
        "chips": chips(uri, lang, listing, given),
        "next_href": answer["nextCursor"].as_str().map(|c| with(uri, given, "cursor", Some(c))),
        "prev": (!value_of("cursor").is_empty()).then(|| with(uri, given, "cursor", None)),
        "limit": value_of("limit").parse::<i64>().unwrap_or(engine::listing::PAGE),
        "empty_key": format!("empty-{}", shown.list),
        "filtered": filtered,
        "export_href": with_path(&api, given, "format", Some("csv")),
        "create": create,
        "import": import.map(|a| json!({ "href": format!("/forms/{}", a["command"].as_str().unwrap_or_default()) })),
    })
}

fn filter(door: &Door, lang: Lang, name: &str, by: By, value: &str) -> Json {
    let label = words::field(lang, name);
    match by {
        By::Word(vocabulary, all) => {
            let options: Vec<Json> =
                all.iter().map(|w| json!({ "value": w, "label": words::state(lang, vocabulary, w) })).collect();
            json!({ "name": name, "label": label, "kind": "select", "options": options, "value": value })
        }
        By::Bool => json!({ "name": name, "label": label, "kind": "bool", "value": value }),
        By::Time => json!({ "name": name, "label": label, "kind": "text", "value": value }),
        By::Code(pick) if !pick.is_empty() => {
            json!({ "name": name, "label": label, "kind": "pick", "pick": crate::form::pick_path(door, pick), "pick_value": crate::form::code_of(pick), "value": value })
        }
        _ => json!({ "name": name, "label": label, "kind": "text", "value": value }),
    }
}

fn column(lang: Lang, uri: &Uri, listing: &Listing, column: &Column, sorted: &str, given: &[(String, String)]) -> Json {
    let kind = match column.kind {
        Kind::Code => "code",
        Kind::Int | Kind::Real => "number",
        Kind::Qty => "qty",
        Kind::Time => "time",
        Kind::Day => "date",
        Kind::Bool => "bool",
        Kind::Word(_) if is_state(column.name) => "state",
        Kind::Text | Kind::Json | Kind::Word(_) => "text",
    };
    let sort = listing.sorts.iter().find(|s| s.name == column.name);
    let default = listing.sorts.first().map(|s| s.name) == Some(column.name) && sorted.is_empty();
    let (up, down) = (sorted == column.name, sorted.strip_prefix('-') == Some(column.name));
    let direction = match (up || default && !listing.descending, down || default && listing.descending) {
        (true, _) => Some("asc"),
        (_, true) => Some("desc"),
        _ => None,
    };
    let next = if direction == Some("asc") { format!("-{}", column.name) } else { column.name.to_string() };
    json!({
        "key": column.name,
        "label": words::field(lang, column.name),
        "kind": kind,
        "state_kind": if let Kind::Word(name) = column.kind { name } else { "state" },
        "sortable": sort.is_some(),
        "sort_dir": sort.and(direction),
        "sort_href": sort.map(|_| with(uri, given, "sort", Some(&next))),
        "wrap": column.kind == Kind::Text,
    })
}

fn row_of(door: &Arc<Door>, caller: &Caller, shown: &ListPage, listing: &Listing, row: &Json) -> Json {
    let mut out = row.clone();
    let links: Map<String, Json> =
        listing.columns.iter().filter_map(|c| Some((c.name.to_string(), filled(c.link?, row)?.into()))).collect();
    let state = listing.columns.iter().find_map(|c| match c.kind {
        Kind::Word(name) if c.name == "status" => row[c.name].as_str().map(|v| words::status(name, v)),
        _ => None,
    });
    for column in listing.columns {
        if let (Kind::Json, Json::Array(items)) = (column.kind, &row[column.name]) {
            let all: Vec<String> =
                items.iter().map(|i| i.as_str().map_or_else(|| i.to_string(), str::to_string)).collect();
            out[column.name] = all.join(", ").into();
        }
    }
    for column in listing.columns {
        if let (Kind::Word(name), Some(word), false) = (column.kind, row[column.name].as_str(), is_state(column.name)) {
            out[column.name] = words::state(caller.lang, name, word).into();
        }
    }
    out["_href"] = shown.row.and_then(|r| filled(r, row)).into();
    out["_status"] = state.into();
    out["_links"] = Json::Object(links);
    out["_actions"] = acts(door, caller, shown.actions, row).into();
    out
}

/// Commands of a thing and the fields it gives them.
pub type Actions = &'static [(&'static str, &'static [(&'static str, &'static str)])];

/// The buttons a thing offers: by permit and by the state tables; the guards are asked on click.
pub fn acts(door: &Arc<Door>, caller: &Caller, actions: Actions, thing: &Json) -> Vec<Json> {
    let fits = |command: &str| {
        let states = states_of(command);
        states.is_empty() || thing["status"].as_str().is_none_or(|s| states.contains(&s))
    };
    let offered = actions.iter().filter(|(command, _)| fits(command));
    offered.filter_map(|(command, prefill)| act(door, caller, command, &prefilled(prefill, thing))).collect()
}

/// The states from which a command moves; none named: it may be tried in any.
fn states_of(command: &str) -> Vec<&'static str> {
    // An order that has runs takes more of them without moving.
    if command == "run.create" {
        return vec!["RELEASED", "IN_PROGRESS"];
    }
    // A board inside a station may be held and released: the hold takes effect when it leaves.
    if matches!(command, "unit.hold" | "unit.release") {
        return vec!["QUEUED", "IN_STATION", "OUT_FAILED", "DONE", "ON_HOLD"];
    }
    let moves = kernel::words::STATE_TABLES.iter().flat_map(|t| t.moves);
    moves.filter(|m| m.by == command).map(|m| m.from).collect()
}

/// Whether a word says how something stands, and so gets a colour and an icon.
pub fn is_state(field: &str) -> bool {
    matches!(field, "status" | "state" | "result" | "judge" | "iqcResult" | "pickStatus")
}

/// The fields a row gives to a command: `(field, column)`.
pub fn prefilled(pairs: &[(&str, &str)], row: &Json) -> Json {
    Json::Object(pairs.iter().map(|(field, column)| ((*field).to_string(), row[*column].clone())).collect())
}

/// A button; none when the actor may never use it.
pub fn act(door: &Arc<Door>, caller: &Caller, command: &str, prefill: &Json) -> Option<Json> {
    let entry = door.engine.command(command)?;
    may(entry.need, &caller.actor).ok()?;
    Some(
        json!({ "command": command, "label": words::command(caller.lang, command), "prefill": prefill, "allowed": true }),
    )
}

/// One chip for each word of the list's state filter.
fn chips(uri: &Uri, lang: Lang, listing: &Listing, given: &[(String, String)]) -> Vec<Json> {
    let state = listing.filters.iter().find_map(|f| match f.by {
        By::Word(name, all) if f.name == "status" => Some((name, all)),
        _ => None,
    });
    let Some((vocabulary, all)) = state else { return Vec::new() };
    let now = given.iter().find(|(k, _)| k == "status").map_or("", |(_, v)| v.as_str());
    let every = json!({ "label": words::text(lang, "all", &[]), "href": with(uri, given, "status", None), "active": now.is_empty() });
    let chip = |w: &&str| {
        json!({
            "label": words::state(lang, vocabulary, w), "href": with(uri, given, "status", Some(w)), "active": now == *w,
            "status": words::status(vocabulary, w), "icon": words::icon(vocabulary, w),
        })
    };
    std::iter::once(every).chain(all.iter().map(chip)).collect()
}

/// The address of this page with one name changed; another order or filter begins at the first page.
fn with(uri: &Uri, given: &[(String, String)], name: &str, value: Option<&str>) -> String {
    with_path(uri.path(), given, name, value)
}

fn with_path(path: &str, given: &[(String, String)], name: &str, value: Option<&str>) -> String {
    let kept = given
        .iter()
        .filter(|(k, v)| k != name && k != "cursor" && !v.is_empty())
        .map(|(k, v)| (k.as_str(), v.as_str()));
    let all: Vec<String> = kept.chain(value.map(|v| (name, v))).map(|(k, v)| format!("{k}={}", encoded(v))).collect();
    if all.is_empty() { path.to_string() } else { format!("{path}?{}", all.join("&")) }
}
