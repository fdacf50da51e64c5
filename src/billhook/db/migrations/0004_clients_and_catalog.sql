create table clients.client (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  name            text        not null,
  email           text,
  country_code    text,
  identity        jsonb       not null,
  custom          jsonb       not null default '{}',
  data            jsonb       not null default '[]',
  deleted_at      timestamptz,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  primary key (shard, id)
);
create index client_of_organization on clients.client (shard, organization_id, id);
create index client_email on clients.client (shard, organization_id, lower(email)) where deleted_at is null and email is not null;

-- Taxes of an organization with their dated rates: rates is [{id, valid_from, rate}], newest first.
create table catalog.tax (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  name            text        not null,
  abbreviation    text        not null default '',
  classification  text        not null default '',
  country_code    text,
  tax_number      text,
  recoverable     boolean     not null default true,
  compound        boolean     not null default false,
  rates           jsonb       not null,
  custom          jsonb       not null default '{}',
  deleted_at      timestamptz,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  primary key (shard, id)
);
create index tax_of_organization on catalog.tax (shard, organization_id, id);

create table catalog.item (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  name            text        not null,
  sku             text,
  description     text        not null default '',
  unit            text,
  price           numeric,
  price_gross     numeric,
  tax_ids         uuid[]      not null default '{}',
  details         jsonb       not null default '{}',
  l10n            jsonb       not null default '{}',
  custom          jsonb       not null default '{}',
  deleted_at      timestamptz,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  primary key (shard, id)
);
create index item_of_organization on catalog.item (shard, organization_id, id);
create unique index item_sku on catalog.item (shard, organization_id, sku) where deleted_at is null and sku is not null;

grant select, insert, update, delete on clients.client, catalog.tax, catalog.item to billhook_app;
alter table clients.client enable row level security;
alter table catalog.tax enable row level security;
alter table catalog.item enable row level security;
create policy tenant on clients.client using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on catalog.tax using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on catalog.item using (organization_id = public.tenant()) with check (organization_id = public.tenant());
