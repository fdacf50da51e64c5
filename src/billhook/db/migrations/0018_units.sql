-- Units: branches of an organization that issue under an own address, with own numbers and own pictures. The prefix is
-- what keeps the numbers of two series apart: it is given once, to one unit, and never again.
create schema units;
grant usage on schema units to billhook_app;

create table units.unit (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  name            text        not null,
  prefix          text        not null,
  identity        jsonb       not null,
  custom          jsonb       not null default '{}',
  deleted_at      timestamptz,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  primary key (shard, id),
  constraint unit_prefix unique (shard, organization_id, prefix)
);

create table units.image (
  shard           int         not null,
  organization_id uuid        not null,
  unit_id         uuid        not null,
  kind            text        not null check (kind in ('logo', 'signature')),
  sha256          bytea       not null references files.blob,
  updated_at      timestamptz not null,
  primary key (shard, unit_id, kind),
  foreign key (shard, unit_id) references units.unit
);
create index image_blob on units.image (sha256);

grant select, insert, update, delete on units.unit, units.image to billhook_app;
alter table units.unit enable row level security;
alter table units.image enable row level security;
create policy tenant on units.unit using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on units.image using (organization_id = public.tenant()) with check (organization_id = public.tenant());

create function units.owner_of(unit uuid, unit_shard int) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select u.organization_id from units.unit u where u.shard = unit_shard and u.id = unit
$$;
grant execute on all functions in schema units to billhook_app;

-- Which unit issued a document stays with it, like the rest of what is fiscal.
alter table documents.document add column unit_id uuid;
create index document_unit on documents.document (shard, organization_id, unit_id, id) where unit_id is not null;
create function documents.refuse_another_unit() returns trigger language plpgsql as $$
begin
  raise exception 'an issued document cannot be changed' using errcode = 'BH001';
end $$;
create trigger unit_stays before update of unit_id on documents.document
  for each row when (not old.draft and old.unit_id is distinct from new.unit_id)
  execute function documents.refuse_another_unit();
