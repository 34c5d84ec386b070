//! Two people at once: what one names while the other deletes it is either named or gone, never both.

use engine::perform::Answer;
use engine::testing::{Plant, on_both};
use serde_json::{Value as Json, json};

mod floor_of_routes;
use floor_of_routes::*;

/// Make a thing, then name it and delete it at the same moment.
fn race(plant: &Plant, made: (&str, Json), named: (&str, Json), deleted: (&str, Json)) {
    let boss = plant.boss();
    plant.run(&boss, made.0, made.1);
    let (naming, deleting) = std::thread::scope(|scope| {
        let naming = scope.spawn(|| plant.call(&boss, named.0, named.1.clone()));
        let deleting = scope.spawn(|| plant.call(&boss, deleted.0, deleted.1.clone()));
        (naming.join().unwrap(), deleting.join().unwrap())
    });
    let code = |answer: &Answer| match answer {
        Answer::Done { .. } => None,
        Answer::Refused { refusal, .. } => Some(refusal.def.code),
    };
    let (naming, deleting) = (code(&naming), code(&deleting));
    assert_eq!(
        [naming, deleting].iter().filter(|refused| refused.is_none()).count(),
        1,
        "on {}: {} {naming:?}, {} {deleting:?}",
        plant.on,
        named.0,
        deleted.0
    );
    assert!(![naming, deleting].contains(&Some("INTERNAL_ERROR")), "{naming:?} {deleting:?}");
}

#[test]
fn r_core_021_what_is_named_at_the_same_moment_is_not_deleted() {
    on_both(wire, |plant| {
        let boss = plant.boss();
        floor(plant);
        plant.run(&boss, "material.create", json!({ "code": "PROD", "name": "x" }));
        for n in 0..12 {
            let code = format!("X{n}");
            let route = json!({ "code": format!("R{n}"), "name": "x", "processType": "SMT" });
            plant.run(&boss, "route.create", route);
            let configure = |field: &str, value: Json| {
                let fields = json!({ "routingCode": format!("R{n}"), "scopeType": "ROUTE", field: value });
                ("route.configure", fields)
            };
            let named = json!({ "code": code, "name": "x" });
            race(
                plant,
                ("material.create", named.clone()),
                (
                    "bom_item.create",
                    json!({ "parentCode": "PROD", "bomCode": "1", "lineNo": n + 1, "childCode": code, "qtyNumerator": 1 }),
                ),
                ("material.delete", json!({ "materialCode": code })),
            );
            race(
                plant,
                ("station_group.create", named.clone()),
                configure("stationGroupCode", json!(code)),
                ("station_group.delete", json!({ "groupCode": code })),
            );
            let config = json!({ "routingCode": format!("R{n}"), "configId": format!("ROUTE:R{n}") });
            plant.call(&boss, "route.remove_config", config);
            race(
                plant,
                ("station.create", json!({ "code": code, "name": "x", "stationType": "MANUAL" })),
                configure("allowedStationCodes", json!([code])),
                ("station.delete", json!({ "stationCode": code })),
            );
            let steps = json!({ "routingCode": format!("R{n}"), "steps": [{ "stepNo": 10, "operationCode": code }] });
            race(
                plant,
                ("operation.create", named),
                ("route.set_steps", steps),
                ("operation.delete", json!({ "operationCode": code })),
            );
            race(
                plant,
                ("line.create", json!({ "code": code, "name": "x", "processType": "SMT" })),
                (
                    "station.create",
                    json!({ "code": format!("S{n}"), "name": "x", "stationType": "MANUAL", "lineCode": code }),
                ),
                ("line.delete", json!({ "lineCode": code })),
            );
        }
    });
}
