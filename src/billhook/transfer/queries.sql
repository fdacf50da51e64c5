-- name: zone
-- The zone that days are meant in.
select timezone from organizations.organization where shard = :shard and id = :organization_id;

-- The exports: $3 is the organization's zone, $4 and $5 the first and the last day, if any. The filter language completes
-- them; they are counted, and read through a cursor.

-- name: export_documents
select id, type, number, draft, canceled, incoming, public.business_day(date, $3) as date,
       public.business_day(date_service, $3) as date_service, public.business_day(date_due, $3) as date_due, reference,
       client_id, client ->> 'name' as client_name, client ->> 'email' as client_email,
       client ->> 'country' as client_country, client ->> 'tax_number' as client_tax_number, currency as currency_id,
       round(total * power(10::numeric, -exponent), exponent) as total,
       round((total_with_tax - total) * power(10::numeric, -exponent), exponent) as total_tax,
       round(total_with_tax * power(10::numeric, -exponent), exponent) as total_with_tax,
       round(total_paid * power(10::numeric, -exponent), exponent) as total_paid,
       round(total_due * power(10::numeric, -exponent), exponent) as total_due, paid_in_full
  from documents.document
 where shard = $1 and organization_id = $2 and deleted_at is null
   and ($4::date is null or (date >= $4::date::timestamp at time zone 'UTC' - interval '1 day'
                             and public.business_day(date, $3) >= $4::date))
   and ($5::date is null or (date < $5::date::timestamp at time zone 'UTC' + interval '2 days'
                             and public.business_day(date, $3) <= $5::date));

-- name: export_payments
select id, public.business_day(date, $3) as date, type, round(amount * power(10::numeric, -exponent), exponent) as amount,
       currency as currency_id, document_id, document_number, document_type, client_name, transaction_id, note, tag
  from payments.payment
  left join lateral (
       select d.number as document_number, d.type as document_type, d.client ->> 'name' as client_name
         from documents.document d where d.shard = $1 and d.id = document_id) as paid on true
 where shard = $1 and organization_id = $2 and deleted_at is null
   and ($4::date is null or (date >= $4::date::timestamp at time zone 'UTC' - interval '1 day'
                             and public.business_day(date, $3) >= $4::date))
   and ($5::date is null or (date < $5::date::timestamp at time zone 'UTC' + interval '2 days'
                             and public.business_day(date, $3) <= $5::date));

-- name: export_clients
select id, name, identity ->> 'address' as address, identity ->> 'address2' as address2, identity ->> 'city' as city,
       identity ->> 'zip' as zip, identity ->> 'state' as state, identity ->> 'country' as country, country_code,
       identity ->> 'tax_number' as tax_number, (identity ->> 'tax_subject')::boolean as tax_subject,
       identity ->> 'company_number' as company_number, identity ->> 'iban' as iban, identity ->> 'bank' as bank,
       identity ->> 'swift' as swift, identity ->> 'website' as website, email, identity ->> 'phone' as phone,
       contact, type, is_end_customer, note, (created_at at time zone $3)::date as created
  from clients.client
 where shard = $1 and organization_id = $2 and deleted_at is null
   and ($4::date is null or (created_at at time zone $3)::date >= $4::date)
   and ($5::date is null or (created_at at time zone $3)::date <= $5::date);

-- name: export_items
select id, name, sku, description, unit, price, price_gross,
       coalesce((select string_agg(payments.id24(tax), ' ') from unnest(tax_ids) tax), '') as tax_ids,
       (created_at at time zone $3)::date as created
  from catalog.item
 where shard = $1 and organization_id = $2 and deleted_at is null
   and ($4::date is null or (created_at at time zone $3)::date >= $4::date)
   and ($5::date is null or (created_at at time zone $3)::date <= $5::date);

-- name: papers
-- Documents that are to be printed, by their ids.
select id, type, number, date as at
  from documents.document
 where shard = :shard and organization_id = :organization_id and id = any(:wanted) and deleted_at is null;

-- The imports. What is checked and what is written is in transfer.line; statements that write take a slice of its lines.

-- name: enter_import
-- The door of a tenant, found from an import's id.
select e.organization_id, e.role, e.active
  from organizations.enter(transfer.owner_of(:import_id, :import_shard), :import_shard, :actor) e;

-- name: begin_import
-- A file that is about to be checked; the currency of its organization. Checks that broke off long ago are forgotten.
with old as (
  delete from transfer.import
   where shard = :shard and organization_id = :organization_id and state = 'checking'
     and updated_at < :now::timestamptz - interval '1 hour'
  returning id),
