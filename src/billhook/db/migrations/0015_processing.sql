-- Money taken online: platforms (an account's set-up), merchants (an organization that may be paid), payment intents, what
-- moved (transactions), what is given back (refunds), what providers told us (notices).
create schema processing;
grant usage on schema processing to billhook_app;

-- Of an account, not of a tenant. credentials: what opens the account at the gateway, sealed with the installation's key.
create table processing.platform (
  id              uuid        primary key,
  account_id      uuid        not null,
  gateway         text        not null,
  environment     text        not null check (environment in ('sandbox', 'production')),
  active          boolean     not null default true,
  approved        boolean     not null,
  application_fee numeric     not null check (application_fee between 0 and 99),
  refund_fee      text        not null default 'keep' check (refund_fee in ('keep', 'pro_rata', 'full')),
  return_url      text,
  remote_id       text        not null,
  credentials     bytea       not null,
  options         jsonb       not null default '{}',
  custom          jsonb       not null default '{}',
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  unique (account_id, gateway)
);
grant select, insert, update on processing.platform to billhook_app;

create table processing.merchant (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  platform_id     uuid        not null references processing.platform,
  remote_id       text, -- null between the decision to make it known to the gateway and the gateway's answer
  charges_enabled boolean     not null default false,
  reason          text        not null default '',
  active          boolean     not null default true,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  primary key (shard, id),
  unique (shard, organization_id, platform_id)
);

-- A payment that is to be collected. It moves forward only; initiated and requires_action are one step. attempt counts the
-- payments opened for it at the gateway and is part of their idempotency keys. look_at is when the sweep looks after it.
create table processing.intent (
  shard             int         not null,
  id                uuid        not null,
  organization_id   uuid        not null,
  account_id        uuid        not null,
  merchant_id       uuid        not null,
  document_id       uuid,
  token             text        not null,
  status            text        not null check (status in
    ('initiated', 'requires_action', 'processing', 'succeeded', 'captured', 'failed', 'expired', 'canceled')),
  amount            bigint      not null check (amount > 0),
  currency          text        not null,
  exponent          smallint    not null,
  application_fee   bigint      not null,
  operator_fee      bigint      not null,
  reference         text        not null default '',
  return_url        text,
  allow_recurring   boolean     not null default false,
  initial_intent_id uuid,
  saved             jsonb,
  consent           jsonb,
  attempt           int         not null default 0,
  remote_id         text,
  page_url          text,
  failure           jsonb,
  payment_id        uuid,
  refunded          bigint      not null default 0,
  disputed          bigint      not null default 0,
  expires_at        timestamptz not null,
  look_at           timestamptz,
  settled_at        timestamptz,
  created_at        timestamptz not null,
  updated_at        timestamptz not null,
  primary key (shard, id),
  check (application_fee >= 0 and operator_fee >= 0 and application_fee + operator_fee <= amount)
);
create unique index intent_token on processing.intent (token);
create index intent_of_organization on processing.intent (shard, organization_id, id);
create index intent_due on processing.intent (look_at) where look_at is not null;
-- One at a time is collected for a document, so two tabs pay the same one.
create unique index intent_of_document on processing.intent (shard, document_id)
  where document_id is not null and status in ('initiated', 'requires_action', 'processing');

-- What moved, once for each event at the gateway: a payment is a credit, fees and what goes back are debits.
create table processing.transaction (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  intent_id       uuid        not null,
  document_id     uuid,
  gateway         text        not null,
  kind            text        not null check (kind in
    ('payment', 'application_fee', 'operator_fee', 'refund', 'fee_refund', 'dispute', 'dispute_won')),
  type            text        not null generated always as
    (case when kind in ('payment', 'fee_refund', 'dispute_won') then 'credit' else 'debit' end) stored,
  amount          bigint      not null,
  currency        text        not null,
  exponent        smallint    not null,
  processor_id    text        not null,
  date            timestamptz not null,
  created_at      timestamptz not null,
  primary key (shard, id),
  unique (shard, intent_id, kind, processor_id)
);
create index transaction_of_organization on processing.transaction (shard, organization_id, id);

-- What is given back. requested: decided, and the gateway's answer not known yet; its own id is the idempotency key.
create table processing.refund (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  account_id      uuid        not null,
  intent_id       uuid        not null,
  amount          bigint      not null check (amount > 0),
  fee             bigint      not null default 0,
  currency        text        not null,
  exponent        smallint    not null,
  reason          text,
  status          text        not null check (status in ('requested', 'pending', 'succeeded', 'failed')),
  remote_id       text,
  payment_id      uuid,
  look_at         timestamptz,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  primary key (shard, id)
);
create unique index refund_at_gateway on processing.refund (shard, intent_id, remote_id) where remote_id is not null;
create index refund_of_intent on processing.refund (shard, intent_id, id);
create index refund_due on processing.refund (look_at) where look_at is not null;

-- Notices of gateways, each once.
create table processing.notice (
  platform_id uuid        not null,
  event_id    text        not null,
  kind        text        not null,
  reference   uuid        not null,
  received_at timestamptz not null,
  primary key (platform_id, event_id)
);
grant select, insert on processing.notice to billhook_app;

grant select, insert, update on processing.merchant, processing.intent, processing.refund to billhook_app;
grant select, insert on processing.transaction to billhook_app;
alter table processing.merchant enable row level security;
alter table processing.intent enable row level security;
alter table processing.transaction enable row level security;
alter table processing.refund enable row level security;
create policy tenant on processing.merchant using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on processing.intent using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on processing.transaction using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on processing.refund using (organization_id = public.tenant()) with check (organization_id = public.tenant());

-- Whose a thing is, before anybody's right to see it is known. Only ids leave these functions.
create function processing.owner_of(intent uuid, intent_shard int) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select i.organization_id from processing.intent i where i.shard = intent_shard and i.id = intent
$$;
create function processing.owner_of_merchant(merchant uuid, merchant_shard int) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select m.organization_id from processing.merchant m where m.shard = merchant_shard and m.id = merchant
$$;
-- What a payment link leads to: the link's 128 random bits are the right to pay. Sets the session to that tenant.
create function processing.enter_link(link text) returns table (organization_id uuid, intent_id uuid)
language plpgsql security definer set search_path = pg_catalog as $$
begin
  select i.organization_id, i.id into organization_id, intent_id from processing.intent i where i.token = link;
  perform set_config('billhook.organization', coalesce(organization_id::text, ''), false);
  if organization_id is not null then return next; end if;
end $$;
-- What the sweep is to look after, of whatever tenant: the one place that reads across tenants on purpose.
create function processing.due(at timestamptz, most int) returns table (organization_id uuid, intent_id uuid)
language sql stable security definer set search_path = pg_catalog as $$
  (select i.organization_id, i.id from processing.intent i where i.look_at <= at order by i.look_at limit most)
  union
  (select r.organization_id, r.intent_id from processing.refund r where r.look_at <= at order by r.look_at limit most)
$$;
grant execute on all functions in schema processing to billhook_app;
