-- Whoever writes here takes locks in the one order of the house, so that nobody waits in a circle: an organization's counter
-- (only who issues), the document's row, the payment's row and key, the organization's chain. The chain is taken by the
-- trigger of payments.entry, hence each entry below comes out of what holds the locks before it.
-- A row that was locked is read as it is now, not as it was when the statement began; what another transaction wrote
-- while this one waited is therefore never overwritten, and totals are moved by differences.

-- name: enter_payment
-- The door of a tenant, found from a payment's id.
select e.organization_id, e.role, e.active
  from organizations.enter(payments.owner_of(:payment, :payment_shard), :payment_shard, :actor) e;

-- name: ground
-- What a new payment stands on: the document, if it has one, and a live payment with the same transaction id.
select o.currency as organization_currency, d.type, d.draft, d.currency, d.exponent,
       coalesce(d.type = 'credit-note' and d.total_credited <> 0, false) as settled,
       (select p.id from payments.payment p
         where p.shard = :shard and p.organization_id = :organization_id and p.type = :type
           and p.transaction_id = :transaction_id and p.deleted_at is null) as same
  from organizations.organization o
  left join documents.document d
    on d.shard = :shard and d.organization_id = :organization_id and d.id = :document and d.deleted_at is null
 where o.shard = :shard and o.id = :organization_id;

-- name: record
-- A payment, the total of its document and its entry in the journal. Without an amount it is all that is due at the moment
-- the document is held; no row when that is nothing, or when the total would leave the limit.
with document as (
  select d.id, d.client_id, d.total_due, d.total_paid, payments.direction(d.type, d.incoming) as direction
    from documents.document d
   where d.shard = :shard and d.organization_id = :organization_id and d.id = :document::uuid
     and not d.draft and d.deleted_at is null
     for update),
payment as (
  insert into payments.payment (shard, id, organization_id, account_id, document_id, type, amount, currency, exponent, date,
    note, tag, transaction_id, custom, created_at, updated_at, surcharge)
  select :shard, :id, :organization_id, :account_id, d.id, :type, coalesce(:amount::bigint, d.total_due), :currency,
         :exponent, :date, :note, :tag, :transaction_id, :custom, :now, :now, :surcharge
    from (select) as one left join document d on true
   where case when :document::uuid is null then :amount::bigint is not null
              else (:amount::bigint is not null or d.total_due > 0)
                   and (not :at_most_due or coalesce(:amount::bigint, d.total_due) <= d.total_due)
                   and abs(d.total_paid + coalesce(:amount::bigint, d.total_due)) < :limit::bigint end
  returning *),
total as (
  update documents.document d set total_paid = d.total_paid + p.amount, updated_at = :now
    from payment p where d.shard = :shard and d.id = p.document_id),
entry as (
  insert into payments.entry (shard, id, organization_id, document_id, client_id, payment_id, kind, type, amount, currency,
    exponent, date, at)
  select :shard, e.id, :organization_id, e.document_id, e.client_id, p.id, e.kind, p.type, e.amount, p.currency, p.exponent,
         p.date, :now
    from payment p left join document d on true
   cross join lateral (values (:entry::uuid, p.document_id, d.client_id, :kind::text, -coalesce(d.direction, 1) * p.amount),
                              (:surcharge_entry::uuid, null, null, 'surcharge', p.surcharge))
           as e(id, document_id, client_id, kind, amount)
   where e.kind <> 'surcharge' or e.amount <> 0
   order by e.id)
select id, organization_id, account_id, document_id, type, amount, currency, exponent, date, note, tag, transaction_id,
       custom, credit_id, deleted_at, created_at, updated_at, surcharge
  from payment;

-- name: select_payment
select id, organization_id, account_id, document_id, type, amount, currency, exponent, date, note, tag, transaction_id,
       custom, credit_id, deleted_at, created_at, updated_at, surcharge
  from payments.payment where shard = :shard and id = :payment and (:deleted or deleted_at is null);

