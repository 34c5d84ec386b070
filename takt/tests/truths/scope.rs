//! Scope: whoever is bound to line A learns nothing of line B, whatever he asks, and changes nothing there (R-CORE-006).

use std::collections::BTreeSet;

use engine::Method;
use serde_json::{Value as Json, json};
use web::pages::PAGES;

use crate::common::{none_of, registry};
use crate::house::{House, Person, query, quiet};
use crate::world::{MARK, names, plausible};

/// Fields that name something of a line.
const OF_A_LINE: [&str; 6] = ["lineCode", "stationCode", "woNo", "runNo", "sn", "sns"];

/// Where another thing of line A is ready for the command: `(command, field, code)`.
const READY: [(&str, &str, &str); 2] = [("run.plan", "runNo", "RUN-A-2"), ("work_order.release", "woNo", "WO-new")];

/// Commands that say why instead of that the line is foreign: `(command, field, why)`.
const SAY_WHY: [(&str, &str, &str); 7] = [
    ("run.create", "runNo", "a number for a new run, unique in the plant"),
    ("unit.track_in", "woNo", "at a station of one's own, who holds the board is told why it is not his"),
    ("unit.track_in", "runNo", "the same"),
    ("unit.track_in", "sn", "the same"),
    ("unit.track_in_cancel", "sn", "the same"),
    ("unit.track_out", "runNo", "the same"),
    ("unit.track_out", "sn", "the same"),
];

/// Somebody with all rights on line A, and somebody with all rights at one station of it.
fn bound(house: &House) -> Vec<(&'static str, Person)> {
    ["on-line", "on-station"].into_iter().map(|name| (name, house.sign_in(name))).collect()
}

#[test]
fn r_core_006_no_answer_shows_anything_of_another_line() {
    let house = quiet();
    let mut complaints = Vec::new();
    for (who, mut person) in bound(house) {
        for (title, bytes) in everything(&mut person) {
            if let Some(at) = find(&bytes, MARK) {
                let from = at.saturating_sub(60);
                let near = String::from_utf8_lossy(&bytes[from..(at + 40).min(bytes.len())]).replace('\n', " ");
                complaints.push(format!("{who}: {title} shows …{near}…"));
            }
        }
    }
    none_of(&complaints, "answer shows line B");
    // The mark is there to be seen: who sees everything sees it in many places.
    let mut everybody = house.sign_in("everything");
    let seen = everything(&mut everybody).iter().filter(|(_, bytes)| find(bytes, MARK).is_some()).count();
    assert!(seen > 15, "line B shows in {seen} answers to whoever sees everything");
}

/// Every question, list, export, search and page, asked with the names of line A or with none.
fn everything(person: &mut Person) -> Vec<(String, Vec<u8>)> {
    let known = names("A");
    let mut answers = Vec::new();
    for entry in registry().queries.values() {
        for all in [false, true] {
            if all && entry.listing.is_some() {
                continue;
            }
            let answer = person.ask(entry.route, &plausible(entry.schema.as_value(), &known, all));
            answers.push((format!("the question {}", entry.name), answer.body));
        }
        let Some(listing) = entry.listing else { continue };
        let mut fields = plausible(entry.schema.as_value(), &known, false);
        for sort in listing.sorts {
            fields["sort"] = format!("-{}", sort.name).into();
            fields["limit"] = json!(200);
            answers.push((format!("the list {} by {}", entry.name, sort.name), person.ask(entry.route, &fields).body));
        }
        let mut export = plausible(entry.schema.as_value(), &known, false);
        export["format"] = "csv".into();
        answers.push((format!("the export of {}", entry.name), person.ask(entry.route, &export).body));
    }
    for q in ["SMT", "SMT-Z", "WO-", "RUN", "A-", "ZZ", "SN", "DAY"] {
        let answer = person.get(&format!("/mes/search{}", query(&json!({ "q": q }))));
        let to = answer.headers("location").collect::<Vec<_>>().join(" ");
        answers.push((format!("the search for {q}"), [answer.body, to.into_bytes()].concat()));
    }
    for page in PAGES {
        let path = filled(page.path, &known);
        let tails: &[&str] = match page.name {
            "run" => &["", "?tab=units", "?tab=events"],
            "execution" => &["", "?stationCode=A-AOI"],
            "trace" => &["", "?q=A-SN-0001"],
            _ => &[""],
        };
        for tail in tails {
            answers.push((format!("the page {path}{tail}"), person.get(&format!("{path}{tail}")).body));
        }
    }
    answers
}

