//! What waits for whom: the first rows of filtered lists, oldest things first in each; and the figures of each home.

use super::make::{figure, waits};
use super::{Figure, Waiting};
use crate::list::Keys;

const RUN: &str = "/mes/runs/{runNo}";
const FAILED: &str = "/mes/runs/{runNo}?tab=units&status=OUT_FAILED";

const fn runs(fields: Keys, sentence: &'static str, page: &'static str, status: &'static str) -> Waiting {
    waits("runs", fields, "runNo", sentence, page, status)
}

const AUTHORIZE: Waiting =
    runs(&[("status", "PREP"), ("sort", "createdAt"), ("limit", "7")], "home-run-authorize", RUN, "current");
const BEGIN: Waiting = runs(
    &[("status", "AUTHORIZED"), ("stage", "execute"), ("sort", "createdAt"), ("limit", "7")],
    "home-run-begin",
    RUN,
    "current",
);
const RUNNING: Waiting = runs(
    &[("status", "IN_PROGRESS"), ("stage", "execute"), ("sort", "createdAt"), ("limit", "7")],
    "home-run-running",
    RUN,
    "current",
);
const CLOSE: Waiting = runs(
    &[("status", "IN_PROGRESS"), ("stage", "close"), ("sort", "createdAt"), ("limit", "7")],
    "home-run-close",
    RUN,
    "done",
);
const HELD: Waiting =
    runs(&[("status", "ON_HOLD"), ("sort", "createdAt"), ("limit", "7")], "home-run-held", RUN, "warn");
const STUCK: Waiting = runs(
    &[("open", "true"), ("stuck", "true"), ("sort", "createdAt"), ("limit", "7")],
    "home-run-stuck",
    FAILED,
    "fail",
);

pub const PLANNING: &[Waiting] = &[
    waits(
        "work_orders",
        &[("status", "RECEIVED"), ("sort", "createdAt"), ("limit", "7")],
        "woNo",
        "home-order-release",
        "/mes/work-orders/{woNo}",
        "current",
    ),
    AUTHORIZE,
    HELD,
    CLOSE,
];

pub const ENGINEERING: &[Waiting] = &[
    waits(
        "routes",
        &[("needsCompile", "true"), ("limit", "7")],
        "routingCode",
        "home-route-compile",
        "/mes/routes/{routingCode}",
        "warn",
    ),
    waits(
        "operations",
        &[("needsReview", "true"), ("limit", "7")],
        "code",
        "home-operation-review",
        "/mes/operations/{code}",
        "current",
    ),
];

pub const QUALITY: &[Waiting] = &[HELD, STUCK];
pub const REPAIR: &[Waiting] = &[STUCK];
pub const MATERIAL: &[Waiting] = &[AUTHORIZE, BEGIN];
pub const LINE: &[Waiting] = &[HELD, RUNNING, BEGIN, CLOSE];
pub const FACTORY: &[Waiting] = &[RUNNING, HELD, CLOSE];

pub const SYSTEM: &[Waiting] = &[waits(
    "audit_logs",
    &[("status", "FAIL"), ("limit", "7")],
    "action",
    "home-audit-fail",
    "/system/audit-logs/{seq}",
    "waiting",
)];

const TO_RELEASE: Figure =
    figure("work_order.figures", "toRelease", "figure-to-release", "/mes/work-orders?status=RECEIVED", "current");
const ORDERS: Figure =
    figure("work_order.figures", "open", "figure-orders-open", "/mes/work-orders?open=true", "current");
const LATE: Figure =
    figure("work_order.figures", "late", "figure-late", "/mes/work-orders?open=true&dueBefore={today}", "fail");
const TO_AUTHORIZE: Figure =
    figure("run.figures", "toAuthorize", "figure-to-authorize", "/mes/runs?status=PREP", "current");
const READY: Figure = figure("run.figures", "ready", "figure-ready", "/mes/runs?status=AUTHORIZED", "current");
const UNDER_WAY: Figure = figure("run.figures", "running", "figure-running", "/mes/runs?status=IN_PROGRESS", "current");
const RUNS_HELD: Figure = figure("run.figures", "held", "figure-held", "/mes/runs?status=ON_HOLD", "warn");
const PLAN: Figure = figure("run.figures", "planQty", "figure-plan", "/mes/runs?open=true", "waiting");
const DONE: Figure = figure("run.figures", "doneQty", "figure-done", "/mes/runs?open=true", "done");
const SCRAP: Figure = figure("run.figures", "scrapQty", "figure-scrap", "/mes/runs?open=true", "fail");
const BOARDS_FAILED: Figure =
    figure("run.figures", "failedQty", "figure-failed", "/mes/runs?open=true&stuck=true", "fail");
const BOARDS_HELD: Figure =
    figure("run.figures", "heldQty", "figure-boards-held", "/mes/runs?open=true&stuck=true", "warn");

pub const OF_PLANNING: &[Figure] = &[LATE, TO_RELEASE, TO_AUTHORIZE, READY, UNDER_WAY, RUNS_HELD];
pub const OF_QUALITY: &[Figure] = &[BOARDS_FAILED, BOARDS_HELD, SCRAP, RUNS_HELD];
pub const OF_REPAIR: &[Figure] = &[BOARDS_FAILED, BOARDS_HELD];
pub const OF_MATERIAL: &[Figure] = &[TO_AUTHORIZE, READY, UNDER_WAY];
pub const OF_LINE: &[Figure] = &[UNDER_WAY, RUNS_HELD, PLAN, DONE, BOARDS_FAILED, BOARDS_HELD, SCRAP];
pub const OF_FACTORY: &[Figure] = &[LATE, ORDERS, UNDER_WAY, RUNS_HELD, PLAN, DONE, BOARDS_FAILED, SCRAP];