-- name: list_payments
-- The filter language completes it.
select id, organization_id, account_id, document_id, type, amount, currency, exponent, date, note, tag, transaction_id,
       custom, credit_id, deleted_at, created_at, updated_at, surcharge
  from payments.payment where shard = $1 and organization_id = $2;

-- name: count_payments
select count(*) from payments.payment where shard = $1 and organization_id = $2;

-- name: some_payments
-- The ids of payments, for a part of them to be counted; the filter language completes it.
select id from payments.payment where shard = $1 and organization_id = $2;

-- name: tally
-- How many payments there are, without a look at them; the filter language completes it with what is tallied.
select coalesce(sum(n), 0)::bigint from payments.tally where shard = $1 and organization_id = $2 and sorted_by = '';

-- name: marks
-- How many payments stand behind each mark of an order; the filter language completes it, and the verb sums it up.
select key, id, n, type, currency from payments.tally where shard = $1 and organization_id = $2 and sorted_by = $3;

-- name: tallies_due
-- The organizations that so many changes of payments wait in.
select shard, organization_id from payments.tallies_due(:at_least::int);

-- name: gather_tally
-- Gather the changes of an organization into its marks; false when somebody else is at it.
select payments.gather_tally(:shard, :organization_id);

-- name: change
-- The fields of a payment that were said. Where money is concerned (amount, type, date) the journal takes the old payment
-- back and enters the new one. No row when the payment is gone, or when the total would leave the limit.
with document as (
  select d.id, d.client_id, d.total_paid, payments.direction(d.type, d.incoming) as direction
    from documents.document d
   where d.shard = :shard
     and d.id = (select p.document_id from payments.payment p where p.shard = :shard and p.id = :payment)
     for update),
before as (
  select p.id, p.document_id, p.amount, p.type, p.date
    from payments.payment p, (select count(*) from document) as held
   where p.shard = :shard and p.id = :payment and p.deleted_at is null
     for update of p),
payment as (
  update payments.payment p
     set type = case when 'type' = any(:said) then :type else p.type end,
         amount = case when 'amount' = any(:said) then :amount else p.amount end,
         date = case when 'date' = any(:said) then :date else p.date end,
         note = case when 'note' = any(:said) then :note else p.note end,
         tag = case when 'tag' = any(:said) then :tag else p.tag end,
         transaction_id = case when 'transaction_id' = any(:said) then :transaction_id else p.transaction_id end,
         custom = case when 'custom' = any(:said) then :custom else p.custom end,
         updated_at = :now
    from before b left join document d on true
   where p.shard = :shard and p.id = b.id
     and (not 'amount' = any(:said) or d.id is null or abs(d.total_paid - b.amount + :amount) < :limit::bigint)
  returning p.*),
total as (
  update documents.document d set total_paid = d.total_paid - b.amount + p.amount, updated_at = :now
    from payment p, before b
   where d.shard = :shard and d.id = p.document_id and p.amount <> b.amount),
entry as (
  insert into payments.entry (shard, id, organization_id, document_id, client_id, payment_id, kind, type, amount, currency,
    exponent, date, at)
  select :shard, e.id, :organization_id, p.document_id, d.client_id, p.id, e.kind, e.type,
         coalesce(d.direction, 1) * e.amount, p.currency, p.exponent, e.date, :now
    from payment p cross join before b left join document d on true
   cross join lateral (values (:reversal::uuid, 'reversal', b.type, b.amount, b.date),
                              (:entry::uuid, 'payment', p.type, -p.amount, p.date)) as e(id, kind, type, amount, date)
   where (b.type, b.amount, b.date) is distinct from (p.type, p.amount, p.date)
   order by e.id)
select id, organization_id, account_id, document_id, type, amount, currency, exponent, date, note, tag, transaction_id,
       custom, credit_id, deleted_at, created_at, updated_at, surcharge
  from payment;

-- name: delete
-- Take a payment back: the row stays, marked, and the journal says so. Returns how many there were to take back. What is
-- part of an application of credit is left alone: take_credit_back takes it whole.
with document as (
  select d.id, d.client_id, payments.direction(d.type, d.incoming) as direction
    from documents.document d
   where d.shard = :shard
     and d.id = (select p.document_id from payments.payment p where p.shard = :shard and p.id = :payment)
     for update),
