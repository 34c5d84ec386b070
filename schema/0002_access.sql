-- Who may: people, roles, bindings, sessions and machine tokens.

create table principal (
  id integer primary key,
  kind text not null check (kind in ('USER', 'TOKEN', 'SYSTEM')),
  name text not null,
  name_key text not null unique
);

create table role (
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
);

create table app_user (
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
);

create table password_history (
  id integer primary key,
  user_id integer not null references app_user (id),
  password_hash text not null,
  at integer not null
);
create index password_history_user on password_history (user_id, id);

create table principal_role (
  principal_id integer not null references principal (id),
  role_id integer not null references role (id),
  primary key (principal_id, role_id)
);
create index principal_role_role on principal_role (role_id);

create table session (
  id integer primary key,
  token_hash text not null unique,
  principal_id integer not null references principal (id),
  csrf text not null,
  created_at integer not null,
  seen_at integer not null,
  ended_at integer,
  ip text,
  user_agent text
);
create index session_principal on session (principal_id, id);
create index session_seen on session (seen_at);

create table sign_in_failure (
  id integer primary key,
  username_key text not null,
  ip text not null,
  at integer not null,
  -- How often the name or the address was tried under the lock that began with this failure.
  tries_locked integer not null
);
create index sign_in_failure_user on sign_in_failure (username_key, id);
create index sign_in_failure_ip on sign_in_failure (ip, id);
create index sign_in_failure_at on sign_in_failure (at);

create table api_token (
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
);
create index api_token_expires on api_token (expires_at);
create index api_token_created_by on api_token (created_by);
