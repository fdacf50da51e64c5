-- Events: what has happened in an organization, for programs. Triggers write them in the transaction that made them so, so no
-- way of writing can forget one, and the application may not write them at all.
-- Their order is that of transactions (`xid`), and within one that of writing (`sequence`). A reader is shown only what no
-- running transaction can still get in front of: everything below the oldest one that runs. So the order has no gap that fills
-- later, and nobody waits for anybody. Transaction numbers begin anew when a dump is restored into another cluster: `era`
-- counts the clusters, and comes first.
create schema events;
grant usage on schema events to billhook_app;

create table events.era (
  era      int         primary key check (era between 1 and 4095),
  cluster  bigint      not null,
  began_at timestamptz not null default now()
);
insert into events.era (era, cluster) select 1, system_identifier from pg_control_system();

create table events.event (
  shard           int         not null,
  organization_id uuid        not null,
  era             int         not null,
  xid             xid8        not null,
  sequence        bigint      not null generated always as identity,
  type            text        not null,
  change          text        not null check (change in ('create', 'update', 'delete')),
  at              timestamptz not null,
  data            jsonb       not null,
  primary key (shard, organization_id, era, xid, sequence)
);

grant select on events.era, events.event to billhook_app;
alter table events.event enable row level security;
create policy tenant on events.event using (organization_id = public.tenant());

create function events.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'what has happened is only ever added to' using errcode = 'BH002';
end $$;
create trigger append_only before delete or update on events.event for each row execute function events.refuse_change();
create trigger never_emptied before truncate on events.event for each statement execute function events.refuse_change();

-- Begin another era when this is another cluster than the last one; at each start, before anything is written.
create function events.begin_era() returns void language sql security definer set search_path = pg_catalog as $$
  insert into events.era (era, cluster)
  select last.era + 1, here.system_identifier
    from (select e.era, e.cluster from events.era e order by e.era desc limit 1) last, pg_control_system() here
   where last.cluster <> here.system_identifier
  on conflict do nothing
$$;

-- How far each organization's feed has come that can be read by now: for those who wait at it, however many.
create function events.latest(shards int[], organizations uuid[])
returns table (organization_id uuid, era int, xid bigint, sequence bigint)
language sql stable security definer set search_path = pg_catalog as $$
  select o.id, e.era, e.xid::text::bigint, e.sequence
    from unnest(shards, organizations) o(shard, id)
   cross join lateral (
         select e.era, e.xid, e.sequence from events.event e
          where e.shard = o.shard and e.organization_id = o.id
            and (e.era, e.xid) < ((select max(a.era) from events.era a), pg_snapshot_xmin(pg_current_snapshot()))
          order by e.era desc, e.xid desc, e.sequence desc limit 1) e
$$;

create function events.write(shard int, organization uuid, type text, change text, at timestamptz, data jsonb) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into events.event (shard, organization_id, era, xid, type, change, at, data)
  values (shard, organization, (select max(a.era) from events.era a), pg_current_xact_id(), type, change, at, data);
end $$;

-- What is said of things: ids, types, amounts, states; no name or address of a person, as this is kept for good.
create function events.facts_of(d documents.document) returns jsonb language sql stable as $$
  select jsonb_build_object('id', d.id, 'type', d.type, 'incoming', d.incoming, 'draft', d.draft, 'canceled', d.canceled,
    'paid_in_full', d.paid_in_full, 'number', d.number, 'date', d.date, 'date_due', d.date_due, 'currency_id', d.currency,
    'exponent', d.exponent, 'total', d.total, 'total_with_tax', d.total_with_tax, 'total_paid', d.total_paid,
    'total_due', d.total_due, 'client_id', d.client_id, 'unit_id', d.unit_id,
    'previous_document_id', d.previous_document_id, 'unique_id', d.unique_id)
$$;

create function events.is_paid(d documents.document) returns boolean language sql stable as $$
  select d.paid_in_full and not d.canceled and d.type in ('invoice', 'advance') and d.deleted_at is null
$$;

create function events.on_document() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare
  data jsonb := events.facts_of(new);
  types text[] := '{}';
  type text;