/// A page's path with the names of the world in it.
pub fn filled(path: &str, known: &std::collections::BTreeMap<&'static str, Json>) -> String {
    let part = |part: &str| match part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
        Some("code") => "trace".to_string(),
        Some(name) => {
            known.get(name).map_or(String::new(), |v| v.as_str().map_or_else(|| v.to_string(), str::to_string))
        }
        None => part.to_string(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/").replace(':', "%3A")
}

fn find(bytes: &[u8], mark: &str) -> Option<usize> {
    bytes.windows(mark.len()).position(|w| w == mark.as_bytes())
}

#[test]
fn r_core_006_the_stream_tells_nothing_of_another_line() {
    let house = quiet();
    let topics = format!(
        "line:SMT-{MARK},station:{MARK}-AOI,station:{MARK}-PRINT,run:RUN-{MARK},wo:WO-{MARK},unit:{MARK}-SN-0001,unit:{MARK}-SN-0002,\
         list:lines,list:stations,list:runs,list:work_orders,list:units,line:SMT-A,station:A-PRINT"
    );
    for (who, person) in bound(house) {
        let heard = person.listen(&topics, 0, 1_500);
        assert!(!heard.contains(MARK), "{who} hears of line B:\n{heard}");
    }
    let heard = house.sign_in("everything").listen(&topics, 0, 1_500);
    assert!(heard.contains(&format!("SMT-{MARK}")), "who sees everything hears of line B:\n{heard}");
}

#[test]
fn r_core_006_commands_that_name_another_line_are_refused_and_change_nothing() {
    let house = &House::open("refused");
    let before = rows(house);
    let mut complaints = Vec::new();
    let mut tried = BTreeSet::new();
    for (who, mut person) in bound(house) {
        for entry in registry().commands.values() {
            let properties = entry.schema.as_value()["properties"].as_object();
            let fields: Vec<&String> = properties.into_iter().flat_map(|p| p.keys()).collect();
            for name in OF_A_LINE.iter().filter(|n| fields.iter().any(|f| f == *n)) {
                // Everything else is of line A: the one name alone must be enough to be refused.
                if SAY_WHY.iter().any(|(command, field, _)| *command == entry.name && field == name) {
                    continue;
                }
                let mut known = names("A");
                known.extend(READY.iter().filter(|r| r.0 == entry.name).map(|r| (r.1, Json::from(r.2))));
                let of_b = names(MARK);
                known.insert(name, of_b[name].clone());
                let is_named = entry.route.path.contains(&format!("{{{name}}}"));
                let mut given = plausible(entry.schema.as_value(), &known, false);
                given[*name] = of_b[name].clone();
                if *name == "sns" || (entry.name.starts_with("work_order.receive") && !is_named) {
                    continue;
                }
                tried.insert(entry.name);
                let answer = person.ask(entry.route, &given);
                let code = answer.json().ok().and_then(|b| b["code"].as_str().map(str::to_string)).unwrap_or_default();
                if !matches!(answer.status, 403 | 404) {
                    complaints
                        .push(format!("{who}: {} with {name} of line B answers {} {code}", entry.name, answer.status));
                }
            }
        }
    }
    none_of(&complaints, "command that names line B");
    assert!(tried.len() >= 8, "only {tried:?} name something of a line");
    assert_eq!(before, rows(house), "line B has changed");
}

/// Nothing of line B is told by asking what stands in the way of a command there, whether the asker holds its right or not.
#[test]
fn r_plat_041_a_dry_run_on_another_line_tells_only_that_it_is_another() {
    let house = quiet();
    let mut complaints = Vec::new();
    let mut told = BTreeSet::new();
    for who in ["on-line", "on-station", "leader", "inspector", "material", "operator"] {
        let mut person = house.sign_in(who);
        for entry in registry().commands.values() {
            let properties = entry.schema.as_value()["properties"].as_object();
            let fields: Vec<&String> = properties.into_iter().flat_map(|p| p.keys()).collect();
            for name in OF_A_LINE.iter().filter(|n| **n != "sns" && fields.iter().any(|f| f == *n)) {
                if SAY_WHY.iter().any(|(command, field, _)| *command == entry.name && field == name) {
                    continue;
                }
                let mut given = plausible(entry.schema.as_value(), &names("A"), false);
                given[*name] = names(MARK)[name].clone();
                let answer = person.dry(entry.route, &given);
                if answer.status != 200 {
                    continue;
                }
                let body = answer.json().expect("JSON");
                let blockers = body["blockers"].as_array().into_iter().flatten();
                let codes: Vec<&str> = blockers.filter_map(|b| b["code"].as_str()).collect();
                match &codes[..] {
                    ["LINE_FORBIDDEN" | "STATION_FORBIDDEN"]
                    | ["FORBIDDEN", "LINE_FORBIDDEN" | "STATION_FORBIDDEN"] => {
                        told.insert(entry.name);
                    }
                    // What the path names is not there: the fields are not looked at.
                    [one] | ["FORBIDDEN", one] if one.ends_with("_NOT_FOUND") => {}
                    _ => complaints.push(format!("{who}: {} with {name} of line B: {codes:?}", entry.name)),
                }
            }
        }
    }
    none_of(&complaints, "dry run on line B");
    assert!(told.len() >= 8, "only {told:?} name something of a line");
}

/// How the rows of line B stand: every table of the floor with the sum of its versions and counts.
fn rows(house: &House) -> Vec<(String, i64, i64)> {
    let read = house.engine.read_blocking(false, |tx, _| {
        let mut all = Vec::new();
        for (name, sql) in [
            ("line", engine::sql!("select cast(count(*) as bigint), cast(coalesce(sum(version), 0) as bigint) from line where code_key > 'smt-z'")),
            ("station", engine::sql!("select cast(count(*) as bigint), cast(coalesce(sum(version), 0) as bigint) from station where code_key > 'z'")),
            ("run", engine::sql!("select cast(count(*) as bigint), cast(coalesce(sum(version), 0) as bigint) from run where run_key > 'run-z'")),
            ("unit", engine::sql!("select cast(count(*) as bigint), cast(coalesce(sum(version), 0) as bigint) from unit where sn > 'Z'")),
            ("work_order", engine::sql!("select cast(count(*) as bigint), cast(coalesce(sum(version), 0) as bigint) from work_order where wo_key > 'wo-z'")),
        ] {
            let row: Vec<(i64, i64)> = tx.all(sql, engine::db::Reach::ALL, &[])?;
            all.extend(row.into_iter().map(|(n, v)| (name.to_string(), n, v)));
        }
        Ok(all)
    });
    read.expect("rows")
}

#[test]
fn questions_are_asked_by_get_alone() {
    let odd: Vec<String> =
        registry().queries.values().filter(|q| q.route.method != Method::Get).map(|q| q.name.to_string()).collect();
    // Trying a mapping on a sample asks and changes nothing, but its sample is too long for an address.
    let odd: Vec<String> = odd.into_iter().filter(|n| n != "ingest_mapping.test").collect();
    none_of(&odd, "question that is no GET");
}
