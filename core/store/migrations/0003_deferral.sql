-- Since when a change waits because its calendar may not be called (left alone after failures, or at its limit); null
-- where it does not. `tell_at`: when a person is told of it; null once that was done, infinity where nothing is to be told.
alter table kalends.syncs add column deferred_since timestamptz;
alter table kalends.syncs add column tell_at timestamptz;

-- One index for all that is not settled, in line behind its calendar: a long line is not in the way of a short one. In a
-- line those that were deferred stand first, as they were deferred.
drop index kalends.syncs_due;
drop index kalends.syncs_of_connection;
create index syncs_of_connection on kalends.syncs (tenant_id, connection_id, state, deferred_since, due_at)
  where state <> 'settled';
create index syncs_to_tell on kalends.syncs (tenant_id, connection_id, tell_at) where tell_at is not null;
-- Questions about a calendar that keeps its appointments waiting: closed by the sweep when none waits any more.
create index reviews_of_waiting on kalends.reviews (tenant_id, connection_id)
  where state = 'open' and code = 'BREAKER_OPEN' and subject_kind = 'connection';
