//! The generated documents say what the release says: contract, rights, states, refusals and events.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use engine::event::EVENTS;
use engine::permits::PRESET_ROLES;
use engine::{Lang, Need, Permit};
use kernel::error::REFUSALS;
use kernel::words::STATE_TABLES;
use web::pages::PAGES;

use crate::common::{is_current, registry};

const NOTE: &str = "Generated from the release; `cargo xtask docs` writes it anew.\n";

#[test]
fn the_contract_is_current() {
    let document = web::openapi::of(registry(), env!("CARGO_PKG_VERSION"));
    let mut text = serde_json::to_string_pretty(&document).expect("JSON");
    text.push('\n');
    is_current("openapi.json", &text);
}

#[test]
fn the_table_of_rights_is_current() {
    let mut out = format!(
        "# Who may do what\n\n{NOTE}\n## Preset roles\n\n● granted, ○ follows from another point.\n\n| point |"
    );
    for role in PRESET_ROLES {
        let _ = write!(out, " {} |", role.code);
    }
    out.push_str("\n|---|");
    out.push_str(&":-:|".repeat(PRESET_ROLES.len()));
    for permit in Permit::ALL {
        let _ = write!(out, "\n| `{permit}` |");
        for role in PRESET_ROLES {
            let mark = match (role.permits.contains(permit), role.closure().has(*permit)) {
                (true, _) => "●",
                (_, true) => "○",
                _ => "",
            };
            let _ = write!(out, " {mark} |");
        }
    }
    out.push_str("\n\n| role | scope | home |\n|---|---|---|\n");
    for role in PRESET_ROLES {
        let _ = writeln!(out, "| {} | {} | {} |", role.code, role.scope.word(), role.home);
    }
    out.push_str("\n## What each point opens\n\n| point | commands | queries | pages |\n|---|---|---|---|\n");
    for permit in Permit::ALL {
        let needs = |need: Need| need.permits().contains(permit);
        let commands: Vec<String> =
            registry().commands.values().filter(|c| needs(c.need)).map(|c| format!("`{}`", c.name)).collect();
        let queries: Vec<String> =
            registry().queries.values().filter(|q| needs(q.need)).map(|q| format!("`{}`", q.name)).collect();
        let pages: Vec<&str> = PAGES.iter().filter(|p| needs(p.need)).map(|p| p.path).collect();
        if !(commands.is_empty() && queries.is_empty() && pages.is_empty()) {
            let _ = writeln!(
                out,
                "| `{permit}` | {} | {} | {} |",
                commands.join(", "),
                queries.join(", "),
                pages.join(", ")
            );
        }
    }
    out.push_str("\n## Whoever is signed in\n\n");
    out.push_str(&named(Need::Session));
    out.push_str("\n## Whoever is signed in, also before the first password is changed\n\n");
    out.push_str(&named(Need::Arrival));
    out.push_str("\n## Everybody\n\n");
    out.push_str(&named(Need::Nobody));
    is_current("permissions.md", &out);
}

fn named(need: Need) -> String {
    let commands = registry().commands.values().filter(|c| c.need == need).map(|c| c.name);
    let queries = registry().queries.values().filter(|q| q.need == need).map(|q| q.name);
    commands.chain(queries).map(|name| format!("- `{name}`\n")).collect()
}

#[test]
fn the_pictures_of_states_are_current() {
    let mut out = format!("# States and their moves\n\n{NOTE}");
    let tables: BTreeMap<&str, _> = STATE_TABLES.iter().map(|t| (t.name, t)).collect();
    for (name, table) in tables {
        let _ = write!(out, "\n## {name}\n\n```mermaid\nstateDiagram-v2\n");
        for state in table.states {
            let _ = writeln!(out, "  {state}");
        }
        for step in table.moves {
            let _ = writeln!(out, "  {} --> {}: {}", step.from, step.to, step.by);
        }
        out.push_str("```\n");
    }
    is_current("states.md", &out);
}

#[test]
fn the_catalogue_of_refusals_is_current() {
    let mut out = format!(
        "# Refusals\n\n{NOTE}\nA place may answer a 404 as 422 when the caller named the thing inside a body.\n\n\
         | code | status | params | meaning | sentence |\n|---|---|---|---|---|\n"
    );
    let all: BTreeMap<&str, _> = REFUSALS.iter().map(|def| (def.code, def)).collect();
    for (code, def) in all {
        let args = def.params.iter().map(|p| (*p, serde_json::Value::from(format!("{{{p}}}"))));
        let sentence = engine::words::say(Lang::En, &format!("refusal-{code}"), args.collect::<Vec<_>>());
        let _ = writeln!(
            out,
            "| `{code}` | {} | {} | {} | {} |",
            def.kind.status(),
            def.params.join(", "),
            def.meaning.trim(),
            sentence.replace('|', "\\|").replace('\n', " ")
        );
    }
    out.push_str("\n## Commands that may keep something although they refuse\n\n");
    for entry in registry().commands.values().filter(|c| c.keeps_on_refusal) {
        let _ = writeln!(out, "- `{}`", entry.name);
    }
    is_current("refusals.md", &out);
}

#[test]
fn the_catalogue_of_events_is_current() {
    let mut out = format!("# Events\n\n{NOTE}\n| event | when | fields | what follows at once |\n|---|---|---|---|\n");
    let all: BTreeMap<&str, _> = EVENTS.iter().map(|def| (def.name, def)).collect();
    for (name, def) in all {
        let fields: Vec<String> =
            def.fields.iter().filter(|f| **f != "line_id").map(|f| engine::cx::camel(f)).collect();
        let follows: Vec<&str> = registry().reactions_to(name).map(|r| r.name).collect();
        let _ = writeln!(out, "| `{name}` | {} | {} | {} |", def.when.trim(), fields.join(", "), follows.join(", "));
    }
    is_current("events.md", &out);
}
