-- The schema after all 4 migrations, as SQLite keeps it; PostgreSQL has the same tables, columns, keys and indexes.
-- Generated; `cargo xtask docs` writes it anew.

CREATE TABLE schema_version (number integer not null primary key, name text not null) strict;

CREATE TABLE counter (
  name text not null primary key,
  value integer not null
) strict;

CREATE TABLE lease (
  name text not null primary key,
  holder text not null,
  until_at integer not null
) strict;

CREATE TABLE audit (
  id integer primary key,
  at integer not null,
  action text not null,
  entity_type text not null,
  entity_key text not null,
  -- The key as codes are compared: what was refused under a code typed otherwise belongs to the same thing.
  entity_fold text not null,
  actor_type text not null check (actor_type in ('USER', 'TOKEN', 'SYSTEM')),
  actor text not null,
  actor_name text not null,
  actor_roles text not null,
  status text not null check (status in ('SUCCESS', 'FAIL')),
  error_code text,
  error_params text,
  diff text,
  reason text,
  input text,
  line_code text,
  station_code text,
  request_id text not null,
  idempotency_key text,
  ip text,
  user_agent text
) strict;
CREATE INDEX audit_type on audit (entity_type, at, id);
CREATE INDEX audit_key on audit (entity_fold, at, id);
CREATE INDEX audit_actor on audit (actor, at, id);
CREATE INDEX audit_action on audit (action, at, id);
CREATE INDEX audit_error on audit (error_code, at, id) where error_code is not null;
CREATE INDEX audit_at on audit (at, id);

CREATE TABLE event (
  id integer primary key,
  at integer not null,
  occurred_at integer,
  name text not null,
  audit_id integer references audit (id),
  subject text not null,
  line_id integer,
  topics text not null,
  payload text not null
) strict;

CREATE TABLE feed (
  no integer not null primary key,
  event_id integer not null unique references event (id)
) strict;

CREATE TABLE audit_seal (
  seq integer not null primary key,
  audit_id integer not null unique references audit (id),
  prev_hash text not null,
  hash text not null
) strict;

CREATE TABLE sealer (
  name text not null primary key,
  high_id integer not null,
  gaps text not null
) strict;

CREATE TABLE request (
  principal_id integer not null,
  command text not null,
  key text not null,
  fields_hash text not null,
  status integer not null,
  etag text,
  location text,
  answer text not null,
  expires_at integer not null,
  primary key (principal_id, command, key)
) strict;
CREATE INDEX request_expires on request (expires_at);

CREATE TABLE setting (
  id integer primary key,
  key text not null,
  scope_type text not null check (scope_type in ('GLOBAL', 'LINE', 'ROUTE', 'PRODUCT')),
  scope_key text not null,
  value text not null,
  version integer not null,
  changed_at integer not null,
  changed_by text not null,
  reason text not null,
  unique (key, scope_type, scope_key)
) strict;

CREATE TABLE setting_change (
  id integer primary key,
  key text not null,
  scope_type text not null,
  scope_key text not null,
  version integer not null,
  before_value text,
  after_value text,
  changed_at integer not null,
  changed_by text not null,
  reason text not null
) strict;
CREATE INDEX setting_change_key on setting_change (key, id);

CREATE TABLE barcode (
  text text not null primary key,
  kind text not null,
  ref_id integer not null
) strict;
CREATE TRIGGER audit_no_update before update on audit begin select raise(abort, 'audit rows are never changed'); end;
CREATE TRIGGER audit_no_delete before delete on audit begin select raise(abort, 'audit rows are never deleted'); end;
CREATE TRIGGER audit_seal_no_update before update on audit_seal begin select raise(abort, 'seals are never changed'); end;
CREATE TRIGGER audit_seal_no_delete before delete on audit_seal begin select raise(abort, 'seals are never deleted'); end;

