-- The other half of what documents are asked for by. Totals that most documents have as nothing get an order like the rest; what
-- some have and others lack (the day it was paid, for one) gets an order of those that have it, which costs the others nothing.
-- And what is said by many documents alike, or lacked by many, is counted as a term: how many documents have it from one mark of
-- the order of ids to the next.

drop index documents.document_term;
alter table documents.document
  add column sort_discount bigint not null generated always as
    (least(greatest(total_discount * power(10::numeric, 3 - exponent), -9000000000000000000), 9000000000000000000)::bigint) stored,
  add column sort_credited bigint not null generated always as
    (least(greatest(total_credited * power(10::numeric, 3 - exponent), -9000000000000000000), 9000000000000000000)::bigint) stored,
  add column sort_converted bigint generated always as
    (case when conversion ->> 'total' is not null
          then least(greatest((conversion ->> 'total')::bigint * power(10::numeric, 3 - (conversion ->> 'exponent')::int),
                     -9000000000000000000), 9000000000000000000)::bigint end) stored,
  add column sort_converted_with_tax bigint generated always as
    (case when conversion ->> 'total_with_tax' is not null
          then least(greatest((conversion ->> 'total_with_tax')::bigint
                              * power(10::numeric, 3 - (conversion ->> 'exponent')::int),
                     -9000000000000000000), 9000000000000000000)::bigint end) stored;
create index document_by_discount on documents.document (shard, organization_id, sort_discount, id) where deleted_at is null;
create index document_by_credited on documents.document (shard, organization_id, sort_credited, id) where deleted_at is null;
create index document_by_converted on documents.document (shard, organization_id, sort_converted, id)
  where sort_converted is not null and deleted_at is null;
create index document_by_converted_with_tax on documents.document (shard, organization_id, sort_converted_with_tax, id)
  where sort_converted_with_tax is not null and deleted_at is null;

-- Terms of 0045, which what few documents say is looked up by: the footer, the signature, and which keys `custom` has, too. One
-- hash of another: a term is of one name and value only, and takes half the time.
create or replace function documents.term(organization uuid, name text, value text) returns bigint
language sql immutable parallel safe as $$
  select hashtextextended(value, hashtextextended(name, uuid_hash_extended(organization, 45)))
$$;
drop function documents.terms;
create function documents.terms(organization uuid, client jsonb, options jsonb, custom jsonb, footer text, signature text)
returns bigint[] language sql immutable parallel safe as $$
  select array_agg(documents.term(organization, t.name, t.value))
    from (select c.name, c.value
            from jsonb_each_text(custom) e cross join lateral (values ('custom.' || e.key, e.value), ('custom', e.key)) c(name, value)
           where e.value is not null
           union all
          select n.name, n.value
            from (values ('_documentClient.email', client ->> 'email'), ('_documentClient.taxNumber', client ->> 'tax_number'),
                         ('_documentClient.companyNumber', client ->> 'company_number'),
                         ('_documentClient.address', client ->> 'address'), ('_documentClient.city', client ->> 'city'),
                         ('_documentClient.zip', client ->> 'zip'), ('_documentClient.country', client ->> 'country'),
                         ('_documentClient.countryAlpha2Code', client ->> 'country_code'),
                         ('_documentClient.phone', client ->> 'phone'), ('_documentClient.contact', client ->> 'contact'),
                         ('numberInternal', options ->> 'number_internal'), ('footer', footer), ('signature', signature))
                 n(name, value)) t
   where t.value <> ''
$$;
create index document_term on documents.document
  using gin (documents.terms(organization_id, client, options, custom, footer, signature))
  with (fastupdate = off) where deleted_at is null;
create or replace function documents.with_terms(names text[], texts text[], of_shard int, most int) returns uuid[]
language sql stable security definer set search_path = pg_catalog set enable_seqscan = off set enable_indexscan = off
set enable_indexonlyscan = off as $$
  select array(
    select d.id from documents.document d
     where d.shard + 0 = of_shard and d.organization_id::text = public.tenant()::text and d.deleted_at is null
       and documents.terms(d.organization_id, d.client, d.options, d.custom, d.footer, d.signature)
           @> array(select documents.term(public.tenant(), t.name, t.value) from unnest(names, texts) t(name, value))
     limit most)
