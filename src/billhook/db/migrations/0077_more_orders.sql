-- Documents are sorted at any size by what else they are asked for by: the day of service, the instant of issue, every total,
-- the reference, the note, the client and who wrote them; and counted by three things more. What has an order is counted by
-- its marks in any range of it. Made anew here: the tally of 0020, for more orders and more that is counted by.

-- Columns, as row security lets only plain comparisons of columns into an index. Totals are in thousandths, as 0020 has them;
-- of texts it is the beginning, as an index takes no long ones.
drop index documents.document_reference, documents.document_of_number;
alter table documents.document
  add column sort_net bigint not null generated always as
    (least(greatest(total * power(10::numeric, 3 - exponent), -9000000000000000000), 9000000000000000000)::bigint) stored,
  add column sort_due bigint not null generated always as
    (least(greatest((total_with_tax - total_paid - total_credited) * power(10::numeric, 3 - exponent),
    -9000000000000000000), 9000000000000000000)::bigint) stored,
  add column sort_paid bigint not null generated always as
    (least(greatest(total_paid * power(10::numeric, 3 - exponent), -9000000000000000000), 9000000000000000000)::bigint) stored,
  add column sort_reference text collate "C" not null generated always as (left(reference, 100)) stored,
  add column sort_note text collate "C" not null generated always as (left(note, 100)) stored,
  add column sort_client text collate "C" not null generated always as (left(coalesce(client ->> 'name', ''), 100)) stored;

create index document_by_service on documents.document
  (shard, organization_id,
  (case when date_service is null then timestamptz '0001-01-01 00:00:00+00' else date_service end), id)
  include (date_service) where deleted_at is null;
create index document_by_issue on documents.document
  (shard, organization_id,
  (case when issued_at is null then timestamptz '0001-01-01 00:00:00+00' else issued_at end), id)
  include (issued_at) where deleted_at is null;
create index document_by_net on documents.document (shard, organization_id, sort_net, id) where deleted_at is null;
create index document_by_owed on documents.document (shard, organization_id, sort_due, id) where deleted_at is null;
create index document_by_paid on documents.document (shard, organization_id, sort_paid, id) where deleted_at is null;
create index document_by_reference on documents.document (shard, organization_id, sort_reference, id) where deleted_at is null;
create index document_by_note on documents.document (shard, organization_id, sort_note, id) where deleted_at is null;
create index document_by_client_name on documents.document (shard, organization_id, sort_client, id) where deleted_at is null;
create index document_by_client on documents.document
  (shard, organization_id,
  (case when client_id is null then uuid '00000000-0000-0000-0000-000000000000' else client_id end), id)
  include (client_id) where deleted_at is null;
create index document_by_account on documents.document (shard, organization_id, account_id, id) where deleted_at is null;

-- What few documents have: only those are in an index.
create index document_date_service_to on documents.document (shard, organization_id, date_service_to, id)
  where date_service_to is not null and deleted_at is null;
create index document_date_valid_till on documents.document (shard, organization_id, date_valid_till, id)
  where date_valid_till is not null and deleted_at is null;
create index document_date_paid on documents.document (shard, organization_id, date_paid, id)
  where date_paid is not null and deleted_at is null;
create index document_date_received on documents.document (shard, organization_id, date_received, id)
  where date_received is not null and deleted_at is null;
create index document_accepted_at on documents.document (shard, organization_id, accepted_at, id)
  where accepted_at is not null and deleted_at is null;
create index document_rejected_at on documents.document (shard, organization_id, rejected_at, id)
  where rejected_at is not null and deleted_at is null;