CREATE TABLE principal (
  id integer primary key,
  kind text not null check (kind in ('USER', 'TOKEN', 'SYSTEM')),
  name text not null,
  name_key text not null unique
) strict;

CREATE TABLE role (
  id integer primary key,
  code text not null,
  code_key text not null unique,
  name text not null,
  description text not null,
  scope text not null check (scope in ('ALL', 'ASSIGNED_LINES', 'ASSIGNED_STATIONS')),
  home text not null,
  is_system integer not null check (is_system in (0, 1)),
  permissions text not null,
  signature_meanings text not null,
  version integer not null
) strict;

CREATE TABLE app_user (
  id integer primary key references principal (id),
  username text not null,
  username_key text not null unique,
  name text not null,
  email text,
  employee_no text,
  department text,
  phone text,
  locale text not null check (locale in ('en', 'zh-CN')),
  preferred_home_page text,
  is_active integer not null check (is_active in (0, 1)),
  auth_source text not null check (auth_source in ('LOCAL', 'OIDC')),
  password_hash text,
  must_change_password integer not null check (must_change_password in (0, 1)),
  enrol_hash text unique,
  enrol_until integer,
  last_login_at integer,
  created_at integer not null,
  version integer not null
) strict;

CREATE TABLE password_history (
  id integer primary key,
  user_id integer not null references app_user (id),
  password_hash text not null,
  at integer not null
) strict;
CREATE INDEX password_history_user on password_history (user_id, id);

CREATE TABLE principal_role (
  principal_id integer not null references principal (id),
  role_id integer not null references role (id),
  primary key (principal_id, role_id)
) strict;
CREATE INDEX principal_role_role on principal_role (role_id);

CREATE TABLE session (
  id integer primary key,
  token_hash text not null unique,
  principal_id integer not null references principal (id),
  csrf text not null,
  created_at integer not null,
  seen_at integer not null,
  ended_at integer,
  ip text,
  user_agent text
) strict;
CREATE INDEX session_principal on session (principal_id, id);
CREATE INDEX session_seen on session (seen_at);

CREATE TABLE sign_in_failure (
  id integer primary key,
  username_key text not null,
  ip text not null,
  at integer not null,
  -- How often the name or the address was tried under the lock that began with this failure.
  tries_locked integer not null
) strict;
CREATE INDEX sign_in_failure_user on sign_in_failure (username_key, id);
CREATE INDEX sign_in_failure_ip on sign_in_failure (ip, id);
CREATE INDEX sign_in_failure_at on sign_in_failure (at);

CREATE TABLE api_token (
  id integer primary key references principal (id),
  token_no text not null unique,
  name text not null,
  kind text not null check (kind in ('MACHINE', 'INTEGRATION')),
  permissions text not null,
  source_system text,
  allowed_cidrs text not null,
  rate_limit_per_min integer not null,
  secret_hash text not null unique,
  old_secret_hash text unique,
  old_until integer,
  expires_at integer not null,
  last_used_at integer,
  warned_at integer,
  created_at integer not null,
  created_by text not null,
  revoked_at integer,
  version integer not null
) strict;
CREATE INDEX api_token_expires on api_token (expires_at);
CREATE INDEX api_token_created_by on api_token (created_by);

CREATE TABLE line (
  id integer primary key,
  code text not null,
  code_key text not null unique,
  name text not null,
  process_type text not null check (process_type in ('SMT', 'DIP')),
  is_active integer not null check (is_active in (0, 1)),
  timezone text,
  meta text,
  version integer not null
) strict;

CREATE TABLE station_group (
  id integer primary key,
  code text not null,
  code_key text not null unique,
  name text not null,
  meta text,
  version integer not null
) strict;

CREATE TABLE station (
  id integer primary key,
  code text not null,
  code_key text not null unique,
  name text not null,
  line_id integer references line (id),
  group_id integer references station_group (id),
  station_type text not null check (station_type in ('MANUAL', 'AUTO', 'BATCH', 'TEST')),
  is_active integer not null check (is_active in (0, 1)),
  equipment_required integer not null check (equipment_required in (0, 1)),
  equipment_code text not null,
  capacity integer check (capacity >= 1),
  meta text,
  version integer not null
) strict;
CREATE INDEX station_line on station (line_id, code_key);
CREATE INDEX station_in_group on station (group_id);

