-- Row-level security looks at a row's tenant before it asks anything that might leak; to PostgreSQL matching words might, and
-- so may reading a key of a document. No index on either is then used. So a number that is looked up is a column of its own,
-- and words are searched by a function of the owner's that names the tenant of the session itself. Only ids leave it.
drop index clients.client_tax_number;
alter table clients.client add column tax_number text generated always as (identity ->> 'tax_number') stored;
create index client_tax_number on clients.client (shard, organization_id, tax_number, id) where tax_number is not null;

-- `materialized`: planned without the limit behind it, which would tempt the planner to walk over all rows instead.
create function clients.found(term text, tenant_shard int, sort text, most int) returns setof uuid
language sql stable security definer rows 100 set search_path = pg_catalog as $$
  with found as materialized (
    select c.id from clients.client c
     where c.shard = tenant_shard and c.organization_id = public.tenant() and c.deleted_at is null
       and c.search @@ public.search_query(tenant_shard, term)
       and (sort is null or c.type is null or c.type in (sort, 'both')))
  select id from found limit most
$$;
create function catalog.found(term text, tenant_shard int, sort text, most int) returns setof uuid
language sql stable security definer rows 100 set search_path = pg_catalog as $$
  with found as materialized (
    select i.id from catalog.item i
     where i.shard = tenant_shard and i.organization_id = public.tenant() and i.deleted_at is null
       and i.search @@ public.search_query(tenant_shard, term)
       and (sort is null or i.type is null or i.type in (sort, 'both')))
  select id from found limit most
$$;
grant execute on all functions in schema clients, catalog to billhook_app;