-- Terms of 0045: whatever a client's address says; but not the name, which has an order now.
create or replace function documents.terms(organization uuid, client jsonb, options jsonb, custom jsonb) returns bigint[]
language sql immutable parallel safe as $$
  select array_agg(documents.term(organization, t.name, t.value))
    from (select 'custom.' || c.key as name, c.value from jsonb_each_text(custom) c
           union all
          select n.name, n.value
            from (values ('_documentClient.email', client ->> 'email'), ('_documentClient.taxNumber', client ->> 'tax_number'),
                         ('_documentClient.companyNumber', client ->> 'company_number'),
                         ('_documentClient.address', client ->> 'address'), ('_documentClient.city', client ->> 'city'),
                         ('_documentClient.zip', client ->> 'zip'), ('_documentClient.country', client ->> 'country'),
                         ('_documentClient.countryAlpha2Code', client ->> 'country_code'),
                         ('_documentClient.phone', client ->> 'phone'), ('_documentClient.contact', client ->> 'contact'),
                         ('numberInternal', options ->> 'number_internal')) n(name, value)) t
   where t.value <> ''
$$;
reindex index documents.document_term;

drop view documents.tally;
drop function documents.sort_key, documents.sort_expression, documents.sort_value;
truncate documents.tally_change, documents.tally_mark;
alter table documents.tally_change
  add column date_service timestamptz,
  add column issued_at timestamptz,
  add column sort_net bigint not null,
  add column sort_due bigint not null,
  add column sort_paid bigint not null,
  add column sort_reference text collate "C" not null,
  add column sort_note text collate "C" not null,
  add column sort_client text collate "C" not null,
  add column client_id uuid,
  add column account_id uuid not null,
  add column sent_snail_mail boolean not null,
  add column has_unit boolean not null,
  add column decimal_places smallint not null;
alter table documents.tally_mark drop constraint tally_mark_pkey,
  add column sent_snail_mail boolean not null, add column has_unit boolean not null,
    add column decimal_places smallint not null,
  add primary key (shard, organization_id, sorted_by, key, id,
    type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year) include (n);

-- The orders. What is compared in the table is the same expressions as in the indexes and in documents/columns.py.
create function documents.orders() returns text[] language sql immutable parallel safe as $$
  select array[
    'id', 'date', 'date_due', 'created_at', 'updated_at', 'number', 'sort_total', 'date_service', 'issued_at', 'sort_net',
    'sort_due', 'sort_paid', 'sort_reference', 'sort_note', 'sort_client', 'client_id', 'account_id']
$$;
create function documents.sort_expression(sorted_by text) returns text language sql immutable parallel safe as $f$
  select case sorted_by
    when 'date_due' then $e$(case when date_due is null then timestamptz '0001-01-01 00:00:00+00' else date_due end)$e$
    when 'number' then $e$((case when number is null then '' else number end) collate "C")$e$
    when 'date_service' then $e$(case when date_service is null
      then timestamptz '0001-01-01 00:00:00+00' else date_service end)$e$
    when 'issued_at' then $e$(case when issued_at is null then timestamptz '0001-01-01 00:00:00+00' else issued_at end)$e$
    when 'client_id' then $e$(case when client_id is null
      then uuid '00000000-0000-0000-0000-000000000000' else client_id end)$e$
    else sorted_by end
$f$;
-- Values as text that sorts the same way ("C"), and back.
create function documents.whole_key(value bigint) returns text language sql immutable parallel safe as $$
  select lpad((value + 10000000000000000000::numeric)::text, 20, '0')
$$;
create function documents.sort_value(sorted_by text, key text) returns text language sql immutable parallel safe as $$
  select case
    when sorted_by in ('number', 'sort_reference', 'sort_note', 'sort_client')
    then format('%L', key)
    when sorted_by in ('sort_total', 'sort_net', 'sort_due', 'sort_paid')
    then format('%L::bigint', key::numeric - 10000000000000000000::numeric)
    when sorted_by in ('client_id', 'account_id')
    then format('uuid %L', key)
    else format('timestamptz %L', key || '+00') end
