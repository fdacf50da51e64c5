-- name: zone
-- The zone that days are meant in.
select timezone from organizations.organization where shard = :shard and id = :organization_id;

-- The exports: $3 is the organization's zone, $4 and $5 the first and the last day, if any. The filter language completes
-- them; they are read through a cursor.

-- name: export_documents
select id, type, number, draft, canceled, incoming, public.business_day(date, $3) as date,
       public.business_day(date_service, $3) as date_service, public.business_day(date_due, $3) as date_due, reference,
       client_id, client ->> 'name' as client_name, client ->> 'email' as client_email,
       client ->> 'country' as client_country, client ->> 'tax_number' as client_tax_number, currency as currency_id,
       round(total * power(10::numeric, -exponent), exponent) as total,
       round((total_with_tax - total) * power(10::numeric, -exponent), exponent) as total_tax,
       round(total_with_tax * power(10::numeric, -exponent), exponent) as total_with_tax,
       round(total_paid * power(10::numeric, -exponent), exponent) as total_paid,
       round(total_due * power(10::numeric, -exponent), exponent) as total_due, paid_in_full, note
  from documents.document
 where shard = $1 and organization_id = $2 and deleted_at is null
   and ($4::date is null or (date >= $4::date::timestamp at time zone 'UTC' - interval '1 day'
                             and public.business_day(date, $3) >= $4::date))
   and ($5::date is null or (date < $5::date::timestamp at time zone 'UTC' + interval '2 days'
                             and public.business_day(date, $3) <= $5::date));

-- name: count_documents
select count(*) from documents.document
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

-- name: count_payments
select count(*) from payments.payment
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

-- name: count_clients
select count(*) from clients.client
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

-- name: count_items
select count(*) from catalog.item
 where shard = $1 and organization_id = $2 and deleted_at is null
   and ($4::date is null or (created_at at time zone $3)::date >= $4::date)
   and ($5::date is null or (created_at at time zone $3)::date <= $5::date);

-- name: papers
-- Documents that are to be printed, by their ids.
select id, type, number, date as at
  from documents.document
 where shard = :shard and organization_id = :organization_id and id = any(:wanted) and deleted_at is null;
