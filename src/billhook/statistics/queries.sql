-- All of these read: one statement each, over indexes that hold what is summed. Days are business days in the
-- organization's zone; an index is searched by instants, a day wider at both ends than any zone is off.

-- name: zone
-- The zone that days are meant in.
select timezone from organizations.organization where shard = :shard and id = :organization_id;

-- name: document_sums
-- What documents of some types come to, by period and currency. What was canceled without a credit note does not count;
-- what a credit note cancels does, as the credit note takes it off again on its own day. A credit note over an advance is
-- taken off where advances count.
select date_trunc(:dist, w.day::timestamp)::date as period, '' as type, d.currency, d.exponent,
       sum(case when d.type = 'credit-note' and 'invoice' = any(:types) then -1 else 1 end
           * case when :gross::boolean then d.total_with_tax else d.total end) as amount
  from documents.document d
 cross join lateral (select public.business_day(d.date, :zone) as day) w
 where d.shard = :shard and d.organization_id = :organization_id and d.type = any(:types) and not d.draft
   and d.deleted_at is null and d.incoming = :incoming
   and (not d.canceled or exists (select from documents.document n
         where n.shard = :shard and n.previous_document_id = d.id and n.type = 'credit-note' and not n.draft))
   and (d.type <> 'credit-note' or 'advance' = any(:types) or 'invoice' <> all(:types)
        or not exists (select from documents.document n
                         join documents.document a on a.shard = :shard and a.id = n.previous_document_id and a.type = 'advance'
                        where n.shard = :shard and n.id = d.id))
   and d.date >= :first::date::timestamp at time zone 'UTC' - interval '1 day'
   and d.date < :last::date::timestamp at time zone 'UTC' + interval '2 days'
   and w.day between :first::date and :last::date
 group by 1, 3, 4 order by 1, 3;

-- name: payment_sums
-- What clients paid, less what they were paid back, by period, currency and type of payment. What the organization paid
-- for incoming documents is not among it, nor is credit that moved from one document to another.
select date_trunc(:dist, w.day::timestamp)::date as period, p.type, p.currency, p.exponent,
       sum(case when o.id is null then p.amount else -p.amount end) as amount
  from payments.payment p
 cross join lateral (select public.business_day(p.date, :zone) as day) w
  left join documents.document o
    on o.shard = :shard and o.organization_id = :organization_id and o.id = p.document_id
   and (o.incoming or o.type = 'credit-note')
 where p.shard = :shard and p.organization_id = :organization_id and p.deleted_at is null
   and p.type <> 'credit'
   and p.date >= :first::date::timestamp at time zone 'UTC' - interval '1 day'
   and p.date < :last::date::timestamp at time zone 'UTC' + interval '2 days'
   and w.day between :first::date and :last::date and o.incoming is not true
 group by 1, 2, 3, 4 order by 1, 3, 2;

-- name: open_sums
-- What clients owe on invoices and advances that are not paid in full.
select d.currency, d.exponent,
       coalesce(sum(d.total_due) filter (where w.day < :today::date), 0) as overdue,
       coalesce(sum(d.total_due) filter (where w.day between :first::date and :last::date), 0) as due_this_month,
       sum(d.total_due) as due
  from documents.document d
 cross join lateral (select public.business_day(d.date_due, :zone) as day) w
 where d.shard = :shard and d.organization_id = :organization_id and not d.draft and d.deleted_at is null
   and not d.paid_in_full and d.type in ('invoice', 'advance') and not d.incoming and not d.canceled
 group by 1, 2 order by 1;

-- name: documents_by_type
-- How many documents of each type were issued, and what they come to.
select d.type, d.currency, d.exponent, count(*) as count, sum(d.total) as total, sum(d.total_with_tax) as total_with_tax
  from documents.document d
 cross join lateral (select public.business_day(d.date, :zone) as day) w
 where d.shard = :shard and d.organization_id = :organization_id and d.type = any(:types) and not d.draft
   and d.deleted_at is null and not d.incoming and (:actor::uuid is null or d.account_id = :actor)
   and (not d.canceled or exists (select from documents.document n
         where n.shard = :shard and n.previous_document_id = d.id and n.type = 'credit-note' and not n.draft))
   and d.date >= :first::date::timestamp at time zone 'UTC' - interval '1 day'
   and d.date < :last::date::timestamp at time zone 'UTC' + interval '2 days'
   and w.day between :first::date and :last::date
 group by 1, 2, 3 order by 1, 2;

-- name: payments_by_type
-- How many payments of each type there are, and what came in by them.
select p.type, p.currency, p.exponent, count(*) as count, sum(case when o.id is null then p.amount else -p.amount end) as total,
       sum(case when o.id is null then p.amount else -p.amount end) as total_with_tax
  from payments.payment p
 cross join lateral (select public.business_day(p.date, :zone) as day) w
  left join documents.document o
    on o.shard = :shard and o.organization_id = :organization_id and o.id = p.document_id
   and (o.incoming or o.type = 'credit-note')
 where p.shard = :shard and p.organization_id = :organization_id and p.deleted_at is null
   and p.type <> 'credit'
   and (:actor::uuid is null or p.account_id = :actor)
   and p.date >= :first::date::timestamp at time zone 'UTC' - interval '1 day'
   and p.date < :last::date::timestamp at time zone 'UTC' + interval '2 days'
   and w.day between :first::date and :last::date and o.incoming is not true
 group by 1, 2, 3 order by 1, 2;

-- name: invoices_issued
-- How many invoices were issued on some days.
select count(*)
  from documents.document d
 cross join lateral (select public.business_day(d.date, :zone) as day) w
 where d.shard = :shard and d.organization_id = :organization_id and d.type = 'invoice' and not d.draft
   and d.deleted_at is null and not d.incoming
   and d.date >= :first::date::timestamp at time zone 'UTC' - interval '1 day'
   and d.date < :last::date::timestamp at time zone 'UTC' + interval '2 days'
   and w.day between :first::date and :last::date;
