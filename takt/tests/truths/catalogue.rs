//! The catalogues: whatever a person may see has its words in both languages, and no word waits for a use.

use std::collections::{BTreeMap, BTreeSet};

use engine::listing::Kind;
use engine::words::{Lang, has, keys, say};
use engine::{Permit, permits::PRESET_ROLES};
use kernel::error::REFUSALS;
use kernel::words::VOCABULARIES;
use regex::Regex;
use serde_json::Value as Json;
use web::pages::PAGES;

use crate::common::{files, none_of, registry};
use crate::world::{names, plausible};

/// Names that every list answers to; a screen shows them as controls, not as fields.
const OF_EVERY_LIST: [&str; 3] = ["cursor", "limit", "sort"];

#[test]
fn r_scr_090_both_catalogues_have_the_same_keys_and_placeholders() {
    let (en, zh) = (keys(Lang::En), keys(Lang::Zh));
    let all: BTreeSet<&String> = en.keys().chain(zh.keys()).collect();
    let mut complaints = Vec::new();
    for key in all {
        match (en.get(key), zh.get(key)) {
            (Some(_), None) => complaints.push(format!("{key}: only in English")),
            (None, Some(_)) => complaints.push(format!("{key}: only in Chinese")),
            (a, b) if a != b => complaints.push(format!("{key}: {a:?} in English, {b:?} in Chinese")),
            _ => {}
        }
    }
    none_of(&complaints, "key");
}

#[test]
fn r_scr_090_english_says_one_of_a_thing_in_the_singular() {
    // A one before several things, or before a verb that wants several.
    let things = "boards|units|runs|orders|gates|people|persons|roles|seconds|minutes|hours|days|passwords|characters|scans|values|rows|steps|stations|lines";
    let plural = Regex::new(&format!(r"\b1 (?:[a-z]+(?:ed|ing|al) )?(?:{things}|are|were|have)\b")).expect("a pattern");
    let mut wrong = Vec::new();
    for (key, names) in keys(Lang::En) {
        let said = say(Lang::En, &key, names.iter().map(|name| (name.as_str(), Json::from(1))));
        if plural.is_match(&said) {
            wrong.push(format!("{key}: {said}"));
        }
    }
    none_of(&wrong, "sentence about one");
    let failed = |n: i64| {
        say(Lang::En, "next-run-executing-failed", [("done", 0.into()), ("plan", 5.into()), ("failed", n.into())])
    };
    assert_eq!(failed(1), "0 of 5 done; 1 failed board waits for quality.");
    assert_eq!(failed(2), "0 of 5 done; 2 failed boards wait for quality.");
}

#[test]
fn no_key_stands_twice_in_a_language() {
    let mut complaints = Vec::new();
    for folder in ["locales/en", "locales/zh-CN"] {
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        for file in files(&[folder], &["ftl"]) {
            let named = file.text.lines().filter(|l| l.starts_with(|c: char| c.is_ascii_alphabetic()));
            for key in named.filter_map(|l| l.split_once('=')).map(|(key, _)| key.trim().to_string()) {
                if let Some(before) = seen.insert(key.clone(), file.path.clone()) {
                    complaints.push(format!("{key}: in {before} and in {}", file.path));
                }
            }
        }
    }
    none_of(&complaints, "key twice");
}

#[test]
fn every_refusal_has_its_sentence_with_declared_facts_only() {
    let words = keys(Lang::En);
    let mut complaints = Vec::new();
    for def in REFUSALS {
        match words.get(&format!("refusal-{}", def.code)) {
            None => complaints.push(format!("{} has no sentence", def.code)),
            Some(names) => {
                let unknown = names.iter().filter(|n| !def.params.contains(&n.as_str()));
                complaints.extend(unknown.map(|n| format!("{} tells ${n}, which it does not declare", def.code)));
            }
        }
    }
    none_of(&complaints, "refusal");
}

