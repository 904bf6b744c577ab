-- By age, for the purge, which takes the oldest thousand at a time. Without it each of these turns reads the whole table.
create index inbox_with_body on kalends.inbox (settled_at) where body is not null;
create index plugin_state_by_end on kalends.plugin_state (expires_at) where expires_at is not null;
