//! The house is tidy: tiers look down only, SQL keeps to the common ground, nothing stands twice and nothing is unused.

use std::collections::{BTreeMap, BTreeSet};

use engine::db::{STATEMENTS, migrate};
use engine::event::EVENTS;
use engine::settings::SETTINGS;
use kernel::words::{STATE_TABLES, VOCABULARIES};
use regex::Regex;
use web::pages::PAGES;

use crate::common::{File, files, listings, none_of, registry, root, sources, without_tests};

/// Which crates of ours a crate may stand on: only what is below it, and of tier 2 only what the architecture says.
const MAY_USE: [(&str, &[&str]); 13] = [
    ("kernel", &[]),
    ("engine", &["kernel"]),
    ("plant", &["kernel", "engine"]),
    ("work", &["kernel", "engine", "plant"]),
    ("prepare", &["kernel", "engine", "plant", "work"]),
    ("quality", &["kernel", "engine", "plant", "work"]),
    ("trace", &["kernel", "engine", "plant", "work", "prepare", "quality"]),
    ("office", &["kernel", "engine"]),
    ("demo", &["kernel", "engine"]),
    ("web", &["kernel", "engine"]),
    ("links", &["kernel", "engine"]),
    (
        "takt",
        &[
            "kernel", "engine", "plant", "work", "prepare", "quality", "trace", "office", "demo", "web", "links",
            "xtask",
        ],
    ),
    ("xtask", &[]),
];

/// The crates whose code never looks at a clock, opens a socket or starts a thread.
const TIER_2: [&str; 8] = ["plant", "work", "prepare", "quality", "trace", "office", "demo", "kernel"];

#[test]
fn tiers_look_down_only() {
    let ours: BTreeSet<&str> = MAY_USE.iter().map(|m| m.0).collect();
    let mut complaints = Vec::new();
    for file in files(&["crates", "takt", "xtask"], &["toml"]) {
        let Some(folder) = file.path.strip_suffix("/Cargo.toml") else { continue };
        let name = folder.rsplit('/').next().unwrap_or(folder);
        let Some((_, may)) = MAY_USE.iter().find(|m| m.0 == name) else {
            complaints.push(format!("{folder} has no place among the tiers"));
            continue;
        };
        let manifest: toml::Table = file.text.parse().expect("a manifest");
        let table = |key: &str| manifest.get(key).and_then(toml::Value::as_table).into_iter().flat_map(|t| t.keys());
        for used in table("dependencies").filter(|d| ours.contains(d.as_str())) {
            if !may.contains(&used.as_str()) {
                complaints.push(format!("{name} stands on {used}"));
            }
        }
    }
    none_of(&complaints, "look in the wrong direction");
}

#[test]
fn slices_have_no_clock_no_socket_and_no_thread() {
    let banned =
        Regex::new(r"SystemTime::now|Instant::now|Utc::now|Zoned::now|Timestamp::now|TcpStream|TcpListener|UdpSocket|thread::spawn|tokio::").expect("a pattern");
    let inside = |f: &File| TIER_2.iter().any(|c| f.path.starts_with(&format!("crates/{c}/src/")));
    none_of(&lines_with(&banned, inside, &[]), "use of the world outside in a slice");
}

#[test]
fn no_unsafe_no_todo_no_unwrap() {
    let unsafe_word = Regex::new(r"\bunsafe\b").expect("a pattern");
    none_of(&lines_with(&unsafe_word, |_| true, &[]), "unsafe");
    let later = Regex::new(r"\b(TODO|FIXME|XXX)\b|\btodo!|\bunimplemented!").expect("a pattern");
    // The skeleton of a new command says what its author still has to write.
    none_of(&lines_with(&later, |f| !f.path.ends_with("xtask/src/new_slice.rs"), &[]), "thing left for later");
    let careless = Regex::new(r"\.unwrap\(\)").expect("a pattern");
    let product = |f: &File| !f.path.starts_with("xtask/") && !f.path.ends_with("testing.rs");
    none_of(&lines_with(&careless, product, &[]), "unwrap outside tests");
}

#[test]
fn files_stay_short() {
    let all = files(&["crates", "takt", "xtask"], &["rs", "js", "html", "css"]);
    let all = all.iter().filter(|f| !f.path.contains("/lib/") && !f.path.contains("/tests/"));
    let lines = |f: &File| without_tests(&f.text).lines().count();
    let long = all.filter(|f| lines(f) > 430);
    none_of(&long.map(|f| format!("{}: {} lines", f.path, lines(f))).collect::<Vec<_>>(), "file longer than 430 lines");
}

