//! Homes: every figure is the sum of the rows it leads to.

use serde_json::{Value as Json, json};
use web::pages::{Body, PAGES};

use crate::common::none_of;
use crate::house::quiet;
use crate::world::{ask, boss};

#[test]
fn r_scr_070_every_figure_of_a_home_is_the_sum_of_the_rows_it_leads_to() {
    let engine = &quiet().engine;
    let asked = |query: &str, fields: Json| -> Json {
        let answer = ask(engine, &boss(), query, fields).unwrap_or_else(|e| panic!("{query}: {e}"));
        serde_json::from_str(&answer).expect("JSON")
    };
    let mut complaints = Vec::new();
    let homes = PAGES.iter().filter_map(|p| if let Body::Home(home) = p.body { Some(home) } else { None });
    let mut not_zero = 0;
    for figure in homes.flat_map(|home| home.figures) {
        let answer = asked(figure.query, json!({}));
        let value = answer[figure.field].as_i64().unwrap_or_else(|| panic!("{} has no {}", figure.query, figure.field));
        let (path, query) = figure.page.split_once('?').expect("a list with filters");
        let list = PAGES.iter().find_map(|p| match p.body {
            Body::List(shown) if p.path == path => Some(shown.list),
            _ => None,
        });
        let list = list.unwrap_or_else(|| panic!("{path} is no list"));
        let mut fields = json!({ "limit": 200 });
        for pair in query.split('&') {
            let (name, text) = pair.split_once('=').expect("a filter with a value");
            let text = if text == "{today}" { answer["today"].as_str().expect("a day") } else { text };
            fields[name] = text.parse::<bool>().map_or_else(|_| text.into(), Json::from);
        }
        let rows = asked(list, fields)["items"].as_array().expect("rows").clone();
        let sum: i64 = rows.iter().map(|row| row[figure.field].as_i64().unwrap_or(1)).sum();
        not_zero += i64::from(value > 0);
        if value != sum {
            complaints.push(format!("{} {}: {value}, but {} gives {sum}", figure.query, figure.field, figure.page));
        }
    }
    none_of(&complaints, "figure that is not the sum of its rows");
    assert!(not_zero > 10, "only {not_zero} figures of the world are more than nothing");
}
