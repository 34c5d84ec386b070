-- What exists: lines, stations, materials, operations, data specs, routes and their frozen versions.

create table line (
  id integer primary key,
  code text not null,
  code_key text not null unique,
  name text not null,
  process_type text not null check (process_type in ('SMT', 'DIP')),
  is_active integer not null check (is_active in (0, 1)),
  timezone text,
  meta text,
  version integer not null
);

create table station_group (
  id integer primary key,
  code text not null,
  code_key text not null unique,
  name text not null,
  meta text,
  version integer not null
);

create table station (
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
);
create index station_line on station (line_id, code_key);
create index station_in_group on station (group_id);

create table principal_line (
  principal_id integer not null references principal (id),
  line_id integer not null references line (id),
  primary key (principal_id, line_id)
);
create index principal_line_line on principal_line (line_id);

create table principal_station (
  principal_id integer not null references principal (id),
  station_id integer not null references station (id),
  primary key (principal_id, station_id)
);
create index principal_station_station on principal_station (station_id);

create table shift (
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
);
create index shift_line on shift (line_id);

create table material (
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
);

create table bom_item (
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
);
create index bom_item_child on bom_item (child_key);
create index bom_item_alternate on bom_item (alternate_of);

create table work_center (
  id integer primary key,
  code text not null,
  code_key text not null unique,
  name text not null,
  department_code text,
  station_group_id integer references station_group (id),
  version integer not null
);
create index work_center_in_group on work_center (station_group_id);

create table material_lot (
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
);
create index material_lot_key on material_lot (lot_key, id);

create table operation (
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
);

create table operation_mapping (
  id integer primary key,
  source_system text not null,
  source_process_key text not null,
  source_process_name text,
  operation_id integer not null references operation (id),
  version integer not null,
  unique (source_system, source_process_key)
);
create index operation_mapping_operation on operation_mapping (operation_id);

create table data_spec (
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
);

create index data_spec_name on data_spec (name_key, id);

create table data_spec_revision (
  id integer primary key,
  data_spec_id integer not null references data_spec (id),
  revision integer not null,
  definition text not null,
  at integer not null,
  by_name text not null,
  unique (data_spec_id, revision)
);

create table route (
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
);
create index route_product on route (product_key);

create table route_step (
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
);
create index route_step_route on route_step (route_id, step_no);
create index route_step_operation on route_step (operation_id);
create index route_step_in_group on route_step (station_group_id);

create table execution_config (
  id integer primary key,
  scope_type text not null check (scope_type in ('GLOBAL', 'ROUTE', 'OPERATION', 'STEP')),
  target text not null unique,
  route_id integer references route (id),
  operation_id integer references operation (id),
  step_id integer references route_step (id),
  fields text not null,
  version integer not null
);
create index execution_config_route on execution_config (route_id);

create table route_version (
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
);
