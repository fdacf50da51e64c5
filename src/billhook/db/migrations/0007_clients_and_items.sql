-- Search over several fields without any extension: words are compared by their beginnings, whatever accents and case they
-- were written with. Each word carries its shard, so that a search walks over the words of one tenant, not over everybody's.
create function public.words(written text) returns text[] language sql immutable parallel safe as $$
  select array(select distinct left(w, 60)
                 from regexp_split_to_table(
                        lower(regexp_replace(normalize(left(written, 4000), NFKD), U&'[\0300-\036f]', '', 'g')),
                        '[\s!-/:-@\[-`{-~]+') w
                where w <> '')
$$;
-- A code without what people put between its digits: `BE 0403.170.701` is `be0403170701`.
create function public.bare_code(written text) returns text language sql immutable parallel safe as $$
  select left(lower(regexp_replace(written, '[^0-9A-Za-z]', '', 'g')), 60)
$$;
create function public.search_vector(shard int, written text, codes text[]) returns tsvector
language sql immutable parallel safe as $$
  select array_to_tsvector(array(
    select distinct to_hex(shard) || '.' || w
      from unnest(public.words(written) || array(select public.bare_code(c) from unnest(codes) c)) w where w <> ''))
$$;
-- All words of the term have to begin one of the row's; or the whole term, if there are digits in it, one of its codes.
create function public.search_query(shard int, term text) returns tsquery
language sql immutable parallel safe as $$
  select (string_agg(format('''%s.%s'':*', to_hex(shard), w), ' & ')
          || case when term ~ '[0-9]' then format(' | ''%s.%s'':*', to_hex(shard), public.bare_code(term)) else '' end)::tsquery
    from (select w from unnest(public.words(left(term, 200))) w limit 12) as words
$$;

alter table clients.client
  add column type            text check (type in ('customer', 'supplier', 'both')),
  add column contact         text,
  add column note            text,
  add column is_end_customer boolean not null default false,
  add column details         jsonb   not null default '{}',
  add column checks          jsonb   not null default '[]', -- what numbers were checked: [{field, value, valid, rule, means, reason, at}]
  add column search          tsvector not null generated always as (
    public.search_vector(shard,
      name || ' ' || coalesce(email, '') || ' ' || coalesce(contact, '') || ' ' || coalesce(identity ->> 'address', '') || ' '
        || coalesce(identity ->> 'zip', '') || ' ' || coalesce(identity ->> 'city', '') || ' '
        || coalesce(identity ->> 'tax_number', '') || ' ' || coalesce(identity ->> 'company_number', ''),
      array[identity ->> 'tax_number', identity ->> 'company_number', identity ->> 'phone'])) stored;
drop index clients.client_of_organization;
create index client_of_organization on clients.client (shard, organization_id, id) where deleted_at is null;
create index client_name on clients.client (shard, organization_id, name, id);
create index client_exact_email on clients.client (shard, organization_id, email, id);
create index client_created on clients.client (shard, organization_id, created_at, id);
create index client_updated on clients.client (shard, organization_id, updated_at, id);
create index client_tax_number on clients.client (shard, organization_id, (identity ->> 'tax_number'))
  where identity ->> 'tax_number' is not null;
create index client_search on clients.client using gin (search) where deleted_at is null;

alter table catalog.item
  add column type                 text check (type in ('sold', 'bought', 'both')),
  add column purchase_price       numeric,
  add column purchase_price_gross numeric,
  add column classification       text,
  add column ean                  text,
  add column data                 jsonb not null default '[]',
  add column search               tsvector not null generated always as (
    public.search_vector(shard,
      name || ' ' || coalesce(sku, '') || ' ' || coalesce(ean, '') || ' ' || coalesce(classification, '') || ' '
        || left(description, 500), array[sku, ean])) stored;
drop index catalog.item_of_organization;
create index item_of_organization on catalog.item (shard, organization_id, id) where deleted_at is null;
create index item_name on catalog.item (shard, organization_id, name, id);
create index item_price on catalog.item (shard, organization_id, price, id);
create index item_created on catalog.item (shard, organization_id, created_at, id);
create index item_updated on catalog.item (shard, organization_id, updated_at, id);
create index item_search on catalog.item using gin (search) where deleted_at is null;

-- `used`: a document names the tax, so it stays. Set by the statement that writes the document; documents live a floor up.
alter table catalog.tax
  add column country text,
  add column used    boolean not null default false;
update catalog.tax t set used = true
 where exists (select from documents.document d where d.shard = t.shard and d.organization_id = t.organization_id);
