//! Topics: a page listens only to what some event can tell, and every part of it to something its stream is asked for.

use std::collections::BTreeSet;

use engine::db::Reach;
use engine::sql;
use regex::Regex;
use serde_json::json;

use crate::common::none_of;
use crate::house::House;
use crate::pages::addresses;
use crate::world::{World, boss, call};

/// Changes that the world does not make and that pages wait for.
fn more(house: &House) {
    let told = [
        ("work_center.create", json!({ "code": "WC-1", "name": "Centre" })),
        (
            "operation_mapping.create",
            json!({ "sourceSystem": "ERP", "sourceProcessKey": "P10", "operationCode": "AOI" }),
        ),
        ("execution_config.create", json!({ "scopeType": "OPERATION", "operationCode": "TEST" })),
        ("handover.notify", json!({ "entityType": "run", "entityKey": "RUN-A", "roles": ["planner"] })),
    ];
    for (command, fields) in told {
        call(&house.engine, &boss(), command, fields, None);
    }
}

#[test]
fn r_scr_020_every_page_listens_to_what_some_event_tells() {
    let house = House::open("topics");
    World::go_on(&house.engine);
    more(&house);
    let rows = house
        .engine
        .read_blocking(false, |tx, _| tx.all::<(String,)>(sql!("select distinct topics from event"), Reach::ALL, &[]));
    let mut told: BTreeSet<String> = BTreeSet::new();
    for (topics,) in rows.expect("events") {
        for (n, topic) in topics.split('\n').enumerate() {
            let kind = topic.split(':').next().unwrap_or_default();
            told.insert(format!("{kind}:"));
            if n == 0 {
                told.insert(format!("list:{kind}s"));
            }
        }
    }
    let asked = Regex::new(r#"data-(topics|live)="([^"]*)""#).expect("a pattern");
    let mut person = house.sign_in("everything");
    let mut complaints = Vec::new();
    for address in addresses().into_iter().filter(|a| !a.starts_with("/forms/")) {
        let answer = person.get(&address);
        let html = String::from_utf8_lossy(&answer.body).into_owned();
        let mut stream: Vec<String> = Vec::new();
        for found in asked.captures_iter(&html) {
            for topic in found[2].split_whitespace() {
                let kind = topic.split_once(':').map_or(topic, |t| t.0);
                let known = if kind == "list" { told.contains(topic) } else { told.contains(&format!("{kind}:")) };
                if !known {
                    complaints.push(format!("{address}: no event has the topic {topic}"));
                }
                match &found[1] {
                    "topics" => stream.push(topic.to_string()),
                    _ if !stream.iter().any(|t| t == topic) => {
                        complaints
                            .push(format!("{address}: a part waits for {topic}, which the page does not ask for"));
                    }
                    _ => {}
                }
            }
        }
    }
    complaints.sort();
    complaints.dedup();
    none_of(&complaints, "topic that nobody tells");
}
