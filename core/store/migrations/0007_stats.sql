-- When an appointment's newest change was first seen in its calendar. sync_verified_at moves on with every later look,
-- and how long a change took must not grow by being looked at again. Of an older change where it is before
-- sync_initiated_at.
alter table kalends.appointments add column sync_first_verified_at timestamptz;

-- A trigger and no line in each statement that writes sync_verified_at: one that forgot it would be noticed by nobody. It
-- is called only for the first look after a change, and adds no write of its own.
create function kalends.keep_first_verified() returns trigger language plpgsql as $$
begin
  new.sync_first_verified_at := new.sync_verified_at;
  return new;
end $$;
create trigger keep_first_verified before update of sync_verified_at on kalends.appointments for each row
  when (new.sync_verified_at >= new.sync_initiated_at
        and (old.sync_first_verified_at is null or old.sync_first_verified_at < new.sync_initiated_at))
  execute function kalends.keep_first_verified();

-- What changed lately, by whom, and how it stands. Whoever changes sync_status writes the row's index entries anyway; a
-- column of the looks in here would make every look write all of them too.
create index appointments_by_change on kalends.appointments (tenant_id, sync_initiated_at)
  include (sync_origin, sync_status);

create index reviews_by_opening on kalends.reviews (tenant_id, opened_at);
create index reviews_by_closing on kalends.reviews (tenant_id, closed_at) where closed_at is not null;
