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
create index payment_date on payments.payment (shard, organization_id, date, id);
create index payment_of_document on payments.payment (shard, document_id, id);
create unique index payment_transaction on payments.payment (shard, organization_id, type, transaction_id)
  where transaction_id is not null and deleted_at is null;

-- The journal: append-only, and in one chain an organization. An amount is by how much the entry changes what the client
-- owes: a charge adds, a payment takes away; totals and balances are folds of it. `date` is the day it is for, `at` when it
-- was written. sequence and hash are the trigger's, never the writer's: docs/reference/journal.md says what is hashed.
create table payments.entry (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  sequence        bigint      not null,
  document_id     uuid,
  client_id       uuid,
  payment_id      uuid,
  kind            text        not null check (kind in ('charge', 'payment', 'reversal', 'credit', 'refund', 'fee', 'balance')),
  type            text,
  amount          bigint      not null,
  currency        text        not null,
  exponent        smallint    not null,
  date            timestamptz not null,
  at              timestamptz not null,
  hash            bytea       not null,
  primary key (shard, id),
  unique (shard, organization_id, sequence)
);
create index entry_of_document on payments.entry (shard, document_id, sequence);
create index entry_of_client on payments.entry (shard, client_id, sequence) include (currency, exponent, amount);

-- How far an organization's chain has come. Whoever adds entries holds this row until the transaction ends, so entries are
-- numbered in the order in which they are committed, and a number once seen is never followed by a smaller one.
create table payments.chain (
  shard           int    not null,
  organization_id uuid   not null,
  sequence        bigint not null,
  hash            bytea  not null,
  primary key (shard, organization_id)
) with (fillfactor = 50);

-- An id as the API shows it: the UUID without its version, its variant and the zeros at its end (kernel/ids.py).
create function payments.id24(id uuid) returns text language sql immutable parallel safe as $$
  select substr(id::text, 1, 8) || substr(id::text, 10, 4) || substr(id::text, 16, 3) || substr(id::text, 21, 3)
         || substr(id::text, 25, 6)
$$;
create function payments.instant(at timestamptz) returns text language sql stable parallel safe as $$
  select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
-- What is hashed of an entry, beside the hash before it. `format` leaves out what is null.
create function payments.canonical(entry payments.entry) returns text language sql stable parallel safe as $$
  select format('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', entry.sequence, payments.id24(entry.id),
    payments.id24(entry.organization_id), payments.id24(entry.document_id), payments.id24(entry.client_id),
    payments.id24(entry.payment_id), entry.kind, entry.type, entry.amount, entry.currency, entry.exponent,
    payments.instant(entry.date), payments.instant(entry.at))
$$;

-- Give an entry its place in the chain: hold the chain's row, then follow the last entry there is. In a volatile function
-- each statement sees what was done so far, by whoever held the row before and by the statement that is inserting.
-- It runs as the owner: nobody else may move a chain.
create function payments.link() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare last record;
begin
  loop
    perform from payments.chain c where c.shard = new.shard and c.organization_id = new.organization_id for update;
    exit when found;
    insert into payments.chain values (new.shard, new.organization_id, 0, decode(repeat('00', 32), 'hex'))
    on conflict do nothing;
  end loop;
  select e.sequence, e.hash into last from payments.entry e
   where e.shard = new.shard and e.organization_id = new.organization_id order by e.sequence desc limit 1;
  new.sequence := coalesce(last.sequence, 0) + 1;
  new.date := date_trunc('milliseconds', new.date);
  new.at := date_trunc('milliseconds', new.at);
  new.hash := sha256(coalesce(last.hash, decode(repeat('00', 32), 'hex')) || convert_to(payments.canonical(new), 'UTF8'));
  return new;
end $$;
create trigger link before insert on payments.entry for each row execute function payments.link();

-- Note how far the chain has come, once a statement: a row updated for each of many entries would grow slower with each.
create function payments.advance() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  update payments.chain c set sequence = last.sequence, hash = last.hash
    from (select distinct on (n.shard, n.organization_id) n.shard, n.organization_id, n.sequence, n.hash
            from entered n order by n.shard, n.organization_id, n.sequence desc) last
   where c.shard = last.shard and c.organization_id = last.organization_id;
  return null;
end $$;
create trigger advance after insert on payments.entry referencing new table as entered
  for each statement execute function payments.advance();

create function payments.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the journal is only ever added to' using errcode = 'BH002';
end $$;
create trigger append_only before update or delete on payments.entry for each row execute function payments.refuse_change();
create trigger never_emptied before truncate on payments.entry for each statement execute function payments.refuse_change();
create trigger chain_kept before delete on payments.chain for each row execute function payments.refuse_change();
create trigger chain_never_emptied before truncate on payments.chain
  for each statement execute function payments.refuse_change();

-- Which way money flows when a document is paid: 1 from the client to us, -1 from us to the client (what was received, and
-- what we give back by a credit note). A charge is direction × total, a payment of it -direction × amount.
create function payments.direction(type text, incoming boolean) returns int language sql immutable parallel safe as $$
  select case when type = 'credit-note' then -1 else 1 end * case when incoming then -1 else 1 end
$$;

grant select, insert, update on payments.payment to billhook_app;
grant select, insert on payments.entry to billhook_app;
grant select on payments.chain to billhook_app;
alter table payments.payment enable row level security;
alter table payments.entry enable row level security;
alter table payments.chain enable row level security;
create policy tenant on payments.payment using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on payments.entry using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on payments.chain using (organization_id = public.tenant()) with check (organization_id = public.tenant());

-- Whose a payment is, before anybody's right to see it is known. Only ids leave this function.
create function payments.owner_of(payment uuid, payment_shard int) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select p.organization_id from payments.payment p where p.shard = payment_shard and p.id = payment
$$;

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
