-- How many documents there are, and which is the 499,901st, must not take longer the more there are. So it is kept: how many
-- stand from one mark of an order to the next, by what they are (the columns `type` to `date_year`, which a filter may ask
-- for and the tally still answers). Every change of a document is noted in a row of its own, which nobody waits for; from
-- time to time the rows are gathered into the marks. What is so at any moment is the sum of both: never an estimate.

-- What documents are sorted by at any size, as text that sorts the same way ("C"), and back. Nothing comes before anything.
create function documents.instant_key(at timestamptz) returns text language sql stable parallel safe as $$
  select to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')
$$;
create function documents.sort_key(sorted_by text, created_at timestamptz, updated_at timestamptz, date timestamptz,
  date_due timestamptz, number text, sort_total bigint)
returns text language sql stable parallel safe as $$
  select case sorted_by
    when 'date' then documents.instant_key(date)
    when 'date_due' then documents.instant_key(coalesce(date_due, timestamptz '0001-01-01 00:00:00+00'))
    when 'created_at' then documents.instant_key(created_at)
    when 'updated_at' then documents.instant_key(updated_at)
    when 'number' then coalesce(number, '')
    when 'sort_total' then lpad((sort_total + 10000000000000000000::numeric)::text, 20, '0')
    else '' end collate "C"