gone as (delete from transfer.line l using old where l.shard = :shard and l.import_id = old.id),
begun as (
  insert into transfer.import (shard, id, organization_id, account_id, type, state, file_name, created_at, updated_at)
  values (:shard, :id, :organization_id, :account_id, :type, 'checking', :file_name, :now, :now))
select currency from organizations.organization where shard = :shard and id = :organization_id;

-- name: keep_lines
-- Rows that were read, many at once. Names and addresses are compared in small letters.
insert into transfer.line (shard, import_id, organization_id, line, id, entry_id, key, content)
select :shard, :import_id, :organization_id, l.line, l.id, l.entry_id,
       case when l.key ~ '^(email|name):' then lower(l.key) else l.key end, l.content
  from jsonb_to_recordset(:lines) l(line int, id uuid, entry_id uuid, key text, content jsonb);

-- name: repeated
-- Rows that say the same thing as a row before, or are the same thing that is there already: which column, and which line.
select k.line, split_part(k.key, ':', 1) as field, 'uniqueness' as code, 'is the same as on line ' || k.first as message
  from (select line, key, min(line) over (partition by coalesce(match::text, key)) as first
          from transfer.line where shard = :shard and import_id = :import_id and key is not null) k
 where k.line <> k.first order by k.line limit :most;

-- name: join_by_hash
-- For what follows in this transaction: nothing is known yet of rows that were just kept, and what is taken for one row and
-- is 100,000 must not be looked through for each of 100,000 others.
select set_config('enable_nestloop', case when :on::boolean then 'off' else 'on' end, true);

-- name: match_clients
-- What rows are clients that are there: by id, e-mail address, tax number or name; the oldest of several.
with there as materialized (
  select k.key, c.id
    from clients.client c
   cross join lateral (values ('id:' || payments.id24(c.id)), ('email:' || lower(c.email)),
                              ('taxNumber:' || (c.identity ->> 'tax_number')), ('name:' || lower(c.name))) k(key)
   where c.shard = :shard and c.organization_id = :organization_id and c.deleted_at is null),
known as materialized (
  select distinct on (l.line) l.line, t.id
    from there t join transfer.line l on l.shard = :shard and l.import_id = :import_id and l.key = t.key
   order by l.line, t.id)
update transfer.line l set match = known.id from known
 where l.shard = :shard and l.import_id = :import_id and l.line = known.line;

-- name: match_items
-- What rows are items that are there: by id, SKU or name; the oldest of several.
with there as materialized (
  select k.key, i.id
    from catalog.item i
   cross join lateral (values ('id:' || payments.id24(i.id)), ('SKU:' || i.sku), ('name:' || lower(i.name))) k(key)
   where i.shard = :shard and i.organization_id = :organization_id and i.deleted_at is null),
known as materialized (
  select distinct on (l.line) l.line, t.id
    from there t join transfer.line l on l.shard = :shard and l.import_id = :import_id and l.key = t.key
   order by l.line, t.id)
update transfer.line l set match = known.id from known
 where l.shard = :shard and l.import_id = :import_id and l.line = known.line;

-- name: unknown_ids
-- Rows with an id that nothing has.
select line, 'id' as field, 'inclusion' as code, 'is the id of nothing here' as message
  from transfer.line
 where shard = :shard and import_id = :import_id and key like 'id:%' and match is null order by line limit :most;

-- name: bad_items
-- The same of items; and rows that would take the SKU of another item or of another row, or that name a tax that is none.
with taken as materialized (
  select i.sku, i.id from catalog.item i
   where i.shard = :shard and i.organization_id = :organization_id and i.sku is not null and i.deleted_at is null),
taxes as materialized (
  select array_agg(t.id::text) as ids from catalog.tax t
   where t.shard = :shard and t.organization_id = :organization_id and t.deleted_at is null),
line as materialized (
  select l.line, l.key, l.match, l.content ->> 'sku' as sku, l.content -> 'tax_ids' as tax_ids
    from transfer.line l where l.shard = :shard and l.import_id = :import_id)
select b.line, b.field, 'inclusion' as code, b.message
  from (select line, 'id' as field, 'is the id of nothing here' as message from line where key like 'id:%' and match is null
        union all
        select l.line, 'SKU', 'is that of another item'
          from line l join taken k on k.sku = l.sku and k.id <> l.match
        union all
        select s.line, 'SKU', 'is also that of line ' || s.first
          from (select line, min(line) over (partition by sku) as first,
                       bool_or(key like 'id:%') over (partition by sku) as by_id from line where sku is not null) s
         where s.line <> s.first and s.by_id
        union all
        select distinct l.line, 'taxIds', 'names a tax that is not there'
          from line l, taxes t, jsonb_array_elements_text(l.tax_ids) tax
         where jsonb_typeof(l.tax_ids) = 'array' and not tax::uuid::text = any(coalesce(t.ids, '{}'))) b
 order by b.line limit :most;

