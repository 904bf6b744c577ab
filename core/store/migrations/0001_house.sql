-- Time as the engine sees it. A simulation sets `kalends.now`; everybody else gets the time of the database, never that
-- of a gateway: leases and due times of several gateways must agree.
create function kalends.clock() returns timestamptz language sql stable
  return coalesce(nullif(current_setting('kalends.now', true), '')::timestamptz, now());

create table kalends.tenants (
  id          uuid primary key,
  slug        text not null unique,
  name        text not null,
  time_zone   text not null,
  language    text not null default 'en',
  region      text,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now()
);

-- Keys are (tenant_id, id) everywhere below: a reference across tenants cannot be stored.
create table kalends.connections (
  tenant_id      uuid not null references kalends.tenants,
  id             uuid not null unique,
  name           text not null,
  plugin         text not null,
  base_url       text,
  state          text not null default 'active' check (state in ('active', 'needs_auth')),
  paused         text check (paused in ('outbound', 'all')),
  credentials    jsonb not null default '{}',
  webhook_secret text,
  options        jsonb not null default '{}',
  poll_cursor    text,
  poll_due_at    timestamptz not null default now(),
  polled_at      timestamptz,
  subscribed_at  timestamptz,
  subscribe_due_at timestamptz not null default now(),
  subscribe_code text,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, name)
);

create table kalends.services (
  tenant_id        uuid not null references kalends.tenants,
  id               uuid not null,
  slug             text not null,
  name             text not null,
  description      text,
  duration_minutes int not null,
  price            numeric(11, 2),
  currency         text,
  active           boolean not null default true,
  composite        boolean not null default false,
  phases           jsonb not null,
  attributes       jsonb not null default '{}',
  sync_status      text not null default 'never',
  sync_error_code  text,
  created_at       timestamptz not null default now(),
  updated_at       timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, slug)
);

create table kalends.service_links (
  tenant_id     uuid not null,
  service_id    uuid not null,
  connection_id uuid not null,
  phase         int not null,
  role          text not null check (role in ('primary', 'mirror')),
  target        jsonb not null,
  external_id   text not null,
  primary key (tenant_id, service_id, connection_id, phase),
  foreign key (tenant_id, service_id) references kalends.services on delete cascade,
  foreign key (tenant_id, connection_id) references kalends.connections
);
create index service_links_by_target on kalends.service_links (tenant_id, connection_id, external_id);

-- Event types of a calendar that somebody decided to leave alone.
create table kalends.ignored_targets (
  tenant_id     uuid not null,
  connection_id uuid not null,
  target_id     text not null,
  created_at    timestamptz not null default now(),
  primary key (tenant_id, connection_id, target_id),
  foreign key (tenant_id, connection_id) references kalends.connections on delete cascade
);

-- The last import of a connection. It goes twice over the calendar's list, a window at a time: first to count what is to
-- be taken in, then to take it in. `listed_to` is where the next window begins, so a crash costs one window.
create table kalends.imports (
  tenant_id     uuid not null,
  connection_id uuid not null,
  id            uuid not null,
  state         text not null check (state in ('running', 'finished', 'failed')),
  step          text not null default 'count' check (step in ('count', 'adopt')),
  event_types   text[],
  listed_to     timestamptz not null,
  span_days     int not null default 7,
  failures      int not null default 0,
  due_at        timestamptz not null,
  total         int not null default 0,
  done          int not null default 0,
  adopted       int not null default 0,
  skipped       int not null default 0,
  code          text,
  author        text,
  started_at    timestamptz not null,
  finished_at   timestamptz,
  primary key (tenant_id, connection_id),
  foreign key (tenant_id, connection_id) references kalends.connections on delete cascade
);
create index imports_running on kalends.imports (due_at) where state = 'running';

create table kalends.import_items (
  tenant_id     uuid not null,
  connection_id uuid not null,
  external_id   text not null,
  result        text check (result in ('adopted', 'skipped')),
  primary key (tenant_id, connection_id, external_id),
  foreign key (tenant_id, connection_id) references kalends.imports on delete cascade
);

