//! The table of pages; the menu follows its order. Names of queries, lists and commands are strings: a test proves that each exists.

use engine::Permit::{
    AndonHandle, AuditRead, DashboardView, DataSpecRead, ExecRead, LoadingView, MaterialRead, OperationRead,
    QualityRead, QualityRepair, RouteConfigure, RouteCreate, RouteRead, RunCreate, RunRead, StationRead, SystemConfig,
    SystemRoleManage, SystemTokenManage, SystemUserManage, TraceRead, WoRead,
};

use super::make::{home, list, page, record};
use super::{Bulk, Page, asks, homes};
use crate::list::Keys;

const WO: Keys = &[("woNo", "woNo")];
const ROUTE: Keys = &[("routingCode", "routingCode")];
const SPEC: Keys = &[("specId", "specId")];
const OPERATION: Keys = &[("operationCode", "code")];
const MAPPING: Keys = &[("sourceSystem", "sourceSystem"), ("sourceProcessKey", "sourceProcessKey")];
const CONFIG: Keys = &[("configId", "configId")];
const LINE: Keys = &[("lineCode", "code")];
const STATION: Keys = &[("stationCode", "code")];
const GROUP: Keys = &[("groupCode", "code")];
const SHIFT: Keys = &[("shiftCode", "code")];
const MATERIAL: Keys = &[("materialCode", "code")];
const BOM: Keys = &[("parentCode", "parentCode"), ("bomCode", "bomCode"), ("lineNo", "lineNo")];
const LOT: Keys = &[("materialCode", "materialCode"), ("lotNo", "lotNo")];
const CENTER: Keys = &[("workCenterCode", "code")];
const USER: Keys = &[("username", "username")];
const ROLE: Keys = &[("code", "code")];
const TOKEN: Keys = &[("tokenNo", "tokenNo")];

const AUTHORIZE: Bulk = Bulk {
    command: "run.authorize",
    field: "runNo",
    status: "PREP",
    label: "cmd-run-authorize",
    prefill: &[("action", "AUTHORIZE")],
};

