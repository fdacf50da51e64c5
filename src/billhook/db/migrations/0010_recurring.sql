-- Agreements that become documents: one like the document it hangs on, each week, month or year.
create schema recurring;
grant usage on schema recurring to billhook_app;

-- next_date is the day of the period that comes next (null: there is none), in the organization's zone; days are counted from
-- first_date. held_until: nobody looks at it before, because somebody works on it or because it has failed.
create table recurring.recurrence (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  account_id      uuid        not null,
  document_id     uuid        not null,
  name            text        not null,
  type            text        not null check (type in ('week', 'month', 'year')),
  first_date      date        not null,
  periods         int         not null,
  auto_send       boolean     not null,
  notify          boolean     not null,
  save_as_draft   boolean     not null,
  custom          jsonb       not null default '{}',
  made            int         not null default 0,
  next_date       date,
  held_until      timestamptz,
  failures        int         not null default 0,
  failed_at       timestamptz,
  last_error      text,
  deleted_at      timestamptz,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  primary key (shard, id),
  foreign key (shard, document_id) references documents.document
);
create index recurrence_of_organization on recurring.recurrence (shard, organization_id, id);
create unique index recurrence_of_document on recurring.recurrence (shard, document_id) where deleted_at is null;
create index recurrence_due on recurring.recurrence (next_date) where next_date is not null and deleted_at is null;

-- What was made of which period. The key is the promise: one document a period, written in its transaction.
create table recurring.period (
  shard           int         not null,
  recurrence_id   uuid        not null,
  date            date        not null,
  organization_id uuid        not null,
  iteration       int         not null,
  document_id     uuid        not null,
  created_at      timestamptz not null,
  primary key (shard, recurrence_id, date),
  unique (shard, recurrence_id, iteration),
  foreign key (shard, recurrence_id) references recurring.recurrence
);
grant select, insert, update on recurring.recurrence to billhook_app;
grant select, insert on recurring.period to billhook_app;
alter table recurring.recurrence enable row level security;
alter table recurring.period enable row level security;
create policy tenant on recurring.recurrence using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on recurring.period using (organization_id = public.tenant()) with check (organization_id = public.tenant());

-- Whose a recurrence is, before anybody's right to see it is known. Only ids leave this function.
create function recurring.owner_of(recurrence uuid, recurrence_shard int) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select r.organization_id from recurring.recurrence r where r.shard = recurrence_shard and r.id = recurrence
$$;

-- Take in hand what is due, of all tenants, and hold it until it will have been worked on. Days are the organizations' own;
-- no zone is more than a day ahead of UTC. Organizations that were deactivated wait.
create function recurring.take_due(at timestamptz, hold_until timestamptz, most int)
returns table (organization_id uuid, recurrence_id uuid, account_id uuid)
language sql security definer set search_path = pg_catalog as $$
  update recurring.recurrence r set held_until = hold_until
    from (select due.shard, due.id from recurring.recurrence due
            join organizations.organization o on o.shard = due.shard and o.id = due.organization_id and o.active
           where due.deleted_at is null and due.next_date <= (at at time zone 'UTC')::date + 1
             and due.next_date <= (at at time zone o.timezone)::date
             and (due.held_until is null or due.held_until <= at)
           order by due.next_date limit most for update of due skip locked) taken
   where r.shard = taken.shard and r.id = taken.id
  returning r.organization_id, r.id, r.account_id
$$;
grant execute on all functions in schema recurring to billhook_app;
