-- What was credited on a document: of an invoice by its credit notes, of a credit note what it settles of its invoice.
-- What is due and whether nothing remains to be paid follow from it.
alter table documents.document
  drop column total_due,
  drop column paid_in_full,
  add column total_credited bigint not null default 0,
  add column total_due bigint not null generated always as (total_with_tax - total_paid - total_credited) stored,
  add column paid_in_full boolean not null
    generated always as (not draft and total_paid + total_credited >= total_with_tax) stored,
  -- The advances that this invoice deducts; `documents.refuse_change` keeps them like all fiscal content.
  add column advance_ids uuid[] not null default '{}',
  -- Number and date of the documents it refers to, as they were when it was made: what its paper says of them.
  add column refers_to jsonb not null default '[]',
  -- What the client answered to an estimate.
  add column accepted_at timestamptz,
  add column rejected_at timestamptz;

-- Who refers to a document: few documents refer to any, so these indexes cost the others nothing.
create index document_previous on documents.document (shard, previous_document_id)
  where previous_document_id is not null;
create index document_referring on documents.document using gin (document_ids) where document_ids <> '{}';

-- As in 0005, and: the advances of an invoice stay; what a credit note has canceled stays canceled.
create or replace function documents.refuse_change() returns trigger language plpgsql as $$
begin
  if old.draft then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  if tg_op = 'DELETE' then
    raise exception 'an issued document cannot be deleted' using errcode = 'BH001';
  end if;
  if (old.draft, old.shard, old.id, old.organization_id, old.account_id, old.type, old.incoming, old.number, old.series,
      old.date_year, old.date, old.date_service, old.date_service_to, old.date_due, old.date_valid_till, old.date_paid,
      old.reference, old.currency, old.exponent, old.decimal_places, old.rounding, old.locale, old.timezone, old.total,
      old.total_discount, old.total_with_tax, old.note, old.tax_clause, old.footer, old.signature, old.issuer, old.client,
      old.client_id, old.lines, old.taxes, old.reverse_taxes, old.options, old.l10n, old.data, old.document_ids,
      old.issued_at, old.previous_document_id, old.date_received, old.created_at, old.has_unit, old.unique_id,
      old.advance_ids, old.refers_to)
     is distinct from
     (new.draft, new.shard, new.id, new.organization_id, new.account_id, new.type, new.incoming, new.number, new.series,
      new.date_year, new.date, new.date_service, new.date_service_to, new.date_due, new.date_valid_till, new.date_paid,
      new.reference, new.currency, new.exponent, new.decimal_places, new.rounding, new.locale, new.timezone, new.total,
      new.total_discount, new.total_with_tax, new.note, new.tax_clause, new.footer, new.signature, new.issuer, new.client,
      new.client_id, new.lines, new.taxes, new.reverse_taxes, new.options, new.l10n, new.data, new.document_ids,
      new.issued_at, new.previous_document_id, new.date_received, new.created_at, new.has_unit, new.unique_id,
      new.advance_ids, new.refers_to)
  then
    raise exception 'an issued document cannot be changed' using errcode = 'BH001';
  end if;
  if new.deleted_at is not null and old.type <> 'estimate' then
    raise exception 'an issued document cannot be deleted' using errcode = 'BH001';
  end if;
  if old.canceled and not new.canceled and exists (
       select from documents.document note
        where note.shard = old.shard and note.previous_document_id = old.id and note.type = 'credit-note'
          and not note.draft) then
    raise exception 'what a credit note has canceled stays canceled' using errcode = 'BH001';
  end if;
  return new;
end $$;