create table kalends.appointments (
  tenant_id                uuid not null references kalends.tenants,
  id                       uuid not null,
  service_id               uuid not null,
  customer_name            text not null,
  customer_email           text,
  customer_phone           text,
  customer_time_zone       text,
  customer_language        text,
  starts_at                timestamptz not null,
  ends_at                  timestamptz not null,
  time_zone                text not null,
  status                   text not null check (status in ('pending', 'confirmed', 'cancelled', 'completed', 'no_show')),
  notes                    text,
  metadata                 jsonb not null default '{}',
  attributes               jsonb not null default '{}',
  cancellation_reason      text,
  reschedule_reason        text,
  version                  int not null,
  origin                   text not null,
  origin_connection_id     uuid,
  sync_origin              text not null,
  sync_origin_connection_id uuid,
  causal_id                uuid not null,
  hops                     int not null default 0,
  sync_initiated_at        timestamptz not null,
  sync_job_id              uuid,
  sync_status              text not null,
  last_sync_attempt_at     timestamptz,
  sync_attempt_count       int not null default 0,
  sync_error_code          text,
  sync_error_message       text,
  sync_verified_at         timestamptz,
  requires_manual_review   boolean not null default false,
  manual_review_flagged_at timestamptz,
  created_at               timestamptz not null,
  updated_at               timestamptz not null,
  -- 'simple': names of people are not words of a language. Prefixes are matched (q=mül finds Müller).
  search                   tsvector generated always as (to_tsvector('simple',
    customer_name || ' ' || coalesce(customer_email, '') || ' ' || coalesce(customer_phone, ''))) stored,
  primary key (tenant_id, id),
  foreign key (tenant_id, service_id) references kalends.services,
  check (ends_at > starts_at)
);
-- One index for every way in which the list is filtered; each ends in the list's order.
create index appointments_by_start on kalends.appointments (tenant_id, starts_at, id);
create index appointments_by_service on kalends.appointments (tenant_id, service_id, starts_at, id);
create index appointments_by_status on kalends.appointments (tenant_id, status, starts_at, id);
create index appointments_by_origin on kalends.appointments (tenant_id, origin, starts_at, id);
create index appointments_unsynced on kalends.appointments (tenant_id, sync_status, starts_at, id)
  where sync_status <> 'synced';
create index appointments_in_review on kalends.appointments (tenant_id, starts_at, id) where requires_manual_review;
-- New entries are kept aside and sorted in by whoever finds the pile full: a small pile is a short wait.
create index appointments_search on kalends.appointments using gin (search) with (gin_pending_list_limit = 256);

create table kalends.bookings (
  tenant_id      uuid not null,
  id             uuid not null,
  appointment_id uuid not null,
  connection_id  uuid not null,
  provider       text not null,
  phase          int not null,
  role           text not null,
  target         jsonb not null,
  target_id      text not null,
  gateway_id     uuid not null,
  generation     int not null default 1,
  external_id    text,
  remote_status  text,
  starts_at      timestamptz,
  ends_at        timestamptz,
  synced         jsonb,
  sync_status    text not null,
  error_code     text,
  error_message  text,
  verified_at    timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, appointment_id, connection_id, phase),
  unique (tenant_id, gateway_id),
  foreign key (tenant_id, appointment_id) references kalends.appointments,
  foreign key (tenant_id, connection_id) references kalends.connections
);

-- Every id that a booking ever had in its calendar: a late report of an old id still finds its row.
create table kalends.booking_ids (
  tenant_id     uuid not null,
  connection_id uuid not null,
  external_id   text not null,
  booking_id    uuid not null,
  seen_at       timestamptz not null default now(),
  primary key (tenant_id, connection_id, external_id),
  foreign key (tenant_id, booking_id) references kalends.bookings
);
create index booking_ids_by_booking on kalends.booking_ids (tenant_id, booking_id);

-- One appointment's way to one connection: what is wanted there, what was reached, when it is due, who works on it.
create table kalends.syncs (
  tenant_id      uuid not null,
  appointment_id uuid not null,
  connection_id  uuid not null,
  wanted_version int not null,
  synced_version int not null default 0,
  state          text not null check (state in ('waiting', 'parked', 'failed', 'settled')),
  due_at         timestamptz not null,
  attempts       int not null default 0,
  looks          int not null default 0,
  nudge          int not null default 0,
  job_id         uuid,
  -- A look at the calendar is asked for by number, so that one that is asked for during a look is not forgotten after it.
  asked          int not null default 0,
  answered       int not null default 0,
  heard          jsonb,
  lease_owner    uuid,
  lease_epoch    bigint not null default 0,
  lease_until    timestamptz,
  primary key (tenant_id, appointment_id, connection_id),
  foreign key (tenant_id, appointment_id) references kalends.appointments,
  foreign key (tenant_id, connection_id) references kalends.connections
);
create index syncs_due on kalends.syncs (due_at) where state = 'waiting';
create index syncs_of_connection on kalends.syncs (tenant_id, connection_id, state) where state <> 'settled';

-- One write that we are about to make; committed before the call, so that a crash leaves a question and not a riddle.
create table kalends.intents (
  tenant_id   uuid not null,
  id          uuid not null,
  booking_id  uuid not null,
  kind        text not null check (kind in ('create', 'reschedule', 'cancel')),
  version     int not null,
  generation  int not null,
  target      jsonb not null,
  state       text not null check (state in ('sent', 'unknown', 'done', 'not_done')),
  epoch       bigint not null,
  code        text,
  external_id text,
  sent_at     timestamptz not null,
  settled_at  timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, booking_id) references kalends.bookings
);
create index intents_open on kalends.intents (tenant_id, booking_id) where state in ('sent', 'unknown');