#[test]
fn r_scr_090_whatever_a_person_sees_has_its_word() {
    let wanted = wanted();
    for lang in Lang::ALL {
        let missing: Vec<String> = wanted.iter().filter(|key| !has(lang, key)).cloned().collect();
        none_of(&missing, &format!("word missing in {}", lang.tag()));
    }
}

#[test]
fn whatever_the_trail_records_has_its_words() {
    let recorded = Regex::new(r#"\.record\("([A-Z_]+)"\)"#).expect("a pattern");
    let named = Regex::new(r#"\.about\("([a-z_]+)""#).expect("a pattern");
    let mut complaints = Vec::new();
    for file in files(&["crates", "takt/src"], &["rs"]).iter().filter(|f| !f.path.contains("/tests/")) {
        for action in recorded.captures_iter(&file.text).map(|found| found[1].to_lowercase().replace('_', "-")) {
            let keys = [format!("command-{action}"), format!("action-{action}")];
            complaints.extend((!keys.iter().any(|key| has(Lang::En, key))).then(|| format!("{}: {action}", file.path)));
        }
        let kinds = named.captures_iter(&file.text).map(|found| format!("entity-{}", &found[1]));
        complaints.extend(kinds.filter(|key| !has(Lang::En, key)).map(|key| format!("{}: {key}", file.path)));
    }
    none_of(&complaints, "thing in the trail without a word");
}

/// Vocabularies that are typed on command lines and shown nowhere.
const OF_COMMAND_LINES: [&str; 3] = ["Mark", "Scenario", "Track"];

/// The keys that follow from the registry.
fn wanted() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for entry in registry().commands.values() {
        keys.insert(format!("command-{}", entry.name.replace(['.', '_'], "-")));
        keys.extend(fields(entry.schema.as_value()));
        let asked = (entry.parse)(plausible(entry.schema.as_value(), &names("A"), false));
        keys.extend(asked.ok().map(|asked| format!("entity-{}", asked.entity().kind)));
    }
    for entry in registry().queries.values() {
        keys.extend(fields(entry.schema.as_value()));
        if let Some(listing) = entry.listing {
            keys.insert(format!("list-{}", listing.name.replace('.', "-")));
            keys.insert(format!("empty-{}", listing.name.replace('.', "-")));
            keys.extend(listing.columns.iter().map(|c| format!("field-{}", c.name)));
        }
    }
    for words in VOCABULARIES.iter().filter(|v| !OF_COMMAND_LINES.contains(&v.name)) {
        keys.extend(words.words.iter().map(|word| format!("word-{}-{word}", words.name)));
    }
    keys.extend(engine::event::EVENTS.iter().map(|def| format!("event-{}", def.name)));
    keys.extend(engine::settings::SETTINGS.iter().map(|def| format!("setting-{}", def.key.replace('.', "-"))));
    keys.extend(Permit::ALL.iter().map(|p| format!("permit-{}", p.name().replace([':', '_'], "-"))));
    keys.extend(PRESET_ROLES.iter().map(|r| format!("role-{}", r.code)));
    keys.extend(office::permission::segregation::CONFLICTS.iter().map(|c| format!("segregation-{}", c.code)));
    for page in PAGES {
        keys.insert(format!("page-{}", page.name));
        keys.extend(page.menu.as_ref().map(|m| format!("nav-{}", m.group)));
    }
    keys
}

fn fields(schema: &Json) -> impl Iterator<Item = String> {
    let names = schema["properties"].as_object().into_iter().flat_map(|p| p.keys());
    names.filter(|n| !OF_EVERY_LIST.contains(&n.as_str())).map(|n| format!("field-{n}"))
}

#[test]
fn no_word_waits_for_a_use() {
    let sources = files(&["crates", "takt/src"], &["rs", "html", "js"]);
    let quoted = Regex::new(r#"["'`]([A-Za-z][A-Za-z0-9_{}.-]*)["'`]"#).expect("a pattern");
    let mut said = BTreeSet::new();
    let mut beginnings = BTreeSet::new();
    for text in sources.iter().filter(|f| !f.path.contains("/tests/")).map(|f| &f.text) {
        for found in quoted.captures_iter(text) {
            let literal = &found[1];
            match literal.find('{') {
                Some(at) => drop(beginnings.insert(literal[..at].to_string())),
                None if literal.ends_with('-') => drop(beginnings.insert(literal.to_string())),
                None => drop(said.insert(literal.to_string())),
            }
        }
    }
    // Of these the registry says which exist.
    const FROM_REGISTRY: [&str; 10] =
        ["command-", "refusal-", "field-", "word-", "list-", "empty-", "setting-", "event-", "permit-", "page-"];
    beginnings.retain(|b| b.len() > 3 && !FROM_REGISTRY.contains(&b.as_str()));
    // The browser says how long ago in these words and a unit: `ago` or `in`, then `-min`, `-h`, `-d`.
    beginnings.extend(["ago-", "in-"].map(String::from));
    // Pages outside the table name themselves where they are made.
    let titled = Regex::new(r#"Context::new\([^"]*"(\w+)""#).expect("a pattern");
    for text in sources.iter().map(|f| &f.text) {
        said.extend(titled.captures_iter(text).map(|c| format!("page-{}", &c[1])));
    }
    // Pages about one thing show the fields of its answer; the truth of pages finds those without a word.
    for entry in registry().queries.values() {
        gather(entry.output.as_value(), &mut said);
    }
    // Forms show the fields inside fields, too: limits, an alarm, how often a test may be repeated.
    for entry in registry().commands.values() {
        gather(entry.schema.as_value(), &mut said);
    }
    let mut wanted = wanted();
    // Vocabularies that are no enum of words: the columns of lists name them.
    let columns = registry().queries.values().filter_map(|q| q.listing).flat_map(|l| l.columns);
    let columns =
        columns.filter_map(|c| if let Kind::Word(name) = c.kind { Some(format!("word-{name}-")) } else { None });
    beginnings.extend(columns);
    wanted.extend(REFUSALS.iter().map(|def| format!("refusal-{}", def.code)));
    let is_used = |key: &str| {
        let short = key.strip_prefix("js-").unwrap_or(key);
        wanted.contains(key)
            || said.contains(key)
            || said.contains(short)
            || beginnings.iter().any(|b| short.starts_with(b))
    };
    let unused: Vec<String> = keys(Lang::En).into_keys().filter(|key| !is_used(key)).collect();
    none_of(&unused, "word without a use");
}

/// The fields of an answer, however deep.
fn gather(schema: &Json, fields: &mut BTreeSet<String>) {
    match schema {
        Json::Array(items) => items.iter().for_each(|i| gather(i, fields)),
        Json::Object(parts) => {
            let names = parts.get("properties").and_then(Json::as_object).into_iter().flatten();
            fields.extend(names.map(|(name, _)| format!("field-{name}")));
            parts.values().for_each(|part| gather(part, fields));
        }
        _ => {}
    }
}

#[test]
fn r_scr_090_english_is_english_and_chinese_is_chinese() {
    let mut complaints = Vec::new();
    let latin = Regex::new(r"[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}").expect("a pattern");
    for (key, names) in keys(Lang::En) {
        let args = || names.iter().map(|n| (n.as_str(), Json::from("0"))).collect::<Vec<_>>();
        let (en, zh) = (say(Lang::En, &key, args()), say(Lang::Zh, &key, args()));
        if en.chars().any(is_cjk) && !SPEAKS_BOTH.contains(&key.as_str()) {
            complaints.push(format!("{key}: Chinese in the English catalogue: {en}"));
        }
        if latin.is_match(&zh) && !SPEAKS_BOTH.contains(&key.as_str()) {
            complaints.push(format!("{key}: English in the Chinese catalogue: {zh}"));
        }
    }
    none_of(&complaints, "sentence in the wrong language");
}

/// Words that name the other language in that language.
const SPEAKS_BOTH: [&str; 2] = ["other-language", "word-Locale-zh-CN"];

/// A character of Chinese writing or punctuation.
pub fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303F}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}')
}
