create table payments.payment (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  account_id      uuid        not null,
  document_id     uuid,
  type            text        not null check (type in ('bank', 'online', 'paypal', 'cash', 'card', 'crypto', 'coupon', 'other')),
  amount          bigint      not null,
  currency        text        not null,
  exponent        smallint    not null,
  date            timestamptz not null,
  note            text,
  tag             text,
  transaction_id  text,
  custom          jsonb       not null default '{}',
  deleted_at      timestamptz,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  primary key (shard, id)
);
create index payment_of_organization on payments.payment (shard, organization_id, id);
create index payment_of_document on payments.payment (shard, document_id, id);
create unique index payment_transaction on payments.payment (shard, organization_id, type, transaction_id)
  where transaction_id is not null and deleted_at is null;

-- The journal: append-only. Totals and balances are folds of it.
create table payments.entry (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  document_id     uuid,
  client_id       uuid,
  payment_id      uuid,
  kind            text        not null check (kind in ('charge', 'payment', 'reversal', 'credit', 'refund', 'fee', 'balance')),
  amount          bigint      not null,
  currency        text        not null,
  at              timestamptz not null,
  primary key (shard, id)
);
create index entry_of_document on payments.entry (shard, document_id, id);
create index entry_of_client on payments.entry (shard, client_id, id);
create function payments.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the journal is only ever added to' using errcode = 'BH002';
end $$;
create trigger append_only before update or delete on payments.entry for each row execute function payments.refuse_change();

grant select, insert, update on payments.payment to billhook_app;
grant select, insert on payments.entry to billhook_app;
alter table payments.payment enable row level security;
alter table payments.entry enable row level security;
create policy tenant on payments.payment using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on payments.entry using (organization_id = public.tenant()) with check (organization_id = public.tenant());

-- Mail that is to go out or went out, and what became of it: one row an outbox row, taken when a worker first carries it.
-- recipients is whom it is for, in the order written; accepted and refused are those the mail server has answered for.
create table delivery.email (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  document_id     uuid,
  job_id          bigint      not null,
  kind            text        not null,
  recipients      text[]      not null,
  accepted        text[]      not null default '{}',
  refused         text[]      not null default '{}',
  subject         text        not null,
  state           text        not null check (state in ('sending', 'sent', 'retrying', 'failed')),
  attempts        int         not null,
  last_error      text,
  message_id      text        not null,
  created_at      timestamptz not null,
  sent_at         timestamptz,
  primary key (shard, id),
  unique (shard, job_id)
);
create index email_of_document on delivery.email (shard, document_id, id);
-- The mailings of a document that still wait in the outbox.
create index job_of_document on jobs.job ((payload ->> 'document_id')) where kind = 'document.sending';
-- Mail caught instead of sent, while no SMTP server is set.
create table delivery.caught (
  id         bigint      primary key generated always as identity,
  sender     text        not null,
  recipients text[]      not null,
  subject    text        not null,
  raw        bytea       not null,
  at         timestamptz not null
);
grant select, insert, update on delivery.email to billhook_app;
grant select, insert, delete on delivery.caught to billhook_app;
alter table delivery.email enable row level security;
create policy tenant on delivery.email using (organization_id = public.tenant()) with check (organization_id = public.tenant());
