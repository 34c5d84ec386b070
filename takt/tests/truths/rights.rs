//! Who may do what: the answer of the door for each command, question and preset role is the table of rights.

use std::collections::{BTreeMap, BTreeSet};

use engine::permits::PRESET_ROLES;
use engine::{Need, Permit};
use serde_json::Value as Json;

use crate::common::{none_of, registry};
use crate::house::{House, Person};
use crate::world::{boss, call, names, plausible};

/// Fields whose texts have a form of their own: `(command, field, JSON)`.
const GIVEN: [(&str, &str, &str); 9] = [
    ("api_token.create", "permissions", r#"["run:read"]"#),
    ("bom_item.create", "qtyNumerator", r#""1""#),
    ("bom_item.create", "lineNo", "1"),
    ("bom_item.import", "csv", r#""parentCode,bomCode,lineNo,childCode,qtyNumerator\nP-1,B,1,odd_1,1\n""#),
    ("material.import", "csv", r#""code,name\nM-9,Nine\n""#),
    (
        "shift.import",
        "csv",
        r#""code,lineCode,startLocal,endLocal,days,validFrom\nNIGHT,SMT-A,20:00,08:00,MON,2026-01-01\n""#,
    ),
    ("station_group.import", "csv", r#""code,name\nG-9,Nine\n""#),
    ("user.import", "csv", r#""username,name,roles\nnine,Nine,trace\n""#),
    ("work_center.import", "csv", r#""code,name\nW-9,Nine\n""#),
];

#[test]
fn every_command_and_question_answers_each_role_as_the_table_says() {
    let house = House::open("rights");
    let mut complaints = Vec::new();
    let mut asked = 0;
    let mut unread: BTreeMap<&str, bool> = BTreeMap::new();
    for role in PRESET_ROLES {
        let mut person = match role.token_only {
            true => house.machine(&token(&house)),
            false => house.sign_in(role.code),
        };
        let commands = registry().commands.values().map(|c| (c.name, c.route, c.need, c.schema.as_value()));
        let queries = registry().queries.values().map(|q| (q.name, q.route, q.need, q.schema.as_value()));
        for (name, route, need, schema) in commands.chain(queries) {
            if matches!(
                name,
                "session.logout" | "session.login" | "user.enrol" | "session.end" | "user.change_password"
            ) {
                continue;
            }
            let may = match need {
                Need::Any(permits) => permits.iter().any(|p| role.closure().has(*p)),
                Need::Session | Need::Arrival | Need::Nobody => true,
            };
            let mut fields = plausible(schema, &names("A"), false);
            for (_, field, value) in GIVEN.iter().filter(|g| g.0 == name) {
                fields[*field] = serde_json::from_str(value).expect("JSON");
            }
            let answer = ask(&mut person, route, &fields);
            asked += 1;
            if may && route.method != engine::Method::Get {
                let was = unread.entry(name).or_insert(true);
                *was &= answer.1 == "VALIDATION_FAILED";
            }
            let fits = match may {
                true => answer.0 != 401 && answer.1 != "FORBIDDEN" && answer.0 < 500,
                false => answer == (403, "FORBIDDEN".to_string()),
            };
            if !fits {
                let should = if may { "may" } else { "may not" };
                complaints.push(format!("{} {should} ask {name}, the answer is {} {}", role.code, answer.0, answer.1));
            }
        }
    }
    none_of(&complaints, "answer that is not the table's");
    let unread: Vec<String> = unread.into_iter().filter(|u| u.1).map(|u| u.0.to_string()).collect();
    none_of(&unread, "command that was never asked with fields that can be read");
    assert!(asked >= PRESET_ROLES.len() * 30, "only {asked} calls were made");
}

fn ask(person: &mut Person, route: engine::Route, fields: &Json) -> (u16, String) {
    let answer = person.ask(route, fields);
    let code = answer.json().ok().and_then(|b| b["code"].as_str().map(str::to_string)).unwrap_or_default();
    (answer.status, if answer.status >= 400 { code } else { String::new() })
}

/// A token with what machines have, of line A.
fn token(house: &House) -> String {
    let machine = PRESET_ROLES.iter().find(|r| r.token_only).expect("machines have a role");
    let points: Vec<&str> = machine.permits.iter().map(|p| p.name()).collect();
    let fields = serde_json::json!({ "name": "line machine", "kind": "MACHINE", "permissions": points, "lineCodes": ["SMT-A"],
        "rateLimitPerMin": 100_000 });
    match call(&house.engine, &boss(), "api_token.create", fields, None) {
        engine::perform::Answer::Done { body, .. } => {
            let body: Json = serde_json::from_str(&body).expect("JSON");
            let secret = ["secret", "token"].iter().find_map(|f| body[*f].as_str());
            secret.unwrap_or_else(|| panic!("no secret in {body}")).to_string()
        }
        engine::perform::Answer::Refused { refusal, .. } => panic!("{} {:?}", refusal.def.code, refusal.errors),
    }
}

/// Who may ask what: one line for each change, question, file and page; its head says where it comes from.
const AGREED: &str = include_str!("agreed_rights.tsv");

#[test]
fn everything_needs_the_agreed_points() {
    let lines: Vec<(&str, &str)> =
        AGREED.lines().filter(|l| !l.starts_with('#')).filter_map(|line| line.split_once('\t')).collect();
    let mut agreed: BTreeMap<&str, &str> = lines.iter().copied().collect();
    let mut complaints = Vec::new();
    if agreed.len() != lines.len() {
        complaints.push("a line is there twice".to_string());
    }
    let route = |route: engine::Route| format!("{} {}", route.method.name(), route.path);
    let commands = registry().commands.values().map(|c| (route(c.route), c.need));
    let queries = registry().queries.values().map(|q| (route(q.route), q.need));
    let files = registry().queries.values().filter(|q| q.listing.is_some() && q.export != q.need);
    let files = files.map(|q| (format!("FILE {}", q.route.path), q.export));
    let pages = web::pages::PAGES.iter().map(|p| (format!("PAGE {}", p.path), p.need));
    for (what, need) in commands.chain(queries).chain(files).chain(pages) {
        let mut points: Vec<&str> = need.permits().iter().map(|p| p.name()).collect();
        points.sort_unstable();
        let points = if points.is_empty() { "-".to_string() } else { points.join(",") };
        match agreed.remove(what.as_str()) {
            None => complaints.push(format!("{what} has no line; it needs {points}")),
            Some(wanted) if wanted != points => complaints.push(format!("{what} needs {points}, agreed is {wanted}")),
            Some(_) => {}
        }
    }
    complaints.extend(agreed.keys().map(|what| format!("{what} does not exist")));
    none_of(&complaints, "right other than agreed");
}

/// The points whose commands come with later chapters; everything else must open something.
const LATER: &[&str] = &[
    "exec:data_collect",
    "carrier:",
    "config:",
    "quality:",
    "test_program:",
    "exception:",
    "readiness:",
    "resource:",
    "record:",
    "maintenance:",
    "loading:",
    "dashboard:",
    "andon:",
    "print:",
    "integration:",
    "ingest:",
    "degraded:",
    "system:integration",
    "system:backup",
    "system:demo_seed",
];

#[test]
fn every_point_opens_something() {
    let commands = registry().commands.values().flat_map(|c| c.need.permits());
    let queries = registry().queries.values().flat_map(|q| q.need.permits());
    let exports = registry().queries.values().flat_map(|q| q.export.permits());
    let pages = web::pages::PAGES.iter().flat_map(|p| p.need.permits());
    let used: BTreeSet<&Permit> = commands.chain(queries).chain(exports).chain(pages).collect();
    let idle = Permit::ALL.iter().filter(|p| !used.contains(p) && !LATER.iter().any(|l| p.name().starts_with(l)));
    none_of(&idle.map(|p| format!("{p} opens nothing")).collect::<Vec<_>>(), "point");
}
