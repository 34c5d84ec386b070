//! The pages of the product: where each is, who may see it, what it asks, and where it stands in the menu.

mod asks;
mod homes;
mod make;
mod shape;
mod table;

use engine::{Actor, Lang, Need};
use serde_json::{Map, Value as Json, json};

pub use table::PAGES;

use crate::actor::Caller;
use crate::words;

/// A page.
#[derive(Clone, Copy)]
pub struct Page {
    pub name: &'static str,
    pub path: &'static str,
    pub need: Need,
    pub device: &'static str,
    pub body: Body,
    pub menu: Option<Menu>,
    /// The page of the menu in whose tabs, or below which, this one stands.
    pub under: Option<&'static str>,
}

/// A page's place in the menu.
#[derive(Clone, Copy)]
pub struct Menu {
    pub group: &'static str,
    pub icon: &'static str,
}

/// What a page is made of.
#[derive(Clone, Copy)]
pub enum Body {
    List(ListPage),
    Record(RecordPage),
    Template(&'static str, &'static [Ask]),
    Home(HomePage),
}

/// A list with its buttons.
#[derive(Clone, Copy)]
pub struct ListPage {
    pub list: &'static str,
    /// Where a row leads.
    pub row: Option<&'static str>,
    pub create: Option<&'static str>,
    pub import: Option<&'static str>,
    /// What its rows change on, when it is not told of them as `list:{list}`; empty when no event tells of them.
    pub topics: Option<&'static str>,
    /// Commands of a row and the fields the row gives them: `(field, column)`.
    pub actions: crate::list::Actions,
    /// One command for many chosen rows.
    pub bulk: Option<Bulk>,
}

/// A command for chosen rows of a list, one answer for each.
#[derive(Clone, Copy)]
pub struct Bulk {
    pub command: &'static str,
    /// The field and column that name a row.
    pub field: &'static str,
    /// Rows in this state may be chosen.
    pub status: &'static str,
    /// The word on the button.
    pub label: &'static str,
    /// Fields that are the same for all.
    pub prefill: crate::list::Keys,
}

/// One thing with its facts and the lists it carries.
#[derive(Clone, Copy)]
pub struct RecordPage {
    /// The first answers the thing, the others lists that stand below it.
    pub asks: &'static [Ask],
    pub title: &'static str,
    pub topic: Option<&'static str>,
    pub crumb: (&'static str, &'static str),
    /// Fields that lead to pages.
    pub links: crate::list::Keys,
    pub actions: crate::list::Actions,
}

/// The home of a role: what waits for it, from lists it may read.
#[derive(Clone, Copy)]
pub struct HomePage {
    /// The group that comes first in the menu of whoever begins here.
    pub group: &'static str,
    pub waiting: &'static [Waiting],
    pub figures: &'static [Figure],
}

/// A number of a home: a field of a question's answer, and the rows it counts (R-SCR-070).
pub struct Figure {
    pub query: &'static str,
    pub field: &'static str,
    pub label: &'static str,
    pub page: &'static str,
    pub status: &'static str,
}

/// Things that wait: the first rows of a filtered list, each with a sentence and a page.
pub struct Waiting {
    pub list: &'static str,
    pub fields: crate::list::Keys,
    pub subject: &'static str,
    pub sentence: &'static str,
    pub page: &'static str,
    pub status: &'static str,
}

/// A question of a page.
pub struct Ask {
    pub into: &'static str,
    pub query: &'static str,
    pub fields: &'static [(&'static str, Source)],
    /// Refused or not found, it gives null instead of an error page.
    pub optional: bool,
    /// Asked only when the address says so: `?tab=units`.
    pub when: Option<(&'static str, &'static str)>,
    /// Not asked at all while a field is missing in the address.
    pub needs_all: bool,
    /// Asked only when the page has no such answer.
    pub unless: Option<&'static str>,
}