$$;
create function documents.sort_key(sorted_by text, change documents.tally_change) returns text
language sql stable parallel safe as $$
  select case sorted_by
    when 'date' then documents.instant_key(change.date)
    when 'date_due' then documents.instant_key(coalesce(change.date_due, timestamptz '0001-01-01 00:00:00+00'))
    when 'created_at' then documents.instant_key(change.created_at)
    when 'updated_at' then documents.instant_key(change.updated_at)
    when 'number' then coalesce(change.number, '')
    when 'sort_total' then documents.whole_key(change.sort_total)
    when 'date_service' then documents.instant_key(coalesce(change.date_service, timestamptz '0001-01-01 00:00:00+00'))
    when 'issued_at' then documents.instant_key(coalesce(change.issued_at, timestamptz '0001-01-01 00:00:00+00'))
    when 'sort_net' then documents.whole_key(change.sort_net)
    when 'sort_due' then documents.whole_key(change.sort_due)
    when 'sort_paid' then documents.whole_key(change.sort_paid)
    when 'sort_reference' then change.sort_reference
    when 'sort_note' then change.sort_note
    when 'sort_client' then change.sort_client
    when 'client_id' then coalesce(change.client_id, uuid '00000000-0000-0000-0000-000000000000')::text
    when 'account_id' then change.account_id::text
    else '' end collate "C"
$$;
-- The same of a document, as an expression of its columns.
create function documents.key_expression(sorted_by text) returns text language sql immutable parallel safe as $f$
  select case sorted_by
    when 'date' then $e$documents.instant_key(date)$e$
    when 'date_due' then $e$documents.instant_key(coalesce(date_due, timestamptz '0001-01-01 00:00:00+00'))$e$
    when 'created_at' then $e$documents.instant_key(created_at)$e$
    when 'updated_at' then $e$documents.instant_key(updated_at)$e$
    when 'number' then $e$coalesce(number, '')$e$
    when 'sort_total' then $e$documents.whole_key(sort_total)$e$
    when 'date_service' then $e$documents.instant_key(coalesce(date_service, timestamptz '0001-01-01 00:00:00+00'))$e$
    when 'issued_at' then $e$documents.instant_key(coalesce(issued_at, timestamptz '0001-01-01 00:00:00+00'))$e$
    when 'sort_net' then $e$documents.whole_key(sort_net)$e$
    when 'sort_due' then $e$documents.whole_key(sort_due)$e$
    when 'sort_paid' then $e$documents.whole_key(sort_paid)$e$
    when 'sort_reference' then $e$sort_reference$e$
    when 'sort_note' then $e$sort_note$e$
    when 'sort_client' then $e$sort_client$e$
    when 'client_id' then $e$coalesce(client_id, uuid '00000000-0000-0000-0000-000000000000')::text$e$
    when 'account_id' then $e$account_id::text$e$
    else $e$''$e$ end
$f$;

-- The mark that a change belongs to, in each order.
create function documents.marks_of(change documents.tally_change) returns table (sorted_by text, key text, id uuid)
language sql stable as $$
  select s.sorted_by, coalesce(m.key, '') collate "C", coalesce(m.id, uuid '00000000-0000-0000-0000-000000000000')
    from unnest(array_prepend('', documents.orders())) s(sorted_by)
   cross join lateral (select documents.sort_key(s.sorted_by, change) as key offset 0) k
    left join lateral (
         select m.key, m.id from documents.tally_mark m
          where s.sorted_by <> '' and m.shard = change.shard and m.organization_id = change.organization_id
            and m.sorted_by = s.sorted_by and (m.key, m.id) <= (k.key, change.id)
          order by m.key desc, m.id desc limit 1) m on true
$$;
-- The sum of both: what was gathered, and each change at the mark it belongs to. Nothing that was deleted is in it.
create view documents.tally with (security_invoker = true) as
select shard, organization_id, sorted_by, key, id,
       type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year,
       null::timestamptz as deleted_at, n
  from documents.tally_mark
 union all
