//! The two catalogues: every sentence a person sees comes from here.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use kernel::Refusal;
use serde_json::Value as Json;

include!(concat!(env!("OUT_DIR"), "/locales.rs"));

/// A language of the screens.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Lang {
    En,
    Zh,
}

impl Lang {
    pub const ALL: [Lang; 2] = [Lang::En, Lang::Zh];

    pub const fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh-CN",
        }
    }

    pub fn parse(tag: &str) -> Option<Self> {
        match tag.to_ascii_lowercase() {
            t if t.starts_with("zh") => Some(Lang::Zh),
            t if t.starts_with("en") => Some(Lang::En),
            _ => None,
        }
    }

    /// The language an `Accept-Language` header prefers.
    pub fn accepted(header: &str) -> Option<Self> {
        let mut wishes: Vec<(f32, usize, Lang)> = Vec::new();
        for (i, part) in header.split(',').take(16).enumerate() {
            let (tag, q) = part.split_once(";q=").map_or((part, 1.0), |(t, q)| (t, q.trim().parse().unwrap_or(0.0)));
            wishes.extend(Lang::parse(tag.trim()).map(|lang| (-q, i, lang)));
        }
        wishes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        wishes.first().map(|w| w.2)
    }
}

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<[Bundle; 2]> = LazyLock::new(|| [bundle(Lang::En, EN), bundle(Lang::Zh, ZH)]);

fn bundle(lang: Lang, files: &[(&str, &str)]) -> Bundle {
    let mut bundle = Bundle::new_concurrent(vec![lang.tag().parse().expect("the language tags are well-formed")]);
    bundle.set_use_isolating(false);
    for (name, text) in files {
        let resource = FluentResource::try_new((*text).to_string()).unwrap_or_else(|(_, errors)| {
            panic!("locales/{}/{name} does not parse: {errors:?}", lang.tag());
        });
        if let Err(errors) = bundle.add_resource(resource) {
            panic!("locales/{}/{name}: {errors:?}", lang.tag());
        }
    }
    bundle
}

/// Whether a catalogue has a key.
pub fn has(lang: Lang, key: &str) -> bool {
    BUNDLES[lang as usize].has_message(key)
}

/// The keys of a language with the placeholders each names, for the test that compares the catalogues.
pub fn keys(lang: Lang) -> BTreeMap<String, Vec<String>> {
    let files = if lang == Lang::En { EN } else { ZH };
    let mut keys = BTreeMap::new();
    for (_, text) in files {
        let mut current = String::new();
        for line in text.lines() {
            if let Some((key, _)) = line.split_once('=').filter(|_| line.starts_with(|c: char| c.is_ascii_alphabetic()))
            {
                current = key.trim().to_string();
                keys.entry(current.clone()).or_insert_with(Vec::new);
            }
            for (i, _) in line.match_indices('$') {
                let name: String =
                    line[i + 1..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                let names = keys.entry(current.clone()).or_default();
                if !names.contains(&name) {
                    names.push(name);
                    names.sort();
                }
            }
        }
    }
    keys
}

/// The sentence of a key; a key that no catalogue has comes back in brackets and fails the tests.
pub fn say<'a>(lang: Lang, key: &str, args: impl IntoIterator<Item = (&'a str, Json)>) -> String {
    said(lang, key, &[], args)
}

/// The sentence of a key, or the one it has for facts that are not there.
fn said<'a>(lang: Lang, key: &str, lacking: &[&str], args: impl IntoIterator<Item = (&'a str, Json)>) -> String {
    let bundle = &BUNDLES[lang as usize];
    let message = bundle.get_message(key);
    let special = lacking.iter().find_map(|name| Some(message.as_ref()?.get_attribute(name)?.value()));
    let Some(pattern) = special.or_else(|| message.as_ref()?.value()) else { return format!("[{key}]") };
    let mut fluent = FluentArgs::new();
    for (name, value) in args {
        fluent.set(name.to_string(), fluent_value(&value));
    }
    let mut errors = Vec::new();
    bundle.format_pattern(pattern, Some(&fluent), &mut errors).into_owned()
}

/// The sentence of a refusal: what happened, what to do and who can. Where a fact is null, the sentence is the attribute of that
/// name, if the message has one.
pub fn refusal(lang: Lang, refusal: &Refusal) -> String {
    let key = format!("refusal-{}", refusal.def.code);
    let named = |name: &str, value: &Json| match (name, value) {
        ("roles", Json::Array(roles)) => roles.iter().map(|role| role_word(lang, role)).collect(),
        _ => value.clone(),
    };
    let given = refusal.params.iter().map(|(name, value)| (name.as_str(), named(name, value)));
    let absent = refusal.def.params.iter().filter(|p| !refusal.params.contains_key(**p)).map(|p| (*p, Json::from("")));
    let lacking: Vec<&str> = refusal.params.iter().filter(|p| p.1.is_null()).map(|p| p.0.as_str()).collect();
    said(lang, &key, &lacking, given.chain(absent).collect::<Vec<_>>())
}

/// What a role is called; the code of a role that the plant made itself.
fn role_word(lang: Lang, role: &Json) -> Json {
    let key = format!("role-{}", role.as_str().unwrap_or_default());
    if has(lang, &key) { say(lang, &key, []).into() } else { role.clone() }
}

fn fluent_value(value: &Json) -> FluentValue<'static> {
    match value {
        Json::Number(n) if n.as_f64().is_some_and(|x| x.abs() < 1000.0) => {
            n.as_f64().map_or(FluentValue::None, FluentValue::from)
        }
        Json::String(text) => FluentValue::from(plant_time(text).unwrap_or_else(|| text.clone())),
        Json::Null => FluentValue::from("–"),
        Json::Array(items) => {
            let words: Vec<String> = items.iter().map(plain).collect();
            FluentValue::from(words.join(", "))
        }
        other => FluentValue::from(plain(other)),
    }
}

/// The plant's time zone, in which sentences tell times.
static ZONE: OnceLock<jiff::tz::TimeZone> = OnceLock::new();

/// Tell times in the plant's zone from now on (R-SCR-091); the first who says so counts.
pub fn tell_times_in(zone: jiff::tz::TimeZone) {
    let _ = ZONE.set(zone);
}

/// An instant of the wire (`2026-11-20T02:00:00.000Z`) as people of the plant read it; none for any other text.
fn plant_time(text: &str) -> Option<String> {
    let is_instant = text.len() == 24 && text.ends_with('Z') && text.as_bytes()[10] == b'T';
    let stamp = is_instant.then(|| text.parse::<jiff::Timestamp>().ok()).flatten()?;
    let zone = ZONE.get().cloned().unwrap_or(jiff::tz::TimeZone::UTC);
    Some(stamp.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string())
}

fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => plant_time(text).unwrap_or_else(|| text.clone()),
        Json::Object(fields) => fields.values().map(plain).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