/// Where a field of a question comes from.
pub enum Source {
    Path(&'static str),
    Query(&'static str),
    /// As [`Source::Query`], and never missed: the question is asked without it.
    May(&'static str),
    Is(&'static str),
    /// What the address says, else the number before that of a part of the path.
    QueryOrBefore(&'static str, &'static str),
}

/// The page a person begins with: that of the chosen role, the preferred one, else a role's home, else the first page allowed
/// (R-SCR-010).
pub fn home_of(caller: &Caller) -> String {
    let actor = &caller.actor;
    let chosen = caller.role.and_then(|_| caller.lead());
    let of_roles = actor.role_homes.iter().map(String::as_str);
    let wishes = chosen
        .into_iter()
        .chain([actor.home.as_str()])
        .chain(of_roles)
        .chain(PAGES.iter().filter(|p| p.menu.is_some()).map(|p| p.path));
    let allowed =
        |path: &&str| crate::page::find(path).is_some_and(|(page, _)| engine::perform::may(page.need, actor).is_ok());
    wishes.filter(|p| !p.is_empty() && *p != "/" && *p != "/mes").find(allowed).unwrap_or("/profile").to_string()
}

/// What the rows of a list change on.
pub fn topics_of(list: &str) -> String {
    let own = PAGES.iter().find_map(|p| match p.body {
        Body::List(shown) if shown.list == list => shown.topics,
        _ => None,
    });
    own.map_or_else(|| format!("list:{list}"), str::to_string)
}

/// The group of the menu that leads for whoever begins at this page.
fn group_of(home: &str) -> Option<&'static str> {
    let (page, _) = crate::page::find(home)?;
    match page.body {
        Body::Home(home) => Some(home.group),
        _ => page.menu.map(|menu| menu.group),
    }
}

/// The menu, by permission; the group of the leading role's home comes first (R-SCR-010).
pub fn navigation(caller: &Caller, path: &str) -> Json {
    let (actor, lang) = (&caller.actor, caller.lang);
    let mut groups: Vec<(&str, Vec<Json>)> = Vec::new();
    for page in PAGES {
        let Some(menu) = &page.menu else { continue };
        if engine::perform::may(page.need, actor).is_err() {
            continue;
        }
        let label = label(page, lang);
        let current =
            is_at(page, path) || PAGES.iter().any(|p| p.under == Some(page.path) && p.menu.is_none() && is_at(p, path));
        let item = json!({ "href": page.path, "label": label, "icon": menu.icon, "current": current });
        match groups.iter_mut().find(|g| g.0 == menu.group) {
            Some(group) => group.1.push(item),
            None => groups.push((menu.group, vec![item])),
        }
    }
    let first = caller.lead().and_then(group_of);
    groups.sort_by_key(|(group, _)| first != Some(*group));
    let groups = groups.into_iter();
    groups
        .map(|(group, items)| json!({ "title": words::text(lang, &format!("nav-{group}"), &[]), "items": items }))
        .collect()
}

/// What a page is called in the menu and in tabs.
pub fn label(page: &Page, lang: Lang) -> String {
    match page.body {
        Body::List(shown) => words::text(lang, &format!("list-{}", shown.list.replace('.', "-")), &[]),
        _ => words::text(lang, &format!("page-{}", page.name), &[]),
    }
}

fn is_at(page: &Page, path: &str) -> bool {
    path == page.path || path.strip_prefix(page.path).is_some_and(|rest| rest.starts_with('/'))
}

/// The lists beside a list, with the one they stand under first; nothing when there is only one to show.
pub fn tabs(page: &Page, actor: &Actor, lang: Lang) -> Json {
    let head = page.under.unwrap_or(page.path);
    let beside = |p: &&Page| (p.path == head || p.under == Some(head)) && !p.path.contains('{');
    let open = PAGES.iter().filter(beside).filter(|p| engine::perform::may(p.need, actor).is_ok());
    let tabs: Vec<Json> =
        open.map(|p| json!({ "href": p.path, "label": label(p, lang), "current": p.path == page.path })).collect();
    if tabs.len() < 2 { json!([]) } else { tabs.into() }
}

/// Rows of the audit trail as a story, oldest first: what was asked, by whom, and why it was refused.
fn told(data: &mut Map<String, Json>, lang: Lang) {
    let rows = data.get_mut("events").and_then(|e| e["items"].as_array_mut());
    let Some(rows) = rows else { return };
    rows.reverse();
    for row in rows {
        let label = format!("command-{}", row["action"].as_str().unwrap_or_default().to_lowercase().replace('_', "-"));
        let said = words::has(lang, &label).then(|| words::text(lang, &label, &[]).into());
        let refused = row["status"] == "FAIL";
        *row = json!({
            "at": row["at"], "title": said.unwrap_or_else(|| row["action"].clone()), "by": row["actorName"],
            "more": if refused { row["errorMessage"].clone() } else { row["reason"].clone() },
            "status": if refused { "fail" } else { "done" }, "code": row["errorCode"],
            "href": row["seq"].as_i64().map(|seq| format!("/system/audit-logs/{seq}")),
        });
    }
}

/// Bring the answers of a page into the shape its template expects.
pub fn shaped(page: &Page, mut data: Map<String, Json>, caller: &Caller) -> Json {
    match page.name {
        "run" => told(&mut data, caller.lang),
        "audit_row" => shape::audit(&mut data, caller.lang),
        "route" => shape::route(&mut data, caller.lang),
        "route_version" => shape::route_version(&mut data, caller.lang),
        "settings" => shape::settings(&mut data, caller.lang),
        "who_can" => shape::matrix(&mut data, caller.lang),
        "trace" => shape::trace(&mut data),
        _ => {}
    }
    Json::Object(data)
}