$$;
-- What is compared in the table: the same expressions as in the indexes below and in documents/columns.py. (`case`, as row
-- security keeps `coalesce` out of an index condition: it is not on PostgreSQL's list of what tells nothing.)
create function documents.sort_expression(sorted_by text) returns text language sql immutable parallel safe as $$
  select case sorted_by
    when 'date_due' then $e$(case when date_due is null then timestamptz '0001-01-01 00:00:00+00' else date_due end)$e$
    when 'number' then $e$((case when number is null then '' else number end) collate "C")$e$
    else sorted_by end
$$;
create function documents.sort_value(sorted_by text, key text) returns text language sql immutable parallel safe as $$
  select case sorted_by
    when 'number' then format('%L', key)
    when 'sort_total' then format('%L::bigint', key::numeric - 10000000000000000000::numeric)
    else format('timestamptz %L', key || '+00') end
$$;

-- Totals of currencies with more and fewer decimals beside one another, in thousandths; what is beyond a bigint counts as its
-- end. A column, as row security lets only plain comparisons of columns into an index.
alter table documents.document add column sort_total bigint not null generated always as
  (least(greatest(total_with_tax * power(10::numeric, 3 - exponent), -9000000000000000000), 9000000000000000000)::bigint) stored;

create index document_by_date on documents.document (shard, organization_id, date, id) where deleted_at is null;
create index document_by_due on documents.document
  (shard, organization_id, (case when date_due is null then timestamptz '0001-01-01 00:00:00+00' else date_due end), id)
  include (date_due) where deleted_at is null;
create index document_by_creation on documents.document (shard, organization_id, created_at, id) where deleted_at is null;
create index document_by_update on documents.document (shard, organization_id, updated_at, id) where deleted_at is null;
create index document_by_number on documents.document
  (shard, organization_id, ((case when number is null then '' else number end) collate "C"), id)
  include (number) where deleted_at is null;
create index document_by_total on documents.document
  (shard, organization_id, sort_total, id) where deleted_at is null;
create index document_by_id on documents.document (shard, organization_id, id) where deleted_at is null;
drop index documents.document_date;
-- What few documents are.
create index document_draft on documents.document (shard, organization_id, id) where draft and deleted_at is null;
create index document_canceled on documents.document (shard, organization_id, id) where canceled and deleted_at is null;
create index document_incoming on documents.document (shard, organization_id, date, id) where incoming and deleted_at is null;
-- What documents are looked up by.
create index document_reference on documents.document (shard, organization_id, reference, id) where deleted_at is null;
create index document_of_number on documents.document (shard, organization_id, number) where deleted_at is null;

-- Suppliers number their documents themselves: of what was received, a number is one of each supplier's only, so that the same
-- paper is not booked twice.
drop index documents.document_number;
create unique index document_number on documents.document (shard, organization_id, type, number)
  where not draft and deleted_at is null and not incoming;
create unique index document_received on documents.document (shard, organization_id, client_id, type, number)
  where not draft and deleted_at is null and incoming;

create table documents.tally_change (
  shard           int         not null,
  organization_id uuid        not null,
  at              bigint      not null generated always as identity,
  n               smallint    not null,
  id              uuid        not null,
  type            text        not null,
  draft           boolean     not null,
  incoming        boolean     not null,
  canceled        boolean     not null,
  paid_in_full    boolean     not null,
  currency        text        not null,
  date_year       int         not null,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  date            timestamptz not null,
  date_due        timestamptz,
  number          text,
  sort_total      bigint      not null,
  primary key (shard, organization_id, at)
);
-- n documents stand from this mark of an order to the next; '' is the order of who only counts.
create table documents.tally_mark (
  shard           int     not null,
  organization_id uuid    not null,
  sorted_by       text    not null,
  key             text    not null collate "C",
  id              uuid    not null,
  type            text    not null,
  draft           boolean not null,
  incoming        boolean not null,
  canceled        boolean not null,
  paid_in_full    boolean not null,
  currency        text    not null,
  date_year       int     not null,
  n               bigint  not null,
  primary key (shard, organization_id, sorted_by, key, id, type, draft, incoming, canceled, paid_in_full, currency, date_year)
    include (n)
);
grant select, insert on documents.tally_change to billhook_app;
grant select on documents.tally_mark to billhook_app;
alter table documents.tally_change enable row level security;
alter table documents.tally_mark enable row level security;
create policy tenant on documents.tally_change using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on documents.tally_mark using (organization_id = public.tenant()) with check (organization_id = public.tenant());

-- The sum of both: what was gathered, and each change at the mark it belongs to.
create view documents.tally with (security_invoker = true) as
select shard, organization_id, sorted_by, key, id, type, draft, incoming, canceled, paid_in_full, currency, date_year, n
  from documents.tally_mark
 union all
select c.shard, c.organization_id, s.sorted_by, coalesce(m.key, ''), coalesce(m.id, uuid '00000000-0000-0000-0000-000000000000'),
       c.type, c.draft, c.incoming, c.canceled, c.paid_in_full, c.currency, c.date_year, c.n
  from documents.tally_change c
 cross join (values (''), ('id'), ('date'), ('date_due'), ('created_at'), ('updated_at'), ('number'), ('sort_total'))
       s(sorted_by)
 cross join lateral (select documents.sort_key(s.sorted_by, c.created_at, c.updated_at, c.date, c.date_due, c.number,
                                               c.sort_total) as key offset 0) k
  left join lateral (
       select m.key, m.id from documents.tally_mark m
        where s.sorted_by <> '' and m.shard = c.shard and m.organization_id = c.organization_id and m.sorted_by = s.sorted_by
          and (m.key, m.id) <= (k.key, c.id)
        order by m.key desc, m.id desc limit 1) m on true;
grant select on documents.tally to billhook_app;

create function documents.note_tally() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (old.deleted_at is null) = (new.deleted_at is null)
     and (old.type, old.draft, old.incoming, old.canceled, old.paid_in_full, old.currency, old.date_year, old.created_at,
          old.updated_at, old.date, old.date_due, old.number, old.sort_total)
         is not distinct from
         (new.type, new.draft, new.incoming, new.canceled, new.paid_in_full, new.currency, new.date_year, new.created_at,
          new.updated_at, new.date, new.date_due, new.number, new.sort_total)
  then
    return null;
  end if;
  if tg_op <> 'INSERT' then
    if old.deleted_at is null then
      insert into documents.tally_change (shard, organization_id, n, id, type, draft, incoming, canceled, paid_in_full, currency,
        date_year, created_at, updated_at, date, date_due, number, sort_total)
      values (old.shard, old.organization_id, -1, old.id, old.type, old.draft, old.incoming, old.canceled, old.paid_in_full,
        old.currency, old.date_year, old.created_at, old.updated_at, old.date, old.date_due, old.number, old.sort_total);
    end if;
  end if;
  if tg_op <> 'DELETE' then
    if new.deleted_at is null then
      insert into documents.tally_change (shard, organization_id, n, id, type, draft, incoming, canceled, paid_in_full, currency,
        date_year, created_at, updated_at, date, date_due, number, sort_total)
      values (new.shard, new.organization_id, 1, new.id, new.type, new.draft, new.incoming, new.canceled, new.paid_in_full,
        new.currency, new.date_year, new.created_at, new.updated_at, new.date, new.date_due, new.number, new.sort_total);
    end if;
  end if;
  return null;
end $$;
create trigger tally after insert or update or delete on documents.document
  for each row execute function documents.note_tally();

-- Set marks anew between one mark of an order and the next, each 2,500 documents. One statement sees the documents and the
-- changes that are not gathered yet at the same moment: a mark is the documents there are, less what those changes will add.
create function documents.split_tally(of_shard int, of_organization uuid, of_order text, from_key text, from_id uuid)
returns void language plpgsql security definer set search_path = pg_catalog as $$
declare
  expression text := case of_order when 'id' then 'd.id' else format('(%s, d.id)', documents.sort_expression(of_order)) end;
  bounds text := '';
  below record;
begin
  select m.key, m.id into below from documents.tally_mark m
   where m.shard = of_shard and m.organization_id = of_organization and m.sorted_by = of_order
     and (m.key, m.id) > (from_key, from_id) order by m.key, m.id limit 1;
  if from_id <> uuid '00000000-0000-0000-0000-000000000000' then
    bounds := format(' and %s >= (%s%L::uuid)', expression,
      case of_order when 'id' then '' else documents.sort_value(of_order, from_key) || ', ' end, from_id);
  end if;
  if below.id is not null then
    bounds := bounds || format(' and %s < (%s%L::uuid)', expression,
      case of_order when 'id' then '' else documents.sort_value(of_order, below.key) || ', ' end, below.id);
  end if;
  delete from documents.tally_mark m
   where m.shard = of_shard and m.organization_id = of_organization and m.sorted_by = of_order
     and m.key = from_key and m.id = from_id;
  execute format($q$
    with own as materialized (
      select d.id, d.type, d.draft, d.incoming, d.canceled, d.paid_in_full, d.currency, d.date_year,
             documents.sort_key($3, d.created_at, d.updated_at, d.date, d.date_due, d.number, d.sort_total) as key,
             row_number() over (order by %1$s) - 1 as place
        from documents.document d
       where d.shard = $1 and d.organization_id = $2 and d.deleted_at is null %2$s),
    mark as materialized (
      select 0::bigint as place, $4::text collate "C" as key, $5::uuid as id
       union all
      select place, key, id from own where place > 0 and place %% 2500 = 0),
    pending as (
      select c.*, documents.sort_key($3, c.created_at, c.updated_at, c.date, c.date_due, c.number, c.sort_total)
                  collate "C" as key
        from documents.tally_change c where c.shard = $1 and c.organization_id = $2),
    cell as (
      select m.key, m.id, o.type, o.draft, o.incoming, o.canceled, o.paid_in_full, o.currency, o.date_year, 1 as n
        from own o join mark m on m.place = o.place - o.place %% 2500
       union all
      select m.key, m.id, p.type, p.draft, p.incoming, p.canceled, p.paid_in_full, p.currency, p.date_year, -p.n
        from pending p
       cross join lateral (select key, id from mark where (mark.key, mark.id) <= (p.key, p.id)
                            order by mark.key desc, mark.id desc limit 1) m
       where $6::text is null or (p.key, p.id) < ($6::text collate "C", $7::uuid))
    insert into documents.tally_mark
    select $1, $2, $3, key, id, type, draft, incoming, canceled, paid_in_full, currency, date_year, sum(n)
      from cell group by key, id, type, draft, incoming, canceled, paid_in_full, currency, date_year having sum(n) <> 0
    $q$, expression, bounds)
  using of_shard, of_organization, of_order, from_key, from_id, below.key, below.id;
end $$;

-- Gather the changes of an organization into its marks; a mark that more than 5,000 documents stand behind is split. Two who
-- gather at once would count twice: the second leaves it to the first.
create function documents.gather_tally(of_shard int, of_organization uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog as $$
declare heavy record;
begin
  if not pg_try_advisory_xact_lock(hashtextextended(of_organization::text, 20)) then return false; end if;
  with gone as (
    delete from documents.tally_change c where c.shard = of_shard and c.organization_id = of_organization returning c.*),
  placed as (
    select s.sorted_by, coalesce(m.key, '') as key, coalesce(m.id, uuid '00000000-0000-0000-0000-000000000000') as mark,
           g.type, g.draft, g.incoming, g.canceled, g.paid_in_full, g.currency, g.date_year, g.n
      from gone g
     cross join (values (''), ('id'), ('date'), ('date_due'), ('created_at'), ('updated_at'), ('number'), ('sort_total'))
           s(sorted_by)
     cross join lateral (select documents.sort_key(s.sorted_by, g.created_at, g.updated_at, g.date, g.date_due, g.number,
                                                   g.sort_total) as key offset 0) k
      left join lateral (
           select m.key, m.id from documents.tally_mark m
            where s.sorted_by <> '' and m.shard = of_shard and m.organization_id = of_organization and m.sorted_by = s.sorted_by
              and (m.key, m.id) <= (k.key, g.id)
            order by m.key desc, m.id desc limit 1) m on true)
  insert into documents.tally_mark as t
  select of_shard, of_organization, sorted_by, key, mark, type, draft, incoming, canceled, paid_in_full, currency, date_year, sum(n)
    from placed group by sorted_by, key, mark, type, draft, incoming, canceled, paid_in_full, currency, date_year
  having sum(n) <> 0
  on conflict (shard, organization_id, sorted_by, key, id, type, draft, incoming, canceled, paid_in_full, currency, date_year)
  do update set n = t.n + excluded.n;
  delete from documents.tally_mark t where t.shard = of_shard and t.organization_id = of_organization and t.n = 0;
  for heavy in
    select t.sorted_by, t.key, t.id from documents.tally_mark t
     where t.shard = of_shard and t.organization_id = of_organization and t.sorted_by <> ''
     group by t.sorted_by, t.key, t.id having sum(t.n) > 5000
  loop
    perform documents.split_tally(of_shard, of_organization, heavy.sorted_by, heavy.key, heavy.id);
  end loop;
  return true;
end $$;

-- Whose changes are worth gathering.
create function documents.tallies_due(at_least int) returns table (shard int, organization_id uuid)
language sql stable security definer set search_path = pg_catalog as $$
  select c.shard, c.organization_id from documents.tally_change c group by c.shard, c.organization_id having count(*) >= at_least
$$;

-- Count anew what is there: for what was written before there was a tally, or past it.
create function documents.tally_anew(of_shard int, of_organization uuid) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare of_order text;
begin
  perform pg_advisory_xact_lock(hashtextextended(of_organization::text, 20));
  delete from documents.tally_mark m where m.shard = of_shard and m.organization_id = of_organization;
  insert into documents.tally_mark
  select of_shard, of_organization, '', '', uuid '00000000-0000-0000-0000-000000000000', x.type, x.draft, x.incoming, x.canceled,
         x.paid_in_full, x.currency, x.date_year, sum(x.n)
    from (select d.type, d.draft, d.incoming, d.canceled, d.paid_in_full, d.currency, d.date_year, 1 as n
            from documents.document d
           where d.shard = of_shard and d.organization_id = of_organization and d.deleted_at is null
           union all
          select c.type, c.draft, c.incoming, c.canceled, c.paid_in_full, c.currency, c.date_year, -c.n
            from documents.tally_change c where c.shard = of_shard and c.organization_id = of_organization) x
   group by x.type, x.draft, x.incoming, x.canceled, x.paid_in_full, x.currency, x.date_year having sum(x.n) <> 0;
  foreach of_order in array array['id', 'date', 'date_due', 'created_at', 'updated_at', 'number', 'sort_total'] loop
    perform documents.split_tally(of_shard, of_organization, of_order, '', uuid '00000000-0000-0000-0000-000000000000');
  end loop;
end $$;
revoke execute on function documents.split_tally, documents.tally_anew from public;
grant execute on function documents.gather_tally, documents.tallies_due, documents.sort_key, documents.instant_key to billhook_app;
select documents.tally_anew(o.shard, o.id) from organizations.organization o;
