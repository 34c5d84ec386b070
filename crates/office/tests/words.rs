//! Everything this slice shows has words in both languages.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use engine::event::EVENTS;
use engine::settings::SETTINGS;
use engine::{Lang, Registry, words};
use kernel::error::REFUSALS;
use kernel::words::VOCABULARIES;
use serde_json::Value as Json;

/// Every key that a screen may ask for.
fn wanted() -> BTreeSet<String> {
    let mut registry = Registry::default();
    common::wire(&mut registry);
    let mut keys = BTreeSet::new();
    let fields = |schema: &Json| {
        let names = schema.get("properties").and_then(Json::as_object).into_iter().flatten().map(|p| p.0);
        let paging = ["sort", "limit", "cursor"];
        names.filter(|n| !paging.contains(&n.as_str())).map(|n| format!("field-{n}")).collect::<Vec<_>>()
    };
    for (name, entry) in &registry.commands {
        keys.insert(format!("command-{}", name.replace(['.', '_'], "-")));
        keys.extend(fields(entry.schema.as_value()));
    }
    for (name, entry) in &registry.queries {
        keys.extend(fields(entry.schema.as_value()));
        if let Some(listing) = entry.listing {
            keys.extend([format!("list-{name}"), format!("empty-{name}")]);
            keys.extend(listing.columns.iter().map(|c| format!("field-{}", c.name)));
        }
    }
    for scope in ["ALL", "ASSIGNED_LINES", "ASSIGNED_STATIONS"] {
        keys.insert(format!("word-Scope-{scope}"));
    }
    keys.extend(office::permission::segregation::CONFLICTS.iter().map(|c| format!("segregation-{}", c.code)));
    keys.extend(REFUSALS.iter().map(|r| format!("refusal-{}", r.code)));
    keys.extend(SETTINGS.iter().map(|s| format!("setting-{}", s.key.replace('.', "-"))));
    keys.extend(EVENTS.iter().map(|e| format!("event-{}", e.name)));
    for vocabulary in VOCABULARIES.iter() {
        keys.extend(vocabulary.words.iter().map(|w| format!("word-{}-{w}", vocabulary.name)));
    }
    keys
}

#[test]
fn r_scr_090_everything_shown_has_words_in_both_languages() {
    for lang in Lang::ALL {
        let missing: Vec<String> = wanted().into_iter().filter(|key| !words::has(lang, key)).collect();
        assert!(missing.is_empty(), "{}: {}", lang.tag(), missing.join("\n"));
    }
}

#[test]
fn r_scr_090_both_languages_have_the_same_keys_and_placeholders() {
    assert_eq!(words::keys(Lang::En), words::keys(Lang::Zh));
}

#[test]
fn a_sentence_of_a_refusal_names_only_what_the_refusal_tells() {
    let known: BTreeMap<String, &[&str]> = REFUSALS.iter().map(|r| (format!("refusal-{}", r.code), r.params)).collect();
    for (key, placeholders) in words::keys(Lang::En) {
        let Some(params) = known.get(&key) else { continue };
        for name in placeholders {
            assert!(params.contains(&name.as_str()), "{key} names {name}");
        }
    }
}