-- name: hold_documents
-- Whoever pays holds the documents, all of them before anything else, in one order.
select count(*) from (
  select d.id from documents.document d
   where d.shard = :shard and d.organization_id = :organization_id
     and d.id in (select l.document_id from transfer.line l where l.shard = :shard and l.import_id = :import_id)
   order by d.id for update) as held;

-- name: resolve_payments
-- What rows are for: the document by id, or by number and type; the currency and the amount that follow from it.
update transfer.line l
   set match = null, (document_id, currency, exponent, amount) = (
       select d.id, coalesce(l.content ->> 'currency', d.currency, :currency), e.exponent,
              case when abs(e.minor) < :limit::bigint then e.minor end
         from (select) as one
         left join lateral (
              select d.id, d.currency, d.exponent from documents.document d
               where l.content ? 'document_id' and d.shard = :shard and d.id = (l.content ->> 'document_id')::uuid
                 and d.organization_id = :organization_id and d.deleted_at is null
              union all
              select d.id, d.currency, d.exponent from documents.document d
               where l.content ? 'document_number' and not l.content ? 'document_id' and d.shard = :shard
                 and d.organization_id = :organization_id and d.type = coalesce(l.content ->> 'document_type', 'invoice')
                 and not d.incoming and d.number = l.content ->> 'document_number' and not d.draft and d.deleted_at is null
               limit 1) d on true
        cross join lateral (
              select x.exponent, trunc((l.content ->> 'amount')::numeric * power(10::numeric, x.exponent)) as minor
                from (select coalesce(d.exponent, (l.content ->> 'exponent')::smallint) as exponent) x) e)
 where l.shard = :shard and l.import_id = :import_id;

-- name: match_payments
-- What rows are payments that are there: by type and transaction id; without one, as many as there are already of the same
-- document, type, amount, currency, day and note. The day is that of the organization, as it is exported.
with said as materialized (
  select l.line, l.content ->> 'type' as type, l.content ->> 'transaction_id' as transaction_id,
         concat_ws('|', l.document_id, l.content ->> 'type', l.amount, l.currency,
                   public.business_day((l.content ->> 'date')::timestamptz, o.timezone), coalesce(l.content ->> 'note', '')) as same
    from transfer.line l
    join organizations.organization o on o.shard = :shard and o.id = :organization_id
   where l.shard = :shard and l.import_id = :import_id),
there as materialized (
  select p.id, concat_ws('|', p.document_id, p.type, p.amount, p.currency, public.business_day(p.date, o.timezone),
                         coalesce(p.note, '')) as same
    from payments.payment p
    join organizations.organization o on o.shard = :shard and o.id = :organization_id
   where p.shard = :shard and p.organization_id = :organization_id and p.transaction_id is null and p.deleted_at is null
     and p.date between (select min((l.content ->> 'date')::timestamptz) - interval '2 days' from transfer.line l
                          where l.shard = :shard and l.import_id = :import_id)
                    and (select max((l.content ->> 'date')::timestamptz) + interval '2 days' from transfer.line l
                          where l.shard = :shard and l.import_id = :import_id)),
found as materialized (
  select s.line, p.id from said s
    join payments.payment p
      on p.shard = :shard and p.organization_id = :organization_id and p.type = s.type
     and p.transaction_id = s.transaction_id and p.deleted_at is null
  union all
  select s.line, t.id
    from (select line, same, row_number() over (partition by same order by line) as n
            from said where transaction_id is null) s
    join (select id, same, row_number() over (partition by same order by id) as n from there) t using (same, n))
update transfer.line l set match = found.id from found
 where l.shard = :shard and l.import_id = :import_id and l.line = found.line;

