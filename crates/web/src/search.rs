//! Search and scan from anywhere: an exact serial, run or order opens at once; several matches are a list to choose from.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Response, Uri};
use kernel::code::fold;
use serde_json::{Value as Json, json};

use crate::actor::Caller;
use crate::body::pairs;
use crate::context::{Context, filled};
use crate::lookup::by_code;
use crate::page::{one, problem};
use crate::{Door, sign_in, words};

struct Place {
    query: &'static str,
    field: &'static str,
    code: &'static str,
    page: &'static str,
    entity: &'static str,
    is_list: bool,
}

const PLACES: &[Place] = &[
    Place {
        query: "unit.get",
        field: "sn",
        code: "sn",
        page: "/mes/units/{sn}",
        entity: "entity-unit",
        is_list: false,
    },
    Place { query: "runs", field: "q", code: "runNo", page: "/mes/runs/{runNo}", entity: "entity-run", is_list: true },
    Place {
        query: "work_orders",
        field: "q",
        code: "woNo",
        page: "/mes/work-orders/{woNo}",
        entity: "entity-work_order",
        is_list: true,
    },
    Place {
        query: "routes",
        field: "q",
        code: "routingCode",
        page: "/mes/routes/{routingCode}",
        entity: "entity-route",
        is_list: true,
    },
    Place { query: "lines", field: "q", code: "code", page: "/mes/lines/{code}", entity: "entity-line", is_list: true },
    Place {
        query: "stations",
        field: "q",
        code: "code",
        page: "/mes/stations/{code}",
        entity: "entity-station",
        is_list: true,
    },
    Place {
        query: "materials",
        field: "q",
        code: "code",
        page: "/mes/materials?q={code}",
        entity: "entity-material",
        is_list: true,
    },
    Place {
        query: "material_lots",
        field: "q",
        code: "lotNo",
        page: "/mes/material-lots?q={lotNo}&materialCode={materialCode}",
        entity: "entity-material_lot",
        is_list: true,
    },
];

/// The most matches of one kind.
const EACH: &str = "10";

/// `GET /mes/search?q=…`: only what the asker may read is found.
pub async fn answer(door: &Arc<Door>, caller: &Caller, uri: &Uri) -> Response<Body> {
    let asked = pairs(uri.query().unwrap_or_default()).unwrap_or_default();
    let q = asked.iter().find(|(k, _)| k == "q").map_or("", |(_, v)| v.trim());
    let mut found: Vec<Json> = Vec::new();
    if !q.is_empty() {
        for place in PLACES {
            let mut fields = place.fields(q);
            let listing = door.engine.shared.registry.queries.get(place.query).and_then(|q| q.listing);
            fields.extend(listing.and_then(|listing| by_code(listing, &fields)));
            let answer = match one(door, caller, place.query, &fields).await {
                Ok(answer) => answer,
                Err(refusal) if refusal.kind.status() < 500 => continue,
                Err(refusal) => return problem(door, caller, uri, &refusal),
            };
            let rows: Vec<&Json> =
                if place.is_list { answer["items"].as_array().into_iter().flatten().collect() } else { vec![&answer] };
            for row in rows {
                let code = row[place.code].as_str().unwrap_or_default();
                let Some(href) = filled(place.page, row) else { continue };
                let exact = fold(code) == fold(place.sought(q));
                found.push(json!({ "code": code, "kind": words::text(caller.lang, place.entity, &[]), "exact": exact, "_links": { "code": href } }));
            }
        }
    }
    // What bears exactly this code opens, unless several kinds do: then the person chooses.
    let exact: Vec<&Json> = found.iter().filter(|f| f["exact"] == true).collect();
    let only = match (&exact[..], &found[..]) {
        ([only], _) => Some(*only),
        ([], [only]) => Some(only),
        _ => None,
    };
    if let Some(href) = only.and_then(|f| f["_links"]["code"].as_str()) {
        return sign_in::redirect(href, None);
    }
    let mut context = Context::new(door, caller, "search", "/mes/search", uri, "desktop");
    let columns = json!([{ "key": "code", "label": words::field(caller.lang, "code"), "kind": "code" }, { "key": "kind", "label": words::field(caller.lang, "kind"), "kind": "text" }]);
    context.set("record", json!({
        "title": words::text(caller.lang, "page-search", &[]), "is_code": false, "facts": [], "actions": [], "crumbs": [],
        "sections": [{ "id": "found", "title": words::text(caller.lang, "search-found", &[("q".into(), q.into())]), "kind": "table",
            "columns": columns, "rows": found, "count": found.len(), "empty_key": "search-empty" }],
    }));
    context.render("record.html", 200)
}

impl Place {
    /// The part of a scan that this kind of thing bears: a lot is scanned as `material|lot`.
    fn sought<'q>(&self, q: &'q str) -> &'q str {
        if self.query == "material_lots" { q.rsplit('|').next().unwrap_or(q) } else { q }
    }

    fn fields(&self, q: &str) -> Vec<(String, String)> {
        let mut fields = vec![(self.field.to_string(), self.sought(q).to_string())];
        if self.is_list {
            fields.push(("limit".into(), EACH.into()));
        }
        if let ("material_lots", Some((material, _))) = (self.query, q.split_once('|')) {
            fields.push(("materialCode".into(), material.to_string()));
        }
        fields
    }
}
