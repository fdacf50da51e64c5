-- name: enter_document
-- The door of a tenant, found from a document's id.
select e.organization_id, e.role, e.active
  from organizations.enter(documents.owner_of(:document, :document_shard), :document_shard, :actor) e;

-- name: enter_shared
-- The tenant and the document behind a public link.
select organization_id, document_id from documents.enter_shared(:link);

-- name: ground
-- All that a new document stands on, in one read.
select o.locale, o.timezone, o.currency, o.rounding, o.identity, o.custom, o.data, o.created_at, o.updated_at,
       coalesce((select jsonb_object_agg(s.name, s.value) from organizations.setting s
                  where s.shard = :shard and s.organization_id = :organization_id), '{}') as settings,
       coalesce((select jsonb_object_agg(s.name, s.l10n) from organizations.setting s
                  where s.shard = :shard and s.organization_id = :organization_id and s.l10n <> '{}'), '{}') as settings_l10n,
       coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'abbreviation', t.abbreviation,
                  'classification', t.classification, 'recoverable', t.recoverable, 'compound', t.compound,
                  'tax_number', t.tax_number, 'rates', t.rates) order by t.id)
                  from catalog.tax t
                 where t.shard = :shard and t.organization_id = :organization_id and t.deleted_at is null), '[]') as taxes,
       (select jsonb_build_object('id', c.id, 'identity', c.identity, 'custom', c.custom, 'data', c.data,
                 'contact', c.contact, 'is_end_customer', c.is_end_customer, 'created_at', c.created_at, 'updated_at', c.updated_at)
          from clients.client c
         where c.shard = :shard and c.organization_id = :organization_id and c.deleted_at is null
           and case when :client_id::uuid is not null then c.id = :client_id
                    else lower(c.email) = lower(:client_email) end
         order by c.id limit 1) as client,
       coalesce((select jsonb_agg(jsonb_build_object('id', i.id, 'name', i.name, 'sku', i.sku, 'description', i.description,
                  'unit', i.unit, 'price', i.price, 'price_gross', i.price_gross, 'ean', i.ean, 'classification', i.classification,
                  'tax_ids', i.tax_ids, 'details', i.details, 'custom', i.custom, 'l10n', i.l10n, 'data', i.data))
                  from catalog.item i
                 where i.shard = :shard and i.organization_id = :organization_id and i.deleted_at is null
                   and (i.id = any(:item_ids) or i.sku = any(:skus))), '[]') as items,
       case when cardinality(:document_ids::uuid[]) = 0 then '[]' else
         (select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'type', d.type, 'draft', d.draft, 'incoming', d.incoming,
                   'currency', d.currency, 'number', d.number, 'date', d.date) order by d.id), '[]')
            from documents.document d
           where d.shard = :shard and d.organization_id = :organization_id and d.id = any(:document_ids)) end as documents,
       case when :unit_id::uuid is null and :number_prefix::text is null then '[]' else
         coalesce((select jsonb_agg(jsonb_build_object('id', u.id, 'prefix', u.prefix, 'identity', u.identity))
                     from units.unit u
                    where u.shard = :shard and u.organization_id = :organization_id and u.deleted_at is null
                      and (u.id = :unit_id or u.prefix = :number_prefix)), '[]') end as units,
       case when :currency::text is null or :currency = o.currency then '[]' else
         (select coalesce(jsonb_agg(jsonb_build_object('day', r.day, 'source', r.source, 'one_rate', r.one_rate,
                   'other_rate', r.other_rate) order by r.day desc, r.source), '[]')
            from exchange.pairs(:currency, o.currency, :until) r) end as rates,
       (select a.rate from exchange.alternative a
         where a.shard = :shard and a.organization_id = :organization_id and a.base = o.currency and a.currency = :currency
           and a.provider is null) as own_rate,
       (select d.id from documents.document d
         where d.shard = :shard and d.organization_id = :organization_id and d.unique_id = :unique_id
           and d.deleted_at is null) as same_unique_id
  from organizations.organization o
 where o.shard = :shard and o.id = :organization_id;

