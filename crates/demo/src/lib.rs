//! The demo plant as data: commands by name with their fields, in chapters, and a player that performs them.
//!
//! Everything in it is made through the same commands that people use; nothing is written past them. Playing a chapter
//! twice changes nothing.

mod mark;
mod play;

pub use mark::{Mark, NOT_OURS, is_free, mark, marked};
pub use play::{Played, Player};

use engine::Registry;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

/// The question whether a database is a demo's.
pub fn register(registry: &mut Registry) {
    registry.query::<mark::GetMark>();
}

/// The files of the plant, in the order in which they are played.
const FILES: [(&str, &str); 7] = [
    ("people", include_str!("../plant/10-people.toml")),
    ("lines", include_str!("../plant/20-lines.toml")),
    ("crew", include_str!("../plant/30-crew.toml")),
    ("operations", include_str!("../plant/40-operations.toml")),
    ("routes", include_str!("../plant/50-routes.toml")),
    ("materials", include_str!("../plant/60-materials.toml")),
    ("orders", include_str!("../plant/70-orders.toml")),
];

/// The accounts of the plant, one for each preset role that a person can have; they are called like their role.
pub const ACCOUNTS: [&str; 11] = [
    "admin",
    "planner",
    "engineer",
    "quality",
    "inspector",
    "repair",
    "material",
    "operator",
    "leader",
    "manager",
    "trace",
];

/// Who plays what no account can: making the first accounts.
pub const NOBODY: &str = "takt";

/// A chapter of the plant.
#[derive(Clone, Debug)]
pub struct Chapter {
    pub name: &'static str,
    pub title: String,
    pub entries: Vec<Entry>,
}

/// One command with its fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The account that asks for it, or [`NOBODY`].
    pub by: String,
    /// The name of the command.
    pub does: String,
    pub fields: Map<String, Json>,
    /// Refusals that say it has been done before.
    pub already: Vec<String>,
    /// The version that whoever asks has seen, of commands that want one.
    pub seen: Option<i64>,
}

/// A chapter as its file writes it: `with` is one command, `each` the same command several times.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    title: String,
    entry: Vec<Block>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    by: String,
    does: String,
    #[serde(default)]
    already: Vec<String>,
    seen: Option<i64>,
    with: Option<Map<String, Json>>,
    #[serde(default)]
    each: Vec<Map<String, Json>>,
}

/// All chapters, in order. An error names the chapter whose file is malformed.
pub fn chapters() -> Result<Vec<Chapter>, String> {
    FILES.iter().map(|(name, text)| read(name, text)).collect()
}

fn read(name: &'static str, text: &str) -> Result<Chapter, String> {
    let written: Written = toml::from_str(text).map_err(|e| format!("chapter {name}: {e}"))?;
    let entries = written.entry.into_iter().flat_map(|block| {
        let Block { by, does, already, seen, with, each } = block;
        let fields = with.into_iter().chain(each);
        let entry = move |fields| Entry { by: by.clone(), does: does.clone(), fields, already: already.clone(), seen };
        fields.map(entry).collect::<Vec<_>>()
    });
    Ok(Chapter { name, title: written.title, entries: entries.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chapter_is_read_and_says_something() {
        let chapters = chapters().unwrap();
        assert_eq!(chapters.len(), FILES.len());
        for chapter in &chapters {
            assert!(!chapter.title.is_empty() && !chapter.entries.is_empty(), "{}", chapter.name);
        }
    }

    #[test]
    fn an_entry_is_written_once_or_several_times() {
        let text = r#"
            title = "Two lines"
            [[entry]]
            by = "engineer"
            does = "line.create"
            each = [{ code = "A" }, { code = "B" }]
            [[entry]]
            by = "engineer"
            does = "line.update"
            seen = 1
            with = { lineCode = "A", name = "Line A" }
        "#;
        let chapter = read("x", text).unwrap();
        let codes: Vec<_> = chapter.entries.iter().map(|e| e.fields.values().next().cloned().unwrap()).collect();
        assert_eq!(codes, ["A", "B", "A"]);
        assert_eq!(chapter.entries[2].seen, Some(1));
        assert!(read("x", "title = 1").unwrap_err().starts_with("chapter x"));
    }

    #[test]
    fn only_accounts_of_the_plant_act_and_each_has_one_role() {
        let chapters = chapters().unwrap();
        let entries: Vec<&Entry> = chapters.iter().flat_map(|c| &c.entries).collect();
        assert!(entries.iter().all(|e| e.by == NOBODY || ACCOUNTS.contains(&e.by.as_str())));
        let made = entries.iter().filter(|e| e.does == "user.create");
        let mut roles: Vec<&str> = made.clone().filter_map(|e| e.fields["roles"][0].as_str()).collect();
        assert!(made.clone().all(|e| e.fields["roles"][0] == e.fields["username"]));
        let mut preset: Vec<&str> =
            engine::permits::PRESET_ROLES.iter().filter(|r| !r.token_only).map(|r| r.code).collect();
        let mut accounts = ACCOUNTS.to_vec();
        roles.sort_unstable();
        preset.sort_unstable();
        accounts.sort_unstable();
        assert_eq!(roles, preset);
        assert_eq!(accounts, preset);
    }

    /// The sheet of product 1016928: 33 steps, AUTO and TEST (and BATCH for the bake) where it says so.
    #[test]
    fn the_process_sheet_has_its_33_steps() {
        let chapters = chapters().unwrap();
        let steps = chapters
            .iter()
            .flat_map(|c| &c.entries)
            .find(|e| e.fields.get("routingCode") == Some(&"1016928-00".into()) && e.does == "route.set_steps");
        let steps = steps.unwrap().fields["steps"].as_array().unwrap();
        let numbers: Vec<i64> = steps.iter().filter_map(|s| s["stepNo"].as_i64()).collect();
        assert_eq!(numbers, (1..=33).collect::<Vec<_>>());
        let of = |kind: &str| -> Vec<i64> {
            steps.iter().filter(|s| s["stationType"] == kind).filter_map(|s| s["stepNo"].as_i64()).collect()
        };
        assert_eq!(of("AUTO"), [9, 10, 11, 12, 14, 15, 16]);
        assert_eq!(of("TEST"), [22, 23, 24]);
        assert_eq!(of("BATCH"), [8]);
        let mut groups: Vec<&str> = steps.iter().filter_map(|s| s["stationGroupCode"].as_str()).collect();
        groups.sort_unstable();
        groups.dedup();
        assert_eq!(groups.len(), 33, "each step has a group of its own");
    }
}
