-- What a client paid too much, and what a credit note gives back, is credit of the client: it can be applied to another
-- document, and taken back. An application is one payment of type 'credit' on the document it was applied to, and one on each
-- document it comes from, which lowers what that one has too much. All carry the id of the first as credit_id.
alter table payments.payment
  add column credit_id uuid,
  drop constraint payment_type_check,
  add constraint payment_type_check
    check (type in ('bank', 'online', 'paypal', 'cash', 'card', 'crypto', 'coupon', 'other', 'credit')),
  add constraint payment_of_credit check ((type = 'credit') = (credit_id is not null));
create index payment_credit on payments.payment (shard, credit_id) where credit_id is not null;

-- How much of a document's credit is applied elsewhere. While it is more than nothing, the document may not owe anything:
-- the credit would be gone, and what it was applied to would be paid with nothing.
alter table documents.document
  add column credit_applied bigint not null default 0 check (credit_applied >= 0),
  add constraint credit_in_use
    check (credit_applied = 0 or payments.direction(type, incoming) * total_due <= 0);

-- Documents that have credit for their client.
create index document_credit on documents.document (shard, organization_id, client_id, currency, id)
  where not draft and not incoming and deleted_at is null and type in ('invoice', 'advance', 'credit-note')
    and payments.direction(type, incoming) * total_due < 0;
