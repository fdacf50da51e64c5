-- In which other currencies an organization invoices, and what a unit of its own is worth in each: as it says, or as a
-- provider publishes it; `rate` is then what was known when it was set. A rate is of a base, the organization's currency
-- then; when that becomes another one, it has no meaning until it is the same again.
create table exchange.alternative (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  base            text        not null check (base ~ '^[A-Z]{3}$'),
  currency        text        not null check (currency ~ '^[A-Z]{3}$' and currency <> base),
  provider        text,
  rate            numeric     not null check (rate > 0),
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  primary key (shard, id),
  unique (shard, organization_id, base, currency)
);
grant select, insert, update, delete on exchange.alternative to billhook_app;
alter table exchange.alternative enable row level security;
create policy tenant on exchange.alternative
  using (organization_id = public.tenant()) with check (organization_id = public.tenant());

-- Whose an alternative currency is, before anybody's right to see it is known. Only ids leave this function.
create function exchange.owner_of(alternative uuid, alternative_shard int) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select a.organization_id from exchange.alternative a where a.shard = alternative_shard and a.id = alternative
$$;
grant execute on function exchange.owner_of to billhook_app;