-- name: known_units
-- The unit a draft is issued by, and the one whose numbers an own number belongs to.
select id, prefix from units.unit
 where shard = :shard and organization_id = :organization_id and deleted_at is null
   and (id = :unit_id or prefix = :number_prefix);

-- name: issue
-- Create a document, and issue it unless it is a draft: its number, itself, its client if new, the items its lines are kept
-- as, its payments, what the journal says of them and what must happen later. Its taxes are marked: they stay from now on.
-- One statement: all of it, or nothing and no gap in the numbers.
-- Locks are taken in the order of the house: counter, document, items' keys (sorted), payments' keys (sorted), chain; so the entries wait for the
-- payments, and nobody ever waits in a circle.
with counter as (
  insert into documents.counter as c (shard, organization_id, type, series, year, last)
  select :shard, :organization_id, :type, :series, :counter_year::int, coalesce(:own_sequence::bigint, 1) where :counts
  on conflict (shard, organization_id, type, series, year)
  do update set last = case when :own_sequence::bigint is null then c.last + 1 else greatest(c.last, :own_sequence::bigint) end
  returning last),
client as (
  insert into clients.client (shard, id, organization_id, name, email, country_code, identity, contact, is_end_customer,
    checks, custom, data, created_at, updated_at)
  select :shard, :client_id, :organization_id, :client_name, :client_email, :client_country_code, :client_identity,
         :client_contact, :client_is_end_customer, :client_checks, :client_custom, :client_data, :now, :now
   where :client_is_new),
document as (
  insert into documents.document (shard, id, organization_id, account_id, unit_id, type, draft, incoming, number, series, date_year,
    date, date_service, date_service_to, date_due, date_valid_till, date_paid, date_received, reference, currency, exponent,
    decimal_places, rounding, locale, timezone, total, total_discount, total_with_tax, total_paid, note, tax_clause, footer,
    signature, issuer, client, client_id, lines, taxes, reverse_taxes, has_unit, options, said, unique_id, custom, l10n, data,
    document_ids, previous_document_id, advance_ids, refers_to, conversion, issued_at, created_at, updated_at)
  select :shard, :id, :organization_id, :account_id, :unit_id, :type, :draft, :incoming,
    case when :own_number::text is not null or not :counts then :own_number
         else :number_prefix::text || :counter_year::int::text || '-' || lpad(last::text, greatest(5, length(last::text)), '0') end,
    :series, :date_year,
    :date, :date_service, :date_service_to, :date_due, :date_valid_till, :date_paid, :date_received, :reference, :currency, :exponent,
    :decimal_places, :rounding, :locale, :timezone, :total, :total_discount, :total_with_tax, :total_paid, :note, :tax_clause, :footer,
    :signature, :issuer, :client, :client_id, :lines, :taxes, :reverse_taxes, :has_unit, :options, :said, :unique_id, :custom, :l10n, :data,
    :document_ids, :previous_document_id, :advance_ids, :refers_to, :conversion, :issued_at, :now, :now
    from (select) as one left join counter on true
  returning number),
item as (
  insert into catalog.item (shard, id, organization_id, name, description, price, price_gross, classification, unit, sku,
    ean, tax_ids, details, custom, l10n, data, created_at, updated_at)
  select :shard, i.id, :organization_id, i.name, i.description, i.price, i.price_gross, i.classification, i.unit, i.sku,
         i.ean, i.tax_ids, i.details, i.custom, i.l10n, i.data, :now, :now
    from (select count(*) from counter) as counted, jsonb_to_recordset(:kept_items) i(id uuid, name text, description text, price numeric,
           price_gross numeric, classification text, unit text, sku text, ean text, tax_ids uuid[], details jsonb,
           custom jsonb, l10n jsonb, data jsonb)
   order by i.sku),
used as (
  update catalog.tax set used = true where shard = :shard and id = any(:used_taxes) and not used),
