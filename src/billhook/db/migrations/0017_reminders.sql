-- When a document was announced to be overdue; that happens once in its life, whatever is paid and taken back later.
alter table documents.document add column overdue_at timestamptz;
-- What is owed and may still become overdue: it leaves this index when it is paid, canceled or announced.
create index document_to_fall_due on documents.document (date_due)
  where overdue_at is null and not draft and not canceled and not paid_in_full and deleted_at is null
    and type in ('invoice', 'advance');
-- What is owed, for who reminds of it.
create index document_owed on documents.document (shard, organization_id, date_due)
  where not draft and not canceled and not paid_in_full and deleted_at is null and not incoming
    and type in ('invoice', 'advance');

-- The business day of an instant. Midnight UTC is how a date without a time arrives: it means that day in every zone.
create function documents.day(at timestamptz, zone text) returns date language sql stable parallel safe as $$
  select case when at = date_trunc('day', at, 'UTC') then (at at time zone 'UTC')::date else (at at time zone zone)::date end
$$;

-- Mark documents, of all tenants, whose due day has passed, as announced; only ids leave this function.
create function documents.take_overdue(moment timestamptz, most int) returns table (organization_id uuid, document_id uuid)
language sql security definer set search_path = pg_catalog as $$
  update documents.document d set overdue_at = moment
    from (select o.shard, o.id from documents.document o
           where o.overdue_at is null and not o.draft and not o.canceled and not o.paid_in_full and o.deleted_at is null
             and o.type in ('invoice', 'advance') and o.date_due < moment
             and documents.day(o.date_due, o.timezone) < (moment at time zone o.timezone)::date
           order by o.date_due limit most for update skip locked) taken
   where d.shard = taken.shard and d.id = taken.id
  returning d.organization_id, d.id
$$;
grant execute on function documents.day, documents.take_overdue to billhook_app;

-- What was reminded of. The key is the promise: once a document and occasion, which is a step of the schedule (`-3`, `14`) or
-- the day and address of a reminder that somebody asked for.
create table delivery.reminder (
  shard           int         not null,
  document_id     uuid        not null,
  occasion        text        not null,
  organization_id uuid        not null,
  created_at      timestamptz not null,
  primary key (shard, document_id, occasion),
  foreign key (shard, document_id) references documents.document
);
grant select, insert on delivery.reminder to billhook_app;
alter table delivery.reminder enable row level security;
create policy tenant on delivery.reminder using (organization_id = public.tenant()) with check (organization_id = public.tenant());

create index setting_reminders on organizations.setting (shard, organization_id) where name = 'reminders' and value <> '[]';

-- The steps of a schedule, in days after the due day; what is no whole number of a sane size is none.
create function delivery.steps(value jsonb) returns table (days int)
language sql immutable parallel safe set search_path = pg_catalog as $$
  select distinct step::int from jsonb_array_elements_text(case when jsonb_typeof(value) = 'array' then value else '[]' end) step
   where step ~ '^-?[0-9]{1,3}$'
$$;

-- Note the reminders that are due by the organizations' schedules, of all tenants, from eight in the morning of their zone on;
-- only ids and steps leave this function. Of the steps that have passed only the latest counts, so that nobody is flooded
-- after an outage, and only for 60 days; and none from before the schedule was set, or from the day on which the document was
-- issued.
create function delivery.take_reminders(moment timestamptz, most int)
returns table (organization_id uuid, document_id uuid, account_id uuid)
language sql security definer set search_path = pg_catalog as $$
  with step as (
    select s.shard, s.organization_id, (moment at time zone o.timezone)::date as today, step.days,
           (s.updated_at at time zone o.timezone)::date as since,
           lead(step.days) over (partition by s.shard, s.organization_id order by step.days) as following
      from organizations.setting s
      join organizations.organization o on o.shard = s.shard and o.id = s.organization_id and o.active
     cross join lateral delivery.steps(s.value) step
     where s.name = 'reminders' and s.value <> '[]' and (moment at time zone o.timezone)::time >= '08:00'),
  schedule as (  -- what fell due before `earliest` belongs to the next step, or is from before the schedule, or too long ago
    select step.*, greatest(today - least(following, days + 60), since - days)::timestamp at time zone 'UTC' as earliest
      from step),
  due as (
    select d.shard, d.id, d.organization_id, c.days
      from schedule c
      join documents.document d on d.shard = c.shard and d.organization_id = c.organization_id
     cross join lateral (select documents.day(d.date_due, d.timezone) as day) fallen
     where not d.draft and not d.canceled and not d.paid_in_full and d.deleted_at is null and not d.incoming
       and d.type in ('invoice', 'advance') and d.client ->> 'email' <> ''
       and d.date_due between c.earliest - make_interval(days => 2) and moment + make_interval(days => 2 - c.days)
       and fallen.day + c.days between c.today - 60 and c.today
       and (c.following is null or fallen.day + c.following > c.today)
       and fallen.day + c.days >= c.since and fallen.day + c.days > (d.issued_at at time zone d.timezone)::date
       and not exists (select from delivery.reminder r
                        where r.shard = d.shard and r.document_id = d.id and r.occasion = c.days::text)
     limit most),
  taken as (
    insert into delivery.reminder (shard, document_id, occasion, organization_id, created_at)
    select due.shard, due.id, due.days::text, due.organization_id, moment from due
    on conflict do nothing
    returning shard, document_id)
  select d.organization_id, d.id, d.account_id
    from taken join documents.document d on d.shard = taken.shard and d.id = taken.document_id
$$;
grant execute on function delivery.steps, delivery.take_reminders to billhook_app;
