-- The agents and numbers of phone connections. Above tenants by purpose: a line is one connection's in the whole house,
-- so that no call can be taken for two tenants.
create table kalends.phone_lines (
  tenant_id     uuid not null,
  connection_id uuid not null,
  vendor        text not null,
  kind          text not null check (kind in ('agent', 'number')),
  value         text not null,
  primary key (tenant_id, connection_id, kind, value),
  foreign key (tenant_id, connection_id) references kalends.connections on delete cascade
);
create unique index phone_lines_once on kalends.phone_lines (vendor, kind, value);

-- What is known of a call without anybody's data: whether it is over decides what may still be done for it.
create table kalends.calls (
  tenant_id     uuid not null,
  connection_id uuid not null,
  call_id       text not null,
  channel       text not null,
  direction     text,
  started_at    timestamptz,
  ended_at      timestamptz,
  end_reason    text,
  seen_at       timestamptz not null default now(),
  primary key (tenant_id, connection_id, call_id),
  foreign key (tenant_id, connection_id) references kalends.connections on delete cascade
);

-- What vendors tell of calls. `body` is sealed, and gone when it has served: transcripts are people's. What tells two
-- events of one name and call apart is `fingerprint`: empty for those that happen once a call.
create table kalends.call_events (
  tenant_id     uuid not null,
  id            uuid not null,
  connection_id uuid not null,
  call_id       text not null,
  event         text not null,
  fingerprint   text not null,
  body          text,
  state         text not null default 'pending' check (state in ('pending', 'heard', 'failed', 'expired')),
  attempts      int not null default 0,
  due_at        timestamptz not null,
  received_at   timestamptz not null,
  settled_at    timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, connection_id, call_id, event, fingerprint),
  foreign key (tenant_id, connection_id) references kalends.connections on delete cascade
);
create index call_events_due on kalends.call_events (due_at) where state = 'pending';
create index call_events_with_body on kalends.call_events (received_at) where body is not null;