payment as (
  update payments.payment p set deleted_at = :now, updated_at = :now
    from (select count(*) from document) as held
   where p.shard = :shard and p.id = :payment and p.credit_id is null and p.deleted_at is null
  returning p.*),
total as (
  update documents.document d set total_paid = d.total_paid - p.amount, updated_at = :now
    from payment p where d.shard = :shard and d.id = p.document_id),
entry as (
  insert into payments.entry (shard, id, organization_id, document_id, client_id, payment_id, kind, type, amount, currency,
    exponent, date, at)
  select :shard, e.id, :organization_id, e.document_id, e.client_id, p.id, e.kind, p.type, e.amount, p.currency, p.exponent,
         p.date, :now
    from payment p left join document d on true
   cross join lateral (values (:reversal::uuid, p.document_id, d.client_id, 'reversal', coalesce(d.direction, 1) * p.amount),
                              (:surcharge_reversal::uuid, null, null, 'surcharge', -p.surcharge))
           as e(id, document_id, client_id, kind, amount)
   where e.kind <> 'surcharge' or e.amount <> 0
   order by e.id)
select count(*) from payment;

-- name: credit_ground
-- What an application of credit stands on: the document, and a live one with the same transaction id.
select d.type, d.draft, d.incoming, d.client_id, d.currency, d.exponent,
       payments.direction(d.type, d.incoming) * d.total_due as owed,
       (select p.id from payments.payment p
         where p.shard = :shard and p.organization_id = :organization_id and p.type = 'credit'
           and p.transaction_id = :transaction_id and p.deleted_at is null) as same
  from documents.document d
 where d.shard = :shard and d.organization_id = :organization_id and d.id = :document and d.deleted_at is null;

-- name: sources
-- Documents that have credit for a client in a currency, oldest first.
select d.id, -payments.direction(d.type, d.incoming) * d.total_due as free
  from documents.document d
 where d.shard = :shard and d.organization_id = :organization_id and d.client_id = :client and d.currency = :currency
   and not d.draft and not d.incoming and d.deleted_at is null and d.type in ('invoice', 'advance', 'credit-note')
   and payments.direction(d.type, d.incoming) * d.total_due < 0 and d.id <> :document
 order by d.id limit :most;

-- name: apply_credit
-- Move credit from the documents that have it to one that owes: payments, totals and journal of all of them. The documents
-- are held in the order of their ids, and what each has is what it has then: nobody applies more than is free. Without an
-- amount it is as much as is owed and free; no row when that is nothing, or when the amount is more.
with wanted as (
  select * from unnest(:sources::uuid[], :source_payments::uuid[], :source_entries::uuid[]) as w(document, payment, entry)),
held as materialized (
  select d.id, d.client_id, d.currency, d.exponent, payments.direction(d.type, d.incoming) as direction,
         payments.direction(d.type, d.incoming) * d.total_due as owed
    from documents.document d
   where d.shard = :shard and d.organization_id = :organization_id and (d.id = :document or d.id = any(:sources))
     and not d.draft and d.deleted_at is null
   order by d.id for update),
source as (
  select h.*, w.payment, w.entry, -h.owed as free,
         coalesce(sum(-h.owed) over (order by h.id rows between unbounded preceding and 1 preceding), 0) as before
    from held h join wanted w on w.document = h.id where h.owed < 0 and h.id <> :document),
credit as (
  select t.*, coalesce(:amount::bigint, least(t.owed, f.free)) as amount
    from held t, (select coalesce(sum(s.free), 0) as free from source s) f
   where t.id = :document and t.owed >= coalesce(:amount::bigint, 1) and f.free >= coalesce(:amount::bigint, 1)),
moved as (
  select c.id, c.client_id, c.currency, c.exponent, :id::uuid as payment, :entry::uuid as entry, c.direction * c.amount as paid, -c.amount as entered, 0 as given
    from credit c
   union all
  select s.id, s.client_id, s.currency, s.exponent, s.payment, s.entry, -s.direction * m.amount, m.amount, m.amount
    from source s join credit c on s.before < c.amount
   cross join lateral (select least(s.free, c.amount - s.before) as amount) m),