$$;
grant execute on function documents.terms to billhook_app;

-- What a document says under each name that is counted by terms; null where it lacks it. Of `custom`, which keys it has.
create function documents.words(d documents.document) returns table (name text, value text)
language sql immutable parallel safe as $$
  select n.name, n.value
    from (values ('unitId', (d).unit_id::text), ('numberInternal', (d).options ->> 'number_internal'),
                 ('footer', (d).footer), ('signature', (d).signature),
                 ('_documentClient.email', (d).client ->> 'email'), ('_documentClient.taxNumber', (d).client ->> 'tax_number'),
                 ('_documentClient.companyNumber', (d).client ->> 'company_number'),
                 ('_documentClient.address', (d).client ->> 'address'), ('_documentClient.city', (d).client ->> 'city'),
                 ('_documentClient.zip', (d).client ->> 'zip'), ('_documentClient.country', (d).client ->> 'country'),
                 ('_documentClient.countryAlpha2Code', (d).client ->> 'country_code'),
                 ('_documentClient.phone', (d).client ->> 'phone'), ('_documentClient.contact', (d).client ->> 'contact'))
         n(name, value)
   union all
  select n.name, null
    from (values ('dateServiceTo', (d).date_service_to is null), ('dateValidTill', (d).date_valid_till is null),
                 ('datePaid', (d).date_paid is null), ('dateReceived', (d).date_received is null),
                 ('acceptedAt', (d).accepted_at is null), ('rejectedAt', (d).rejected_at is null),
                 ('totalConverted', (d).total_converted is null),
                 ('totalWithTaxConverted', (d).total_with_tax_converted is null),
                 ('uniqueId', (d).unique_id is null), ('shareableId', (d).shareable_id is null),
                 ('previousDocumentId', (d).previous_document_id is null)) n(name, is_lacking)
   where n.is_lacking
   union all
  select c.name, c.value
    from jsonb_each_text((d).custom) e cross join lateral (values ('custom.' || e.key, e.value), ('custom', e.key)) c(name, value)
   where e.value is not null
$$;
create function documents.word(name text, value text) returns bigint language sql immutable parallel safe as $$
  select coalesce(hashtextextended(value, hashtextextended(name, 79)), hashtextextended(name, 79))
$$;
-- In plpgsql, which keeps the plan, whatever the one that calls it does; and the planner fails at the other's body within a
-- statement about many documents.
create function documents.words_of(d documents.document) returns bigint[]
language plpgsql immutable parallel safe set plan_cache_mode = force_generic_plan as $$
begin
  return (select array_agg(documents.word(w.name, w.value)) from documents.words(d) w);
end $$;
create function documents.each_word(d documents.document) returns table (name text, value text)
language plpgsql immutable parallel safe set plan_cache_mode = force_generic_plan as $$
begin
  return query select w.name, w.value from documents.words(d) w;
end $$;
-- The terms that an organization's documents are counted by: what is lacked or empty under a name of those above, and what at
-- least a hundredth of some thousands of documents said. It has none before it has 5,000 documents.
create table documents.common_term (
  shard           int    not null,
  organization_id uuid   not null,
  term            bigint not null,
  primary key (shard, organization_id, term)
);
-- n documents with a term stand from this mark of the order of ids to the next.
create table documents.term_mark (
  shard           int    not null,
  organization_id uuid   not null,
  term            bigint not null,
  id              uuid   not null,
  n               bigint not null,
  primary key (shard, organization_id, term, id) include (n)
);
grant select on documents.common_term, documents.term_mark to billhook_app;
alter table documents.common_term enable row level security;
alter table documents.term_mark enable row level security;
create policy tenant on documents.common_term using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on documents.term_mark using (organization_id = public.tenant()) with check (organization_id = public.tenant());

