-- What happens: orders, runs, units, tracks and what was measured.

create table work_order (
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
);
create index work_order_status on work_order (status, id);
create index work_order_product on work_order (product_key, id);
create index work_order_line on work_order (line_id, id);
create index work_order_group on work_order (station_group_id);
create index work_order_due on work_order (coalesce(due_on, '9999-12-31'), id);

create table run (
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
);
create index run_order on run (wo_id, id);
create index run_line on run (line_id, status, id);
create index run_status on run (status, id);
create index run_route_version on run (route_version_id);

create table run_step (
  run_id integer not null references run (id),
  step_no integer not null,
  qty_waiting integer not null,
  qty_inside integer not null,
  qty_failed integer not null,
  qty_held integer not null,
  qty_done integer not null,
  primary key (run_id, step_no)
);

create table run_hold (
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
);
create index run_hold_run on run_hold (run_id, id);

create table run_authorization (
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
);
create index run_authorization_run on run_authorization (run_id, id);

create table unit (
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
);
create unique index unit_sn on unit (sn);
create index unit_place on unit (run_id, status, step_no, id);
create index unit_inside on unit (open_station_id, id) where open_station_id is not null;

create table unit_hold (
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
);
create index unit_hold_unit on unit_hold (unit_id, id);

create table track (
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
);
create unique index track_open on track (unit_id) where out_at is null and voided_at is null;
create index track_station on track (station_id, in_at);

create table track_defect (
  id integer primary key,
  track_id integer not null references track (id),
  code text not null,
  location text,
  remark text,
  qty integer not null
);
create index track_defect_track on track_defect (track_id);

create table data_value (
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
);
create index data_value_track on data_value (track_id);

create table data_due (
  run_id integer not null references run (id),
  step_no integer not null,
  name text not null,
  due_at integer not null,
  primary key (run_id, step_no, name)
);
create index data_due_at on data_due (due_at);

create table handover (
  entity_type text not null,
  entity_key text not null,
  role text not null,
  told_at integer not null,
  primary key (entity_type, entity_key, role)
);
create index handover_told on handover (told_at);
