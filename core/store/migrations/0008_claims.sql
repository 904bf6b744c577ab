-- A line is one connection's within its tenant, and no longer in the whole house: whoever enters a number proves nothing
-- by it, and must not keep it from whom it belongs to. Whose a call is, its signature tells; where two tenants have the
-- key that it fits, the line is whose it was first.
alter table kalends.phone_lines add column claimed_at timestamptz not null default now();
drop index kalends.phone_lines_once;
create unique index phone_lines_once on kalends.phone_lines (tenant_id, vendor, kind, value);
create index phone_lines_claims on kalends.phone_lines (vendor, kind, value);

-- By age, for the purge. The index of events that have a body yet knows nothing of the others.
create index call_events_by_age on kalends.call_events (received_at);
create index calls_by_age on kalends.calls (seen_at);