drop view documents.tally;
truncate documents.tally_change, documents.tally_mark;
-- `terms` are those of the document; none where a change is of something else, as what it takes away it gives again.
alter table documents.tally_change
  add column sort_discount bigint not null,
  add column sort_credited bigint not null,
  add column date_service_to timestamptz,
  add column date_valid_till timestamptz,
  add column date_paid timestamptz,
  add column date_received timestamptz,
  add column accepted_at timestamptz,
  add column rejected_at timestamptz,
  add column sort_converted bigint,
  add column sort_converted_with_tax bigint,
  add column terms bigint[];

-- The orders. What is compared in the table is the same expressions as in the indexes and in documents/columns.py.
create or replace function documents.orders() returns text[] language sql immutable parallel safe as $$
  select array[
    'id', 'date', 'date_due', 'created_at', 'updated_at', 'number', 'sort_total', 'date_service', 'issued_at', 'sort_net',
    'sort_due', 'sort_paid', 'sort_reference', 'sort_note', 'sort_client', 'client_id', 'account_id', 'sort_discount',
    'sort_credited', 'date_service_to', 'date_valid_till', 'date_paid', 'date_received', 'accepted_at', 'rejected_at',
    'sort_converted', 'sort_converted_with_tax']
$$;
create or replace function documents.sort_value(sorted_by text, key text) returns text language sql immutable parallel safe as $$
  select case
    when sorted_by in ('number', 'sort_reference', 'sort_note', 'sort_client')
    then format('%L', key)
    when sorted_by in ('sort_total', 'sort_net', 'sort_due', 'sort_paid', 'sort_discount', 'sort_credited', 'sort_converted',
                       'sort_converted_with_tax')
    then format('%L::bigint', key::numeric - 10000000000000000000::numeric)
    when sorted_by in ('client_id', 'account_id')
    then format('uuid %L', key)
    else format('timestamptz %L', key || '+00') end
$$;

-- Nothing where the document is not in that order.
create or replace function documents.sort_key(sorted_by text, change documents.tally_change) returns text
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
    when 'sort_discount' then documents.whole_key(change.sort_discount)
    when 'sort_credited' then documents.whole_key(change.sort_credited)
    when 'sort_converted' then documents.whole_key(change.sort_converted)
    when 'sort_converted_with_tax' then documents.whole_key(change.sort_converted_with_tax)
    when 'date_service_to' then documents.instant_key(change.date_service_to)
    when 'date_valid_till' then documents.instant_key(change.date_valid_till)
    when 'date_paid' then documents.instant_key(change.date_paid)
    when 'date_received' then documents.instant_key(change.date_received)
    when 'accepted_at' then documents.instant_key(change.accepted_at)
    when 'rejected_at' then documents.instant_key(change.rejected_at)
    else '' end collate "C"
$$;
-- The same of a document, as an expression of its columns.
create or replace function documents.key_expression(sorted_by text) returns text language sql immutable parallel safe as $f$
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
    when 'sort_discount' then $e$documents.whole_key(sort_discount)$e$
    when 'sort_credited' then $e$documents.whole_key(sort_credited)$e$
    when 'sort_converted' then $e$documents.whole_key(sort_converted)$e$
    when 'sort_converted_with_tax' then $e$documents.whole_key(sort_converted_with_tax)$e$
    when 'date_service_to' then $e$documents.instant_key(date_service_to)$e$
    when 'date_valid_till' then $e$documents.instant_key(date_valid_till)$e$
    when 'date_paid' then $e$documents.instant_key(date_paid)$e$
    when 'date_received' then $e$documents.instant_key(date_received)$e$
    when 'accepted_at' then $e$documents.instant_key(accepted_at)$e$
    when 'rejected_at' then $e$documents.instant_key(rejected_at)$e$
    else $e$''$e$ end
$f$;

