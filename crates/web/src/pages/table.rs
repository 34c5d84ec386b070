//! The table of pages. Names of queries, lists and commands are strings here; a test proves that each exists.

use engine::{Need, Permit};

use super::{Ask, Body, HomePage, ListPage, Menu, Page, RecordPage, Source, Waiting};
use Source::{Is, May, Path, Query};

const fn any(permits: &'static [Permit]) -> Need {
    Need::Any(permits)
}

const fn menu(group: &'static str, icon: &'static str) -> Option<Menu> {
    Some(Menu { group, icon })
}

const fn ask(into: &'static str, query: &'static str, fields: &'static [(&'static str, Source)]) -> Ask {
    Ask { into, query, fields, optional: false, when: None, needs_all: false }
}

const fn maybe(into: &'static str, query: &'static str, fields: &'static [(&'static str, Source)]) -> Ask {
    Ask { optional: true, ..ask(into, query, fields) }
}

const fn on(when: (&'static str, &'static str), ask: Ask) -> Ask {
    Ask { when: Some(when), ..ask }
}

const fn given(ask: Ask) -> Ask {
    Ask { needs_all: true, ..ask }
}

const fn list(
    name: &'static str,
    path: &'static str,
    need: Need,
    place: Option<Menu>,
    body: &'static ListPage,
) -> Page {
    Page { name, path, need, device: "desktop", body: Body::List(body), menu: place }
}

const fn record(name: &'static str, path: &'static str, need: Need, body: &'static RecordPage) -> Page {
    Page { name, path, need, device: "desktop", body: Body::Record(body), menu: None }
}

const fn home(name: &'static str, path: &'static str, need: Need, waiting: &'static HomePage) -> Page {
    Page { name, path, need, device: "desktop", body: Body::Home(waiting), menu: None }
}

const fn page(
    name: &'static str,
    path: &'static str,
    need: Need,
    place: Option<Menu>,
    template: &'static str,
    asks: &'static [Ask],
) -> Page {
    Page { name, path, need, device: "desktop", body: Body::Template(template, asks), menu: place }
}

