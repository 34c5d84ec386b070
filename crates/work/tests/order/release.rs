//! Orders are released.

use super::*;

#[test]
fn r_core_085_release_refuses_in_the_order_of_the_rule_and_a_dry_run_names_all() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        let release = |line: &str| json!({ "woNo": "WO-1", "lineCode": line });
        assert_eq!(plant.code(&boss, "work_order.release", release("SMT-A")), ("WORK_ORDER_NOT_FOUND", 404));
        plant.run(&boss, "work_order.receive", order("WO-1", "P1", "100"));
        let with = |line: &str, more: serde_json::Value| {
            let mut fields = release(line);
            fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            fields
        };
        assert_eq!(
            plant.code(&boss, "work_order.release", with("SMT-A", json!({ "routingCode": "NO" }))),
            ("ROUTE_NOT_FOUND", 422)
        );
        dates(plant, "R1", false, None, None);
        assert_eq!(
            plant.code(&boss, "work_order.release", release("SMT-A")),
            ("ROUTE_NOT_FOUND", 422),
            "inactive routes are no candidates"
        );
        assert_eq!(
            plant.code(&boss, "work_order.release", with("SMT-A", json!({ "routingCode": "R1" }))),
            ("ROUTE_NOT_EFFECTIVE", 422)
        );
        dates(plant, "R1", true, None, Some(0));
        assert_eq!(
            plant.code(&boss, "work_order.release", with("SMT-A", json!({ "routingCode": "R1" }))),
            ("ROUTE_NOT_EFFECTIVE", 422)
        );
        dates(plant, "R1", true, None, None);
        retire(plant, "R1", 1);
        version(plant, "R1", 2, "INVALID", SMT_STEPS);
        let not_ready = plant.refuse(&boss, "work_order.release", release("SMT-A"));
        assert_eq!((not_ready.def.code, not_ready.kind.status()), ("ROUTE_NOT_READY", 409));
        assert_eq!(not_ready.params["errors"][0]["code"], "STATION_TYPE_MISSING");
        assert_eq!(
            plant.blockers(&boss, "work_order.release", release("DIP-A")),
            ["ROUTE_NOT_READY", "LINE_ROUTING_PROCESS_MISMATCH"]
        );
        assert_eq!(
            plant.blockers(&boss, "work_order.release", release("NOWHERE")),
            ["ROUTE_NOT_READY", "LINE_NOT_FOUND"]
        );
        version(plant, "R1", 3, "READY", SMT_STEPS);
        assert_eq!(plant.code(&boss, "work_order.release", release("NOWHERE")), ("LINE_NOT_FOUND", 404));
        plant.run(
            &boss,
            "line.create",
            json!({ "code": "OFF", "name": "off", "processType": "SMT", "isActive": false }),
        );
        assert_eq!(plant.code(&boss, "work_order.release", release("OFF")), ("LINE_INACTIVE", 409));
        assert_eq!(
            plant.code(&boss, "work_order.release", release("DIP-A")),
            ("LINE_ROUTING_PROCESS_MISMATCH", 422),
            "core §7 example 2"
        );
        assert_eq!(
            plant.code(&boss, "work_order.release", with("SMT-A", json!({ "stationGroupCode": "NO" }))),
            ("STATION_GROUP_NOT_FOUND", 404)
        );
        let gaps = plant.refuse(&boss, "work_order.release", release("SMT-B"));
        assert_eq!((gaps.def.code, &gaps.params["steps"]), ("RUN_LINE_INCOMPATIBLE_WITH_ROUTE", &json!(["20 OP20"])));
        set(plant, "wo.pickPolicy", json!("BLOCK"));
        assert_eq!(plant.code(&boss, "work_order.release", release("SMT-A")), ("WORK_ORDER_MATERIAL_NOT_READY", 409));
        set(plant, "wo.pickPolicy", json!("WARN"));
        let bound = bound_to(plant, "SMT-B", &[Permit::WoRelease]);
        assert_eq!(plant.code(&bound, "work_order.release", release("SMT-A")), ("LINE_FORBIDDEN", 403));

        let done = plant.run(&boss, "work_order.release", with("SMT-A", json!({ "stationGroupCode": "PRINT" })));
        assert_eq!((&done["status"], &done["lineCode"]), (&json!("RELEASED"), &json!("SMT-A")), "core §7 example 1");
        assert_eq!(done["warnings"][0]["code"], "WORK_ORDER_MATERIAL_NOT_READY");
        assert_eq!(get(plant, &boss, "WO-1")["dispatch"]["stationGroupCode"], "PRINT");
        assert_eq!(
            plant.code(&boss, "work_order.release", release("SMT-A")),
            ("WORK_ORDER_NOT_RECEIVED", 409),
            "again"
        );
    });
}