-- The journal: append-only. `tx` orders it for durable subscribers: a number drawn early may be committed late, and
-- only what is below the oldest running transaction is complete.
create table kalends.events (
  tenant_id            uuid not null,
  id                   uuid not null,
  appointment_id       uuid,
  connection_id        uuid,
  kind                 text not null,
  message              text not null,
  version              int not null default 0,
  origin               text not null,
  origin_connection_id uuid,
  causal_id            uuid not null,
  hops                 int not null default 0,
  data                 jsonb not null default '{}',
  at                   timestamptz not null,
  tx                   xid8 not null default pg_current_xact_id(),
  seq                  bigint generated always as identity,
  primary key (tenant_id, id)
);
create index events_of_appointment on kalends.events (tenant_id, appointment_id, seq);
create index events_in_order on kalends.events (tx, seq);

create table kalends.subscriptions (
  name       text primary key,
  tx         xid8 not null,
  seq        bigint not null,
  updated_at timestamptz not null default now()
);

create table kalends.inbox (
  tenant_id     uuid not null,
  id            uuid not null,
  connection_id uuid not null,
  body_hash     bytea not null,
  body          bytea,
  headers       jsonb not null default '{}',
  state         text not null default 'pending',
  reason        text,
  looks         int not null default 0,
  received_at   timestamptz not null default now(),
  settled_at    timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, connection_id, body_hash),
  foreign key (tenant_id, connection_id) references kalends.connections
);
create index inbox_pending on kalends.inbox (received_at) where state = 'pending';

create table kalends.reviews (
  tenant_id      uuid not null references kalends.tenants,
  id             uuid not null,
  code           text not null,
  state          text not null default 'open' check (state in ('open', 'resolved', 'dismissed', 'healed')),
  subject_kind   text not null,
  subject_id     text not null,
  appointment_id uuid,
  connection_id  uuid,
  phase          int,
  message        text not null,
  details        jsonb not null default '{}',
  fingerprint    text,
  resolution     text,
  note           text,
  resolved_by    text,
  version        int not null default 1,
  opened_at      timestamptz not null default now(),
  closed_at      timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, appointment_id) references kalends.appointments,
  foreign key (tenant_id, connection_id) references kalends.connections
);
create unique index reviews_one_open on kalends.reviews
  (tenant_id, subject_kind, subject_id, connection_id, phase, code) nulls not distinct where state = 'open';
create index reviews_by_state on kalends.reviews (tenant_id, state, id);
create index reviews_of_appointment on kalends.reviews (tenant_id, appointment_id) where appointment_id is not null;

create table kalends.users (
  tenant_id     uuid not null references kalends.tenants,
  id            uuid not null,
  email         text not null,
  name          text not null,
  role          text not null,
  password_hash text not null,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  primary key (tenant_id, id)
);
-- People log in with their address alone, so it is one person's in the whole house.
create unique index users_by_email on kalends.users (lower(email));

create table kalends.sessions (
  token_hash bytea primary key,
  tenant_id  uuid not null,
  user_id    uuid not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  foreign key (tenant_id, user_id) references kalends.users on delete cascade
);

create table kalends.api_keys (
  tenant_id    uuid not null references kalends.tenants,
  id           uuid not null,
  name         text not null,
  role         text not null,
  prefix       text not null,
  token_hash   bytea not null unique,
  expires_at   timestamptz,
  last_used_at timestamptz,
  created_at   timestamptz not null default now(),
  primary key (tenant_id, id)
);

-- Above tenants, so it has no tenant in its key.
create table kalends.operator_keys (
  id           uuid primary key,
  name         text not null,
  prefix       text not null,
  token_hash   bytea not null unique,
  last_used_at timestamptz,
  created_at   timestamptz not null default now()
);

create table kalends.idempotency_keys (
  tenant_id      uuid not null,
  key            text not null,
  body_hash      bytea not null,
  appointment_id uuid not null,
  response       jsonb not null,
  created_at     timestamptz not null default now(),
  primary key (tenant_id, key)
);
create index idempotency_keys_by_age on kalends.idempotency_keys (created_at);

create table kalends.bulk_runs (
  tenant_id   uuid not null references kalends.tenants,
  id          uuid not null,
  action      text not null,
  reason      text,
  origin      text not null,
  author      text,
  causal_id   uuid not null,
  created_at  timestamptz not null default now(),
  finished_at timestamptz,
  primary key (tenant_id, id)
);
create index bulk_runs_open on kalends.bulk_runs (created_at) where finished_at is null;

create table kalends.bulk_items (
  tenant_id      uuid not null,
  run_id         uuid not null,
  position       int not null,
  appointment_id text not null,
  result         text not null default 'waiting' check (result in ('waiting', 'done', 'failed')),
  code           text,
  message        text,
  primary key (tenant_id, run_id, position),
  foreign key (tenant_id, run_id) references kalends.bulk_runs
);

create table kalends.plugin_state (
  tenant_id     uuid not null,
  connection_id uuid not null,
  key           text not null,
  value         jsonb not null,
  version       int not null default 1,
  expires_at    timestamptz,
  primary key (tenant_id, connection_id, key),
  foreign key (tenant_id, connection_id) references kalends.connections on delete cascade
);
