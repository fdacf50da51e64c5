-- One schema a room. The application's role uses tables; it owns none and bypasses no row security.
create schema files;
create schema jobs;
create schema accounts;
create schema organizations;
create schema clients;
create schema catalog;
create schema documents;
create schema payments;
create schema delivery;
grant usage on schema files, jobs, accounts, organizations, clients, catalog, documents, payments, delivery to billhook_app;

-- The tenant of the session, set by db.pool or by an `enter` statement; null when there is none.
create function public.tenant() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('billhook.organization', true), '')::uuid $$;

-- Blobs, by what they contain. A tenant's row says which blob it means; the hash is never taken from a request.
create table files.blob (
  sha256     bytea       primary key,
  media_type text        not null,
  size       bigint      not null,
  bytes      bytea       not null,
  created_at timestamptz not null
);
grant select, insert on files.blob to billhook_app;

-- The outbox: written with what happened, worked off later. A lease that has run out makes a job due again; attempts are
-- counted when a job is claimed, so a job that kills its worker stops too.
create table jobs.job (
  id              bigint      primary key generated always as identity,
  kind            text        not null,
  organization_id uuid,
  payload         jsonb       not null default '{}',
  attempts        int         not null default 0,
  max_attempts    int         not null default 8,
  state           text        not null default 'due' check (state in ('due', 'running', 'dead')),
  run_at          timestamptz not null,
  leased_until    timestamptz,
  last_error      text,
  created_at      timestamptz not null
);
create index job_due on jobs.job (run_at) where state = 'due';
create index job_leased on jobs.job (leased_until) where state = 'running';
grant select, insert, update, delete on jobs.job to billhook_app;

-- What the clock has already done: one row per task and tick, so that any number of workers does it once.
create table jobs.tick (task text not null, at timestamptz not null, primary key (task, at));
grant select, insert, delete on jobs.tick to billhook_app;
