-- Payments are counted and paged at any size as documents are (0020): each change is noted in a row of its own, from time to
-- time the rows are gathered into marks of each order, and what is so at any moment is the sum of both. All orders of payments
-- are instants or the id, which is the order whose key is always ''.

create function payments.sort_key(sorted_by text, date timestamptz, created_at timestamptz, updated_at timestamptz)
returns text language sql stable parallel safe as $$
  select case sorted_by
    when 'date' then documents.instant_key(date)
    when 'created_at' then documents.instant_key(created_at)
    when 'updated_at' then documents.instant_key(updated_at)
    else '' end collate "C"
$$;

-- An index of each order, with what lists leave out of it left out. The ids come with what a payment is tallied by, so that the
-- few of a type are found without reading all the others.
create index payment_by_id on payments.payment (shard, organization_id, id) include (type, currency) where deleted_at is null;
create index payment_by_date on payments.payment (shard, organization_id, date, id) where deleted_at is null;
create index payment_by_creation on payments.payment (shard, organization_id, created_at, id) where deleted_at is null;
create index payment_by_update on payments.payment (shard, organization_id, updated_at, id) where deleted_at is null;
drop index payments.payment_of_organization, payments.payment_date;

create table payments.tally_change (
  shard           int         not null,
  organization_id uuid        not null,
  at              bigint      not null generated always as identity,
  n               smallint    not null,
  id              uuid        not null,
  type            text        not null,
  currency        text        not null,
  date            timestamptz not null,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  primary key (shard, organization_id, at)
);
-- n payments stand from this mark of an order to the next; '' is the order of who only counts.
create table payments.tally_mark (
  shard           int    not null,
  organization_id uuid   not null,
  sorted_by       text   not null,
  key             text   not null collate "C",
  id              uuid   not null,
  type            text   not null,
  currency        text   not null,
  n               bigint not null,
  primary key (shard, organization_id, sorted_by, key, id, type, currency) include (n)
);
grant select, insert on payments.tally_change to billhook_app;
grant select on payments.tally_mark to billhook_app;
alter table payments.tally_change enable row level security;
alter table payments.tally_mark enable row level security;
create policy tenant on payments.tally_change using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on payments.tally_mark using (organization_id = public.tenant()) with check (organization_id = public.tenant());

-- The mark that a change belongs to, in each order.
create function payments.marks_of(change payments.tally_change) returns table (sorted_by text, key text, id uuid)
language sql stable as $$
  select s.sorted_by, coalesce(m.key, '') collate "C", coalesce(m.id, uuid '00000000-0000-0000-0000-000000000000')
    from (values (''), ('id'), ('date'), ('created_at'), ('updated_at')) s(sorted_by)
   cross join lateral (select payments.sort_key(s.sorted_by, change.date, change.created_at, change.updated_at) as key offset 0) k
    left join lateral (
         select m.key, m.id from payments.tally_mark m
          where s.sorted_by <> '' and m.shard = change.shard and m.organization_id = change.organization_id
            and m.sorted_by = s.sorted_by and (m.key, m.id) <= (k.key, change.id)
          order by m.key desc, m.id desc limit 1) m on true
$$;
-- The sum of both: what was gathered, and each change at the mark it belongs to.
create view payments.tally with (security_invoker = true) as
select shard, organization_id, sorted_by, key, id, type, currency, n from payments.tally_mark
 union all
select c.shard, c.organization_id, m.sorted_by, m.key, m.id, c.type, c.currency, c.n
  from payments.tally_change c cross join lateral payments.marks_of(c) m;
grant select on payments.tally to billhook_app;

create function payments.note_tally() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (old.deleted_at is null) = (new.deleted_at is null)
     and (old.type, old.currency, old.date, old.created_at, old.updated_at)
         = (new.type, new.currency, new.date, new.created_at, new.updated_at)
  then
    return null;
  end if;
  if tg_op <> 'INSERT' then
    if old.deleted_at is null then
      insert into payments.tally_change (shard, organization_id, n, id, type, currency, date, created_at, updated_at)
      values (old.shard, old.organization_id, -1, old.id, old.type, old.currency, old.date, old.created_at, old.updated_at);
    end if;
  end if;
  if tg_op <> 'DELETE' then
    if new.deleted_at is null then
      insert into payments.tally_change (shard, organization_id, n, id, type, currency, date, created_at, updated_at)
      values (new.shard, new.organization_id, 1, new.id, new.type, new.currency, new.date, new.created_at, new.updated_at);
    end if;
  end if;
  return null;
end $$;
create trigger tally after insert or update or delete on payments.payment
  for each row execute function payments.note_tally();

-- Set marks anew between one mark of an order and the next, each 2,500 payments: what there is, less what the changes that wait
-- will add. One statement sees both at the same moment.
create function payments.split_tally(of_shard int, of_organization uuid, of_order text, from_key text, from_id uuid)
returns void language plpgsql security definer set search_path = pg_catalog as $$
declare
  place text := case of_order when 'id' then 'p.id' else format('(p.%I, p.id)', of_order) end;
  mark text := case of_order when 'id' then '%2$L::uuid' else '(timestamptz %1$L, %2$L::uuid)' end;
  bounds text := '';
  below record;