-- name: bad_payments
-- Rows that cannot be booked: no such document, a draft, one that is not paid, another currency, an amount that is none.
select l.line, f.field, f.code, f.message
  from transfer.line l
  left join documents.document d on d.shard = :shard and d.id = l.document_id
  left join payments.payment p on p.shard = :shard and p.id = l.match and l.content ? 'transaction_id'
 cross join lateral (
       select case when l.content ? 'document_id' then 'documentId' else 'documentNumber' end as field, 'inclusion' as code,
              'names no document of this organization that was issued' as message
        where (l.content ? 'document_id' or l.content ? 'document_number') and (d.id is null or d.draft)
       union all
       select 'documentNumber', 'inclusion', 'is of type ' || d.type || ', which is not paid'
        where d.type not in ('invoice', 'advance', 'credit-note')
       union all
       select 'currencyId', 'mismatch', 'is not that of the document, which is in ' || d.currency
        where d.currency <> l.currency
       union all
       select 'amount', 'numericality', 'has more digits than its currency, or is too large'
        where l.amount is null or l.amount <> (l.content ->> 'amount')::numeric * power(10::numeric, l.exponent)
       union all
       select 'transactionId', 'uniqueness', 'is that of another payment: ' || payments.id24(p.id)
        where (p.document_id, p.currency, p.amount) is distinct from (l.document_id, l.currency, l.amount) and p.id is not null) f
 where l.shard = :shard and l.import_id = :import_id order by l.line limit :most;

-- name: counts
-- How many rows there are, and how many of them are of something that is there.
select count(*)::int as rows, count(match)::int as known from transfer.line where shard = :shard and import_id = :import_id;

-- name: accept_import
-- What was checked may be written; the worker is told.
with accepted as (
  update transfer.import set state = 'importing', rows = :rows, updated_at = :now
   where shard = :shard and id = :import_id and state = 'checking'
  returning id)
insert into jobs.job (kind, organization_id, payload, run_at, created_at)
select :kind, :organization_id, jsonb_build_object('import_id', payments.id24(id)), :now, :now from accepted;

-- name: forget_import
-- Leave nothing of a file that was only checked.
with gone as (
  delete from transfer.import where shard = :shard and id = :import_id and state = 'checking' returning id)
delete from transfer.line l using gone where l.shard = :shard and l.import_id = gone.id;

-- name: try_hold
-- One import of an organization is written at a time.
select pg_try_advisory_xact_lock(hashtextextended('transfer.import ' || :organization_id::uuid::text, 0));

-- name: write_clients
-- A slice of rows: new clients, and what is said of those that are there; what a row does not say stays, and what was found
-- of it. The code of a country goes with the country.
with added as (
  insert into clients.client (shard, id, organization_id, name, email, country_code, identity, type, contact, note,
    is_end_customer, checks, created_at, updated_at)
  select :shard, l.id, :organization_id, l.content ->> 'name', l.content ->> 'email', l.content ->> 'country_code',
         l.content -> 'identity', l.content ->> 'type', l.content ->> 'contact', l.content ->> 'note',
         coalesce((l.content ->> 'is_end_customer')::boolean, false), l.content -> 'checks', :now, :now
    from transfer.line l
   where l.shard = :shard and l.import_id = :import_id and l.line > :after and l.line <= :until and l.match is null
   order by l.id)
update clients.client c
   set name = coalesce(l.content ->> 'name', c.name), email = coalesce(l.content ->> 'email', c.email),
       country_code = case when l.content -> 'identity' ?| '{country,country_code}' then l.content ->> 'country_code'
                           else c.country_code end,
       identity = case when l.content -> 'identity' ? 'country' then c.identity - 'country_code' else c.identity end
                  || (l.content -> 'identity'),
       type = coalesce(l.content ->> 'type', c.type), contact = coalesce(l.content ->> 'contact', c.contact),
       note = coalesce(l.content ->> 'note', c.note),
       is_end_customer = coalesce((l.content ->> 'is_end_customer')::boolean, c.is_end_customer),
       checks = coalesce((
         select jsonb_agg(k) from jsonb_array_elements(c.checks) k
          where not l.content -> 'identity' ?| case k ->> 'field' when 'taxNumber' then '{tax_number}'::text[]
                when 'IBAN' then '{iban}' else '{country,country_code}' end), '[]') || (l.content -> 'checks'),
       updated_at = :now
  from transfer.line l
 where l.shard = :shard and l.import_id = :import_id and l.line > :after and l.line <= :until and l.match is not null
   and c.shard = :shard and c.id = l.match and c.deleted_at is null;

-- name: write_items
-- The same for items. Of a net and a gross price the one that is said holds.
with added as (
  insert into catalog.item (shard, id, organization_id, name, sku, ean, description, unit, price, price_gross, tax_ids,
    classification, type, created_at, updated_at)
  select :shard, l.id, :organization_id, l.content ->> 'name', l.content ->> 'sku', l.content ->> 'ean',
         coalesce(l.content ->> 'description', ''), l.content ->> 'unit', (l.content ->> 'price')::numeric,
         (l.content ->> 'price_gross')::numeric,
         coalesce((select array_agg(t::uuid) from jsonb_array_elements_text(
           case when jsonb_typeof(l.content -> 'tax_ids') = 'array' then l.content -> 'tax_ids' else '[]' end) t), '{}'),
         l.content ->> 'classification', l.content ->> 'type', :now, :now
    from transfer.line l
   where l.shard = :shard and l.import_id = :import_id and l.line > :after and l.line <= :until and l.match is null
   order by l.id)
