//! List pages: one template, driven by the declaration of the list.

mod chosen;

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Response, Uri};
use engine::Lang;
use engine::listing::{By, Column, Filter, Kind, Listing};
use engine::perform::may;
use serde_json::{Map, Value as Json, json};

use crate::actor::Caller;
use crate::body::pairs;
use crate::context::{Context, encoded, filled};
use crate::page::{one, problem};
use crate::pages::{self, ListPage, Page};
use crate::{Door, words};

/// Pairs of names: fields and the columns they come from, columns and the pages they lead to.
pub type Keys = &'static [(&'static str, &'static str)];
/// Commands of a thing and the fields it gives them: `(field, column)`.
pub type Actions = &'static [(&'static str, Keys)];

/// What a list page is made from.
struct Shown<'s> {
    door: &'s Arc<Door>,
    caller: &'s Caller,
    uri: &'s Uri,
    page: &'static Page,
    shown: ListPage,
    listing: &'static Listing,
    /// What the address says to this list, as typed.
    given: Vec<(String, String)>,
    params: &'s Map<String, Json>,
}

/// Answer a list page.
pub async fn answer(
    door: &Arc<Door>,
    caller: &Caller,
    uri: &Uri,
    page: &'static Page,
    shown: ListPage,
    params: &Map<String, Json>,
) -> Response<Body> {
    let Some(listing) = door.engine.shared.registry.queries.get(shown.list).and_then(|q| q.listing) else {
        let fault = kernel::Error::fault(format!("no list is called {}", shown.list));
        return problem(door, caller, uri, &crate::problem::refusal_of(fault, &caller.origin.request_id));
    };
    let own =
        |name: &str| listing.filters.iter().any(|f| f.name == name) || matches!(name, "sort" | "cursor" | "limit");
    let given = match pairs(uri.query().unwrap_or_default()) {
        Ok(given) => given.into_iter().filter(|(k, v)| own(k) && !v.is_empty()).collect(),
        Err(refusal) => return problem(door, caller, uri, &refusal),
    };
    let list = Shown { door, caller, uri, page, shown, listing, given, params };
    let (answer, error) = match one(door, caller, shown.list, &list.fields()).await {
        Ok(mut answer) => {
            words::translate(caller.lang, &mut answer);
            (answer, Json::Null)
        }
        // What the address asks cannot be asked: the list says so and offers the way back.
        Err(refusal) if refusal.kind == kernel::Kind::Malformed => {
            let places: Vec<String> = refusal.errors.iter().map(|e| words::field_at(caller.lang, &e.path)).collect();
            let detail = words::text(caller.lang, "filter-wrong", &[("fields".into(), places.join(", ").into())]);
            (Json::Null, json!({ "detail": detail, "clear": uri.path() }))
        }
        Err(refusal) => return problem(door, caller, uri, &refusal),
    };
    let mut context = Context::new(door, caller, page.name, page.path, uri, "desktop");
    context.title(list.title());
    context.set("params", params);
    context.set("list", list.describe(&answer, &error));
    context.render("list.html", 200)
}