-- The mark that a change belongs to, in each order.
create or replace function documents.marks_of(change documents.tally_change) returns table (sorted_by text, key text, id uuid)
language sql stable as $$
  select s.sorted_by, coalesce(m.key, '') collate "C", coalesce(m.id, uuid '00000000-0000-0000-0000-000000000000')
    from unnest(array_prepend('', documents.orders())) s(sorted_by)
   cross join lateral (select documents.sort_key(s.sorted_by, change) as key offset 0) k
    left join lateral (
         select m.key, m.id from documents.tally_mark m
          where s.sorted_by <> '' and m.shard = change.shard and m.organization_id = change.organization_id
            and m.sorted_by = s.sorted_by and (m.key, m.id) <= (k.key, change.id)
          order by m.key desc, m.id desc limit 1) m on true
   where k.key is not null
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

create view documents.term_tally with (security_invoker = true) as
select shard, organization_id, term, id, n
  from documents.term_mark
 union all
select c.shard, c.organization_id, t.term, coalesce(m.id, uuid '00000000-0000-0000-0000-000000000000'), c.n
  from documents.tally_change c cross join lateral unnest(c.terms) t(term)
  left join lateral (
       select m.id from documents.tally_mark m
        where m.shard = c.shard and m.organization_id = c.organization_id and m.sorted_by = 'id' and m.key = '' and m.id <= c.id
        order by m.id desc limit 1) m on true;
grant select on documents.term_tally to billhook_app;

create or replace function documents.note_tally() returns trigger language plpgsql as $$
declare is_saying_the_same boolean := false;
begin
  if tg_op = 'UPDATE' and (old.deleted_at is null) = (new.deleted_at is null) then
    is_saying_the_same :=
      (old.unit_id, old.options ->> 'number_internal', old.footer, old.signature, old.client, old.custom, old.date_service_to is null,
       old.date_valid_till is null, old.date_paid is null, old.date_received is null, old.accepted_at is null,
       old.rejected_at is null, old.conversion is null, old.unique_id is null, old.shareable_id is null,
       old.previous_document_id is null)
      is not distinct from
      (new.unit_id, new.options ->> 'number_internal', new.footer, new.signature, new.client, new.custom, new.date_service_to is null,
       new.date_valid_till is null, new.date_paid is null, new.date_received is null, new.accepted_at is null,
       new.rejected_at is null, new.conversion is null, new.unique_id is null, new.shareable_id is null,
       new.previous_document_id is null);
  end if;
  if tg_op = 'UPDATE' and (old.deleted_at is null) = (new.deleted_at is null)
     and (old.type, old.draft, old.incoming, old.canceled, old.sent_snail_mail, old.has_unit, old.decimal_places,
          old.paid_in_full, old.currency, old.date_year, old.date, old.date_due, old.created_at, old.updated_at, old.number,
          old.sort_total, old.date_service, old.issued_at, old.sort_net, old.sort_due, old.sort_paid, old.sort_reference,
          old.sort_note, old.sort_client, old.client_id, old.account_id,
          old.sort_discount, old.sort_credited, old.date_service_to, old.date_valid_till, old.date_paid,
          old.date_received, old.accepted_at, old.rejected_at, old.sort_converted, old.sort_converted_with_tax)
         is not distinct from
         (new.type, new.draft, new.incoming, new.canceled, new.sent_snail_mail, new.has_unit, new.decimal_places,
          new.paid_in_full, new.currency, new.date_year, new.date, new.date_due, new.created_at, new.updated_at, new.number,
          new.sort_total, new.date_service, new.issued_at, new.sort_net, new.sort_due, new.sort_paid, new.sort_reference,
          new.sort_note, new.sort_client, new.client_id, new.account_id,
          new.sort_discount, new.sort_credited, new.date_service_to, new.date_valid_till, new.date_paid,
          new.date_received, new.accepted_at, new.rejected_at, new.sort_converted, new.sort_converted_with_tax)
     and is_saying_the_same
  then
    return null;
  end if;
  if tg_op <> 'INSERT' then
    if old.deleted_at is null then
      insert into documents.tally_change (shard, organization_id, n,
        id, type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year, date,
        date_due, created_at, updated_at, number, sort_total, date_service, issued_at, sort_net, sort_due, sort_paid,
        sort_reference, sort_note, sort_client, client_id, account_id,
        sort_discount, sort_credited, date_service_to, date_valid_till, date_paid, date_received,
        accepted_at, rejected_at, sort_converted, sort_converted_with_tax, terms)
      values (old.shard, old.organization_id, -1, old.id,
        old.type, old.draft, old.incoming, old.canceled, old.sent_snail_mail, old.has_unit, old.decimal_places,
        old.paid_in_full, old.currency, old.date_year, old.date, old.date_due, old.created_at, old.updated_at, old.number,
        old.sort_total, old.date_service, old.issued_at, old.sort_net, old.sort_due, old.sort_paid, old.sort_reference,
        old.sort_note, old.sort_client, old.client_id, old.account_id,
        old.sort_discount, old.sort_credited, old.date_service_to, old.date_valid_till, old.date_paid,
        old.date_received, old.accepted_at, old.rejected_at, old.sort_converted, old.sort_converted_with_tax,
        case when not is_saying_the_same then documents.words_of(old) end);
    end if;
  end if;
  if tg_op <> 'DELETE' then
    if new.deleted_at is null then
      insert into documents.tally_change (shard, organization_id, n,
        id, type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year, date,
        date_due, created_at, updated_at, number, sort_total, date_service, issued_at, sort_net, sort_due, sort_paid,
        sort_reference, sort_note, sort_client, client_id, account_id,
        sort_discount, sort_credited, date_service_to, date_valid_till, date_paid, date_received,
        accepted_at, rejected_at, sort_converted, sort_converted_with_tax, terms)
      values (new.shard, new.organization_id, 1, new.id,
        new.type, new.draft, new.incoming, new.canceled, new.sent_snail_mail, new.has_unit, new.decimal_places,
        new.paid_in_full, new.currency, new.date_year, new.date, new.date_due, new.created_at, new.updated_at, new.number,
        new.sort_total, new.date_service, new.issued_at, new.sort_net, new.sort_due, new.sort_paid, new.sort_reference,
        new.sort_note, new.sort_client, new.client_id, new.account_id,
        new.sort_discount, new.sort_credited, new.date_service_to, new.date_valid_till, new.date_paid,
        new.date_received, new.accepted_at, new.rejected_at, new.sort_converted, new.sort_converted_with_tax,
        case when not is_saying_the_same then documents.words_of(new) end);
    end if;
  end if;
  return null;
