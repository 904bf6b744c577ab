-- Whether a calendar may be called, for all gateways alike: it is left alone for a while after failures in a row, and when
-- it said that it takes no more. A connection that is well has no row, or one without a time in the future.
create table kalends.circuits (
  tenant_id     uuid not null,
  connection_id uuid not null,
  -- Failures since the last answer; at the bound of the settings the circuit opens.
  failures      int not null default 0,
  -- Open until then; after that one call may try, and the circuit stays like this until that call has an answer.
  open_until    timestamptz,
  -- Somebody tries until then. A gateway that died while it tried is not waited for any longer.
  probe_until   timestamptz,
  -- The calendar takes no calls before then.
  limited_until timestamptz,
  -- Until then what is left of its limit is kept for callers who wait on the line.
  spent_until   timestamptz,
  -- No change may be sent before then.
  held_until    timestamptz generated always as (greatest(open_until, probe_until, limited_until, spent_until)) stored,
  updated_at    timestamptz not null default now(),
  primary key (tenant_id, connection_id),
  foreign key (tenant_id, connection_id) references kalends.connections on delete cascade
);
