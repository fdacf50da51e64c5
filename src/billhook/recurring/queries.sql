-- name: enter_recurrence
-- The door of a tenant, found from a recurrence's id.
select e.organization_id, e.role, e.active
  from organizations.enter(recurring.owner_of(:recurrence, :recurrence_shard), :recurrence_shard, :actor) e;

-- name: insert_recurrence
insert into recurring.recurrence (shard, id, organization_id, account_id, document_id, name, type, first_date, periods,
  auto_send, notify, save_as_draft, custom, next_date, created_at, updated_at)
values (:shard, :id, :organization_id, :account_id, :document, :name, :type, :first_date, :periods,
  :auto_send, :notify, :save_as_draft, :custom, :first_date, :now, :now)
returning id, organization_id, account_id, document_id, name, type, first_date, periods, auto_send, notify, save_as_draft,
          custom, made, next_date, failures, failed_at, last_error, deleted_at, created_at, updated_at;

-- name: select_recurrence
select id, organization_id, account_id, document_id, name, type, first_date, periods, auto_send, notify, save_as_draft,
       custom, made, next_date, failures, failed_at, last_error, deleted_at, created_at, updated_at
  from recurring.recurrence where shard = :shard and id = :recurrence and deleted_at is null;

-- name: lock_recurrence
-- The same, held until the transaction ends: who changes it waits for who makes its documents, and the other way round.
select id, organization_id, account_id, document_id, name, type, first_date, periods, auto_send, notify, save_as_draft,
       custom, made, next_date, failures, failed_at, last_error, deleted_at, created_at, updated_at
  from recurring.recurrence where shard = :shard and id = :recurrence and deleted_at is null for update;

-- name: recurrence_of
-- The recurrence of a document.
select id, organization_id, account_id, document_id, name, type, first_date, periods, auto_send, notify, save_as_draft,
       custom, made, next_date, failures, failed_at, last_error, deleted_at, created_at, updated_at
  from recurring.recurrence where shard = :shard and document_id = :document and deleted_at is null;

-- name: list_recurrences
-- The filter language completes it.
select id, organization_id, account_id, document_id, name, type, first_date, periods, auto_send, notify, save_as_draft,
       custom, made, next_date, failures, failed_at, last_error, deleted_at, created_at, updated_at
  from recurring.recurrence where shard = $1 and organization_id = $2;

-- name: count_recurrences
select count(*) from recurring.recurrence where shard = $1 and organization_id = $2;

-- name: update_recurrence
-- A recurrence as changed. It is looked at again at once: what it failed with may be mended.
update recurring.recurrence
   set name = :name, type = :type, first_date = :first_date, periods = :periods, auto_send = :auto_send, notify = :notify,
       save_as_draft = :save_as_draft, custom = :custom, next_date = :next_date, held_until = null, failures = 0,
       failed_at = null, last_error = null, updated_at = :now
 where shard = :shard and id = :recurrence
returning id, organization_id, account_id, document_id, name, type, first_date, periods, auto_send, notify, save_as_draft,
          custom, made, next_date, failures, failed_at, last_error, deleted_at, created_at, updated_at;

-- name: delete_recurrence
-- Stop it; what it made stays.
update recurring.recurrence set deleted_at = :now, updated_at = :now
 where shard = :shard and id = :recurrence and deleted_at is null;

-- name: made_of
-- The newest periods of some recurrences of which documents were made, oldest first: one round trip for a page.
select p.recurrence_id, p.date, p.iteration, p.document_id, p.created_at
  from unnest(:recurrences::uuid[]) wanted(id)
 cross join lateral (
       select * from recurring.period p where p.shard = :shard and p.recurrence_id = wanted.id
        order by p.iteration desc limit :most) p
 order by p.recurrence_id, p.iteration;

-- name: hand_out
-- Put the recurrences that are due into the outbox, each one once while it is held; returns how many.
insert into jobs.job (kind, organization_id, payload, run_at, created_at)
select 'recurrence.due', d.organization_id,
       jsonb_build_object('recurrence_id', payments.id24(d.recurrence_id), 'account_id', payments.id24(d.account_id)), :now, :now
  from recurring.take_due(:now, :hold_until, :most) d;

-- name: take
-- Hold a recurrence whose next period has begun in the zone of its organization, with what decides how its client is named;
-- no row when there is nothing to do any more.
select r.id, r.organization_id, r.account_id, r.document_id, r.name, r.type, r.first_date, r.periods, r.auto_send, r.notify,
       r.save_as_draft, r.custom, r.made, r.next_date, r.failures, r.failed_at, r.last_error, r.deleted_at, r.created_at,
       r.updated_at
  from recurring.recurrence r
  join organizations.organization o on o.shard = r.shard and o.id = r.organization_id and o.active
 where r.shard = :shard and r.id = :recurrence and r.deleted_at is null
   and r.next_date <= (:now::timestamptz at time zone o.timezone)::date
   for update of r;

-- name: client_changed
-- Whether the client of a document was changed since, and still has the name that stands on it: another name is another
-- company's, which shares the mailbox of the one that is stored.
select exists (
  select from documents.document d join clients.client c on c.shard = d.shard and c.id = d.client_id
   where d.shard = :shard and d.id = :document and c.updated_at > d.created_at and c.deleted_at is null
     and lower(btrim(c.name)) = lower(btrim(d.client ->> 'name')));

-- name: note_made
-- A period is done: its row, and the next one to come.
with period as (
  insert into recurring.period (shard, recurrence_id, date, organization_id, iteration, document_id, created_at)
  values (:shard, :recurrence, :date, :organization_id, :iteration, :document, :now))
update recurring.recurrence
   set made = :iteration, next_date = :next_date, held_until = null, failures = 0, failed_at = null, last_error = null
 where shard = :shard and id = :recurrence;

-- name: note_failed
-- What a period failed with; it is tried again after 1, 2, 4 … minutes, at most a day.
update recurring.recurrence
   set failures = failures + 1, failed_at = :now, last_error = :error,
       held_until = :now::timestamptz + make_interval(mins => least(2 ^ least(failures, 12), 1440)::int)
 where shard = :shard and id = :recurrence and deleted_at is null and next_date is not null;
