//! Runs on both engines: created, planned, authorized, held, closed and cancelled; each refusal in the order a person meets it.

mod authorize;
mod cancel;
mod close;
mod create;
mod hold;
mod next;
#[path = "../plant_a/mod.rs"]
mod plant_a;
mod sight;

use std::sync::Arc;

use engine::testing::{Plant, on_both};
use engine::{Actor, Cx, Permit, Registry, Verdict, sql};
use kernel::{Result, p};
use plant_a::*;
use serde_json::{Value as Json, json};
use work::run::{Creation, HoldKind, Run, RunNo};

kernel::refusals! {
    /// The neighbour says no
    NEIGHBOUR_SAYS_NO: Conflict;
}

fn create(wo: &str, line: &str, qty: i64) -> Json {
    json!({ "woNo": wo, "lineCode": line, "planQty": qty })
}

fn with(mut fields: Json, more: Json) -> Json {
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields
}

fn authorize(run: &str) -> Json {
    json!({ "runNo": run, "action": "AUTHORIZE" })
}

fn revoke(run: &str) -> Json {
    json!({ "runNo": run, "action": "REVOKE", "reason": "wrong paste" })
}

/// Open a hold as another slice does.
fn held_by(plant: &Plant, run: &str, kind: HoldKind, source: &'static str) {
    let no = RunNo::parse(run).unwrap();
    work(plant, move |cx| {
        let run = Run::find(cx, &no)?.unwrap();
        run.hold(cx, kind, Some(source.into()), "found").map(|_| 0)
    });
}

/// Both calls at once; gives their codes in the order of the calls, `done` for what happened.
fn at_once(plant: &Plant, boss: &Arc<Actor>, calls: &[(&str, Json)]) -> Vec<&'static str> {
    std::thread::scope(|scope| {
        let started: Vec<_> = calls
            .iter()
            .map(|(command, fields)| scope.spawn(|| code_of(&plant.call(boss, command, fields.clone()))))
            .collect();
        started.into_iter().map(|call| call.join().unwrap()).collect()
    })
}

fn reluctant(registry: &mut Registry) {
    wire(registry);
    fn creation(_: &Cx<'_>, at: &Creation) -> Result<Verdict> {
        Ok(if at.plan_qty == 13 { Verdict::no(NEIGHBOUR_SAYS_NO) } else { Verdict::yes() })
    }
    fn readiness(_: &Cx<'_>, run: &Run) -> Result<Verdict> {
        if run.plan_qty == 7 {
            return Ok(Verdict::no(NEIGHBOUR_SAYS_NO));
        }
        let evidence = vec![json!({ "readinessCheckNo": "RDY-1", "waivers": ["WVR-1"] })];
        Ok(Verdict { refusals: vec![], evidence })
    }
    fn oqc(_: &Cx<'_>, run: &Run) -> Result<Verdict> {
        Ok(if run.qty_done == 3 { Verdict::no(NEIGHBOUR_SAYS_NO) } else { Verdict::yes() })
    }
    registry.gate(&work::run::CREATE, "neighbour", creation);
    registry.gate(&work::run::AUTHORIZE, "readiness", readiness);
    registry.gate(&work::run::CLOSE, "oqc", oqc);
}
