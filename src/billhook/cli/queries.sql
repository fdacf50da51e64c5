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

-- name: failing_jobs
-- What has failed and is to be tried again, by kind: how many, how often at most, with the newest reason.
select kind, count(*)::int as jobs, max(attempts) as attempts, coalesce((array_agg(last_error order by id desc))[1], '') as error
  from jobs.job where state = 'due' and last_error is not null group by kind order by kind;

-- name: overdue_jobs
-- How many jobs have been waiting for more than five minutes, though their time had come.
select count(*)::int from jobs.job where state = 'due' and run_at < :now::timestamptz - interval '5 minutes';

-- name: organizations
-- Whose journals there are to prove.
select id from organizations.organization order by shard, id;

-- name: tenant_tables
-- Every table that holds rows of tenants, and what it takes to read them: found, not listed, so that none is forgotten.
select n.nspname || '.' || c.relname as name,
       (select jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, null)) order by a.attnum)
          from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
       (select array_agg(a.attname::text order by k.position)
          from pg_index i cross join lateral unnest(i.indkey) with ordinality as k(number, position)
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
         where i.indrelid = c.oid and i.indisprimary) as key,
       (select a.attname::text
          from pg_constraint f join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[1]
         where f.conrelid = c.oid and f.contype = 'f' and f.confrelid = 'files.blob'::regclass limit 1) as blob
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r' and c.relrowsecurity and has_table_privilege(c.oid, 'select')
   and (c.oid = 'organizations.organization'::regclass
        or exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped))
 order by name;

-- name: gaps
-- Numbers between the first and the last of a counter that no document has: an own number has skipped them.
with given as (
  select d.type, d.series, n.parts[1]::int as year, n.parts[2]::bigint as number
    from documents.document d
   cross join lateral (select regexp_match(d.number, case when d.series in ('', 'incoming') then '^([0-9]{4})-([0-9]{5,8})$'
                                                           else '-([0-9]{4})-([0-9]{5,8})$' end) as parts) n
   where d.shard = :shard and d.organization_id = :organization_id and not d.draft and n.parts is not null
   union
  select c.type, c.series, c.year, n.number
    from documents.counter c cross join lateral (values (0), (c.last + 1)) as n(number)
   where c.shard = :shard and c.organization_id = :organization_id)
select g.type, g.series, g.year, g.before + 1 as first, g.number - 1 as last
  from (select *, lag(number) over (partition by type, series, year order by number) as before from given) g
 where g.number > g.before + 1
 order by g.type, g.series, g.year, g.number;