payment as (
  insert into payments.payment (shard, id, organization_id, account_id, document_id, type, amount, currency, exponent, date,
    note, tag, transaction_id, custom, credit_id, created_at, updated_at)
  select :shard, m.payment, :organization_id, :account_id, m.id, 'credit', m.paid, m.currency, m.exponent, :date,
         :note, :tag, case when m.payment = :id then :transaction_id end, :custom, :id, :now, :now
    from moved m order by m.payment
  returning *),
total as (
  update documents.document d
     set total_paid = d.total_paid + m.paid, credit_applied = d.credit_applied + m.given, updated_at = :now
    from moved m where d.shard = :shard and d.id = m.id),
entry as (
  insert into payments.entry (shard, id, organization_id, document_id, client_id, payment_id, kind, type, amount, currency,
    exponent, date, at)
  select :shard, m.entry, :organization_id, m.id, m.client_id, m.payment, 'balance', 'credit', m.entered, m.currency, m.exponent,
         :date, :now
    from (select count(*) from payment) as paid, moved m order by m.entry)
select id, organization_id, account_id, document_id, type, amount, currency, exponent, date, note, tag, transaction_id,
       custom, credit_id, deleted_at, created_at, updated_at, surcharge
  from payment where id = :id;

-- name: parts_of_credit
-- The payments that one application of credit consists of, named by any of them.
select p.id from payments.payment p
 where p.shard = :shard and p.organization_id = :organization_id and p.credit_id =
       (select q.credit_id from payments.payment q
         where q.shard = :shard and q.organization_id = :organization_id and q.id = :payment)
 order by p.id;

-- name: take_credit_back
-- Take an application of credit back, all its parts at once. Returns how many there were to take back.
with part as (
  select * from unnest(:parts::uuid[], :reversals::uuid[]) as w(payment, reversal)),
held as materialized (
  select d.id, d.client_id, payments.direction(d.type, d.incoming) as direction
    from documents.document d
   where d.shard = :shard and d.organization_id = :organization_id
     and d.id = any(array(select p.document_id from payments.payment p where p.shard = :shard and p.id = any(:parts)))
   order by d.id for update),
payment as (
  update payments.payment p set deleted_at = :now, updated_at = :now
    from part w, (select count(*) from held) as held
   where p.shard = :shard and p.id = w.payment and p.deleted_at is null
  returning p.*, w.reversal),
total as (
  update documents.document d
     set total_paid = d.total_paid - p.amount, updated_at = :now,
         credit_applied = d.credit_applied - case when p.id = p.credit_id then 0 else abs(p.amount) end
    from payment p where d.shard = :shard and d.id = p.document_id),
entry as (
  insert into payments.entry (shard, id, organization_id, document_id, client_id, payment_id, kind, type, amount, currency,
    exponent, date, at)
  select :shard, p.reversal, :organization_id, p.document_id, h.client_id, p.id, 'reversal', p.type,
         h.direction * p.amount, p.currency, p.exponent, p.date, :now
    from payment p join held h on h.id = p.document_id order by p.reversal)
select count(*) from payment;

-- name: list_entries
-- The journal; the filter language completes it.
select id, organization_id, sequence, document_id, client_id, payment_id, kind, type, amount, currency, exponent, date, at,
       hash
  from payments.entry where shard = $1 and organization_id = $2;

-- name: count_entries
select count(*) from payments.entry where shard = $1 and organization_id = $2;

-- name: balances
-- What a client owes, by currency: the sum of its entries, read from an index that holds all it takes; and its free credit.
select e.currency, e.exponent, sum(e.amount) as amount,
       (select coalesce(-sum(payments.direction(d.type, d.incoming) * d.total_due), 0)
          from documents.document d
         where d.shard = :shard and d.organization_id = :organization_id and d.client_id = :client and d.currency = e.currency
           and not d.draft and not d.incoming and d.deleted_at is null and d.type in ('invoice', 'advance', 'credit-note')
           and payments.direction(d.type, d.incoming) * d.total_due < 0) as credit
  from payments.entry e where e.shard = :shard and e.client_id = :client group by e.currency, e.exponent order by e.currency;