#[test]
fn sql_keeps_to_the_common_ground() {
    let rules = [
        (r"\blower\s*\(|\bupper\s*\(", "case is folded in Rust, in a code_key column"),
        (r"\b(like|ilike|glob)\b", "a prefix is a range over the folded key"),
        (r"select \*|returning \*", "columns are named"),
        (r"\b(SELECT|INSERT|UPDATE|DELETE|FROM|WHERE|VALUES)\b", "SQL is lower case"),
        (r"(^|[^t(])\bcount\((\*|distinct)", "cast(count(*) as bigint)"),
        (r"\bor rollback\b|raise\(rollback\b|\bdeferrable\b|\bor replace\b", "it reaches past the savepoint"),
        (r"\b(now|datetime|strftime|current_timestamp|random)\b\s*\(", "the engine says what time it is"),
        (r"\btrue\b|\bfalse\b", "booleans are 0 and 1"),
    ];
    let mut complaints = Vec::new();
    for (pattern, why) in rules {
        let pattern = Regex::new(pattern).expect("a pattern");
        let product = STATEMENTS.iter().filter(|s| s.file.contains("/src/") && !s.file.ends_with("testing.rs"));
        for sql in product.filter(|s| pattern.is_match(s.text)) {
            complaints.push(format!("{}:{} {why}: {}", sql.file, sql.line, sql.text));
        }
    }
    let reaching = Regex::new(r"(?i)\bor rollback\b|raise\s*\(\s*rollback|\bdeferrable\b").expect("a pattern");
    for (_, name, text) in migrate::MIGRATIONS {
        complaints
            .extend(reaching.find(text).map(|m| format!("schema {name}: {} reaches past the savepoint", m.as_str())));
    }
    none_of(&complaints, "statement");
}

/// Tables whose rows belong to a line: whoever reads them asks within the scope of the asker.
const FLOOR: [&str; 9] =
    ["line", "station", "work_order", "run", "unit", "track", "data_value", "shift", "track_defect"];

/// Statements of questions that read the floor without `{scope}`, and why: `(file, part of the text, why)`.
const OPEN: &[(&str, &str, &str)] = &[
    (
        "crates/work/src/track/data_specs.rs",
        "from data_value where track_id = $1",
        "the station of the track is in scope",
    ),
    ("crates/work/src/track/queue.rs", "where r.line_id = $1 and r.status in", "the line of a station in scope"),
    (
        "crates/work/src/track/queue/page.rs",
        "where run_id = $1 and status = $2 and step_no = $3",
        "a run of the line of a station in scope",
    ),
    (
        "crates/trace/src/run.rs",
        "(f.id = $1 or f.root_run_id = $3) and t.run_id = $1",
        "what happened in a run in scope",
    ),
    ("crates/demo/src/mark.rs", "select id from line limit 1", "whether the plant is empty; asked by Takt itself"),
    ("crates/work/src/run/get.rs", "select run_no from run where id = $1", "the run it belongs to is in scope"),
    ("crates/work/src/run/get.rs", "select sn, status, step_no, attempt, changed_at from unit", "the run is in scope"),
];

#[test]
fn r_core_006_questions_about_the_floor_carry_their_scope() {
    let floor = Regex::new(&format!(r"\b(?:from|join)\s+({})\b", FLOOR.join("|"))).expect("a pattern");
    let asks: BTreeSet<String> =
        sources().into_iter().filter(|f| f.text.contains("impl Query for")).map(|f| f.path).collect();
    let mut complaints = Vec::new();
    let mut used = BTreeSet::new();
    // A question's file, and the files of the folder that bears its name.
    let whole = |file: &str| file.rsplit_once('/').is_some_and(|(folder, _)| asks.contains(&format!("{folder}.rs")));
    let of_a_question = |file: &str| asks.contains(file) || whole(file);
    for sql in STATEMENTS.iter().filter(|s| of_a_question(s.file) && !s.is_scoped()) {
        let Some(table) = floor.captures(sql.text) else { continue };
        match OPEN.iter().position(|(file, part, _)| sql.file == *file && sql.text.contains(part)) {
            Some(i) => drop(used.insert(i)),
            None => {
                complaints.push(format!("{}:{} reads {} without a scope: {}", sql.file, sql.line, &table[1], sql.text))
            }
        }
    }
    for listing in listings() {
        let text = listing.statement(&[], 0, false, false).text;
        let from = text.split(" from ").skip(1).collect::<Vec<_>>().join(" from ");
        if floor.is_match(&format!("from {from}")) && !text.contains("{scope:") {
            match OPEN.iter().position(|(file, part, _)| *file == listing.name && text.contains(part)) {
                Some(i) => drop(used.insert(i)),
                None => complaints.push(format!("the list {} reads the floor without a scope: {text}", listing.name)),
            }
        }
    }
    complaints.extend(
        (0..OPEN.len()).filter(|i| !used.contains(i)).map(|i| format!("OPEN names {:?}, which is not there", OPEN[i])),
    );
    none_of(&complaints, "question");
}

