create schema transfer;
grant usage on schema transfer to billhook_app;

-- A file that is taken in. While it is checked nothing of it is anywhere else than in transfer.line; once accepted, one
-- transaction writes all of it. `done` is how far that one has come, noted beside it.
create table transfer.import (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  account_id      uuid        not null,
  type            text        not null check (type in ('client', 'item', 'payment')),
  state           text        not null check (state in ('checking', 'importing', 'done', 'failed')),
  file_name       text        not null,
  rows            int         not null default 0,
  done            int         not null default 0,
  created         int         not null default 0,
  updated         int         not null default 0,
  skipped         int         not null default 0,
  faults          jsonb       not null default '[]',
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  primary key (shard, id)
);
create index import_of_organization on transfer.import (shard, organization_id, id);

-- The rows of a file between check and end: what was read of each, what it was found to be the same as, and the ids that it
-- gets. They are gone when the import is over.
create table transfer.line (
  shard           int      not null,
  import_id       uuid     not null,
  line            int      not null,
  organization_id uuid     not null,
  id              uuid     not null,
  entry_id        uuid     not null,
  key             text,
  content         jsonb    not null,
  match           uuid,
  document_id     uuid,
  currency        text,
  exponent        smallint,
  amount          bigint,
  primary key (shard, import_id, line)
);

grant select, insert, update, delete on transfer.import, transfer.line to billhook_app;
alter table transfer.import enable row level security;
alter table transfer.line enable row level security;
create policy tenant on transfer.import using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on transfer.line using (organization_id = public.tenant()) with check (organization_id = public.tenant());

create function transfer.owner_of(import uuid, import_shard int) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select i.organization_id from transfer.import i where i.shard = import_shard and i.id = import
$$;