payment as (
  insert into payments.payment (shard, id, organization_id, account_id, document_id, type, amount, currency, exponent, date,
    note, tag, transaction_id, custom, created_at, updated_at)
  select :shard, p.id, :organization_id, :account_id, :id, p.type, p.amount, :currency, :exponent, p.date,
         p.note, p.tag, p.transaction_id, p.custom, :now, :now
    from jsonb_to_recordset(:payments) p(id uuid, type text, amount bigint, date timestamptz, note text, tag text,
           transaction_id text, custom jsonb)
   order by p.type, p.transaction_id
  returning id),
entry as (
  insert into payments.entry (shard, id, organization_id, document_id, client_id, payment_id, kind, type, amount, currency,
    exponent, date, at)
  select :shard, e.id, :organization_id, :id, :client_id, e.payment_id, e.kind, e.type, e.amount, :currency,
         :exponent, e.date, :now
    from (select count(*) from payment) as paid,
         jsonb_to_recordset(:entries) e(id uuid, payment_id uuid, kind text, type text, amount bigint, date timestamptz)
   order by e.id),
job as (
  insert into jobs.job (kind, organization_id, payload, run_at, created_at)
  select j.kind, :organization_id, j.payload, :now, :now from jsonb_to_recordset(:jobs) j(kind text, payload jsonb))
select number from document;

-- name: select_document
select id, organization_id, account_id, unit_id, type, draft, incoming, canceled, number, date_year, date, date_service,
       date_service_to, date_due, date_valid_till, date_paid, date_received, reference, currency, exponent, decimal_places,
       rounding, locale, timezone, total, total_discount, total_with_tax, total_paid, total_credited, note, tax_clause, footer,
       signature, issuer, client, client_id, lines, taxes, reverse_taxes, has_unit, options, unique_id, custom, l10n, data,
       comments, document_ids, previous_document_id, advance_ids, refers_to, shareable_id, sent_snail_mail, conversion, accepted_at,
       rejected_at, issued_at, deleted_at, created_at, updated_at
  from documents.document where shard = :shard and id = :document and deleted_at is null;

-- name: lock_document
-- The same, held until the transaction ends.
select id, organization_id, account_id, unit_id, type, draft, incoming, canceled, number, date_year, date, date_service,
       date_service_to, date_due, date_valid_till, date_paid, date_received, reference, currency, exponent, decimal_places,
       rounding, locale, timezone, total, total_discount, total_with_tax, total_paid, total_credited, note, tax_clause, footer,
       signature, issuer, client, client_id, lines, taxes, reverse_taxes, has_unit, options, unique_id, custom, l10n, data,
       comments, document_ids, previous_document_id, advance_ids, refers_to, shareable_id, sent_snail_mail, conversion, accepted_at,
       rejected_at, issued_at, deleted_at, created_at, updated_at
  from documents.document where shard = :shard and id = :document and deleted_at is null for update;

-- name: lock_documents
-- Several, held in the order of their ids, so that nobody waits in a circle.
select id, organization_id, account_id, unit_id, type, draft, incoming, canceled, number, date_year, date, date_service,
       date_service_to, date_due, date_valid_till, date_paid, date_received, reference, currency, exponent, decimal_places,
       rounding, locale, timezone, total, total_discount, total_with_tax, total_paid, total_credited, note, tax_clause, footer,
       signature, issuer, client, client_id, lines, taxes, reverse_taxes, has_unit, options, unique_id, custom, l10n, data,
       comments, document_ids, previous_document_id, advance_ids, refers_to, shareable_id, sent_snail_mail, conversion, accepted_at,
       rejected_at, issued_at, deleted_at, created_at, updated_at
  from documents.document where shard = :shard and id = any(:documents) and deleted_at is null order by id for update;

-- name: notes_of
-- The credit notes of an invoice (or of an advance), oldest first.
select id, total_with_tax, lines, taxes, reverse_taxes
  from documents.document
 where shard = :shard and previous_document_id = :invoice and type = 'credit-note' and not draft and deleted_at is null
 order by id;

