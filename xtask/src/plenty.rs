//! Plenty: as many rows behind every list as one likes, laid down with plain SQL. Only tests of lists and the benchmark may.

/// Ids begin far above what a plant gives by itself; those of the trail far below, so that the sealer leaves them alone.
const BASE: usize = 10_000_000;
const AT: i64 = 1_760_000_000_000;

/// The tables behind the lists, in the order in which they refer to each other.
const TABLES: [(&str, fn() -> String); 22] = [
    ("line", || named("line", "L", "process_type, is_active, version", "'SMT', 1, 1")),
    ("station_group", || named("station_group", "G", "version", "1")),
    ("station", || {
        named(
            "station",
            "S",
            "line_id, group_id, station_type, is_active, equipment_required, equipment_code, version",
            &format!("{BASE} + n, {BASE} + n, 'MANUAL', 1, 0, 'S' || n, 1"),
        )
    }),
    ("shift", || {
        rows(
            "shift",
            "code, code_key, start_local, end_local, days, valid_from, version",
            &format!("'H' || {NO}, 'h' || {NO}, '08:00', '16:00', '[\"MON\"]', '2026-01-01', 1"),
        )
    }),
    ("material", || named("material", "M", "unit, is_lot_managed, is_active, version", "'pcs', 0, 1, 1")),
    ("bom_item", || {
        rows(
            "bom_item",
            "parent_code, parent_key, bom_code, bom_key, line_no, child_code, child_key, qty_numerator, qty_denominator, qty,
             scrap_rate, is_key_component, designators, is_active, version",
            &format!(
                "'M' || {NO}, 'm' || {NO}, 'B', 'b', 1, 'M' || {NO}, 'm' || {NO}, 1000000, 1000000, 1000000, 0, 0, '[\"R1\"]', 1, 1"
            ),
        )
    }),
    ("work_center", || named("work_center", "W", "version", "1")),
    ("material_lot", || {
        rows(
            "material_lot",
            "material_code, material_key, lot_no, lot_key, iqc_result, status, version",
            &format!("'M' || {NO}, 'm' || {NO}, 'T' || {NO}, 't' || {NO}, 'PASS', 'ACTIVE', 1"),
        )
    }),
    ("operation", || {
        named(
            "operation",
            "O",
            "default_type, is_key_quality, source, needs_review, is_active, version",
            "'MANUAL', 0, 'MES', 0, 1, 1",
        )
    }),
    ("operation_mapping", || {
        rows(
            "operation_mapping",
            "source_system, source_process_key, operation_id, version",
            &format!("'ERP', 'P' || {NO}, {BASE} + n, 1"),
        )
    }),
    ("data_spec", || {
        rows(
            "data_spec",
            "operation_id, name, name_key, spec_key, item_type, data_type, method, allow_manual_fallback, trigger_type, spec, is_required,
             is_active, has_values, revision, version",
            &format!(
                "{BASE} + n, 'Reading ' || {NO}, 'reading ' || {NO}, 'o:reading ' || {NO}, 'KEY', 'NUMBER', 'MANUAL', 0, 'EACH_UNIT', '{{\"lsl\":0,\"usl\":1}}', 1,
                 1, 0, 1, 1"
            ),
        )
    }),
    ("route", || {
        named(
            "route",
            "R",
            "source_system, product_code, product_key, process_type, is_active, latest_version_no, needs_compile, changed_at, version",
            &format!("'MES', 'M' || {NO}, 'm' || {NO}, 'SMT', 1, 1, 0, {AT} + n, 1"),
        )
    }),
    ("route_version", || {
        rows(
            "route_version",
            "route_id, version_no, status, snapshot, snapshot_hash, errors, warnings, stale, compiled_at, compiled_by, version",
            &format!("{BASE} + n, 1, 'READY', '{{\"steps\":[]}}', 'plenty', '[]', '[]', 0, {AT} + n, 'boss', 1"),
        )
    }),
    ("execution_config", || {
        rows(
            "execution_config",
            "scope_type, target, operation_id, fields, version",
            &format!("'OPERATION', 'OPERATION:' || ({BASE} + n), {BASE} + n, '{{\"requiresFAI\":false}}', 1"),
        )
    }),
    ("work_order", || {
        rows(
            "work_order",
            "wo_no, wo_key, product_code, product_key, planned_qty, status, erp_closed, line_id, run_seq, runs_open,
             qty_allocated, created_at, version",
            &format!(
                "'WO' || {NO}, 'wo' || {NO}, 'M' || {NO}, 'm' || {NO}, 1000000, 'RELEASED', 0, {BASE} + n, 1, 1, 1, {AT} + n, 1"
            ),
        )
    }),
    ("run", || {
        rows(
            "run",
            "run_no, run_key, wo_id, line_id, route_version_id, plan_qty, status, unit_creation, holds_open, qty_units, qty_started,
             qty_done, qty_failed, qty_scrapped, qty_held, created_at, created_by, version",
            &format!(
                "'RUN-' || {NO}, 'run-' || {NO}, {BASE} + n, {BASE} + n, {BASE} + n, 1, 'PREP', 'PRE_GENERATED', 0, 0, 0, 0, 0, 0, 0,
                 {AT} + n, 'boss', 1"
            ),
        )
    }),
    ("principal", || {
        format!(
            "insert into principal (id, kind, name, name_key) select {BASE} + n, 'USER', 'u' || {NO}, 'u' || {NO} from seq
             union all select 2 * {BASE} + n, 'TOKEN', 'TOK-' || {NO}, 'tok-' || {NO} from seq"
        )
    }),
    ("app_user", || {
        rows(
            "app_user",
            "username, username_key, name, locale, is_active, auth_source, must_change_password, created_at, version",
            &format!("'u' || {NO}, 'u' || {NO}, 'User ' || n, 'en', 1, 'LOCAL', 0, {AT}, 1"),
        )
    }),
    ("role", || {
        named(
            "role",
            "X",
            "description, scope, home, is_system, permissions, signature_meanings, version",
            "'', 'ALL', '', 0, '[]', '[]', 1",
        )
    }),
    ("api_token", || {
        format!(
            "insert into api_token (id, token_no, name, kind, permissions, allowed_cidrs, rate_limit_per_min, secret_hash, expires_at,
                 created_at, created_by, version)
             select 2 * {BASE} + n, 'TOK-' || {NO}, 'Token ' || n, 'MACHINE', '[]', '[]', 60, 'plenty-' || n, {AT} * 2, {AT}, 'boss', 1
             from seq"
        )
    }),
    ("setting_change", || {
        rows(
            "setting_change",
            "key, scope_type, scope_key, version, before_value, after_value, changed_at, changed_by, reason",
            &format!("'exec.duplicateScanSec', 'GLOBAL', '', n, '10', '11', {AT} + n, 'boss', 'plenty'"),
        )
    }),
    ("audit", || {
        format!(
            "insert into audit (id, at, action, entity_type, entity_key, entity_fold, actor_type, actor, actor_name, actor_roles, status, request_id)
             select -n, {AT} - n, 'LINE_UPDATE', 'line', 'L' || {NO}, 'l' || {NO}, 'USER', 'u' || {NO}, 'User ' || n, 'planner', 'SUCCESS', 'plenty-' || n
             from seq"
        )
    }),
];

/// Six digits of the row's number.
const NO: &str = "substr(cast(1000000 + n as text), 2)";

/// The statements that lay down `n` rows in each of these tables, or in all; one after another, on either engine.
pub fn script(n: usize, tables: &[&str]) -> Vec<String> {
    let seq =
        format!("with recursive seq(n) as (select 1 where {n} > 0 union all select n + 1 from seq where n < {n})");
    let wanted = TABLES.iter().filter(|t| tables.is_empty() || tables.contains(&t.0));
    wanted.map(|(_, insert)| format!("{seq} {}", insert())).collect()
}

fn rows(table: &str, columns: &str, values: &str) -> String {
    format!("insert into {table} (id, {columns}) select {BASE} + n, {values} from seq")
}

/// Rows with a code, its key and a name.
fn named(table: &str, letter: &str, columns: &str, values: &str) -> String {
    let key = letter.to_lowercase();
    rows(
        table,
        &format!("code, code_key, name, {columns}"),
        &format!("'{letter}' || {NO}, '{key}' || {NO}, 'Name ' || n, {values}"),
    )
}