begin
  if tg_op = 'INSERT' then
    perform events.write(new.shard, new.organization_id, case when new.draft then 'document.created' else 'document.issued' end,
                         'create', new.created_at, data);
    if events.is_paid(new) then
      perform events.write(new.shard, new.organization_id, 'document.paid', 'update', new.created_at, data);
    end if;
    return null;
  end if;
  if old.deleted_at is null and new.deleted_at is not null then
    perform events.write(new.shard, new.organization_id, 'document.deleted', 'delete', new.deleted_at, data);
    return null;
  end if;
  if old.draft and not new.draft then types := types || 'document.issued'::text; end if;
  if old.canceled <> new.canceled then
    types := types || case when new.canceled then 'document.canceled' else 'document.uncanceled' end;
  end if;
  if events.is_paid(old) <> events.is_paid(new) and not new.canceled and not old.canceled then
    types := types || case when events.is_paid(new) then 'document.paid' else 'document.unpaid' end;
  end if;
  if new.accepted_at is not null and old.accepted_at is null then types := types || 'document.accepted'::text; end if;
  if new.rejected_at is not null and old.rejected_at is null then types := types || 'document.rejected'::text; end if;
  if new.overdue_at is not null and old.overdue_at is null then types := types || 'document.overdue'::text; end if;
  if new.viewed_at is not null and old.viewed_at is null then types := types || 'document.viewed'::text; end if;
  if types = '{}' then types := array['document.updated']; end if;
  foreach type in array types loop
    perform events.write(new.shard, new.organization_id, type, 'update', case type
      when 'document.overdue' then new.overdue_at when 'document.viewed' then new.viewed_at else new.updated_at end, data);
  end loop;
  return null;
end $$;

-- When the link of a document was opened for the first time.
alter table documents.document add column viewed_at timestamptz;

create trigger event_made after insert on documents.document for each row execute function events.on_document();
create trigger event_changed after update on documents.document for each row
  when ((old.updated_at, old.draft, old.canceled, old.paid_in_full, old.total_paid, old.total_credited, old.deleted_at,
         old.accepted_at, old.rejected_at, old.overdue_at, old.viewed_at) is distinct from
        (new.updated_at, new.draft, new.canceled, new.paid_in_full, new.total_paid, new.total_credited, new.deleted_at,
         new.accepted_at, new.rejected_at, new.overdue_at, new.viewed_at))
  execute function events.on_document();

create function events.on_payment() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare
  type text := 'payment.created';
  change text := 'create';
begin
  if tg_op = 'UPDATE' then
    change := 'update';
    if new.deleted_at is not null then
      if old.deleted_at is not null then return null; end if;
      type := 'payment.deleted';
      change := 'delete';
    elsif (old.type, old.amount, old.date) is distinct from (new.type, new.amount, new.date) then
      type := 'payment.replaced';
    else
      type := 'payment.updated';
    end if;
  end if;
  perform events.write(new.shard, new.organization_id, type, change, new.updated_at, jsonb_build_object(
    'id', new.id, 'document_id', new.document_id, 'type', new.type, 'amount', new.amount, 'currency_id', new.currency,
    'exponent', new.exponent, 'date', new.date, 'transaction_id', new.transaction_id, 'tag', new.tag));
  return null;
end $$;
create trigger event after insert or update on payments.payment for each row execute function events.on_payment();

create function events.on_client() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare change text := case when tg_op = 'INSERT' then 'create' when new.deleted_at is not null then 'delete' else 'update' end;
begin
  if tg_op = 'UPDATE' and old.deleted_at is not null then return null; end if;
  perform events.write(new.shard, new.organization_id, 'client.' || change || 'd', change, new.updated_at, jsonb_build_object(
    'id', new.id, 'type', new.type, 'country_alpha2_code', new.country_code, 'is_end_customer', new.is_end_customer));
  return null;
end $$;
create trigger event after insert or update on clients.client for each row execute function events.on_client();

-- Things that need no more than their id said: `item`, `tax`.
create function events.on_thing() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare change text := case when tg_op = 'INSERT' then 'create' when new.deleted_at is not null then 'delete' else 'update' end;
begin
  perform events.write(new.shard, new.organization_id, tg_argv[0] || '.' || change || 'd', change, new.updated_at,
                       jsonb_build_object('id', new.id));
  return null;
end $$;
create trigger event_made after insert on catalog.item for each row execute function events.on_thing('item');
create trigger event_changed after update on catalog.item for each row when (old.deleted_at is null)
  execute function events.on_thing('item');
