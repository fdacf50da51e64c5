-- Where there are many organizations, the planner believes each to be small, and looks through all documents of one instead of
-- asking the index of terms. Shard and organization are compared so that no other index can be asked; the terms contain both.
create or replace function documents.with_terms(names text[], texts text[], of_shard int, most int) returns uuid[]
language sql stable security definer set search_path = pg_catalog set enable_seqscan = off set enable_indexscan = off
set enable_indexonlyscan = off as $$
  select array(
    select d.id from documents.document d
     where d.shard + 0 = of_shard and d.organization_id::text = public.tenant()::text and d.deleted_at is null
       and documents.terms(d.organization_id, d.client, d.options, d.custom)
           @> array(select documents.term(public.tenant(), t.name, t.value) from unnest(names, texts) t(name, value))
     limit most)
$$;