/// All pages; the menu follows this order.
pub static PAGES: &[Page] = &[
    // Plan
    list(
        "work_orders",
        "/mes/work-orders",
        any(&[Permit::WoRead]),
        menu("plan", "order"),
        &ListPage {
            list: "work_orders",
            row: Some("/mes/work-orders/{woNo}"),
            create: Some("work_order.receive"),
            import: None,
            actions: &[("work_order.release", &[("woNo", "woNo")]), ("run.create", &[("woNo", "woNo")])],
        },
    ),
    page(
        "work_order",
        "/mes/work-orders/{woNo}",
        any(&[Permit::WoRead]),
        None,
        "work_order.html",
        &[
            ask("work_order", "work_order.get", &[("woNo", Path("woNo"))]),
            maybe("runs", "runs", &[("woNo", Path("woNo")), ("limit", Is("50"))]),
            maybe("next_actions", "work_order.next_actions", &[("woNo", Path("woNo"))]),
        ],
    ),
    list(
        "runs",
        "/mes/runs",
        any(&[Permit::RunRead]),
        menu("plan", "run"),
        &ListPage {
            list: "runs",
            row: Some("/mes/runs/{runNo}"),
            create: Some("run.create"),
            import: None,
            actions: &[],
        },
    ),
    page(
        "run",
        "/mes/runs/{runNo}",
        any(&[Permit::RunRead, Permit::ExecRead]),
        None,
        "run.html",
        &[
            ask("run", "run.get", &[("runNo", Path("runNo"))]),
            maybe("next_actions", "run.next_actions", &[("runNo", Path("runNo"))]),
            on(
                ("tab", "units"),
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
                ),
            ),
            on(
                ("tab", "events"),
                maybe("events", "history", &[("entityType", Is("run")), ("entityKey", Path("runNo"))]),
            ),
        ],
    ),
    // Make
    Page {
        device: "station",
        ..page(
            "execution",
            "/mes/execution",
            any(&[Permit::ExecRead]),
            menu("make", "station"),
            "station.html",
            &[
                given(maybe("station", "station.get", &[("stationCode", Query("stationCode"))])),
                maybe("stations", "stations", &[("isActive", Is("true")), ("limit", Is("200"))]),
            ],
        )
    },
    // Know
    page(
        "trace",
        "/mes/trace",
        any(&[Permit::TraceRead]),
        menu("know", "trace"),
        "trace.html",
        &[given(maybe("trace", "trace.unit", &[("sn", Query("q")), ("mode", May("mode"))]))],
    ),
    page(
        "unit_history",
        "/print/unit-history/{sn}",
        any(&[Permit::TraceRead]),
        None,
        "trace_print.html",
        &[ask("trace", "trace.unit", &[("sn", Path("sn"))])],
    ),
    page(
        "unit",
        "/mes/units/{sn}",
        any(&[Permit::ExecRead, Permit::RunRead, Permit::TraceRead]),
        None,
        "unit.html",
        &[
            ask("unit", "unit.get", &[("sn", Path("sn"))]),
            ask("next_actions", "unit.next_actions", &[("sn", Path("sn"))]),
            maybe("trace", "trace.unit", &[("sn", Path("sn")), ("include", Is("tracks,defects,holds"))]),
        ],
    ),
    // Engineering
    list(
        "routes",
        "/mes/routes",
        any(&[Permit::RouteRead]),
        menu("engineer", "board"),
        &ListPage {
            list: "routes",
            row: Some("/mes/routes/{routingCode}"),
            create: Some("route.create"),
            import: None,
            actions: &[("route.copy", &[("routingCode", "routingCode")])],
        },
    ),
    page(
        "route",
        "/mes/routes/{routingCode}",
        any(&[Permit::RouteRead]),
        None,
        "route.html",
        &[
            ask("route", "route.get", &[("routingCode", Path("routingCode"))]),
            maybe("effective", "route.effective", &[("routingCode", Path("routingCode"))]),
            maybe("versions", "route.versions", &[("routingCode", Path("routingCode")), ("limit", Is("20"))]),
        ],
    ),
    page(
        "route_version",
        "/mes/route-versions/{routingCode}/{versionNo}",
        any(&[Permit::RouteRead]),
        None,
        "route_version.html",
        &[
            ask("version", "route.version", &[("routingCode", Path("routingCode")), ("versionNo", Path("versionNo"))]),
            given(maybe(
                "diff",
                "route.diff",
                &[("routingCode", Path("routingCode")), ("a", Query("from")), ("b", Path("versionNo"))],
            )),
        ],
    ),
    list(
        "data_specs",
        "/mes/data-collection-specs",
        any(&[Permit::DataSpecRead]),
        menu("engineer", "note"),
        &ListPage {
            list: "data_specs",
            row: Some("/mes/data-collection-specs/{specId}"),
            create: Some("data_spec.create"),
            import: None,
            actions: &[("data_spec.update", &[("specId", "specId")])],
        },
    ),
    record(
        "data_spec",
        "/mes/data-collection-specs/{specId}",
        any(&[Permit::DataSpecRead]),
        &RecordPage {
            ask: [ask("data_spec", "data_spec.get", &[("specId", Path("specId"))])],
            inside: None,
            title: "specId",
            topic: None,
            crumb: ("page-data_specs", "/mes/data-collection-specs"),
            links: &[],
            actions: &[("data_spec.update", &[("specId", "specId")])],
        },
    ),
    list(
        "operations",
        "/mes/operations",
        any(&[Permit::OperationRead]),
        menu("engineer", "wrench"),
        &ListPage {
            list: "operations",
            row: None,
            create: Some("operation.create"),
            import: None,
            actions: &[
                ("operation.update", &[("operationCode", "code")]),
                ("operation.merge", &[("operationCode", "code")]),
            ],
        },
    ),
    list(
        "operation_mappings",
        "/mes/operation-mappings",
        any(&[Permit::OperationRead]),
        None,
        &ListPage {
            list: "operation_mappings",
            row: None,
            create: Some("operation_mapping.create"),
            import: None,
            actions: &[
                (
                    "operation_mapping.update",
                    &[("sourceSystem", "sourceSystem"), ("sourceProcessKey", "sourceProcessKey")],
                ),
                (
                    "operation_mapping.delete",
                    &[("sourceSystem", "sourceSystem"), ("sourceProcessKey", "sourceProcessKey")],
                ),
            ],
        },
    ),
    list(
        "execution_configs",
        "/mes/execution-config",
        any(&[Permit::RouteRead]),
        menu("engineer", "gear"),
        &ListPage {
            list: "execution_configs",
            row: None,
            create: Some("execution_config.create"),
            import: None,
            actions: &[("execution_config.update", &[("configId", "configId")])],
        },
    ),
    list(
        "lines",
        "/mes/lines",
        any(&[Permit::StationRead]),
        menu("engineer", "columns"),
        &ListPage {
            list: "lines",
            row: Some("/mes/lines/{code}"),
            create: Some("line.create"),
            import: None,
            actions: &[("line.update", &[("lineCode", "code")])],
        },
    ),
    record(
        "line",
        "/mes/lines/{lineCode}",
        any(&[Permit::StationRead]),
        &RecordPage {
            ask: [ask("line", "line.get", &[("lineCode", Path("lineCode"))])],
            inside: None,
            title: "code",
            topic: Some("line:{code}"),
            crumb: ("page-lines", "/mes/lines"),
            links: &[("code", "/mes/stations/{code}"), ("groupCode", "/mes/station-groups?q={groupCode}")],
            actions: &[("line.update", &[("lineCode", "code")]), ("line.delete", &[("lineCode", "code")])],
        },
    ),
    list(
        "stations",
        "/mes/stations",
        any(&[Permit::StationRead]),
        menu("engineer", "station"),
        &ListPage {
            list: "stations",
            row: Some("/mes/stations/{code}"),
            create: Some("station.create"),
            import: None,
            actions: &[("station.update", &[("stationCode", "code")])],
        },
    ),
    record(
        "station",
        "/mes/stations/{stationCode}",
        any(&[Permit::StationRead]),
        &RecordPage {
            ask: [ask("station", "station.get", &[("stationCode", Path("stationCode"))])],
            inside: None,
            title: "code",
            topic: Some("station:{code}"),
            crumb: ("page-stations", "/mes/stations"),
            links: &[("lineCode", "/mes/lines/{lineCode}")],
            actions: &[("station.update", &[("stationCode", "code")]), ("station.delete", &[("stationCode", "code")])],
        },
    ),
    list(
        "station_groups",
        "/mes/station-groups",
        any(&[Permit::StationRead]),
        menu("engineer", "list"),
        &ListPage {
            list: "station_groups",
            row: None,
            create: Some("station_group.create"),
            import: Some("station_group.import"),
            actions: &[("station_group.update", &[("groupCode", "code")])],
        },
    ),
    list(
        "shifts",
        "/mes/shifts",
        any(&[Permit::StationRead]),
        None,
        &ListPage {
            list: "shifts",
            row: None,
            create: Some("shift.create"),
            import: Some("shift.import"),
            actions: &[("shift.update", &[("shiftCode", "code")])],
        },
    ),
    list(
        "materials",
        "/mes/materials",
        any(&[Permit::MaterialRead]),
        menu("engineer", "box"),
        &ListPage {
            list: "materials",
            row: None,
            create: Some("material.create"),
            import: Some("material.import"),
            actions: &[("material.update", &[("materialCode", "code")])],
        },
    ),
    list(
        "bom_items",
        "/mes/boms",
        any(&[Permit::MaterialRead]),
        menu("engineer", "columns"),
        &ListPage {
            list: "bom_items",
            row: None,
            create: Some("bom_item.create"),
            import: Some("bom_item.import"),
            actions: &[
                ("bom_item.update", &[("parentCode", "parentCode"), ("bomCode", "bomCode"), ("lineNo", "lineNo")]),
                ("bom_item.delete", &[("parentCode", "parentCode"), ("bomCode", "bomCode"), ("lineNo", "lineNo")]),
            ],
        },
    ),
    list(
        "material_lots",
        "/mes/material-lots",
        any(&[Permit::MaterialRead]),
        menu("engineer", "reel"),
        &ListPage {
            list: "material_lots",
            row: None,
            create: Some("material_lot.create"),
            import: None,
            actions: &[("material_lot.update", &[("materialCode", "materialCode"), ("lotNo", "lotNo")])],
        },
    ),
    list(
        "work_centers",
        "/mes/work-centers",
        any(&[Permit::MaterialRead]),
        None,
        &ListPage {
            list: "work_centers",
            row: None,
            create: Some("work_center.create"),
            import: Some("work_center.import"),
            actions: &[("work_center.update", &[("workCenterCode", "code")])],
        },
    ),
    // System
    list(
        "users",
        "/system/user-management",
        any(&[Permit::SystemUserManage]),
        menu("system", "user"),
        &ListPage {
            list: "users",
            row: Some("/system/user-management/{username}"),
            create: Some("user.create"),
            import: None,
            actions: &[
                ("user.update", &[("username", "username")]),
                ("user.reset_password", &[("username", "username")]),
            ],
        },
    ),
    record(
        "user",
        "/system/user-management/{username}",
        any(&[Permit::SystemUserManage]),
        &RecordPage {
            ask: [ask("user", "user.get", &[("username", Path("username"))])],
            inside: None,
            title: "username",
            topic: Some("user:{username}"),
            crumb: ("page-users", "/system/user-management"),
            links: &[],
            actions: &[
                ("user.update", &[("username", "username")]),
                ("user.reset_password", &[("username", "username")]),
                ("user.revoke_sessions", &[("username", "username")]),
            ],
        },
    ),
    list(
        "roles",
        "/system/role-management",
        any(&[Permit::SystemRoleManage]),
        menu("system", "badge"),
        &ListPage {
            list: "roles",
            row: Some("/system/role-management/{code}"),
            create: Some("role.create"),
            import: None,
            actions: &[("role.update", &[("code", "code")])],
        },
    ),
    record(
        "role",
        "/system/role-management/{code}",
        any(&[Permit::SystemRoleManage]),
        &RecordPage {
            ask: [ask("role", "role.get", &[("code", Path("code"))])],
            inside: None,
            title: "code",
            topic: None,
            crumb: ("page-roles", "/system/role-management"),
            links: &[],
            actions: &[("role.update", &[("code", "code")]), ("role.delete", &[("code", "code")])],
        },
    ),
    page(
        "who_can",
        "/system/who-can",
        any(&[Permit::SystemRoleManage]),
        menu("system", "shield"),
        "who_can.html",
        &[ask("matrix", "permission.matrix", &[])],
    ),
    list(
        "api_tokens",
        "/system/api-tokens",
        any(&[Permit::SystemTokenManage]),
        menu("system", "lock"),
        &ListPage {
            list: "api_tokens",
            row: None,
            create: Some("api_token.create"),
            import: None,
            actions: &[
                ("api_token.rotate", &[("tokenNo", "tokenNo")]),
                ("api_token.revoke", &[("tokenNo", "tokenNo")]),
            ],
        },
    ),
    page(
        "settings",
        "/system/settings",
        any(&[Permit::SystemConfig]),
        menu("system", "gear"),
        "settings.html",
        &[ask("config", "config", &[])],
    ),
    list(
        "audit_logs",
        "/system/audit-logs",
        Need::Session,
        menu("system", "eye"),
        &ListPage {
            list: "audit_logs",
            row: Some("/system/audit-logs/{seq}"),
            create: None,
            import: None,
            actions: &[],
        },
    ),
    page(
        "audit_row",
        "/system/audit-logs/{seq}",
        Need::Session,
        None,
        "audit_row.html",
        &[ask("audit", "audit.get", &[("seq", Path("seq"))])],
    ),
    page("api", "/system/api", Need::Session, menu("system", "keyboard"), "api.html", &[]),
    record(
        "profile",
        "/profile",
        Need::Session,
        &RecordPage {
            ask: [ask("me", "user.me", &[])],
            inside: None,
            title: "username",
            topic: Some("user:{username}"),
            crumb: ("page-profile", "/profile"),
            links: &[],
            actions: &[("user.update_me", &[]), ("user.change_password", &[])],
        },
    ),
    // Homes by role
    home(
        "planning",
        "/mes/planning",
        any(&[Permit::WoRelease, Permit::RunCreate]),
        &HomePage {
            waiting: &[
                Waiting {
                    list: "work_orders",
                    fields: &[("status", "RECEIVED"), ("sort", "createdAt"), ("limit", "7")],
                    subject: "woNo",
                    sentence: "home-order-release",
                    page: "/mes/work-orders/{woNo}",
                    status: "current",
                },
                Waiting {
                    list: "runs",
                    fields: &[("status", "PREP"), ("sort", "createdAt"), ("limit", "7")],
                    subject: "runNo",
                    sentence: "home-run-authorize",
                    page: "/mes/runs/{runNo}",
                    status: "current",
                },
                Waiting {
                    list: "runs",
                    fields: &[("status", "ON_HOLD"), ("sort", "createdAt"), ("limit", "7")],
                    subject: "runNo",
                    sentence: "home-run-held",
                    page: "/mes/runs/{runNo}",
                    status: "warn",
                },
            ],
        },
    ),
    home(
        "engineering",
        "/mes/engineering",
        any(&[Permit::RouteConfigure, Permit::RouteCreate]),
        &HomePage {
            waiting: &[
                Waiting {
                    list: "routes",
                    fields: &[("needsCompile", "true"), ("limit", "7")],
                    subject: "routingCode",
                    sentence: "home-route-compile",
                    page: "/mes/routes/{routingCode}",
                    status: "warn",
                },
                Waiting {
                    list: "operations",
                    fields: &[("needsReview", "true"), ("limit", "7")],
                    subject: "code",
                    sentence: "home-operation-review",
                    page: "/mes/operations",
                    status: "current",
                },
            ],
        },
    ),
    home(
        "quality",
        "/mes/quality",
        any(&[Permit::QualityRead]),
        &HomePage {
            waiting: &[Waiting {
                list: "runs",
                fields: &[("status", "ON_HOLD"), ("sort", "createdAt"), ("limit", "7")],
                subject: "runNo",
                sentence: "home-run-held",
                page: "/mes/runs/{runNo}",
                status: "warn",
            }],
        },
    ),
    home(
        "line_home",
        "/mes/line",
        any(&[Permit::RunHold, Permit::RunClose]),
        &HomePage {
            waiting: &[
                Waiting {
                    list: "runs",
                    fields: &[("status", "ON_HOLD"), ("sort", "createdAt"), ("limit", "7")],
                    subject: "runNo",
                    sentence: "home-run-held",
                    page: "/mes/runs/{runNo}",
                    status: "warn",
                },
                Waiting {
                    list: "runs",
                    fields: &[("status", "IN_PROGRESS"), ("sort", "createdAt"), ("limit", "7")],
                    subject: "runNo",
                    sentence: "home-run-running",
                    page: "/mes/runs/{runNo}",
                    status: "current",
                },
            ],
        },
    ),
    home(
        "factory",
        "/mes/factory",
        any(&[Permit::DashboardView]),
        &HomePage {
            waiting: &[
                Waiting {
                    list: "runs",
                    fields: &[("status", "IN_PROGRESS"), ("sort", "createdAt"), ("limit", "7")],
                    subject: "runNo",
                    sentence: "home-run-running",
                    page: "/mes/runs/{runNo}",
                    status: "current",
                },
                Waiting {
                    list: "runs",
                    fields: &[("status", "ON_HOLD"), ("sort", "createdAt"), ("limit", "7")],
                    subject: "runNo",
                    sentence: "home-run-held",
                    page: "/mes/runs/{runNo}",
                    status: "warn",
                },
            ],
        },
    ),
    home(
        "system",
        "/system",
        any(&[Permit::SystemConfig]),
        &HomePage {
            waiting: &[Waiting {
                list: "audit_logs",
                fields: &[("status", "FAIL"), ("limit", "7")],
                subject: "action",
                sentence: "home-audit-fail",
                page: "/system/audit-logs/{seq}",
                status: "waiting",
            }],
        },
    ),
];