end $$;

-- As 0020 has it, of the documents that are in the order.
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
       where shard = $1 and organization_id = $2 and deleted_at is null and %4$s is not null %2$s),
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
    $q$, expression, bounds, documents.key_expression(of_order), documents.sort_expression(of_order))
  using of_shard, of_organization, of_order, from_key, from_id, below.key, below.id;
  if of_order = 'id' then
    perform documents.count_terms(of_shard, of_organization, from_id, below.id);
  end if;
end $$;
alter function documents.split_tally set plan_cache_mode = force_custom_plan;


-- What is lacked, or empty, is a term of every organization that is counted by terms.
create function documents.plain_words() returns table (name text, value text) language sql immutable parallel safe as $$
  select n.name, v.value
    from unnest(array['unitId', 'numberInternal', 'footer', 'signature', '_documentClient.email', '_documentClient.taxNumber',
      '_documentClient.companyNumber', '_documentClient.address', '_documentClient.city', '_documentClient.zip',
      '_documentClient.country', '_documentClient.countryAlpha2Code', '_documentClient.phone', '_documentClient.contact'])
      n(name) cross join (values (null), ('')) v(value)
   union all
  select n.name, null
    from unnest(array['dateServiceTo', 'dateValidTill', 'datePaid', 'dateReceived', 'acceptedAt', 'rejectedAt',
      'totalConverted', 'totalWithTaxConverted', 'uniqueId', 'shareableId', 'previousDocumentId']) n(name)
