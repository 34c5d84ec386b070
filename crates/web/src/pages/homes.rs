//! What waits for whom: the first rows of filtered lists, oldest things first in each.

use super::Waiting;
use super::make::waits;

const RUN: &str = "/mes/runs/{runNo}";
const HELD: Waiting = waits(
    "runs",
    &[("status", "ON_HOLD"), ("sort", "createdAt"), ("limit", "7")],
    "runNo",
    "home-run-held",
    RUN,
    "warn",
);
const RUNNING: Waiting = waits(
    "runs",
    &[("status", "IN_PROGRESS"), ("sort", "createdAt"), ("limit", "7")],
    "runNo",
    "home-run-running",
    RUN,
    "current",
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
    waits(
        "runs",
        &[("status", "PREP"), ("sort", "createdAt"), ("limit", "7")],
        "runNo",
        "home-run-authorize",
        RUN,
        "current",
    ),
    HELD,
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

pub const QUALITY: &[Waiting] = &[HELD];
pub const LINE: &[Waiting] = &[HELD, RUNNING];
pub const FACTORY: &[Waiting] = &[RUNNING, HELD];

pub const SYSTEM: &[Waiting] = &[waits(
    "audit_logs",
    &[("status", "FAIL"), ("limit", "7")],
    "action",
    "home-audit-fail",
    "/system/audit-logs/{seq}",
    "waiting",
)];
