-- name: written_at
-- When an outbox row was written; null when it is gone.
select created_at from jobs.job where id = :job;

-- name: claim
-- Take a mail in hand: on the first attempt it comes to be, on later ones it is found. No row: it is done already.
insert into delivery.email as e (shard, id, organization_id, document_id, job_id, kind, recipients, subject, state, attempts,
  message_id, created_at)
values (:shard, :id, :organization_id, :document, :job, :kind, :recipients, :subject, 'sending', 1, :message_id, :created_at)
on conflict (shard, job_id) do update set state = 'sending', attempts = e.attempts + 1
  where e.state in ('sending', 'retrying')
returning id, recipients, accepted, refused, message_id;

-- name: hold_document
-- Before it is noted that a mail has left: the event of that tells of the document, and has to come behind what was done to it.
select true from delivery.email e
  join documents.document d on d.shard = e.shard and d.id = e.document_id
 where e.shard = :shard and e.id = :id for share of d;

-- name: note
-- What an attempt came to. What was said about recipients is added to what was said before.
update delivery.email
   set state = :state, accepted = accepted || :accepted::text[], refused = refused || :refused::text[], last_error = :error,
       sent_at = case when cardinality(:accepted::text[]) > 0 then coalesce(sent_at, :now) else sent_at end
 where shard = :shard and id = :id and state = 'sending';

-- name: emails_of
-- The mails of a document, newest first. One whose last attempt took its worker along has failed, whatever it says.
select e.id, e.kind, e.recipients, e.refused, e.subject,
       case when j.state = 'dead' and e.state in ('sending', 'retrying') then 'failed' else e.state end as state,
       e.attempts, e.last_error, e.message_id, e.created_at, e.sent_at
  from delivery.email e left join jobs.job j on j.id = e.job_id
 where e.shard = :shard and e.document_id = :document
 order by e.id desc limit :most;

-- name: waiting_of
-- The rows of the outbox that will become mails of a document.
select j.id as job_id, j.payload, j.attempts, j.state = 'dead' as dead, j.created_at
  from jobs.job j
 where j.kind = 'document.sending' and j.payload ->> 'document_id' = :document and j.organization_id = :organization_id
   and not exists (select from delivery.email e where e.shard = :shard and e.job_id = j.id)
 order by j.id desc limit :most;

-- name: remind
-- Put the reminders that are due by the organizations' schedules into the outbox, each once; returns how many.
insert into jobs.job (kind, organization_id, payload, run_at, created_at)
select 'document.sending', r.organization_id,
       jsonb_build_object('kind', 'reminder', 'document_id', payments.id24(r.document_id),
                          'account_id', payments.id24(r.account_id)), :now, :now
  from delivery.take_reminders(:now, :most) r;

-- name: remind_client
-- Put reminders of a client's overdue documents into the outbox, the oldest first, each once a day and address; returns how
-- many are overdue and how many of them are mailed now.
with due as (
  select d.id from documents.document d
   where d.shard = :shard and d.organization_id = :organization_id and d.client_id = :client
     and not d.draft and not d.canceled and not d.paid_in_full and d.deleted_at is null and not d.incoming
     and d.type in ('invoice', 'advance')
     and documents.day(d.date_due, d.timezone) < (:now::timestamptz at time zone d.timezone)::date
   order by d.date_due, d.id limit :most),
taken as (
  insert into delivery.reminder (shard, document_id, occasion, organization_id, created_at)
  select :shard, due.id, :day::date || ' ' || :address::text, :organization_id, :now from due
  on conflict do nothing
  returning document_id),
job as (
  insert into jobs.job (kind, organization_id, payload, run_at, created_at)
  select 'document.sending', :organization_id,
         jsonb_build_object('kind', 'reminder', 'document_id', payments.id24(t.document_id),
           'account_id', payments.id24(:account_id::uuid), 'recipients', jsonb_build_array(:address::text),
           'language', :language::text), :now, :now
    from taken t)
select (select count(*) from due) as overdue, (select count(*) from taken) as mailed;

-- name: catch
-- Keep a mail instead of sending it; of those kept the newest :most stay.
with old as (
  delete from delivery.caught
   where id <= (select id from delivery.caught order by id desc offset :most - 1 limit 1)
)
insert into delivery.caught (sender, recipients, subject, raw, at) values (:sender, :recipients, :subject, :raw, :now);

-- name: caught
-- What was caught, newest first.
select id, sender, recipients, subject, at from delivery.caught order by id desc limit :most;

-- name: caught_mail
select id, sender, recipients, subject, at, raw from delivery.caught where id = :id;