fn reluctant(registry: &mut Registry) {
    wire(registry);
    fn no(_: &Cx<'_>, release: &Release) -> Result<Verdict> {
        let no = release.line.code.as_str() == "SMT-A" && release.order.wo_no.as_str() == "WO-NO";
        Ok(if no { Verdict::no(NEIGHBOUR_SAYS_NO) } else { Verdict::yes() })
    }
    registry.gate(&work::work_order::RELEASE, "neighbour", no);
}

#[test]
fn r_core_085_another_slice_may_say_no_to_a_release() {
    on_both(reluctant, |plant| {
        let boss = floor(plant);
        plant.run(&boss, "work_order.receive", order("WO-NO", "P1", "10"));
        let release = json!({ "woNo": "WO-NO", "lineCode": "SMT-A" });
        assert_eq!(plant.code(&boss, "work_order.release", release), ("NEIGHBOUR_SAYS_NO", 409));
        released(plant, &boss, "WO-YES", "10");
    });
}

#[test]
fn r_core_085_the_pick_status_that_counts_is_the_erps_where_the_erp_keeps_the_state() {
    on_both(wire, |plant| {
        let boss = floor(plant);
        set(plant, "wo.pickPolicy", json!("BLOCK"));
        let release = |wo: &str| json!({ "woNo": wo, "lineCode": "SMT-A" });
        plant.run(&boss, "work_order.receive", order("WO-1", "P1", "10"));
        let pick = |wo: &str, status: &str| {
            let version = get(plant, &boss, wo)["version"].as_i64().unwrap();
            let answer =
                seeing(plant, &boss, "work_order.pick_status", json!({ "woNo": wo, "pickStatus": status }), version);
            code_of(&answer)
        };
        assert_eq!(pick("WO-1", "2"), "done");
        assert_eq!(plant.code(&boss, "work_order.release", release("WO-1")), ("WORK_ORDER_MATERIAL_NOT_READY", 409));
        assert_eq!(pick("WO-1", "5"), "VALIDATION_FAILED");
        assert_eq!(pick("WO-1", "3"), "done");
        plant.run(&boss, "work_order.release", release("WO-1"));

        let erp =
            json!({ "woNo": "WO-2", "productCode": "P1", "plannedQty": 10, "erpStatus": "1", "erpPickStatus": "1" });
        plant.run(&boss, "work_order.receive", erp);
        assert_eq!(pick("WO-2", "3"), "ERP_WORK_ORDER_NOT_EDITABLE", "R-CORE-087");
        assert_eq!(plant.code(&boss, "work_order.release", release("WO-2")), ("WORK_ORDER_MATERIAL_NOT_READY", 409));
        plant.run(&boss, "work_order.receive", json!({ "woNo": "WO-2", "erpPickStatus": "4" }));
        plant.run(&boss, "work_order.release", release("WO-2"));
        let stale = seeing(plant, &boss, "work_order.pick_status", json!({ "woNo": "WO-1", "pickStatus": "4" }), 1);
        assert_eq!(code_of(&stale), "VERSION_MISMATCH");
    });
}