-- name: deducting
-- Which live invoices deduct these advances; whoever decides by it holds the advances. They are among the document_ids,
-- which have an index.
select a.advance_id, d.number
  from documents.document d cross join lateral unnest(d.advance_ids) as a(advance_id)
 where d.shard = :shard and d.document_ids && :advances and d.document_ids <> '{}' and a.advance_id = any(:advances)
   and d.type = 'invoice' and not d.draft and not d.canceled and d.deleted_at is null;

-- name: settle
-- A credit note and the invoice it was made for settle each other: both are credited as much, which changes nothing of what
-- the client owes in all. Whoever asks holds the invoice.
with paper as (
  update documents.document d
     set total_credited = d.total_credited + :amount::bigint, updated_at = :now,
         canceled = d.canceled or (d.id = :invoice and :cancels)
   where d.shard = :shard and d.id in (:invoice, :note)
  returning d.id, d.client_id, d.currency, d.exponent, payments.direction(d.type, d.incoming) as direction)
insert into payments.entry (shard, id, organization_id, document_id, client_id, kind, amount, currency, exponent, date, at)
select :shard, case when p.id = :invoice then :invoice_entry::uuid else :note_entry::uuid end, :organization_id, p.id,
       p.client_id, 'credit', -p.direction * :amount::bigint, p.currency, p.exponent, :now, :now
  from paper p where :amount::bigint <> 0
 order by p.id;

-- name: void
-- Cancel a document without a credit note, or take that back: the journal takes back what was still charged, or charges it
-- again. Whoever asks holds the document.
with paper as (
  update documents.document d
     set total_credited = d.total_credited + :amount::bigint, canceled = :canceled, updated_at = :now
   where d.shard = :shard and d.id = :document
  returning d.id, d.client_id, d.currency, d.exponent, payments.direction(d.type, d.incoming) as direction)
insert into payments.entry (shard, id, organization_id, document_id, client_id, kind, amount, currency, exponent, date, at)
select :shard, :entry, :organization_id, p.id, p.client_id, 'credit', -p.direction * :amount::bigint, p.currency,
       p.exponent, :now, :now
  from paper p where :amount::bigint <> 0;

-- name: decide
-- What the client answered to an estimate, and when first so.
update documents.document
   set accepted_at = case when :accepted then coalesce(accepted_at, :now) end,
       rejected_at = case when not :accepted then coalesce(rejected_at, :now) end, updated_at = :now
 where shard = :shard and id = :document and type = 'estimate' and not draft and deleted_at is null;

-- name: said_of_draft
-- What was asked for of a draft.
select said from documents.document where shard = :shard and id = :document and draft;

-- name: list_documents
-- The filter language completes it.
select id, organization_id, account_id, unit_id, type, draft, incoming, canceled, number, date_year, date, date_service,
       date_service_to, date_due, date_valid_till, date_paid, date_received, reference, currency, exponent, decimal_places,
       rounding, locale, timezone, total, total_discount, total_with_tax, total_paid, total_credited, note, tax_clause, footer,
       signature, issuer, client, client_id, lines, taxes, reverse_taxes, has_unit, options, unique_id, custom, l10n, data,
       comments, document_ids, previous_document_id, advance_ids, refers_to, shareable_id, sent_snail_mail, conversion, accepted_at,
       rejected_at, issued_at, deleted_at, created_at, updated_at
  from documents.document where shard = $1 and organization_id = $2;

-- name: count_documents
select count(*) from documents.document where shard = $1 and organization_id = $2;

-- name: some_documents
-- The ids of a page, from an index alone where that can be; the filter language completes it.
select id from documents.document where shard = $1 and organization_id = $2;

-- name: with_terms
-- The ids of documents that have all of these values under these names, of so many at most.
select unnest(documents.with_terms(:names::text[], :texts::text[], :shard, :most::int)) as id;

