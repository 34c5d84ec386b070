//! What each page asks: the name of the answer in its template, the query, and where its fields come from.

use super::Ask;
use super::Source::{Is, May, Path, Query, QueryOrBefore};
use super::make::{ask, maybe};

pub const WORK_ORDER: &[Ask] = &[
    ask("work_order", "work_order.get", &[("woNo", Path("woNo"))]),
    maybe("runs", "runs", &[("woNo", Path("woNo")), ("limit", Is("50"))]),
    maybe("next_actions", "work_order.next_actions", &[("woNo", Path("woNo"))]),
];

pub const RUN: &[Ask] = &[
    ask("run", "run.get", &[("runNo", Path("runNo"))]),
    maybe("next_actions", "run.next_actions", &[("runNo", Path("runNo"))]),
    maybe(
        "units",
        "run_units",
        &[
            ("runNo", Path("runNo")),
            ("cursor", Query("cursor")),
            ("status", Query("status")),
            ("stepNo", Query("stepNo")),
            ("sn", Query("sn")),
        ],
    )
    .when("tab", "units"),
    maybe("events", "history", &[("entityType", Is("run")), ("entityKey", Path("runNo"))]).when("tab", "events"),
];

pub const STATION: &[Ask] = &[
    maybe("station", "station.get", &[("stationCode", Query("stationCode"))]).given(),
    maybe("stations", "stations", &[("isActive", Is("true")), ("limit", Is("200"))]),
];

pub const TRACE: &[Ask] = &[
    maybe("trace", "trace.unit", &[("sn", Query("q")), ("mode", May("mode"))]).given(),
    maybe("similar", "trace.similar", &[("sn", Query("q"))]).given().unless("trace"),
];
pub const UNIT_HISTORY: &[Ask] = &[ask("trace", "trace.print", &[("sn", Path("sn"))])];
pub const UNIT: &[Ask] = &[
    ask("unit", "unit.get", &[("sn", Path("sn"))]),
    ask("next_actions", "unit.next_actions", &[("sn", Path("sn"))]),
    maybe("trace", "trace.unit", &[("sn", Path("sn")), ("include", Is("tracks,defects,holds"))]),
];

pub const ROUTE: &[Ask] = &[
    ask("route", "route.get", &[("routingCode", Path("routingCode"))]),
    maybe("effective", "route.effective", &[("routingCode", Path("routingCode"))]),
    maybe("configs", "route.configs", &[("routingCode", Path("routingCode"))]),
    maybe("versions", "route.versions", &[("routingCode", Path("routingCode")), ("limit", Is("20"))]),
];

pub const ROUTE_VERSION: &[Ask] = &[
    ask("version", "route.version", &[("routingCode", Path("routingCode")), ("versionNo", Path("versionNo"))]),
    maybe(
        "diff",
        "route.diff",
        &[("routingCode", Path("routingCode")), ("a", QueryOrBefore("from", "versionNo")), ("b", Path("versionNo"))],
    ),
    maybe(
        "runs",
        "runs",
        &[("routingCode", Path("routingCode")), ("routeVersionNo", Path("versionNo")), ("limit", Is("50"))],
    ),
];

pub const DATA_SPEC: &[Ask] = &[ask("data_spec", "data_spec.get", &[("specId", Path("specId"))])];
pub const OPERATION: &[Ask] = &[
    ask("operation", "operation.get", &[("operationCode", Path("operationCode"))]),
    maybe("data_specs", "data_specs", &[("operationCode", Path("operationCode")), ("limit", Is("50"))]),
];
pub const LINE: &[Ask] = &[ask("line", "line.get", &[("lineCode", Path("lineCode"))])];
pub const STATION_RECORD: &[Ask] = &[ask("station", "station.get", &[("stationCode", Path("stationCode"))])];

pub const MATERIAL: &[Ask] = &[
    ask("material", "material.get", &[("materialCode", Path("materialCode"))]),
    maybe("bom_items", "bom_items", &[("parentCode", Path("materialCode")), ("limit", Is("50"))]),
    maybe("bom_where_used", "bom_where_used", &[("childCode", Path("materialCode")), ("limit", Is("50"))]),
    maybe("material_lots", "material_lots", &[("materialCode", Path("materialCode")), ("limit", Is("50"))]),
];

pub const USER: &[Ask] = &[
    ask("user", "user.get", &[("username", Path("username"))]),
    maybe("sessions", "sessions", &[("username", Path("username"))]),
];
pub const ROLE: &[Ask] = &[ask("role", "role.get", &[("code", Path("code"))])];
pub const WHO_CAN: &[Ask] = &[
    ask("matrix", "permission.matrix", &[("permission", Query("permission"))]),
    ask("segregation", "permission.segregation", &[]),
];
pub const SETTINGS: &[Ask] = &[ask("config", "config", &[("q", Query("q"))])];
pub const AUDIT_CHAIN: &[Ask] = &[ask("chain", "audit.verify", &[])];
pub const AUDIT_ROW: &[Ask] = &[ask("audit", "audit.get", &[("seq", Path("seq"))])];
pub const PROFILE: &[Ask] = &[ask("me", "user.me", &[]), maybe("sessions", "sessions", &[])];
