-- Times that somebody was offered and nobody else may be promised until then: a row for each booked phase of the visit.
-- A hold that was used or has run out stays for a while with its `until` in the past, for what the calendar keeps of it.
create table kalends.holds (
  tenant_id     uuid not null,
  id            uuid not null,
  phase         int not null,
  service_id    uuid not null,
  holder        text not null,
  -- When the visit begins; the phase itself takes starts_at to ends_at of the connection.
  visit_at      timestamptz not null,
  connection_id uuid not null,
  target        jsonb not null,
  starts_at     timestamptz not null,
  ends_at       timestamptz not null,
  until         timestamptz not null,
  remote_id     text,
  primary key (tenant_id, id, phase),
  unique (tenant_id, holder, service_id, visit_at, phase),
  foreign key (tenant_id, service_id) references kalends.services on delete cascade,
  foreign key (tenant_id, connection_id) references kalends.connections on delete cascade,
  check (ends_at > starts_at)
);
create index holds_by_place on kalends.holds (tenant_id, connection_id, starts_at);
create index holds_by_end on kalends.holds (until);