#[test]
fn nothing_is_registered_twice() {
    let mut complaints = Vec::new();
    let mut once = |what: &str, names: Vec<String>| {
        let mut seen = BTreeSet::new();
        complaints.extend(names.into_iter().filter(|n| !seen.insert(n.clone())).map(|n| format!("{what} {n}")));
    };
    once("event", EVENTS.iter().map(|e| e.name.to_string()).collect());
    once("setting", SETTINGS.iter().map(|s| s.key.to_string()).collect());
    once("vocabulary", VOCABULARIES.iter().map(|v| v.name.to_string()).collect());
    once("state table", STATE_TABLES.iter().map(|t| t.name.to_string()).collect());
    once("page", PAGES.iter().map(|p| p.name.to_string()).collect());
    once("path", PAGES.iter().map(|p| p.path.to_string()).collect());
    once("chore", registry().chores.iter().map(|c| c.name.to_string()).collect());
    once("reaction", registry().reactions.iter().map(|r| format!("{} to {}", r.name, r.event)).collect());
    let commands = registry().commands.values().map(|c| (c.name, c.route));
    let all = commands.chain(registry().queries.values().map(|q| (q.name, q.route)));
    let (names, routes): (Vec<_>, Vec<_>) = all.unzip();
    once("name", names.into_iter().map(str::to_string).collect());
    let parts = Regex::new(r"\{\w+\}").expect("a pattern");
    once("route", routes.iter().map(|r| format!("{} {}", r.method.name(), parts.replace_all(r.path, "{}"))).collect());
    once("migration", migrate::MIGRATIONS.iter().map(|m| m.0.to_string()).collect());
    none_of(&complaints, "thing registered twice");
    let kept = std::fs::read_dir(root().join("schema")).expect("the schema").count();
    assert_eq!(kept, migrate::MIGRATIONS.len(), "every schema file is a migration");
}

#[test]
fn every_event_is_told_somewhere_and_reactions_hear_events_that_exist() {
    let texts = product_texts();
    let mut complaints = Vec::new();
    for def in EVENTS {
        let declared = Regex::new(&format!(r#"(\w+)\s*=\s*"{}"\s*\{{"#, def.name)).expect("a pattern");
        let Some(name) = texts.iter().find_map(|t| Some(declared.captures(t)?[1].to_string())) else {
            complaints.push(format!("{}: its declaration was not found", def.name));
            continue;
        };
        let word = Regex::new(&format!(r"\b{name}\b")).expect("a pattern");
        let times: usize = texts.iter().map(|t| word.find_iter(t).count()).sum();
        if times < 2 {
            complaints.push(format!("{} ({name}) is declared but never told", def.name));
        }
    }
    let known: BTreeSet<&str> = EVENTS.iter().map(|e| e.name).collect();
    let deaf = registry().reactions.iter().filter(|r| !known.contains(r.event));
    complaints.extend(deaf.map(|r| format!("the reaction {} waits for {}, which does not exist", r.name, r.event)));
    none_of(&complaints, "event");
}

#[test]
fn every_setting_is_read_somewhere() {
    let texts = product_texts();
    let mut complaints = Vec::new();
    for def in SETTINGS {
        let declared =
            Regex::new(&format!(r#"(\w+)\s*:\s*[^=;]+=\s*"{}""#, regex::escape(def.key))).expect("a pattern");
        let Some(name) = texts.iter().find_map(|t| Some(declared.captures(t)?[1].to_string())) else {
            complaints.push(format!("{}: its declaration was not found", def.key));
            continue;
        };
        let word = Regex::new(&format!(r"\b{name}\b")).expect("a pattern");
        if texts.iter().map(|t| word.find_iter(t).count()).sum::<usize>() < 2 {
            complaints.push(format!("{} ({name}) is declared but nothing reads it", def.key));
        }
    }
    none_of(&complaints, "setting");
}

/// The product's sources without tests and imports.
fn product_texts() -> Vec<String> {
    let imports = Regex::new(r"(?m)^\s*(pub )?use [^;]+;").expect("a pattern");
    let product = sources().into_iter().filter(|f| !f.path.starts_with("xtask/"));
    product.map(|f| imports.replace_all(without_tests(&f.text), "").into_owned()).collect()
}

/// `path:line text` of every line of code that a pattern is on, comments left out.
fn lines_with(pattern: &Regex, of: impl Fn(&File) -> bool, allowed: &[(&str, &str)]) -> Vec<String> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in sources().iter().filter(|f| of(f)) {
        for (n, line) in without_tests(&file.text).lines().enumerate() {
            let code = line.trim_start();
            let comment = code.starts_with("//");
            let excused = allowed.iter().any(|(path, part)| file.path == *path && line.contains(part));
            if !comment && !excused && pattern.is_match(code) {
                found.entry(file.path.clone()).or_default().push(format!("{}:{} {code}", file.path, n + 1));
            }
        }
    }
    found.into_values().flatten().collect()
}