CREATE TABLE principal_line (
  principal_id integer not null references principal (id),
  line_id integer not null references line (id),
  primary key (principal_id, line_id)
) strict;
CREATE INDEX principal_line_line on principal_line (line_id);

CREATE TABLE principal_station (
  principal_id integer not null references principal (id),
  station_id integer not null references station (id),
  primary key (principal_id, station_id)
) strict;
CREATE INDEX principal_station_station on principal_station (station_id);

CREATE TABLE shift (
  id integer primary key,
  code text not null,
  code_key text not null unique,
  line_id integer references line (id),
  start_local text not null,
  end_local text not null,
  days text not null,
  valid_from text not null,
  valid_to text,
  version integer not null
) strict;
CREATE INDEX shift_line on shift (line_id);

CREATE TABLE material (
  id integer primary key,
  code text not null,
  code_key text not null unique,
  name text not null,
  category text,
  unit text,
  model text,
  specification text,
  is_lot_managed integer not null check (is_lot_managed in (0, 1)),
  is_active integer not null check (is_active in (0, 1)),
  customer_code text,
  material_level text,
  process_level text,
  source_system text,
  source_updated_at integer,
  version integer not null
) strict;

CREATE TABLE bom_item (
  id integer primary key,
  parent_code text not null,
  parent_key text not null,
  bom_code text not null,
  bom_key text not null,
  line_no integer not null check (line_no >= 1),
  child_code text not null,
  child_key text not null,
  qty_numerator integer not null check (qty_numerator > 0),
  qty_denominator integer not null check (qty_denominator > 0),
  qty integer not null,
  scrap_rate real not null check (scrap_rate >= 0 and scrap_rate <= 1),
  is_key_component integer not null check (is_key_component in (0, 1)),
  designators text not null,
  alternate_of text,
  is_active integer not null check (is_active in (0, 1)),
  version integer not null,
  unique (parent_key, bom_key, line_no)
) strict;
CREATE INDEX bom_item_child on bom_item (child_key);
CREATE INDEX bom_item_alternate on bom_item (alternate_of);

CREATE TABLE work_center (
  id integer primary key,
  code text not null,
  code_key text not null unique,
  name text not null,
  department_code text,
  station_group_id integer references station_group (id),
  version integer not null
) strict;
CREATE INDEX work_center_in_group on work_center (station_group_id);

CREATE TABLE material_lot (
  id integer primary key,
  material_code text not null,
  material_key text not null,
  lot_no text not null,
  lot_key text not null,
  supplier text,
  iqc_result text not null check (iqc_result in ('PENDING', 'PASS', 'FAIL', 'CONCESSION')),
  iqc_on text,
  expires_at integer,
  qty_received integer,
  status text not null check (status in ('ACTIVE', 'BLOCKED', 'EXHAUSTED')),
  block_reason text,
  version integer not null,
  unique (material_key, lot_no)
) strict;
CREATE INDEX material_lot_key on material_lot (lot_key, id);

CREATE TABLE operation (
  id integer primary key,
  code text not null,
  code_key text not null unique,
  name text not null,
  default_type text check (default_type in ('MANUAL', 'AUTO', 'BATCH', 'TEST')),
  is_key_quality integer not null check (is_key_quality in (0, 1)),
  source text not null check (source in ('ERP', 'MES', 'SEED')),
  needs_review integer not null check (needs_review in (0, 1)),
  is_active integer not null check (is_active in (0, 1)),
  version integer not null
) strict;