-- name: tally
-- How many documents there are, without a look at them; the filter language completes it with what is tallied.
select coalesce(sum(n), 0)::bigint from documents.tally where shard = $1 and organization_id = $2 and sorted_by = '';

-- name: marks
-- How many documents stand behind each mark of an order; the filter language completes it, and the verb sums it up.
select key, id, n, type, draft, incoming, canceled, sent_snail_mail, has_unit, decimal_places, paid_in_full, currency, date_year,
       organization_id, deleted_at
  from documents.tally where shard = $1 and organization_id = $2 and sorted_by = $3;

-- name: term_marks
-- Which of these values under these names are counted by terms (they have a row without an id), and how many documents that have
-- one stand behind each mark of the order of ids.
with asked as (
  select a.at::int as at, t.term
    from unnest(:names::text[], :texts::text[]) with ordinality a(name, text, at)
    join documents.common_term t
      on t.shard = :shard and t.organization_id = :organization_id and t.term = documents.word(a.name, a.text))
select at, null::uuid as id, 0::bigint as n
  from asked
 union all
select a.at, t.id, sum(t.n)::bigint
  from documents.term_tally t
  join asked a using (term)
 where t.shard = :shard and t.organization_id = :organization_id and t.term = any(array(select term from asked))
 group by a.at, t.id;

-- name: tallies_due
-- The organizations that so many changes of documents wait in.
select shard, organization_id from documents.tallies_due(:at_least::int);

-- name: gather_tally
-- Gather the changes of an organization into its marks; false when somebody else is at it.
select documents.gather_tally(:shard, :organization_id);

-- name: replace_draft
-- A draft as changed; its client if that one is new, the items its lines are kept as.
with client as (
  insert into clients.client (shard, id, organization_id, name, email, country_code, identity, contact, is_end_customer,
    checks, custom, data, created_at, updated_at)
  select :shard, :client_id, :organization_id, :client_name, :client_email, :client_country_code, :client_identity,
         :client_contact, :client_is_end_customer, :client_checks, :client_custom, :client_data, :now, :now
   where :client_is_new),
item as (
  insert into catalog.item (shard, id, organization_id, name, description, price, price_gross, classification, unit, sku,
    ean, tax_ids, details, custom, l10n, data, created_at, updated_at)
  select :shard, i.id, :organization_id, i.name, i.description, i.price, i.price_gross, i.classification, i.unit, i.sku,
         i.ean, i.tax_ids, i.details, i.custom, i.l10n, i.data, :now, :now
    from jsonb_to_recordset(:kept_items) i(id uuid, name text, description text, price numeric,
           price_gross numeric, classification text, unit text, sku text, ean text, tax_ids uuid[], details jsonb,
           custom jsonb, l10n jsonb, data jsonb)
   order by i.sku),
used as (
  update catalog.tax set used = true where shard = :shard and id = any(:used_taxes) and not used)
update documents.document
   set unit_id = :unit_id, date_year = :date_year, date = :date, date_service = :date_service, date_service_to = :date_service_to,
       date_due = :date_due, date_valid_till = :date_valid_till, date_paid = :date_paid, date_received = :date_received,
       number = :own_number, reference = :reference, currency = :currency, exponent = :exponent,
       decimal_places = :decimal_places, rounding = :rounding, locale = :locale, timezone = :timezone, total = :total,
       total_discount = :total_discount, total_with_tax = :total_with_tax, note = :note, tax_clause = :tax_clause,
       footer = :footer, signature = :signature, issuer = :issuer, client = :client, client_id = :client_id,
       lines = :lines, taxes = :taxes, reverse_taxes = :reverse_taxes, has_unit = :has_unit, options = :options, said = :said,
       custom = :custom, l10n = :l10n, data = :data, document_ids = :document_ids,
       previous_document_id = :previous_document_id, advance_ids = :advance_ids,
       refers_to = :refers_to, conversion = :conversion, updated_at = :now
 where shard = :shard and id = :id and draft and deleted_at is null;