begin
  select m.key, m.id into below from payments.tally_mark m
   where m.shard = of_shard and m.organization_id = of_organization and m.sorted_by = of_order
     and (m.key, m.id) > (from_key, from_id) order by m.key, m.id limit 1;
  if from_id <> uuid '00000000-0000-0000-0000-000000000000' then
    bounds := format(' and %s >= ', place) || format(mark, from_key || '+00', from_id);
  end if;
  if below.id is not null then
    bounds := bounds || format(' and %s < ', place) || format(mark, below.key || '+00', below.id);
  end if;
  delete from payments.tally_mark m
   where m.shard = of_shard and m.organization_id = of_organization and m.sorted_by = of_order
     and m.key = from_key and m.id = from_id;
  execute format($q$
    with own as materialized (
      select p.id, p.type, p.currency, payments.sort_key($3, p.date, p.created_at, p.updated_at) as key,
             row_number() over (order by %1$s) - 1 as place
        from payments.payment p
       where p.shard = $1 and p.organization_id = $2 and p.deleted_at is null %2$s),
    mark as materialized (
      select 0::bigint as place, $4::text collate "C" as key, $5::uuid as id
       union all
      select place, key, id from own where place > 0 and place %% 2500 = 0),
    pending as (
      select c.*, payments.sort_key($3, c.date, c.created_at, c.updated_at) collate "C" as key
        from payments.tally_change c where c.shard = $1 and c.organization_id = $2),
    cell as (
      select m.key, m.id, o.type, o.currency, 1 as n
        from own o join mark m on m.place = o.place - o.place %% 2500
       union all
      select m.key, m.id, p.type, p.currency, -p.n
        from pending p
       cross join lateral (select key, id from mark where (mark.key, mark.id) <= (p.key, p.id)
                            order by mark.key desc, mark.id desc limit 1) m
       where $6::text is null or (p.key, p.id) < ($6::text collate "C", $7::uuid))
    insert into payments.tally_mark
    select $1, $2, $3, key, id, type, currency, sum(n) from cell group by key, id, type, currency having sum(n) <> 0
    $q$, place, bounds)
  using of_shard, of_organization, of_order, from_key, from_id, below.key, below.id;
end $$;

-- Gather the changes of an organization into its marks; a mark that more than 5,000 payments stand behind is split. Two who
-- gather at once would count twice: the second leaves it to the first.
create function payments.gather_tally(of_shard int, of_organization uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog as $$
declare heavy record;
begin
  if not pg_try_advisory_xact_lock(hashtextextended(of_organization::text, 44)) then return false; end if;
  with gone as (
    delete from payments.tally_change c where c.shard = of_shard and c.organization_id = of_organization returning c as change)
  insert into payments.tally_mark as t
  select of_shard, of_organization, m.sorted_by, m.key, m.id, (g.change).type, (g.change).currency, sum((g.change).n)
    from gone g cross join lateral payments.marks_of(g.change) m
   group by m.sorted_by, m.key, m.id, (g.change).type, (g.change).currency having sum((g.change).n) <> 0
  on conflict (shard, organization_id, sorted_by, key, id, type, currency) do update set n = t.n + excluded.n;
  delete from payments.tally_mark t where t.shard = of_shard and t.organization_id = of_organization and t.n = 0;
  for heavy in
    select t.sorted_by, t.key, t.id from payments.tally_mark t
     where t.shard = of_shard and t.organization_id = of_organization and t.sorted_by <> ''
     group by t.sorted_by, t.key, t.id having sum(t.n) > 5000
  loop
    perform payments.split_tally(of_shard, of_organization, heavy.sorted_by, heavy.key, heavy.id);
  end loop;
  return true;
end $$;

-- Whose changes are worth gathering.
create function payments.tallies_due(at_least int) returns table (shard int, organization_id uuid)
language sql stable security definer set search_path = pg_catalog as $$
  select c.shard, c.organization_id from payments.tally_change c group by c.shard, c.organization_id having count(*) >= at_least
$$;

-- Count anew what is there: for what was written before there was a tally, or past it.
create function payments.tally_anew(of_shard int, of_organization uuid) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare of_order text;
begin
  perform pg_advisory_xact_lock(hashtextextended(of_organization::text, 44));
  delete from payments.tally_mark m where m.shard = of_shard and m.organization_id = of_organization;
  insert into payments.tally_mark
  select of_shard, of_organization, '', '', uuid '00000000-0000-0000-0000-000000000000', x.type, x.currency, sum(x.n)
    from (select p.type, p.currency, 1 as n from payments.payment p
           where p.shard = of_shard and p.organization_id = of_organization and p.deleted_at is null
           union all
          select c.type, c.currency, -c.n from payments.tally_change c
           where c.shard = of_shard and c.organization_id = of_organization) x
   group by x.type, x.currency having sum(x.n) <> 0;
  foreach of_order in array array['id', 'date', 'created_at', 'updated_at'] loop
    perform payments.split_tally(of_shard, of_organization, of_order, '', uuid '00000000-0000-0000-0000-000000000000');
  end loop;
end $$;
revoke execute on function payments.split_tally, payments.tally_anew from public;
grant execute on function payments.gather_tally, payments.tallies_due, payments.sort_key, payments.marks_of to billhook_app;
select payments.tally_anew(o.shard, o.id) from organizations.organization o;