CREATE TABLE operation_mapping (
  id integer primary key,
  source_system text not null,
  source_process_key text not null,
  source_process_name text,
  operation_id integer not null references operation (id),
  version integer not null,
  unique (source_system, source_process_key)
) strict;
CREATE INDEX operation_mapping_operation on operation_mapping (operation_id);

CREATE TABLE data_spec (
  id integer primary key,
  operation_id integer not null references operation (id),
  name text not null,
  name_key text not null,
  -- `{operationCode}:{name}` folded: an operation with specs keeps its code.
  spec_key text not null unique,
  item_type text not null check (item_type in ('KEY', 'OBSERVATION')),
  data_type text not null check (data_type in ('NUMBER', 'TEXT', 'BOOLEAN', 'JSON')),
  method text not null check (method in ('AUTO', 'MANUAL')),
  allow_manual_fallback integer not null check (allow_manual_fallback in (0, 1)),
  trigger_type text not null check (trigger_type in ('EACH_UNIT', 'EACH_CARRIER', 'EVENT', 'TIME')),
  trigger_rule text,
  spec text,
  alarm text,
  is_required integer not null check (is_required in (0, 1)),
  is_active integer not null check (is_active in (0, 1)),
  has_values integer not null check (has_values in (0, 1)),
  revision integer not null,
  version integer not null,
  unique (operation_id, name_key)
) strict;
CREATE INDEX data_spec_name on data_spec (name_key, id);

CREATE TABLE data_spec_revision (
  id integer primary key,
  data_spec_id integer not null references data_spec (id),
  revision integer not null,
  definition text not null,
  at integer not null,
  by_name text not null,
  unique (data_spec_id, revision)
) strict;

CREATE TABLE route (
  id integer primary key,
  code text not null,
  code_key text not null unique,
  name text not null,
  source_system text not null check (source_system in ('MES', 'ERP')),
  source_key text,
  product_code text,
  product_key text,
  process_type text not null check (process_type in ('SMT', 'DIP')),
  revision text,
  is_active integer not null check (is_active in (0, 1)),
  effective_from integer,
  effective_to integer,
  fai_template_code text,
  fai_trial_scope text check (fai_trial_scope in ('FIRST_STEP', 'THROUGH_STEP', 'ALL')),
  unit_creation text check (unit_creation in ('PRE_GENERATED', 'ON_FIRST_SCAN')),
  latest_version_no integer not null,
  needs_compile integer not null check (needs_compile in (0, 1)),
  changed_at integer not null,
  version integer not null
) strict;
CREATE INDEX route_product on route (product_key);

CREATE TABLE route_step (
  id integer primary key,
  route_id integer not null references route (id),
  step_no integer not null,
  source_step_key text not null unique,
  operation_id integer not null references operation (id),
  station_type text check (station_type in ('MANUAL', 'AUTO', 'BATCH', 'TEST')),
  station_group_id integer references station_group (id),
  requires_fai integer check (requires_fai in (0, 1)),
  expected_reflow_profile_code text,
  retired_at integer,
  meta text
) strict;
CREATE INDEX route_step_route on route_step (route_id, step_no);
CREATE INDEX route_step_operation on route_step (operation_id);
CREATE INDEX route_step_in_group on route_step (station_group_id);

CREATE TABLE execution_config (
  id integer primary key,
  scope_type text not null check (scope_type in ('GLOBAL', 'ROUTE', 'OPERATION', 'STEP')),
  target text not null unique,
  route_id integer references route (id),
  operation_id integer references operation (id),
  step_id integer references route_step (id),
  fields text not null,
  version integer not null
) strict;
CREATE INDEX execution_config_route on execution_config (route_id);

CREATE TABLE route_version (
  id integer primary key,
  route_id integer not null references route (id),
  version_no integer not null,
  status text not null check (status in ('READY', 'INVALID', 'RETIRED')),
  snapshot text not null,
  snapshot_hash text not null,
  errors text not null,
  warnings text not null,
  stale integer not null check (stale in (0, 1)),
  compiled_at integer not null,
  compiled_by text not null,
  version integer not null,
  unique (route_id, version_no)
) strict;