select c.shard, c.organization_id, m.sorted_by, m.key, m.id,
       c.type, c.draft, c.incoming, c.canceled, c.sent_snail_mail, c.has_unit, c.decimal_places, c.paid_in_full, c.currency,
       c.date_year,
       null::timestamptz, c.n
  from documents.tally_change c cross join lateral documents.marks_of(c) m;
grant select on documents.tally to billhook_app;

create or replace function documents.note_tally() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (old.deleted_at is null) = (new.deleted_at is null)
     and (old.type, old.draft, old.incoming, old.canceled, old.sent_snail_mail, old.has_unit, old.decimal_places,
          old.paid_in_full, old.currency, old.date_year, old.date, old.date_due, old.created_at, old.updated_at, old.number,
          old.sort_total, old.date_service, old.issued_at, old.sort_net, old.sort_due, old.sort_paid, old.sort_reference,
          old.sort_note, old.sort_client, old.client_id, old.account_id)
         is not distinct from
         (new.type, new.draft, new.incoming, new.canceled, new.sent_snail_mail, new.has_unit, new.decimal_places,
          new.paid_in_full, new.currency, new.date_year, new.date, new.date_due, new.created_at, new.updated_at, new.number,
          new.sort_total, new.date_service, new.issued_at, new.sort_net, new.sort_due, new.sort_paid, new.sort_reference,
          new.sort_note, new.sort_client, new.client_id, new.account_id)
  then
    return null;
  end if;
  if tg_op <> 'INSERT' then
    if old.deleted_at is null then
      insert into documents.tally_change (shard, organization_id, n,
        id, type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year, date,
        date_due, created_at, updated_at, number, sort_total, date_service, issued_at, sort_net, sort_due, sort_paid,
        sort_reference, sort_note, sort_client, client_id, account_id)
      values (old.shard, old.organization_id, -1, old.id,
        old.type, old.draft, old.incoming, old.canceled, old.sent_snail_mail, old.has_unit, old.decimal_places,
        old.paid_in_full, old.currency, old.date_year, old.date, old.date_due, old.created_at, old.updated_at, old.number,
        old.sort_total, old.date_service, old.issued_at, old.sort_net, old.sort_due, old.sort_paid, old.sort_reference,
        old.sort_note, old.sort_client, old.client_id, old.account_id);
    end if;
  end if;
  if tg_op <> 'DELETE' then
    if new.deleted_at is null then
      insert into documents.tally_change (shard, organization_id, n,
        id, type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year, date,
        date_due, created_at, updated_at, number, sort_total, date_service, issued_at, sort_net, sort_due, sort_paid,
        sort_reference, sort_note, sort_client, client_id, account_id)
      values (new.shard, new.organization_id, 1, new.id,
        new.type, new.draft, new.incoming, new.canceled, new.sent_snail_mail, new.has_unit, new.decimal_places,
        new.paid_in_full, new.currency, new.date_year, new.date, new.date_due, new.created_at, new.updated_at, new.number,
        new.sort_total, new.date_service, new.issued_at, new.sort_net, new.sort_due, new.sort_paid, new.sort_reference,
        new.sort_note, new.sort_client, new.client_id, new.account_id);
    end if;
  end if;
  return null;
end $$;

