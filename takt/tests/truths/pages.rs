//! Pages: each opens in both languages, says everything in that language, and names only what exists.

use std::collections::BTreeSet;

use engine::permits::PRESET_ROLES;
use engine::{Lang, Need, Permit, Scope};
use regex::Regex;
use web::pages::{Body, PAGES};

use crate::catalogue::is_cjk;
use crate::common::{files, none_of, registry};
use crate::house::{Person, query, quiet};
use crate::scope::filled;
use crate::world::names;

/// Pages that show sentences as they are, whatever the language, and why.
const SHOWS_DATA: [(&str, &str); 2] =
    [("/system/api", "the words of the contract"), ("/system/audit-logs/", "what was written, before and after")];

/// Every page and every form, with what they show when tabs and scans are open.
pub fn addresses() -> Vec<String> {
    let known = names("A");
    let mut all: Vec<String> = PAGES.iter().map(|p| filled(p.path, &known)).collect();
    let more = [
        "/mes/runs/RUN-A?tab=units",
        "/mes/runs/RUN-A?tab=events",
        "/mes/execution?stationCode=A-AOI",
        "/mes/trace?q=A-SN-0001",
        "/mes/search?q=A",
        "/mes/search?q=nothing-like-it",
    ];
    all.extend(more.map(String::from));
    for entry in registry().commands.values() {
        let properties = entry.schema.as_value()["properties"].as_object();
        let names = properties
            .into_iter()
            .flat_map(|p| p.keys())
            .filter_map(|k| Some((k.clone(), known.get(k.as_str())?.clone())));
        let fields: serde_json::Map<_, _> = names.filter(|(_, v)| v.is_string()).collect();
        all.push(format!("/forms/{}{}", entry.name, query(&fields.into())));
    }
    all
}

#[test]
fn every_page_opens_in_both_languages_and_speaks_only_them() {
    let mut person = quiet().sign_in("everything");
    let mut complaints = Vec::new();
    for address in addresses() {
        for lang in Lang::ALL {
            complaints.extend(read(&mut person, &address, lang));
        }
    }
    none_of(&complaints, "page");
}

#[test]
fn every_page_opens_for_the_roles_that_may_and_for_no_other() {
    let known = names("A");
    let mut complaints = Vec::new();
    for role in PRESET_ROLES.iter().filter(|role| !role.token_only) {
        let mut person = quiet().sign_in(role.code);
        for page in PAGES {
            let may = match page.need {
                Need::Any(permits) => permits.iter().any(|p| role.closure().has(*p)),
                Need::Session | Need::Arrival | Need::Nobody => true,
            };
            let status = person.get_in(&filled(page.path, &known), "en").status;
            let fits = match (may, status) {
                (true, 200) | (false, 403) => true,
                // Others' rows of the trail, and a station that this role's person is not bound to.
                (true, 404) => page.name == "audit_row" || page.name == "station" && role.scope != Scope::All,
                // Whoever has no right to a home is shown his own.
                (false, 303) => matches!(page.body, Body::Home(_)),
                _ => false,
            };
            complaints.extend((!fits).then(|| format!("{} as {}: {status}", page.path, role.code)));
        }
    }
    none_of(&complaints, "page with another answer than its right");
}

