-- The business day of an instant in a zone, as kernel.time.day has it: midnight UTC is how a date alone arrives, and means
-- that day in every zone.
create function public.business_day(at timestamptz, zone text) returns date language sql stable parallel safe as $$
  select case when (at at time zone 'UTC')::time = time '00:00' then (at at time zone 'UTC')::date
              else (at at time zone zone)::date end
$$;

-- What was issued, by type and date, with all that is summed: read without a look at the documents themselves. Nothing in
-- it changes after issue but `canceled`.
create index document_issued on documents.document (shard, organization_id, type, date)
  include (id, account_id, incoming, canceled, currency, exponent, total, total_with_tax)
  where not draft and deleted_at is null;
-- The documents whose payments do not come in from a client: few, and looked up beside many payments.
create index document_other_way on documents.document (shard, organization_id, id) include (type, incoming)
  where incoming or type = 'credit-note';
-- What was paid, by date, with all that is summed.
create index payment_summed on payments.payment (shard, organization_id, date)
  include (document_id, account_id, type, currency, exponent, amount)
  where deleted_at is null;