impl Shown<'_> {
    fn lang(&self) -> Lang {
        self.caller.lang
    }

    fn value_of(&self, name: &str) -> &str {
        self.given.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.as_str())
    }

    fn title(&self) -> String {
        words::text(self.lang(), &format!("list-{}", self.shown.list), &[])
    }

    /// What is asked: the address's words, moments on the plant's clock as instants, and the parts of the path.
    fn fields(&self) -> Vec<(String, String)> {
        let by = |name: &str| self.listing.filters.iter().find(|f| f.name == name).map(|f| f.by);
        let read = |(name, text): &(String, String)| match by(name) {
            Some(By::Time) => (name.clone(), instant(&self.door.engine.shared.zone, text)),
            _ => (name.clone(), text.clone()),
        };
        let parts = self.params.iter().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_string())));
        self.given.iter().map(read).chain(parts).collect()
    }

    fn describe(&self, answer: &Json, error: &Json) -> Json {
        let Shown { door, caller, uri, shown, listing, params, .. } = self;
        let has_chips = listing.filters.iter().any(|f| f.name == "status" && matches!(f.by, By::Word(..)));
        let filters = listing.filters.iter().filter(|f| !f.required && (f.name != "status" || !has_chips));
        let filters: Vec<Json> = filters.map(|f| self.filter(f)).collect();
        let filtered = listing.filters.iter().any(|f| !f.required && !self.value_of(f.name).is_empty());
        let columns: Vec<Json> = listing.columns.iter().filter(|c| c.shown).map(|c| self.column(c)).collect();
        let rows: Vec<Json> = answer["items"].as_array().into_iter().flatten().map(|row| self.row(row)).collect();
        let create = shown.create.and_then(|command| act(door, caller, command, &json!(params)));
        let import = shown.import.and_then(|command| act(door, caller, command, &json!({})));
        let api = format!(
            "/api/v1{}",
            filled(listing.route.path, &json!(params)).unwrap_or_else(|| listing.route.path.into())
        );
        let export =
            door.engine.shared.registry.queries.get(shown.list).is_some_and(|q| may(q.export, &caller.actor).is_ok());
        let in_query = |(name, _): &(String, String)| !params.contains_key(name);
        let asked: Vec<(String, String)> = self.fields().into_iter().filter(in_query).collect();
        json!({
            "name": shown.list,
            "topics": pages::topics_of(shown.list),
            "title_key": format!("list-{}", shown.list),
            "tabs": pages::tabs(self.page, &caller.actor, self.lang()),
            "crumbs": self.crumbs(),
            "columns": columns,
            "rows": rows,
            "filters": filters,
            "chips": self.chips(),
            "next_href": answer["nextCursor"].as_str().map(|c| self.with("cursor", Some(c))),
            "prev": (!self.value_of("cursor").is_empty()).then(|| self.with("cursor", None)),
            "limit": self.value_of("limit").parse::<i64>().unwrap_or(engine::listing::PAGE),
            "empty_key": format!("empty-{}", shown.list),
            "filtered": filtered,
            "error": error,
            "export_href": export.then(|| with_path(&api, &asked, "format", Some("csv"))),
            "create": create,
            "bulk": shown.bulk.as_ref().and_then(|bulk| chosen::button(door, caller, bulk)),
            "import": import.map(|a| json!({ "href": format!("/forms/{}", a["command"].as_str().unwrap_or_default()), "command": a["command"] })),
            "path": uri.path(),
        })
    }

    /// A list of one thing names the page above it.
    fn crumbs(&self) -> Json {
        let above = self.page.under.filter(|_| !self.params.is_empty());
        let above = above.and_then(|path| pages::PAGES.iter().find(|p| p.path == path));
        let Some(above) = above else { return json!([]) };
        let own = self.params.values().filter_map(Json::as_str).map(|label| json!({ "label": label }));
        std::iter::once(json!({ "label": pages::label(above, self.lang()), "href": above.path })).chain(own).collect()
    }

    fn filter(&self, filter: &Filter) -> Json {
        let (door, lang, name) = (self.door, self.lang(), filter.name);
        let (label, value) = (words::field(lang, name), self.value_of(name));
        let plain = |kind: &str| json!({ "name": name, "label": label, "kind": kind, "value": value });
        let select = |options: Vec<Json>| json!({ "name": name, "label": label, "kind": "select", "options": options, "value": value });
        let pick = |list: &str| json!({ "name": name, "label": label, "kind": "pick", "pick": list, "pick_value": crate::form::code_of(list), "value": value });
        let reads = |list: &str| {
            door.engine.shared.registry.queries.get(list).is_some_and(|q| may(q.need, &self.caller.actor).is_ok())
        };
        match (self.listing.name, name, filter.by) {
            ("audit_logs", "action", _) => select(actions(door, lang)),
            ("audit_logs", "entityType", _) => select(entities(door, lang)),
            ("audit_logs", "actor", _) if reads("users") => pick("users"),
            (_, _, By::Word(vocabulary, all)) => {
                select(all.iter().map(|w| json!({ "value": w, "label": words::state(lang, vocabulary, w) })).collect())
            }
            (_, _, By::Bool) => plain("bool"),
            (_, _, By::Day) => plain("date"),
            (_, _, By::Time) => {
                let shown = local(&door.engine.shared.zone, value);
                json!({ "name": name, "label": label, "kind": "time", "value": shown })
            }
            (_, _, By::Code(list)) if reads(list) => pick(list),
            _ => plain("text"),
        }
    }

    fn column(&self, column: &Column) -> Json {
        let (listing, sorted) = (self.listing, self.value_of("sort"));
        let sort = listing.sorts.iter().find(|s| s.name == column.name);
        let default = listing.sorts.first().map(|s| s.name) == Some(column.name) && sorted.is_empty();
        let (up, down) = (sorted == column.name, sorted.strip_prefix('-') == Some(column.name));
        let direction = match (up || default && !listing.descending, down || default && listing.descending) {
            (true, _) => Some("asc"),
            (_, true) => Some("desc"),
            _ => None,
        };
        let next = if direction == Some("asc") { format!("-{}", column.name) } else { column.name.to_string() };
        let mut told = heading(self.lang(), column);
        told["sortable"] = sort.is_some().into();
        told["sort_dir"] = sort.and(direction).into();
        told["sort_href"] = sort.map(|_| self.with("sort", Some(&next))).into();
        told
    }

    fn row(&self, row: &Json) -> Json {
        let mut out = said(self.lang(), self.listing, row);
        let mut known = row.clone();
        if let Some(fields) = known.as_object_mut() {
            for (name, value) in self.params {
                fields.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        out["stageRoles"] = chosen::next_roles(self.caller, row).into();
        out["_href"] = self.shown.row.and_then(|r| filled(r, row)).into();
        out["_actions"] = acts(self.door, self.caller, self.shown.actions, &known).into();
        out
    }

    /// One chip for each word of the list's state filter.
    fn chips(&self) -> Vec<Json> {
        let state = self.listing.filters.iter().find_map(|f| match f.by {
            By::Word(name, all) if f.name == "status" => Some((name, all)),
            _ => None,
        });
        let Some((vocabulary, all)) = state else { return Vec::new() };
        let now = self.value_of("status");
        let every = json!({ "label": words::text(self.lang(), "all", &[]), "href": self.with("status", None), "active": now.is_empty() });
        let chip = |w: &&str| {
            json!({
                "label": words::state(self.lang(), vocabulary, w), "href": self.with("status", Some(w)), "active": now == *w,
                "status": words::status(vocabulary, w), "icon": words::icon(vocabulary, w),
            })
        };
        std::iter::once(every).chain(all.iter().map(chip)).collect()
    }

    /// The address of this page with one name changed; another order or filter begins at the first page.
    fn with(&self, name: &str, value: Option<&str>) -> String {
        with_path(self.uri.path(), &self.given, name, value)
    }
}

/// The head of a column: its name, label and kind.
fn heading(lang: Lang, column: &Column) -> Json {
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
    json!({
        "key": column.name, "label": words::field(lang, column.name), "kind": kind,
        "state_kind": if let Kind::Word(name) = column.kind { name } else { "state" },
        "wrap": matches!(column.kind, Kind::Text | Kind::Json),
        "sub": (column.kind == Kind::Word("RunStage")).then_some("stageRoles"),
    })
}

/// A row in words, with its links and the colour of its state.
fn said(lang: Lang, listing: &Listing, row: &Json) -> Json {
    let mut out = row.clone();
    for column in listing.columns {
        let said = match (column.kind, column.name, &row[column.name]) {
            (_, _, Json::Null) => continue,
            (Kind::Word(name), field, Json::String(word)) if !is_state(field) => words::state(lang, name, word),
            (Kind::Json, field, value) => words::value(lang, field, value),
            (Kind::Text, "action", Json::String(action)) => words::action(lang, action),
            (Kind::Text, "entityType", Json::String(kind)) => words::entity(lang, kind),
            _ => continue,
        };
        out[column.name] = said.into();
    }
    let links: Map<String, Json> =
        listing.columns.iter().filter_map(|c| Some((c.name.to_string(), filled(c.link?, row)?.into()))).collect();
    let state = listing.columns.iter().find_map(|c| match c.kind {
        Kind::Word(name) if c.name == "status" => row[c.name].as_str().map(|v| words::status(name, v)),
        _ => None,
    });
    out["_status"] = state.into();
    out["_links"] = Json::Object(links);
    out
}

/// A page of a list as a plain table: `{columns, rows, count}`.
pub fn table(lang: Lang, listing: &Listing, answer: &Json) -> Json {
    let columns: Vec<Json> = listing.columns.iter().filter(|c| c.shown).map(|c| heading(lang, c)).collect();
    let rows: Vec<Json> =
        answer["items"].as_array().into_iter().flatten().map(|row| said(lang, listing, row)).collect();
    json!({ "columns": columns, "rows": rows, "count": rows.len() })
}

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
    let moves = kernel::words::STATE_TABLES.iter().flat_map(|t| t.moves);
    moves.filter(|m| m.by == command).map(|m| m.from).collect()
}

