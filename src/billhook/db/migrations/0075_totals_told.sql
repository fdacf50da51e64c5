-- A draft that takes along what waits for its client is changed in the transaction that made it, at the same moment: what it came to
-- then was told, and what it comes to now was not. Whatever an event says of a document is looked at, beside the moment.
drop trigger event_changed on documents.document;
create trigger event_changed after update on documents.document for each row
  when ((old.updated_at, old.draft, old.canceled, old.paid_in_full, old.total_paid, old.total_credited, old.deleted_at,
         old.accepted_at, old.rejected_at, old.overdue_at, old.viewed_at, old.total, old.total_with_tax, old.number, old.date,
         old.date_due, old.currency, old.client_id) is distinct from
        (new.updated_at, new.draft, new.canceled, new.paid_in_full, new.total_paid, new.total_credited, new.deleted_at,
         new.accepted_at, new.rejected_at, new.overdue_at, new.viewed_at, new.total, new.total_with_tax, new.number, new.date,
         new.date_due, new.currency, new.client_id))
  execute function events.on_document();
