//! Codes of refusals: each is declared once, raised somewhere, and the core's have the statuses agreed with other systems.

use std::collections::BTreeMap;

use kernel::error::REFUSALS;
use regex::Regex;

use crate::common::{File, none_of, sources, without_tests};

/// The core's codes with their HTTP statuses (`404/422`: the second when named inside a body); `compile` ones are
/// errors of a route version, not of a call.
const CORE: &str = include_str!("core_codes.tsv");

#[test]
fn the_cores_codes_have_the_agreed_statuses() {
    let agreed: BTreeMap<&str, &str> = CORE.lines().filter_map(|line| line.split_once('\t')).collect();
    assert!(agreed.len() > 150, "the table is whole");
    let mut complaints = Vec::new();
    let mut compared = 0;
    for def in REFUSALS {
        let Some(statuses) = agreed.get(def.code).filter(|s| **s != "compile") else { continue };
        compared += 1;
        let status = def.kind.status().to_string();
        if !statuses.split('/').any(|s| s == status) {
            complaints.push(format!("{} answers {status}, agreed is {statuses}", def.code));
        }
    }
    none_of(&complaints, "code with another status");
    assert!(compared > 30, "only {compared} codes of the core exist");
}

#[test]
fn every_refusal_is_declared_once_and_raised_somewhere() {
    let files: Vec<File> = sources().into_iter().filter(|f| !f.path.starts_with("xtask/")).collect();
    let imports = Regex::new(r"(?m)^\s*(pub )?use [^;]+;").expect("a pattern");
    let texts: Vec<String> =
        files.iter().map(|f| imports.replace_all(without_tests(&f.text), "").into_owned()).collect();
    let mut complaints = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for def in REFUSALS {
        *seen.entry(def.code).or_default() += 1;
        let raised = Regex::new(&format!(r"\b{}\b", def.code)).expect("a pattern");
        let times: usize = texts.iter().map(|t| raised.find_iter(t).count()).sum();
        if times < 2 {
            complaints.push(format!("{} is declared but nothing raises it", def.code));
        }
    }
    complaints.extend(seen.iter().filter(|s| *s.1 > 1).map(|(code, n)| format!("{code} is declared {n} times")));
    none_of(&complaints, "refusal");
}