/// Whether a word says how something stands, and so gets a colour and an icon.
pub fn is_state(field: &str) -> bool {
    matches!(field, "status" | "state" | "result" | "judge" | "iqcResult" | "pickStatus")
}

/// The fields a row gives to a command.
fn prefilled(pairs: Keys, row: &Json) -> Json {
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

/// What can be asked for, by its label.
fn actions(door: &Door, lang: Lang) -> Vec<Json> {
    let names = door.engine.shared.registry.commands.keys();
    let mut all: Vec<(String, String)> =
        names.map(|name| (words::command(lang, name), name.replace('.', "_").to_uppercase())).collect();
    all.sort();
    all.into_iter().map(|(label, value)| json!({ "value": value, "label": label })).collect()
}

/// The kinds of things that have a trail.
fn entities(door: &Door, lang: Lang) -> Vec<Json> {
    let nouns = door.engine.shared.registry.commands.keys().filter_map(|name| name.split('.').next());
    let mut all: Vec<(String, &str)> = nouns
        .filter(|noun| words::has(lang, &format!("entity-{noun}")))
        .map(|noun| (words::entity(lang, noun), noun))
        .collect();
    all.sort();
    all.dedup();
    all.into_iter().map(|(label, value)| json!({ "value": value, "label": label })).collect()
}

/// A moment as typed on the plant's clock, as an instant; what is an instant already, or neither, stays.
fn instant(zone: &jiff::tz::TimeZone, text: &str) -> String {
    let local = text.parse::<jiff::civil::DateTime>().ok().and_then(|at| at.to_zoned(zone.clone()).ok());
    local.filter(|_| text.parse::<jiff::Timestamp>().is_err()).map_or(text.to_string(), |at| at.timestamp().to_string())
}

/// An instant as the plant's clock shows it; what is none stays.
fn local(zone: &jiff::tz::TimeZone, text: &str) -> String {
    let stamp = text.parse::<jiff::Timestamp>().ok();
    stamp.map_or(text.to_string(), |at| at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string())
}

fn with_path(path: &str, given: &[(String, String)], name: &str, value: Option<&str>) -> String {
    let kept = given
        .iter()
        .filter(|(k, v)| k != name && k != "cursor" && !v.is_empty())
        .map(|(k, v)| (k.as_str(), v.as_str()));
    let all: Vec<String> = kept.chain(value.map(|v| (name, v))).map(|(k, v)| format!("{k}={}", encoded(v))).collect();
    if all.is_empty() { path.to_string() } else { format!("{path}?{}", all.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_scr_091_moments_are_read_on_the_plants_clock() {
        let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
        assert_eq!(instant(&zone, "2026-11-20T08:00"), "2026-11-20T00:00:00Z");
        assert_eq!(instant(&zone, "2026-11-20"), "2026-11-19T16:00:00Z");
        assert_eq!(instant(&zone, "2026-11-20T08:00:00Z"), "2026-11-20T08:00:00Z");
        assert_eq!(instant(&zone, "soon"), "soon");
        assert_eq!(local(&zone, "2026-11-20T00:00:00Z"), "2026-11-20T08:00");
        assert_eq!(local(&zone, "2026-11-20T08:00"), "2026-11-20T08:00");
    }
}