CREATE TABLE work_order (
  id integer primary key,
  wo_no text not null,
  wo_key text not null unique,
  product_code text not null,
  product_key text not null,
  planned_qty integer not null check (planned_qty > 0),
  unit_code text,
  routing_code text,
  requested_routing_code text,
  routing_mode text,
  routing_candidates text,
  routing_override text,
  status text not null check (status in ('RECEIVED', 'RELEASED', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED')),
  erp_status text,
  erp_pick_status text,
  erp_closed integer not null check (erp_closed in (0, 1)),
  pick_status text,
  due_on text,
  priority integer,
  customer_code text,
  line_id integer references line (id),
  station_group_id integer references station_group (id),
  dispatched_at integer,
  dispatched_by text,
  source_system text,
  source_updated_at integer,
  meta text,
  run_seq integer not null,
  runs_open integer not null,
  qty_allocated integer not null,
  created_at integer not null,
  closed_at integer,
  version integer not null
) strict;
CREATE INDEX work_order_status on work_order (status, id);
CREATE INDEX work_order_product on work_order (product_key, id);
CREATE INDEX work_order_line on work_order (line_id, id);
CREATE INDEX work_order_group on work_order (station_group_id);
CREATE INDEX work_order_due on work_order (coalesce(due_on, '9999-12-31'), id);

CREATE TABLE run (
  id integer primary key,
  run_no text not null,
  run_key text not null unique,
  wo_id integer not null references work_order (id),
  line_id integer not null references line (id),
  route_version_id integer not null references route_version (id),
  plan_qty integer not null check (plan_qty between 1 and 1000000),
  status text not null check (status in ('PREP', 'AUTHORIZED', 'IN_PROGRESS', 'ON_HOLD', 'COMPLETED', 'CLOSED_REWORK', 'SCRAPPED', 'CANCELLED')),
  previous_status text,
  unit_creation text not null check (unit_creation in ('PRE_GENERATED', 'ON_FIRST_SCAN')),
  shift_code text,
  changeover_no text,
  planned_start_at integer,
  started_at integer,
  ended_at integer,
  parent_run_id integer references run (id),
  root_run_id integer references run (id),
  rework_type text,
  authorization_type text,
  holds_open integer not null,
  qty_units integer not null,
  qty_started integer not null,
  qty_done integer not null,
  qty_failed integer not null,
  qty_scrapped integer not null,
  qty_held integer not null,
  created_at integer not null,
  created_by text not null,
  version integer not null
) strict;
CREATE INDEX run_order on run (wo_id, id);
CREATE INDEX run_line on run (line_id, status, id);
CREATE INDEX run_status on run (status, id);
CREATE INDEX run_route_version on run (route_version_id);

CREATE TABLE run_step (
  run_id integer not null references run (id),
  step_no integer not null,
  qty_waiting integer not null,
  qty_inside integer not null,
  qty_failed integer not null,
  qty_held integer not null,
  qty_done integer not null,
  primary key (run_id, step_no)
) strict;

CREATE TABLE run_hold (
  id integer primary key,
  run_id integer not null references run (id),
  kind text not null check (kind in ('OQC', 'FQC', 'IPQC', 'MANUAL', 'ALARM')),
  source_no text,
  reason text not null,
  by_name text not null,
  at integer not null,
  ended_at integer,
  ended_by text,
  end_reason text
) strict;
CREATE INDEX run_hold_run on run_hold (run_id, id);

CREATE TABLE run_authorization (
  id integer primary key,
  run_id integer not null references run (id),
  action text not null check (action in ('AUTHORIZE', 'REVOKE')),
  by_name text not null,
  at integer not null,
  reason text,
  readiness_check_no text,
  fai_no text,
  mrb_no text,
  evidence text
) strict;
CREATE INDEX run_authorization_run on run_authorization (run_id, id);

CREATE TABLE unit (
  id integer primary key,
  sn text not null,
  wo_id integer not null references work_order (id),
  run_id integer references run (id),
  status text not null check (status in ('QUEUED', 'IN_STATION', 'OUT_FAILED', 'ON_HOLD', 'DONE', 'SCRAPPED')),
  step_no integer,
  attempt integer not null,
  tracks integer not null,
  open_track_id integer,
  open_station_id integer,
  open_since integer,
  holds_open integer not null,
  resume_status text,
  resume_step_no integer,
  resume_untold integer not null default 0,
  changed_at integer not null,
  version integer not null
) strict;
CREATE UNIQUE INDEX unit_sn on unit (sn);
CREATE INDEX unit_place on unit (run_id, status, step_no, id);
CREATE INDEX unit_inside on unit (open_station_id, id) where open_station_id is not null;

CREATE TABLE unit_hold (
  id integer primary key,
  unit_id integer not null references unit (id),
  kind text not null check (kind in ('MANUAL', 'DEFECT', 'ALARM', 'LATE_INSPECTION', 'IPQC', 'OQC', 'CONTAINMENT')),
  source_no text,
  reason text not null,
  by_name text not null,
  at integer not null,
  ended_at integer,
  ended_by text,
  end_reason text
) strict;
CREATE INDEX unit_hold_unit on unit_hold (unit_id, id);

CREATE TABLE track (
  id integer primary key,
  unit_id integer not null references unit (id),
  n integer not null,
  -- No foreign key: runs are never deleted, and its check would lock the run, the busiest row, for every board on PostgreSQL.
  run_id integer not null,
  route_version_id integer not null,
  step_no integer not null,
  station_id integer not null references station (id),
  source text not null check (source in ('MANUAL', 'AUTO', 'BATCH', 'TEST')),
  attempt integer not null,
  execution_mode text not null check (execution_mode in ('NORMAL', 'FAI_TRIAL')),
  fai_no text,
  in_at integer not null,
  in_by text not null,
  operator_id text,
  out_at integer,
  out_by text,
  out_operator_id text,
  result text check (result in ('PASS', 'FAIL')),
  result_requested text check (result_requested in ('PASS', 'FAIL')),
  result_reasons text,
  voided_at integer,
  voided_by text,
  void_reason text,
  unique (unit_id, n)
) strict;
CREATE UNIQUE INDEX track_open on track (unit_id) where out_at is null and voided_at is null;
CREATE INDEX track_station on track (station_id, in_at);

CREATE TABLE track_defect (
  id integer primary key,
  track_id integer not null references track (id),
  code text not null,
  location text,
  remark text,
  qty integer not null
) strict;
CREATE INDEX track_defect_track on track_defect (track_id);

CREATE TABLE data_value (
  id integer primary key,
  track_id integer references track (id),
  run_id integer not null,
  station_id integer,
  name text not null,
  revision integer not null,
  value_number real,
  value_text text,
  value_boolean integer,
  value_json text,
  unit text,
  judge text not null check (judge in ('PASS', 'FAIL', 'NA')),
  source_judge text,
  alarmed integer not null check (alarmed in (0, 1)),
  source text not null check (source in ('AUTO', 'MANUAL')),
  collected_at integer not null,
  received_at integer not null,
  by_name text not null,
  supersedes_id integer,
  superseded_by_id integer,
  reason text
) strict;
CREATE INDEX data_value_track on data_value (track_id);

CREATE TABLE data_due (
  run_id integer not null references run (id),
  step_no integer not null,
  name text not null,
  due_at integer not null,
  primary key (run_id, step_no, name)
) strict;
CREATE INDEX data_due_at on data_due (due_at);

CREATE TABLE handover (
  entity_type text not null,
  entity_key text not null,
  role text not null,
  told_at integer not null,
  primary key (entity_type, entity_key, role)
) strict;
CREATE INDEX handover_told on handover (told_at);
