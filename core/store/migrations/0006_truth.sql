-- An appointment keeps the phases that it was booked with: a catalogue that is edited later moves no customer.
alter table kalends.appointments add column phases jsonb;
update kalends.appointments a set phases = s.phases
from kalends.services s where s.tenant_id = a.tenant_id and s.id = a.service_id;
alter table kalends.appointments alter column phases set not null;

-- When what a calendar said it did is to be seen in the calendar; null where it was seen, or nothing was done.
alter table kalends.bookings add column confirm_due_at timestamptz;
create index bookings_unconfirmed on kalends.bookings (confirm_due_at) where confirm_due_at is not null;

-- The last word on each booking that the calendar spoke of: two of them under one name are one too many, and the second
-- word must not make forget the first.
update kalends.syncs set heard = jsonb_build_array(heard) where jsonb_typeof(heard) = 'object';

-- How often this was given up since it was last asked for: the waits grow with it.
alter table kalends.syncs add column failures int not null default 0;
-- Why what was booked of a composite service is being cancelled again; null where it is not.
alter table kalends.syncs add column compensating text;

-- All writes of a booking, also those that are over: what it stood on before is known from them.
create index intents_of_booking on kalends.intents (tenant_id, booking_id, sent_at);
