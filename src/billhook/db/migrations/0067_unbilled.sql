-- What clients are to be charged for with their next invoice, and nobody has invoiced yet.
create schema unbilled;
grant usage on schema unbilled to billhook_app;
create table unbilled.item (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  client_id       uuid        not null,
  title           text        not null,
  quantity        numeric     not null check (quantity > 0),
  unit_amount     numeric     not null check (unit_amount >= 0),
  tax_rate        numeric,
  document_id     uuid, -- the draft that has taken it
  created_at      timestamptz not null,
  primary key (shard, id)
);
create index item_of_client on unbilled.item (shard, client_id, id) where document_id is null;
grant select, insert, update, delete on unbilled.item to billhook_app;
alter table unbilled.item enable row level security;
create policy tenant on unbilled.item using (organization_id = public.tenant()) with check (organization_id = public.tenant());

-- Whose an item is, before anybody's right to see it is known. Only ids leave this function.
create function unbilled.owner_of(item uuid, item_shard int) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select i.organization_id from unbilled.item i where i.shard = item_shard and i.id = item
$$;
grant execute on all functions in schema unbilled to billhook_app;