update catalog.item i
   set name = coalesce(l.content ->> 'name', i.name), sku = coalesce(l.content ->> 'sku', i.sku),
       ean = coalesce(l.content ->> 'ean', i.ean), description = coalesce(l.content ->> 'description', i.description),
       unit = coalesce(l.content ->> 'unit', i.unit), type = coalesce(l.content ->> 'type', i.type),
       price = case when l.content ?| '{price,price_gross}' then (l.content ->> 'price')::numeric else i.price end,
       price_gross = case when l.content ?| '{price,price_gross}' then (l.content ->> 'price_gross')::numeric
                          else i.price_gross end,
       tax_ids = coalesce((select array_agg(t::uuid) from jsonb_array_elements_text(
         case when jsonb_typeof(l.content -> 'tax_ids') = 'array' then l.content -> 'tax_ids' else '[]' end) t), i.tax_ids),
       classification = coalesce(l.content ->> 'classification', i.classification), updated_at = :now
  from transfer.line l
 where l.shard = :shard and l.import_id = :import_id and l.line > :after and l.line <= :until and l.match is not null
   and i.shard = :shard and i.id = l.match and i.deleted_at is null;

-- name: write_payments
-- A slice of new payments, in the order of their keys; those that are there stay as they are.
insert into payments.payment (shard, id, organization_id, account_id, document_id, type, amount, currency, exponent, date, note,
  tag, transaction_id, created_at, updated_at)
select :shard, l.id, :organization_id, :by, l.document_id, l.content ->> 'type', l.amount, l.currency, l.exponent,
       (l.content ->> 'date')::timestamptz, l.content ->> 'note', l.content ->> 'tag', l.content ->> 'transaction_id', :now, :now
  from transfer.line l
 where l.shard = :shard and l.import_id = :import_id and l.line > :after and l.line <= :until and l.match is null
 order by l.content ->> 'type', l.content ->> 'transaction_id';

-- name: pay_documents
-- What was paid by all the rows, on the documents that are held.
update documents.document d set total_paid = d.total_paid + paid.amount, updated_at = :now
  from (select l.document_id, sum(l.amount) as amount from transfer.line l
         where l.shard = :shard and l.import_id = :import_id and l.match is null and l.document_id is not null
         group by l.document_id) as paid
 where d.shard = :shard and d.id = paid.document_id;

-- name: write_entries
-- A slice of the journal: after the payments, as the chain is the last thing that is held.
insert into payments.entry (shard, id, organization_id, document_id, client_id, payment_id, kind, type, amount, currency,
  exponent, date, at)
select :shard, l.entry_id, :organization_id, l.document_id, d.client_id, l.id, 'payment', l.content ->> 'type',
       -coalesce(payments.direction(d.type, d.incoming), 1) * l.amount, l.currency, l.exponent,
       (l.content ->> 'date')::timestamptz, :now
  from transfer.line l
  left join documents.document d on d.shard = :shard and d.id = l.document_id
 where l.shard = :shard and l.import_id = :import_id and l.line > :after and l.line <= :until and l.match is null
 order by l.entry_id;

-- name: note_progress
-- How far an import has come; noted beside the transaction that writes it.
update transfer.import set done = :done, updated_at = :now
 where shard = :shard and id = :import_id and state = 'importing';

-- name: finish_import
-- The end of an import, with what it came to.
with gone as (delete from transfer.line where shard = :shard and import_id = :import_id)
update transfer.import
   set state = :state, done = :done, created = :created, updated = :updated, skipped = :skipped, faults = :faults, updated_at = :now
 where shard = :shard and id = :import_id and state = 'importing';

-- name: select_import
select id, organization_id, account_id, type, state, file_name, rows, done, created, updated, skipped, faults, created_at,
       updated_at
  from transfer.import
 where shard = :shard and organization_id = :organization_id and id = :import_id and state <> 'checking';

-- name: currency
-- The organization's own currency.
select currency from organizations.organization where shard = :shard and id = :organization_id;

-- name: last_line
-- The last line of a file that has a row.
select coalesce(max(line), 0) from transfer.line where shard = :shard and import_id = :import_id;
