-- What every command stands on: who did what (audit), what happened (event), what was answered (request), and their order.

create table counter (
  name text not null primary key,
  value integer not null
);

create table lease (
  name text not null primary key,
  holder text not null,
  until_at integer not null
);

create table audit (
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
);
create index audit_type on audit (entity_type, at, id);
create index audit_key on audit (entity_fold, at, id);
create index audit_actor on audit (actor, at, id);
create index audit_action on audit (action, at, id);
create index audit_error on audit (error_code, at, id) where error_code is not null;
create index audit_at on audit (at, id);

create table event (
  id integer primary key,
  at integer not null,
  occurred_at integer,
  name text not null,
  audit_id integer references audit (id),
  subject text not null,
  line_id integer,
  topics text not null,
  payload text not null
);

create table feed (
  no integer not null primary key,
  event_id integer not null unique references event (id)
);

create table audit_seal (
  seq integer not null primary key,
  audit_id integer not null unique references audit (id),
  prev_hash text not null,
  hash text not null
);

-- How far each kind of row is numbered: everything up to high_id, but for the gaps [[from, to, since_ms], …] whose ids were
-- given to transactions that may still commit.
create table sealer (
  name text not null primary key,
  high_id integer not null,
  gaps text not null
);

create table request (
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
);
create index request_expires on request (expires_at);

create table setting (
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
);

create table setting_change (
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
);
create index setting_change_key on setting_change (key, id);

create table barcode (
  text text not null primary key,
  kind text not null,
  ref_id integer not null
);