fn read(person: &mut Person, address: &str, lang: Lang) -> Vec<String> {
    let answer = person.get_in(address, lang.tag());
    let html = String::from_utf8_lossy(&answer.body).into_owned();
    let at = format!("{address} [{}]", lang.tag());
    if answer.status != 200 {
        let code = Regex::new(r#"data-code="(\w+)""#).expect("a pattern");
        let code = code.captures(&html).map_or(String::new(), |c| c[1].to_string());
        return vec![format!("{at} answers {} {code}", answer.status)];
    }
    let mut complaints = Vec::new();
    let missing = Regex::new(r"\[[a-z]+(?:-[A-Za-z0-9_.]+)+\]").expect("a pattern");
    let said = said(&html, lang);
    for piece in &said {
        complaints.extend(missing.find_iter(piece).map(|m| format!("{at} lacks the word {}", m.as_str())));
        let piece = without_data(piece);
        let wrong = match lang {
            Lang::En => piece.chars().any(is_cjk),
            Lang::Zh => is_english(&piece) && !SHOWS_DATA.iter().any(|(page, _)| address.starts_with(page)),
        };
        if wrong {
            complaints.push(format!("{at} says {:?}", piece.chars().take(120).collect::<String>()));
        }
    }
    if said.is_empty() {
        complaints.push(format!("{at} says nothing"));
    }
    complaints.sort();
    complaints.dedup();
    complaints
}

/// The text without what the world itself brought: odd codes, role codes, and the languages' own names.
fn without_data(piece: &str) -> String {
    let roles = engine::permits::PRESET_ROLES.iter().map(|r| r.code);
    ["奇", "中文", "English"].into_iter().chain(roles).fold(piece.to_string(), |text, known| text.replace(known, ""))
}

/// Three words of Latin letters in a row.
fn is_english(piece: &str) -> bool {
    let three =
        Regex::new(r"(?:^|[^A-Za-z0-9_.:/-])[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}").expect("a pattern");
    three.is_match(piece)
}

/// What a page says to a person: its texts and spoken attributes, without code, scripts and what is marked as another language.
fn said(html: &str, lang: Lang) -> Vec<String> {
    let tag =
        Regex::new(r"(?s)<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:[^<>\x22']|\x22[^\x22]*\x22|'[^']*')*)>").expect("a pattern");
    let spoken = Regex::new(r#"(?:^|\s)(?:title|placeholder|aria-label|alt)="([^"]*)""#).expect("a pattern");
    let marked = Regex::new(r#"(?:^|\s)lang="([^"]*)""#).expect("a pattern");
    let mono = Regex::new(r#"(?:^|\s)class="[^"]*\b(?:mono|code|json)\b"#).expect("a pattern");
    const EMPTY: [&str; 10] = ["input", "br", "img", "meta", "link", "hr", "use", "path", "col", "wbr"];
    const UNSAID: [&str; 8] = ["script", "style", "code", "pre", "kbd", "samp", "svg", "textarea"];
    let mut said = Vec::new();
    let mut silent: Vec<(String, bool)> = Vec::new();
    let mut at = 0;
    for found in tag.captures_iter(html) {
        let whole = found.get(0).expect("the match");
        let is_silent = silent.last().is_some_and(|s| s.1);
        let text = html[at..whole.start()].trim();
        at = whole.end();
        if !is_silent && !text.is_empty() {
            said.push(text.to_string());
        }
        let name = found[2].to_lowercase();
        if &found[1] == "/" {
            while let Some((open, _)) = silent.pop() {
                if open == name {
                    break;
                }
            }
            continue;
        }
        let attributes = &found[3];
        let other = marked.captures(attributes).is_some_and(|m| Lang::parse(&m[1]) != Some(lang));
        if !is_silent && !other {
            said.extend(spoken.captures_iter(attributes).map(|c| c[1].to_string()));
        }
        if !EMPTY.contains(&name.as_str()) && !attributes.ends_with('/') {
            let unsaid = UNSAID.contains(&name.as_str()) || mono.is_match(attributes) || (other && name != "html");
            silent.push((name, is_silent || unsaid));
        }
    }
    said
}

#[test]
fn pages_name_only_questions_commands_and_lists_that_exist() {
    let (commands, queries) = (&registry().commands, &registry().queries);
    let mut complaints = Vec::new();
    let mut command = |page: &str, name: &str| {
        if !commands.contains_key(name) {
            complaints.push(format!("{page}: no command is called {name}"));
        }
    };
    let mut asked: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for page in PAGES {
        match page.body {
            Body::List(list) => {
                asked.push((page.name, list.list, vec![]));
                list.create.iter().chain(&list.import).for_each(|c| command(page.name, c));
                list.actions.iter().for_each(|a| command(page.name, a.0));
            }
            Body::Record(record) => {
                asked.extend(record.asks.iter().map(|a| (page.name, a.query, a.fields.iter().map(|f| f.0).collect())));
                record.actions.iter().for_each(|a| command(page.name, a.0));
            }
            Body::Template(_, asks) => {
                asked.extend(asks.iter().map(|a| (page.name, a.query, a.fields.iter().map(|f| f.0).collect())));
            }
            Body::Home(home) => {
                asked.extend(home.waiting.iter().map(|w| (page.name, w.list, w.fields.iter().map(|f| f.0).collect())));
            }
        }
    }
    for (page, name, fields) in asked {
        match queries.get(name) {
            None => complaints.push(format!("{page}: no question is called {name}")),
            Some(entry) => {
                let known = &entry.schema.as_value()["properties"];
                let unknown = fields.into_iter().filter(|f| known.get(*f).is_none());
                complaints.extend(unknown.map(|f| format!("{page}: {name} has no field {f}")));
            }
        }
    }
    none_of(&complaints, "name on a page");
}

/// Fields that end like a reference and are none, and why.
const NO_REFERENCES: [(&str, &str); 16] = [
    ("bomCode", "names the bill that is made, within its product"),
    ("lineNo", "numbers the line that is made, within its bill"),
    ("lotNo", "the supplier's name of a lot that comes to be known"),
    ("runNo", "the number of a run that is made"),
    ("woNo", "the number of an order that comes to be known"),
    ("employeeNo", "the number that personnel gives a person"),
    ("customerCode", "the ERP keeps the customers"),
    ("departmentCode", "the ERP keeps the departments"),
    ("unitCode", "the ERP keeps the units of measure"),
    ("changeoverNo", "the number of a change-over of the line, kept by nobody here"),
    ("operatorId", "whoever works at a shared terminal; badges name people later"),
    ("trackId", "given by the row that is corrected"),
    ("stepNo", "given by the step that is configured"),
    ("routeVersionNo", "a version of the route that is chosen in the same form"),
    ("defectCode", "the list of defects comes with quality"),
    ("faiTemplateCode", "the list of templates comes with first articles"),
];

#[test]
fn r_scr_014_no_reference_is_typed_freely() {
    let mut complaints = Vec::new();
    let mut used = BTreeSet::new();
    for entry in registry().commands.values() {
        let schema = entry.schema.as_value();
        for (field, wanted) in schema["properties"].as_object().into_iter().flatten() {
            let names_a_thing = ["Code", "Codes", "No", "Id", "Ids"].iter().any(|end| field.ends_with(end));
            let offers = wanted.to_string().contains(r#""x-pick":""#);
            // The thing itself is decided where the form is opened.
            let in_path = entry.route.path.contains(&format!("{{{field}}}"));
            if !names_a_thing || offers || in_path {
                continue;
            }
            match NO_REFERENCES.iter().position(|(name, _)| name == field) {
                Some(i) => drop(used.insert(i)),
                None => complaints.push(format!("{}: {field} is typed, not picked", entry.name)),
            }
        }
    }
    let unused = (0..NO_REFERENCES.len()).filter(|i| !used.contains(i));
    complaints.extend(unused.map(|i| format!("NO_REFERENCES names {}, which is not typed", NO_REFERENCES[i].0)));
    none_of(&complaints, "reference");
}

/// Pages of one thing: the part of the address that is its title.
const OBJECTS: [(&str, &str); 6] = [
    ("/mes/work-orders/", "woNo"),
    ("/mes/runs/", "runNo"),
    ("/mes/units/", "sn"),
    ("/mes/routes/", "routingCode"),
    ("/mes/lines/", "lineCode"),
    ("/mes/stations/", "stationCode"),
];

#[test]
fn r_scr_094_there_is_one_heading_scale_one_palette_and_the_title_is_the_number() {
    const PALETTE: [&str; 7] = ["waiting", "current", "trial", "warn", "fail", "done", "expired"];
    let mut complaints = Vec::new();
    let styles = files(&["crates/web/assets/css"], &["css"]);
    let rule = Regex::new(r"(?s)([^{}]*)\{([^{}]*)\}").expect("a pattern");
    let heading = Regex::new(r"(?:^|[\s,>+~])h[1-4]\b[^\s]*\s*(?:,|$)").expect("a pattern");
    let size = Regex::new(r"font-size:\s*([^;]+)").expect("a pattern");
    for file in styles.iter().filter(|f| !f.path.ends_with("90-print.css") && !f.path.ends_with("70-sheet.css")) {
        for found in rule.captures_iter(&file.text).filter(|c| heading.is_match(c[1].trim())) {
            let own = size.captures(&found[2]).map(|s| s[1].to_string());
            if let Some(own) = own.filter(|own| !own.starts_with("var(--t-")) {
                complaints.push(format!("{}: {} is {own}, off the scale", file.path, found[1].trim()));
            }
        }
    }
    let tokens = styles.iter().find(|f| f.path.ends_with("10-tokens.css")).map_or("", |f| f.text.as_str());
    for status in PALETTE {
        if !tokens.contains(&format!("[data-status=\"{status}\"]")) {
            complaints.push(format!("{status} has no colours"));
        }
    }
    let mut person = quiet().sign_in("everything");
    let shown = Regex::new(r#"data-status="([^"]*)""#).expect("a pattern");
    let title = Regex::new(r"(?s)<h1[^>]*>(.*?)</h1>").expect("a pattern");
    let (tag, known) = (Regex::new(r"<[^>]*>").expect("a pattern"), names("A"));
    for address in addresses() {
        let html = String::from_utf8_lossy(&person.get_in(&address, "en").body).into_owned();
        let odd = shown.captures_iter(&html).map(|c| c[1].to_string()).filter(|s| !PALETTE.contains(&s.as_str()));
        complaints.extend(odd.map(|s| format!("{address} shows a state in the colour of {s:?}")));
        let titles: Vec<String> = title.captures_iter(&html).map(|c| tag.replace_all(&c[1], "").into_owned()).collect();
        if titles.len() != 1 {
            complaints.push(format!("{address} has {} titles: {titles:?}", titles.len()));
        }
        let object = OBJECTS.iter().find(|(page, _)| address.starts_with(page) && !address.contains('?'));
        let number = object.and_then(|(_, part)| known[*part].as_str());
        if number.is_some_and(|number| titles.first().is_none_or(|title| title != number)) {
            complaints.push(format!("{address} is called {titles:?}"));
        }
    }
    complaints.sort();
    complaints.dedup();
    none_of(&complaints, "look");
}

#[test]
fn templates_and_scripts_name_only_what_exists() {
    let lists: BTreeSet<&str> = registry().queries.values().filter(|q| q.listing.is_some()).map(|q| q.name).collect();
    let permit = Regex::new(r#"(?:can|who_can)\(\s*["']([a-z_]+:[a-z_]+)["']"#).expect("a pattern");
    let named = Regex::new(
        r#"["']((?:unit|run|work_order|route|station|line|user|role|session|api_token|setting)\.[a-z_]+)["']"#,
    )
    .expect("a pattern");
    // What the browser does itself, without a command.
    const OF_THE_BROWSER: [&str; 3] = ["session.sign_in", "session.sign_out", "station.change"];
    let mut complaints = Vec::new();
    for file in files(&["crates/web/templates", "crates/web/assets/js"], &["html", "js"]) {
        for found in permit.captures_iter(&file.text) {
            if Permit::parse(&found[1]).is_none() {
                complaints.push(format!("{}: no permission is called {}", file.path, &found[1]));
            }
        }
        for found in named.captures_iter(&file.text) {
            let name = &found[1];
            let exists = registry().commands.contains_key(name) || registry().queries.contains_key(name);
            if !exists && !OF_THE_BROWSER.contains(&name) {
                complaints.push(format!("{}: nothing is called {name}", file.path));
            }
        }
    }
    for schema in registry().commands.values().map(|c| (c.name, c.schema.as_value())) {
        let properties = schema.1["properties"].as_object().into_iter().flatten();
        for (field, wanted) in properties {
            if let Some(pick) = wanted["x-pick"].as_str().filter(|p| !lists.contains(p)) {
                complaints.push(format!("{}: the picker of {field} offers {pick}, which is no list", schema.0));
            }
        }
    }
    none_of(&complaints, "name in a template");
}
