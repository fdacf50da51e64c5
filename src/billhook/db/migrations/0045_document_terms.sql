-- Documents are asked for by keys of `custom`, by what their client is called, by an own number: parts of jsonb that row security
-- keeps out of every index condition, so that each such question read all documents of the organization. Here all of them share
-- one index: of hashes of organization, name and value. A function of the owner's looks them up; only ids leave it, and who asked
-- compares what was found.
create function documents.term(organization uuid, name text, value text) returns bigint
language sql immutable parallel safe as $$ select hashtextextended(organization::text || '.' || name || '=' || value, 45) $$;

create function documents.terms(organization uuid, client jsonb, options jsonb, custom jsonb) returns bigint[]
language sql immutable parallel safe as $$
  select array_agg(documents.term(organization, t.name, t.value))
    from (select 'custom.' || c.key as name, c.value from jsonb_each_text(custom) c
           union all
          select n.name, n.value
            from (values ('_documentClient.name', client ->> 'name'), ('_documentClient.email', client ->> 'email'),
                         ('_documentClient.taxNumber', client ->> 'tax_number'),
                         ('_documentClient.companyNumber', client ->> 'company_number'),
                         ('numberInternal', options ->> 'number_internal')) n(name, value)) t
   where t.value <> ''
$$;
-- Each document puts its few terms in at once: a list of pending ones would be walked by whoever looks something up.
create index document_term on documents.document using gin (documents.terms(organization_id, client, options, custom))
  with (fastupdate = off) where deleted_at is null;

-- The ids of documents that have all these terms, of at most so many. As bitmaps of that index or not at all: a limit tempts the
-- planner to walk over all rows until it has met enough of them.
create function documents.with_terms(names text[], texts text[], of_shard int, most int) returns uuid[]
language sql stable security definer set search_path = pg_catalog set enable_seqscan = off set enable_indexscan = off
set enable_indexonlyscan = off as $$
  select array(
    select d.id from documents.document d
     where d.shard = of_shard and d.organization_id = public.tenant() and d.deleted_at is null
       and documents.terms(d.organization_id, d.client, d.options, d.custom)
           @> array(select documents.term(public.tenant(), t.name, t.value) from unnest(names, texts) t(name, value))
     limit most)
$$;
revoke execute on function documents.with_terms from public;
grant execute on function documents.with_terms, documents.terms, documents.term to billhook_app;