create trigger event_made after insert on catalog.tax for each row execute function events.on_thing('tax');
create trigger event_changed after update on catalog.tax for each row
  when (old.deleted_at is null and old.used = new.used) execute function events.on_thing('tax');

create function events.on_organization() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform events.write(new.shard, new.id, 'organization.updated', 'update', new.updated_at,
                       jsonb_build_object('id', new.id, 'active', new.active));
  return null;
end $$;
create trigger event after update on organizations.organization for each row execute function events.on_organization();

create function events.on_merchant() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform events.write(new.shard, new.organization_id, 'merchant.updated', case when tg_op = 'INSERT' then 'create' else 'update' end,
    new.updated_at, jsonb_build_object('id', new.id, 'active', new.active, 'charges_enabled', new.charges_enabled,
      'reason', new.reason));
  return null;
end $$;
create trigger event_made after insert on processing.merchant for each row execute function events.on_merchant();
create trigger event_changed after update on processing.merchant for each row
  when ((old.active, old.charges_enabled, old.reason, old.remote_id) is distinct from
        (new.active, new.charges_enabled, new.reason, new.remote_id))
  execute function events.on_merchant();

create function events.on_intent() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare created boolean := tg_op = 'INSERT';
begin
  if created or old.status <> new.status then
    perform events.write(new.shard, new.organization_id,
      case when created then 'payment_intent.created' else 'payment_intent.' || new.status end,
      case when created then 'create' else 'update' end, new.updated_at,
      jsonb_build_object('id', new.id, 'status', new.status, 'document_id', new.document_id, 'payment_id', new.payment_id,
        'amount', new.amount, 'currency_id', new.currency, 'exponent', new.exponent, 'reference', new.reference,
        'initial_intent_id', new.initial_intent_id));
  end if;
  if not created and old.disputed <> new.disputed then
    perform events.write(new.shard, new.organization_id,
      case when new.disputed > old.disputed then 'payment.disputed' else 'payment.dispute_won' end, 'update', new.updated_at,
      jsonb_build_object('id', new.payment_id, 'document_id', new.document_id, 'payment_intent_id', new.id,
        'amount', abs(new.disputed - old.disputed), 'currency_id', new.currency, 'exponent', new.exponent));
  end if;
  return null;
end $$;
create trigger event_made after insert on processing.intent for each row execute function events.on_intent();
create trigger event_changed after update on processing.intent for each row
  when (old.status <> new.status or old.disputed <> new.disputed) execute function events.on_intent();

create function events.on_refund() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if new.status in ('succeeded', 'failed') then
    perform events.write(new.shard, new.organization_id,
      case new.status when 'succeeded' then 'payment.refunded' else 'payment.refund_failed' end, 'update', new.updated_at,
      jsonb_build_object('id', i.payment_id, 'document_id', i.document_id, 'payment_intent_id', i.id, 'refund_id', new.id,
        'amount', new.amount, 'currency_id', new.currency, 'exponent', new.exponent))
      from processing.intent i where i.shard = new.shard and i.id = new.intent_id;
  end if;
  return null;
end $$;
create trigger event_made after insert on processing.refund for each row execute function events.on_refund();
create trigger event_changed after update on processing.refund for each row when (old.status <> new.status)
  execute function events.on_refund();

-- A mail of a document that is out (the document was sent, or reminded of), and any mail that was given up; where some of
-- the recipients were refused, both.
create function events.on_email() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if new.sent_at is not null then
    perform events.write(new.shard, new.organization_id,
      case new.kind when 'reminder' then 'document.reminded' else 'document.sent' end, 'update', new.sent_at, events.facts_of(d))
      from documents.document d where d.shard = new.shard and d.id = new.document_id;
  end if;
  if new.state = 'failed' then
    perform events.write(new.shard, new.organization_id, 'email.failed', 'update', now(), jsonb_build_object('id', new.id,
      'kind', new.kind, 'document_id', new.document_id, 'attempts', new.attempts));
  end if;
  return null;
end $$;
create trigger event after update on delivery.email for each row
  when (new.state in ('sent', 'failed') and old.state <> new.state) execute function events.on_email();

revoke execute on all functions in schema events from public;
grant execute on function events.latest(int[], uuid[]) to billhook_app;