$$;
-- The documents that say something, found by an index as 0071 has it.
create function documents.saying(of_shard int, of_organization uuid, of_name text, of_value text) returns setof uuid
language sql stable set search_path = pg_catalog set enable_seqscan = off set enable_indexscan = off
set enable_indexonlyscan = off set plan_cache_mode = force_custom_plan as $$
  select d.id from documents.document d
   where d.shard + 0 = of_shard and d.organization_id::text = of_organization::text and d.deleted_at is null
     and documents.terms(d.organization_id, d.client, d.options, d.custom, d.footer, d.signature)
         @> array[documents.term(of_organization, of_name, of_value)]
     and exists (select from documents.each_word(d) w where w.name = of_name and w.value = of_value)
   union all
  select d.id from documents.document d
   where of_name = 'unitId' and d.shard = of_shard and d.organization_id = of_organization and d.deleted_at is null
     and d.unit_id = case when of_name = 'unitId' then of_value::uuid end
$$;
-- Count a term that has just been taken up, but for what stands between two ids.
create function documents.count_term(of_shard int, of_organization uuid, of_name text, of_value text, from_id uuid, below_id uuid)
returns void language sql security definer set search_path = pg_catalog set plan_cache_mode = force_custom_plan as $$
  with mark as materialized (
    select m.id, lead(m.id, 1, uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff') over (order by m.id) as next
      from (select distinct m.id from documents.tally_mark m
             where m.shard = of_shard and m.organization_id = of_organization and m.sorted_by = 'id') m),
  cell as (
    select s.id, 1 as n from documents.saying(of_shard, of_organization, of_name, of_value) s(id)
     union all
    select c.id, -c.n from documents.tally_change c
     where c.shard = of_shard and c.organization_id = of_organization and documents.word(of_name, of_value) = any(c.terms))
  insert into documents.term_mark (shard, organization_id, term, id, n)
  select of_shard, of_organization, documents.word(of_name, of_value), m.id, sum(c.n)
    from cell c join mark m on c.id >= m.id and c.id < m.next
   where c.id < from_id or c.id >= below_id
   group by m.id having sum(c.n) <> 0
$$;
revoke execute on function documents.saying, documents.count_term from public;

-- Count the terms of an organization anew between two ids, of which the first is a mark of the order of ids; and take up those
-- that many documents there have. As in split_tally, one statement sees the documents and the changes that are not gathered yet.
create function documents.count_terms(of_shard int, of_organization uuid, from_id uuid, below_id uuid) returns void
language plpgsql security definer set search_path = pg_catalog set plan_cache_mode = force_custom_plan as $$
declare
  least_id constant uuid := '00000000-0000-0000-0000-000000000000';
  after_all constant uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  taken bigint;
  fresh record;
  counted bigint[];
begin
  select count(*) into taken from documents.common_term c where c.shard = of_shard and c.organization_id = of_organization;
  if taken = 0 then
    if (select count(*) <= 5000
          from (select from documents.document d
                 where d.shard = of_shard and d.organization_id = of_organization and d.deleted_at is null limit 5001) d) then
      return;
    end if;
    from_id := least_id;
    below_id := null;
    insert into documents.common_term
    select of_shard, of_organization, documents.word(p.name, p.value) from documents.plain_words() p;
  end if;
  delete from documents.term_mark t
   where t.shard = of_shard and t.organization_id = of_organization and t.id >= from_id and t.id < coalesce(below_id, after_all);
  for fresh in
    with said as (
      select w.name, w.value, count(*) as n, sum(count(*)) filter (where w.name = 'unitId') over () as documents
        from documents.document d cross join lateral documents.each_word(d) w
       where d.shard = of_shard and d.organization_id = of_organization and d.deleted_at is null
         and d.id >= from_id and d.id < coalesce(below_id, after_all)
       group by w.name, w.value)
    select s.name, s.value
      from said s
     where s.value <> '' and s.n >= greatest(50, s.documents / 100)
       and not exists (select from documents.common_term t
                        where t.shard = of_shard and t.organization_id = of_organization
                          and t.term = documents.word(s.name, s.value))
     order by s.n desc limit greatest(1000 - taken, 0)
  loop
    insert into documents.common_term values (of_shard, of_organization, documents.word(fresh.name, fresh.value));
    if from_id > least_id or below_id is not null then
      perform documents.count_term(of_shard, of_organization, fresh.name, fresh.value, from_id, coalesce(below_id, after_all));
    end if;
  end loop;
  counted := array(select t.term from documents.common_term t where t.shard = of_shard and t.organization_id = of_organization);
  with mark as materialized (
    select m.id, lead(m.id, 1, coalesce(below_id, after_all)) over (order by m.id) as next
      from (select distinct m.id from documents.tally_mark m
             where m.shard = of_shard and m.organization_id = of_organization and m.sorted_by = 'id'
               and m.id >= from_id and m.id < coalesce(below_id, after_all)) m),
  cell as (
    select d.mark, w.term, 1 as n
      from (select m.id as mark, documents.words_of(d) as terms
              from mark m
             cross join lateral (select d from documents.document d
                                  where d.shard = of_shard and d.organization_id = of_organization and d.deleted_at is null
                                    and d.id >= m.id and d.id < m.next offset 0) d(d) offset 0) d
     cross join lateral unnest(d.terms) w(term)
     union all
    select c.mark, w.term, -c.n
      from (select m.id as mark, c.terms, c.n from documents.tally_change c join mark m on c.id >= m.id and c.id < m.next
             where c.shard = of_shard and c.organization_id = of_organization offset 0) c
     cross join lateral unnest(c.terms) w(term))
  insert into documents.term_mark (shard, organization_id, term, id, n)
  select of_shard, of_organization, c.term, c.mark, sum(c.n)
    from cell c
   where c.term = any(counted)
   group by c.term, c.mark having sum(c.n) <> 0;
end $$;
revoke execute on function documents.count_terms from public;

create or replace function documents.gather_tally(of_shard int, of_organization uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog set plan_cache_mode = force_custom_plan as $$
declare heavy record;
begin
  if not pg_try_advisory_xact_lock(hashtextextended(of_organization::text, 20)) then return false; end if;
  with gone as (
    delete
      from documents.tally_change c where c.shard = of_shard and c.organization_id = of_organization returning c as change),
  placed as (
    select m.sorted_by, m.key, m.id as mark, case when m.sorted_by = 'id' then (g.change).terms end as terms,
           (g.change).type, (g.change).draft, (g.change).incoming, (g.change).canceled, (g.change).sent_snail_mail,
           (g.change).has_unit, (g.change).decimal_places, (g.change).paid_in_full, (g.change).currency,
             (g.change).date_year, (g.change).n
      from gone g cross join lateral documents.marks_of(g.change) m),
  noted as (
    insert into documents.tally_mark as t (shard, organization_id, sorted_by, key, id,
      type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year, n)
    select of_shard, of_organization, sorted_by, key, mark,
           type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year, sum(n)
      from placed group by sorted_by, key, mark,
           type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year
    having sum(n) <> 0
    on conflict (shard, organization_id, sorted_by, key, id,
      type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year)
    do update set n = t.n + excluded.n)
  insert into documents.term_mark as t (shard, organization_id, term, id, n)
  select of_shard, of_organization, c.term, p.mark, sum(p.n)
    from placed p
   cross join lateral unnest(p.terms) w(term)
    join documents.common_term c on c.shard = of_shard and c.organization_id = of_organization and c.term = w.term
   where p.sorted_by = 'id'
   group by c.term, p.mark having sum(p.n) <> 0
      on conflict (shard, organization_id, term, id) do update set n = t.n + excluded.n;
  delete from documents.term_mark t where t.shard = of_shard and t.organization_id = of_organization and t.n = 0;
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
  delete from documents.common_term t where t.shard = of_shard and t.organization_id = of_organization;
  delete from documents.term_mark t where t.shard = of_shard and t.organization_id = of_organization;
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
select documents.tally_anew(o.shard, o.id) from organizations.organization o;