-- As 0020 has it.
create or replace function documents.split_tally(of_shard int, of_organization uuid, of_order text, from_key text, from_id uuid)
returns void language plpgsql security definer set search_path = pg_catalog as $$
declare
  expression text := case of_order when 'id' then 'id' else format('(%s, id)', documents.sort_expression(of_order)) end;
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
      select id, type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year,
             (%3$s) collate "C" as key,
             row_number() over (order by %1$s) - 1 as place
        from documents.document
       where shard = $1 and organization_id = $2 and deleted_at is null %2$s),
    mark as materialized (
      select 0::bigint as place, $4::text collate "C" as key, $5::uuid as id
       union all
      select place, key, id from own where place > 0 and place %% 2500 = 0),
    pending as (
      select c.*, documents.sort_key($3, c) collate "C" as key
        from documents.tally_change c where c.shard = $1 and c.organization_id = $2),
    cell as (
      select m.key, m.id,
             o.type, o.draft, o.incoming, o.canceled, o.sent_snail_mail, o.has_unit, o.decimal_places, o.paid_in_full,
           o.currency, o.date_year, 1 as n
        from own o join mark m on m.place = o.place - o.place %% 2500
       union all
      select m.key, m.id,
             p.type, p.draft, p.incoming, p.canceled, p.sent_snail_mail, p.has_unit, p.decimal_places, p.paid_in_full,
           p.currency, p.date_year, -p.n
        from pending p
       cross join lateral (select key, id from mark where (mark.key, mark.id) <= (p.key, p.id)
                            order by mark.key desc, mark.id desc limit 1) m
       where $6::text is null or (p.key, p.id) < ($6::text collate "C", $7::uuid))
    insert into documents.tally_mark (shard, organization_id, sorted_by, key, id,
           type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year, n)
    select $1, $2, $3, key, id, type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full,
      currency, date_year,
           sum(n)
      from cell
     group by key, id, type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency,
       date_year
    having sum(n) <> 0
    $q$, expression, bounds, documents.key_expression(of_order))
  using of_shard, of_organization, of_order, from_key, from_id, below.key, below.id;
end $$;

create or replace function documents.gather_tally(of_shard int, of_organization uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog set plan_cache_mode = force_custom_plan as $$
declare heavy record;
begin
  if not pg_try_advisory_xact_lock(hashtextextended(of_organization::text, 20)) then return false; end if;
  with gone as (
    delete
      from documents.tally_change c where c.shard = of_shard and c.organization_id = of_organization returning c as change),
  placed as (
    select m.sorted_by, m.key, m.id as mark,
           (g.change).type, (g.change).draft, (g.change).incoming, (g.change).canceled, (g.change).sent_snail_mail,
           (g.change).has_unit, (g.change).decimal_places, (g.change).paid_in_full, (g.change).currency,
             (g.change).date_year, (g.change).n
      from gone g cross join lateral documents.marks_of(g.change) m)
  insert into documents.tally_mark as t (shard, organization_id, sorted_by, key, id,
    type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year, n)
  select of_shard, of_organization, sorted_by, key, mark,
         type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year, sum(n)
    from placed group by sorted_by, key, mark,
         type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year
  having sum(n) <> 0
  on conflict (shard, organization_id, sorted_by, key, id,
    type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year)
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

create or replace function documents.tally_anew(of_shard int, of_organization uuid) returns void
language plpgsql security definer set search_path = pg_catalog set plan_cache_mode = force_custom_plan as $$
declare of_order text;
begin
  perform pg_advisory_xact_lock(hashtextextended(of_organization::text, 20));
  delete from documents.tally_mark m where m.shard = of_shard and m.organization_id = of_organization;
  insert into documents.tally_mark (shard, organization_id, sorted_by, key, id,
    type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year, n)
  select of_shard, of_organization, '', '', uuid '00000000-0000-0000-0000-000000000000',
         type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year, sum(n)
    from (select type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency,
      date_year, 1 as n
            from documents.document d
           where d.shard = of_shard and d.organization_id = of_organization and d.deleted_at is null
           union all
          select type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency,
            date_year, -n
            from documents.tally_change c where c.shard = of_shard and c.organization_id = of_organization) x
   group by type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year
  having sum(n) <> 0;
  foreach of_order in array documents.orders() loop
    perform documents.split_tally(of_shard, of_organization, of_order, '', uuid '00000000-0000-0000-0000-000000000000');
  end loop;
end $$;
grant execute on function documents.marks_of, documents.sort_key to billhook_app;
select documents.tally_anew(o.shard, o.id) from organizations.organization o;