-- name: head
-- How far the chain has come, and the last entry there is: at any one moment they are the same.
select coalesce(c.sequence, 0) as sequence, coalesce(c.hash, '') as hash,
       coalesce((select max(e.sequence) from payments.entry e
                  where e.shard = :shard and e.organization_id = :organization_id), 0) as last
  from (select) as one left join payments.chain c on c.shard = :shard and c.organization_id = :organization_id;

-- name: entries_after
-- The next entries of a chain, for who walks along it.
select id, organization_id, sequence, document_id, client_id, payment_id, kind, type, amount, currency, exponent, date, at,
       hash
  from payments.entry
 where shard = :shard and organization_id = :organization_id and sequence > :after and sequence <= :until
 order by sequence limit :most;

-- name: unbalanced
-- Documents whose total is not what the journal says was paid, or not what their payments come to; that were not charged
-- what they ask for; that were not credited what the journal says; or whose applied credit is not what their payments say.
select d.id, coalesce(d.number, '') as number, d.total_paid, coalesce(e.paid, 0) * k.direction as entered,
       coalesce(p.paid, 0) as paid, coalesce(e.charged, 0) as charged, k.owed, d.total_credited,
       coalesce(e.credited, 0) * k.direction as credited, d.credit_applied, coalesce(p.given, 0) as given
  from documents.document d
 cross join lateral (
       select payments.direction(d.type, d.incoming) as direction,
              case when d.draft or d.type not in ('invoice', 'advance', 'credit-note') then 0::numeric
                   else payments.direction(d.type, d.incoming)::numeric * d.total_with_tax end as owed) k
  left join (select document_id, sum(amount) filter (where kind = 'charge') as charged,
                    -sum(amount) filter (where kind = 'credit') as credited,
                    -sum(amount) filter (where kind not in ('charge', 'credit')) as paid
               from payments.entry where shard = :shard and organization_id = :organization_id
              group by document_id) e on e.document_id = d.id
  left join (select document_id, sum(amount) as paid, sum(abs(amount)) filter (where credit_id <> id) as given
               from payments.payment
              where shard = :shard and organization_id = :organization_id and deleted_at is null
              group by document_id) p on p.document_id = d.id
 where d.shard = :shard and d.organization_id = :organization_id
   and (d.total_paid <> coalesce(e.paid, 0) * k.direction or d.total_paid <> coalesce(p.paid, 0)
        or coalesce(e.charged, 0) <> k.owed or d.total_credited <> coalesce(e.credited, 0) * k.direction
        or d.credit_applied <> coalesce(p.given, 0))
 order by d.id limit :most;

-- name: uneven
-- Applications of credit whose parts do not cancel out: what one document gained, the others must have given.
select p.credit_id, sum(payments.direction(d.type, d.incoming) * p.amount) as rest
  from payments.payment p left join documents.document d on d.shard = :shard and d.id = p.document_id
 where p.shard = :shard and p.organization_id = :organization_id and p.credit_id is not null and p.deleted_at is null
 group by p.credit_id
having coalesce(sum(payments.direction(d.type, d.incoming) * p.amount), 1) <> 0
 order by p.credit_id limit :most;

-- name: surcharged
-- Payments whose surcharge is not what the journal has entered, and not taken back, for it.
select p.id, p.surcharge, coalesce(e.entered, 0) as entered
  from payments.payment p
  left join (select payment_id, sum(amount) as entered from payments.entry
              where shard = :shard and organization_id = :organization_id and kind = 'surcharge'
              group by payment_id) e on e.payment_id = p.id
 where p.shard = :shard and p.organization_id = :organization_id
   and case when p.deleted_at is null then p.surcharge else 0 end <> coalesce(e.entered, 0)
 order by p.id limit :most;
