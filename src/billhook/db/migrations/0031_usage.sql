-- The request log: what an account's tokens asked for and what was answered, without bodies and without secrets. It is
-- written in batches after the answers, and swept by age.
create schema usage;
grant usage on schema usage to billhook_app;

create table usage.request (
  id           uuid        not null,
  account_id   uuid        not null,
  method       text        not null,
  host         text        not null,
  origin       text,
  url          text        not null,
  ip           text        not null,
  query        jsonb       not null default '{}',
  status       int         not null,
  code         text,
  duration_ms  int         not null,
  created_at   timestamptz not null,
  primary key (account_id, id)
);
create index request_created on usage.request (created_at);
grant select, insert, delete on usage.request to billhook_app;

-- What was issued month by month in the organizations of an account, a root account's whole tree: like
-- `organizations.reachable`, it reads across tenants on purpose. Months are those of each organization's zone.
create function usage.months(actor uuid, since timestamptz)
returns table (year int, month int, documents_count bigint, organizations_count bigint, organizations jsonb, totals jsonb)
language sql stable security definer rows 24 set search_path = pg_catalog as $$
  with mine as (
    select o.shard, o.id, o.name, o.timezone from organizations.organization o
     where o.root_account_id = actor or o.account_id = actor),
  issued as (
    select extract(year from t.at)::int as year, extract(month from t.at)::int as month, m.id, m.name, d.currency, d.exponent,
           count(*) as documents,
           sum(case d.type when 'invoice' then d.total when 'credit-note' then -d.total else 0 end) as total
      from mine m
      join documents.document d on d.shard = m.shard and d.organization_id = m.id
     cross join lateral (select d.issued_at at time zone m.timezone as at) t
     where not d.draft and not d.incoming and d.deleted_at is null and d.issued_at >= since
     group by 1, 2, 3, 4, 5, 6),
  by_organization as (
    select i.year, i.month, i.id, i.name, sum(i.documents) as documents from issued i group by 1, 2, 3, 4),
  by_currency as (
    select i.year, i.month, i.currency, i.exponent, sum(i.total) as total from issued i group by 1, 2, 3, 4)
  select o.year, o.month, sum(o.documents)::bigint, count(*),
         jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name, 'documents_count', o.documents) order by o.id),
         (select jsonb_agg(jsonb_build_object('currency', c.currency, 'exponent', c.exponent, 'total', c.total) order by c.currency)
            from by_currency c where c.year = o.year and c.month = o.month)
    from by_organization o group by o.year, o.month
$$;
grant execute on all functions in schema usage to billhook_app;
