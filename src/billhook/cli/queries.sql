-- name: is_empty
-- Whether nobody has an account yet: only then the demo may play.
select not exists (select 1 from accounts.account);

-- name: look_as_owner
-- Put off the application's role, and its haste: `doctor` looks across tenants and at what only the owner may see.
select set_config('role', 'none', false), set_config('statement_timeout', '0', false);

-- name: server
-- What the server says of itself.
select current_setting('server_version_num')::int as version, current_setting('server_version') as version_text,
       clock_timestamp() as now;

-- name: is_migrated
-- Whether anything was ever migrated here.
select to_regclass('public.schema_migration') is not null;

-- name: applied
-- The migrations that were applied.
select version, sha256 from public.schema_migration order by version;

-- name: dead_jobs
-- What was given up, by kind, with the newest reason.
select kind, count(*)::int as jobs, coalesce((array_agg(last_error order by id desc))[1], '') as error
  from jobs.job where state = 'dead' group by kind order by kind;

-- name: overdue_jobs
-- How many jobs have been waiting for more than five minutes, though their time had come.
select count(*)::int from jobs.job where state = 'due' and run_at < :now::timestamptz - interval '5 minutes';

-- name: organizations
-- Whose journals there are to prove.
select id from organizations.organization order by shard, id;