-- name: issue_draft
-- Number and issue a draft: the counter, the charge in the journal, what must happen later.
with counter as (
  insert into documents.counter as c (shard, organization_id, type, series, year, last)
  select :shard, :organization_id, :type, :series, :counter_year::int, coalesce(:own_sequence::bigint, 1) where :counts
  on conflict (shard, organization_id, type, series, year)
  do update set last = case when :own_sequence::bigint is null then c.last + 1 else greatest(c.last, :own_sequence::bigint) end
  returning last),
document as (
  update documents.document d
     set draft = false, said = null, issued_at = :now, updated_at = :now, series = :series,
         number = case when :own_number::text is not null then :own_number
                  else :number_prefix::text || :counter_year::int::text || '-' || lpad(last::text, greatest(5, length(last::text)), '0') end
    from (select) as one left join counter on true
   where d.shard = :shard and d.id = :document and d.draft and d.deleted_at is null
  returning d.number, d.client_id, d.currency, d.exponent, d.date),
entry as (
  insert into payments.entry (shard, id, organization_id, document_id, client_id, kind, amount, currency, exponent, date, at)
  select :shard, :entry, :organization_id, :document, d.client_id, 'charge', :charge::bigint, d.currency, d.exponent, d.date, :now
    from document d where :charge::bigint <> 0),
job as (
  insert into jobs.job (kind, organization_id, payload, run_at, created_at)
  select j.kind, :organization_id, j.payload, :now, :now
    from document, jsonb_to_recordset(:jobs) j(kind text, payload jsonb))
select number from document;

-- name: annotate
-- What is not fiscal content may change after issue.
update documents.document
   set custom = coalesce(:custom, custom), sent_snail_mail = coalesce(:sent_snail_mail, sent_snail_mail), updated_at = :now
 where shard = :shard and id = :document;

-- name: put_comments
-- What is said about a document inside the house; never on its paper.
update documents.document set comments = :comments, updated_at = :now where shard = :shard and id = :document;

-- name: share
-- Give a document its public link, once; a new one only when asked for.
update documents.document
   set shareable_id = case when shareable_id is null or :regenerate then :link else shareable_id end
 where shard = :shard and id = :document
returning shareable_id;

-- name: note_viewed
-- The link of a document was opened, for the first time or again.
update documents.document set viewed_at = :now where shard = :shard and id = :document and viewed_at is null;

-- name: announce_overdue
-- Put into the outbox that documents have become overdue, each once; returns how many.
insert into jobs.job (kind, organization_id, payload, run_at, created_at)
select 'document.overdue', o.organization_id, jsonb_build_object('document_id', payments.id24(o.document_id)), :now, :now
  from documents.take_overdue(:now, :most) o;

-- name: delete_document
-- Only drafts and estimates go; the database refuses the rest.
update documents.document set deleted_at = :now, updated_at = :now
 where shard = :shard and id = :document and deleted_at is null;

-- name: convert
-- A draft at the rate of the moment it is issued.
update documents.document set conversion = :conversion, updated_at = :now where shard = :shard and id = :document and draft;

-- name: last_number
select last from documents.counter
 where shard = :shard and organization_id = :organization_id and type = :type and series = :series and year = :year;

-- name: number_taken
select exists (select from documents.document
  where shard = :shard and organization_id = :organization_id and type = :type and incoming = :incoming
    and number = :number and not draft and deleted_at is null and (:ignored::uuid is null or id <> :ignored));

-- name: find_rendering
-- The stored PDF of a document in a language.
select sha256 from documents.rendering where shard = :shard and document_id = :document and language = :language;

-- name: insert_rendering
insert into documents.rendering (shard, document_id, organization_id, language, sha256, created_at)
values (:shard, :document, :organization_id, :language, :sha256, :now) on conflict do nothing;

-- name: payments_of
-- The payments of some documents, for one round trip a page.
select document_id, id, type, amount, exponent, date, note, tag, transaction_id, custom, created_at, updated_at
  from payments.payment where shard = :shard and document_id = any(:documents) and deleted_at is null order by id;