/// All pages.
pub static PAGES: &[Page] = &[
    // Plan
    list("work_orders", "/mes/work-orders", &[WoRead])
        .menu("plan", "order")
        .to("/mes/work-orders/{woNo}")
        .adds("work_order.receive")
        .acts(&[("work_order.release", WO), ("run.create", WO)]),
    page("work_order", "/mes/work-orders/{woNo}", &[WoRead], "work_order.html", asks::WORK_ORDER),
    list("runs", "/mes/runs", &[RunRead])
        .menu("plan", "run")
        .to("/mes/runs/{runNo}")
        .adds("run.create")
        .chooses(AUTHORIZE),
    page("run", "/mes/runs/{runNo}", &[RunRead, ExecRead], "run.html", asks::RUN),
    // Make
    page("execution", "/mes/execution", &[ExecRead], "station.html", asks::STATION)
        .menu("make", "station")
        .on("station"),
    // Know
    page("trace", "/mes/trace", &[TraceRead], "trace.html", asks::TRACE).menu("know", "trace"),
    page("unit_history", "/print/unit-history/{sn}", &[TraceRead], "trace_print.html", asks::UNIT_HISTORY),
    page("unit", "/mes/units/{sn}", &[ExecRead, RunRead, TraceRead], "unit.html", asks::UNIT),
    // Engineering
    list("routes", "/mes/routes", &[RouteRead])
        .menu("engineer", "board")
        .to("/mes/routes/{routingCode}")
        .adds("route.create")
        .acts(&[("route.copy", ROUTE)]),
    page("route", "/mes/routes/{routingCode}", &[RouteRead], "route.html", asks::ROUTE),
    list("route_versions", "/mes/route-versions", &[RouteRead])
        .hears("list:routes")
        .under("/mes/routes")
        .to("/mes/route-versions/{routingCode}/{versionNo}"),
    page(
        "route_version",
        "/mes/route-versions/{routingCode}/{versionNo}",
        &[RouteRead],
        "route_version.html",
        asks::ROUTE_VERSION,
    ),
    list("execution_configs", "/mes/execution-config", &[RouteRead])
        .hears("list:execution_configs list:routes")
        .menu("engineer", "gear")
        .under("/mes/routes")
        .adds("execution_config.create")
        .acts(&[("execution_config.update", CONFIG)]),
    list("data_specs", "/mes/data-collection-specs", &[DataSpecRead])
        .menu("engineer", "note")
        .to("/mes/data-collection-specs/{specId}")
        .adds("data_spec.create")
        .acts(&[("data_spec.update", SPEC)]),
    record("data_spec", "/mes/data-collection-specs/{specId}", &[DataSpecRead], asks::DATA_SPEC)
        .titled("specId", None, ("page-data_specs", "/mes/data-collection-specs"))
        .links(&[("operationCode", "/mes/operations/{operationCode}")])
        .acts(&[("data_spec.update", SPEC)]),
    list("operations", "/mes/operations", &[OperationRead])
        .still()
        .menu("engineer", "wrench")
        .to("/mes/operations/{code}")
        .adds("operation.create")
        .acts(&[("operation.update", OPERATION)]),
    record("operation", "/mes/operations/{operationCode}", &[OperationRead], asks::OPERATION)
        .titled("code", None, ("page-operations", "/mes/operations"))
        .acts(&[("operation.update", OPERATION), ("operation.merge", OPERATION), ("operation.delete", OPERATION)]),
    list("operation_mappings", "/mes/operation-mappings", &[OperationRead])
        .still()
        .under("/mes/operations")
        .adds("operation_mapping.create")
        .acts(&[("operation_mapping.update", MAPPING), ("operation_mapping.delete", MAPPING)]),
    list("lines", "/mes/lines", &[StationRead])
        .menu("engineer", "columns")
        .to("/mes/lines/{code}")
        .adds("line.create")
        .acts(&[("line.update", LINE)]),
    record("line", "/mes/lines/{lineCode}", &[StationRead], asks::LINE)
        .titled("code", Some("line:{code}"), ("page-lines", "/mes/lines"))
        .links(&[("code", "/mes/stations/{code}"), ("groupCode", "/mes/station-groups?q={groupCode}")])
        .acts(&[("line.update", LINE), ("line.set_process_type", LINE), ("line.delete", LINE)]),
    list("stations", "/mes/stations", &[StationRead])
        .menu("engineer", "station")
        .under("/mes/lines")
        .to("/mes/stations/{code}")
        .adds("station.create")
        .acts(&[("station.update", STATION)]),
    record("station", "/mes/stations/{stationCode}", &[StationRead], asks::STATION_RECORD)
        .titled("code", Some("station:{code}"), ("page-stations", "/mes/stations"))
        .links(&[("lineCode", "/mes/lines/{lineCode}"), ("groupCode", "/mes/station-groups?q={groupCode}")])
        .acts(&[("station.update", STATION), ("station.delete", STATION)]),
    list("station_groups", "/mes/station-groups", &[StationRead])
        .still()
        .menu("engineer", "list")
        .under("/mes/lines")
        .adds("station_group.create")
        .imports("station_group.import")
        .acts(&[("station_group.update", GROUP), ("station_group.delete", GROUP)]),
    list("shifts", "/mes/shifts", &[StationRead])
        .still()
        .under("/mes/lines")
        .adds("shift.create")
        .imports("shift.import")
        .acts(&[("shift.update", SHIFT), ("shift.delete", SHIFT)]),
    list("materials", "/mes/materials", &[MaterialRead])
        .menu("engineer", "box")
        .to("/mes/materials/{code}")
        .adds("material.create")
        .imports("material.import")
        .acts(&[("material.update", MATERIAL)]),
    record("material", "/mes/materials/{materialCode}", &[MaterialRead], asks::MATERIAL)
        .titled("code", None, ("page-materials", "/mes/materials"))
        .links(&[("parentCode", "/mes/materials/{parentCode}"), ("childCode", "/mes/materials/{childCode}")])
        .acts(&[("material.update", MATERIAL), ("material.delete", MATERIAL)]),
    list("bom_items", "/mes/boms", &[MaterialRead])
        .menu("engineer", "columns")
        .under("/mes/materials")
        .adds("bom_item.create")
        .imports("bom_item.import")
        .acts(&[("bom_item.update", BOM), ("bom_item.delete", BOM)]),
    list("material_lots", "/mes/material-lots", &[MaterialRead])
        .menu("engineer", "reel")
        .under("/mes/materials")
        .adds("material_lot.create")
        .acts(&[("material_lot.update", LOT)]),
    list("work_centers", "/mes/work-centers", &[MaterialRead])
        .still()
        .under("/mes/materials")
        .adds("work_center.create")
        .imports("work_center.import")
        .acts(&[("work_center.update", CENTER), ("work_center.delete", CENTER)]),
    // System
    list("users", "/system/user-management", &[SystemUserManage])
        .menu("system", "user")
        .to("/system/user-management/{username}")
        .adds("user.create")
        .imports("user.import")
        .acts(&[("user.update", USER), ("user.reset_password", USER)]),
    record("user", "/system/user-management/{username}", &[SystemUserManage], asks::USER)
        .titled("username", Some("user:{username}"), ("page-users", "/system/user-management"))
        .acts(&[("user.update", USER), ("user.reset_password", USER), ("user.revoke_sessions", USER)]),
    list("roles", "/system/role-management", &[SystemRoleManage])
        .menu("system", "badge")
        .to("/system/role-management/{code}")
        .adds("role.create")
        .acts(&[("role.update", ROLE), ("role.clone", ROLE)]),
    record("role", "/system/role-management/{code}", &[SystemRoleManage], asks::ROLE)
        .titled("code", None, ("page-roles", "/system/role-management"))
        .acts(&[("role.update", ROLE), ("role.clone", ROLE), ("role.delete", ROLE)]),
    page("who_can", "/system/who-can", &[SystemRoleManage], "who_can.html", asks::WHO_CAN).menu("system", "shield"),
    list("api_tokens", "/system/api-tokens", &[SystemTokenManage])
        .menu("system", "lock")
        .adds("api_token.create")
        .acts(&[("api_token.rotate", TOKEN), ("api_token.revoke", TOKEN)]),
    page("settings", "/system/settings", &[SystemConfig], "settings.html", asks::SETTINGS).menu("system", "gear"),
    list("config_changes", "/system/settings/{key}", &[SystemConfig])
        .hears("list:settings")
        .under("/system/settings")
        .acts(&[("config.revert", &[("key", "key"), ("toVersion", "version")])]),
    list("audit_logs", "/system/audit-logs", &[]).still().menu("system", "eye").to("/system/audit-logs/{seq}"),
    page("audit_chain", "/system/audit-chain", &[AuditRead], "audit_chain.html", asks::AUDIT_CHAIN)
        .under("/system/audit-logs"),
    page("audit_row", "/system/audit-logs/{seq}", &[], "audit_row.html", asks::AUDIT_ROW),
    page("api", "/system/api", &[], "api.html", &[]).menu("system", "keyboard"),
    record("profile", "/profile", &[], asks::PROFILE)
        .titled("username", Some("user:{username}"), ("page-profile", "/profile"))
        .acts(&[("user.update_me", &[]), ("user.change_password", &[])]),
    // Homes by role
    home("planning", "/mes/planning", &[RunCreate], "plan", homes::PLANNING).figures(homes::OF_PLANNING),
    home("engineering", "/mes/engineering", &[RouteConfigure, RouteCreate], "engineer", homes::ENGINEERING),
    home("quality", "/mes/quality", &[QualityRead], "know", homes::QUALITY).figures(homes::OF_QUALITY),
    home("rework", "/mes/rework-tasks", &[QualityRepair], "make", homes::REPAIR).figures(homes::OF_REPAIR),
    home("loading", "/mes/loading", &[LoadingView], "make", homes::MATERIAL).figures(homes::OF_MATERIAL),
    home("line_home", "/mes/line", &[DashboardView, AndonHandle], "make", homes::LINE).figures(homes::OF_LINE),
    home("factory", "/mes/factory", &[DashboardView], "plan", homes::FACTORY).figures(homes::OF_FACTORY),
    home("system", "/system", &[SystemConfig], "system", homes::SYSTEM),
];
