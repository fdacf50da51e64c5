-- One counter row per organization, type, series and year, taken in the statement that issues: gapless under any
-- concurrency and any crash. series '' is the organization's own, 'incoming' counts what was received.
create table documents.counter (
  shard           int    not null,
  organization_id uuid   not null,
  type            text   not null,
  series          text   not null,
  year            int    not null,
  last            bigint not null,
  primary key (shard, organization_id, type, series, year)
);

-- Amounts are whole minor units of `currency`, which has `exponent` digits. issuer, client, lines and taxes are snapshots.
create table documents.document (
  shard                int         not null,
  id                   uuid        not null,
  organization_id      uuid        not null,
  account_id           uuid        not null,
  type                 text        not null check (type in ('invoice', 'estimate', 'advance', 'credit-note', 'delivery-note')),
  draft                boolean     not null,
  incoming             boolean     not null default false,
  canceled             boolean     not null default false,
  number               text,
  series               text        not null default '',
  date_year            int         not null,
  date                 timestamptz not null,
  date_service         timestamptz,
  date_service_to      timestamptz,
  date_due             timestamptz,
  date_valid_till      timestamptz,
  date_paid            timestamptz,
  date_received        timestamptz,
  reference            text        not null default '',
  currency             text        not null,
  exponent             smallint    not null,
  decimal_places       smallint    not null check (decimal_places between 0 and 9),
  rounding             text        not null,
  locale               text        not null,
  timezone             text        not null,
  total                bigint      not null,
  total_discount       bigint      not null,
  total_with_tax       bigint      not null,
  total_paid           bigint      not null default 0,
  total_due            bigint      not null generated always as (total_with_tax - total_paid) stored,
  paid_in_full         boolean     not null generated always as (not draft and total_paid >= total_with_tax) stored,
  note                 text        not null default '',
  tax_clause           text        not null default '',
  footer               text        not null default '',
  signature            text        not null default '',
  issuer               jsonb       not null,
  client               jsonb       not null,
  client_id            uuid,
  lines                jsonb       not null,
  taxes                jsonb       not null,
  reverse_taxes        jsonb       not null,
  has_unit             boolean     not null,
  options              jsonb       not null default '{}',
  said                 jsonb, -- of a draft: what was asked for, before anything was derived from it
  unique_id            text,
  custom               jsonb       not null default '{}',
  l10n                 jsonb       not null default '{}',
  data                 jsonb       not null default '[]',
  comments             jsonb       not null default '[]',
  document_ids         uuid[]      not null default '{}',
  previous_document_id uuid,
  shareable_id         text,
  sent_snail_mail      boolean     not null default false,
  issued_at            timestamptz,
  deleted_at           timestamptz,
  created_at           timestamptz not null,
  updated_at           timestamptz not null,
  primary key (shard, id),
  check (draft = (issued_at is null)),
  check (draft or number is not null)
);
create unique index document_number on documents.document (shard, organization_id, type, incoming, number)
  where not draft and deleted_at is null;
create unique index document_unique_id on documents.document (shard, organization_id, unique_id)
  where unique_id is not null and deleted_at is null;
create unique index document_shareable_id on documents.document (shareable_id) where shareable_id is not null;
create index document_of_organization on documents.document (shard, organization_id, id);
create index document_date on documents.document (shard, organization_id, date, id);
create index document_client on documents.document (shard, organization_id, client_id, id);

-- Issued documents are immutable: the fiscal content may not change and the row may not go, whoever asks.
-- What is not fiscal content: what was paid, cancellation, custom, comments, and the sent and shared marks.
create function documents.refuse_change() returns trigger language plpgsql as $$
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
      old.issued_at, old.previous_document_id, old.date_received, old.created_at, old.has_unit, old.unique_id)
     is distinct from
     (new.draft, new.shard, new.id, new.organization_id, new.account_id, new.type, new.incoming, new.number, new.series,
      new.date_year, new.date, new.date_service, new.date_service_to, new.date_due, new.date_valid_till, new.date_paid,
      new.reference, new.currency, new.exponent, new.decimal_places, new.rounding, new.locale, new.timezone, new.total,
      new.total_discount, new.total_with_tax, new.note, new.tax_clause, new.footer, new.signature, new.issuer, new.client,
      new.client_id, new.lines, new.taxes, new.reverse_taxes, new.options, new.l10n, new.data, new.document_ids,
      new.issued_at, new.previous_document_id, new.date_received, new.created_at, new.has_unit, new.unique_id)
  then
    raise exception 'an issued document cannot be changed' using errcode = 'BH001';
  end if;
  if new.deleted_at is not null and old.type <> 'estimate' then
    raise exception 'an issued document cannot be deleted' using errcode = 'BH001';
  end if;
  return new;
end $$;
create trigger immutable before update or delete on documents.document
  for each row execute function documents.refuse_change();

-- A number that was given is never given again: a counter does not go back and does not go away, whoever asks.
create function documents.refuse_going_back() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if (old.shard, old.organization_id, old.type, old.series, old.year)
       is not distinct from (new.shard, new.organization_id, new.type, new.series, new.year) and new.last >= old.last then
      return new;
    end if;
  end if;
  raise exception 'a counter of document numbers never goes back' using errcode = 'BH003';
end $$;
create trigger never_back before update or delete on documents.counter
  for each row execute function documents.refuse_going_back();
create trigger never_emptied before truncate on documents.counter
  for each statement execute function documents.refuse_going_back();
create function documents.refuse_emptying() returns trigger language plpgsql as $$
begin
  raise exception 'issued documents cannot be deleted' using errcode = 'BH001';
end $$;
create trigger never_emptied before truncate on documents.document
  for each statement execute function documents.refuse_emptying();

-- The PDF of an issued document, once per language, by the hash of its bytes.
create table documents.rendering (
  shard           int         not null,
  document_id     uuid        not null,
  organization_id uuid        not null,
  language        text        not null,
  sha256          bytea       not null references files.blob,
  created_at      timestamptz not null,
  primary key (shard, document_id, language),
  foreign key (shard, document_id) references documents.document
);

grant select, insert, update on documents.counter to billhook_app;
grant select, insert, update, delete on documents.document to billhook_app;
grant select, insert on documents.rendering to billhook_app;
alter table documents.counter enable row level security;
alter table documents.document enable row level security;
alter table documents.rendering enable row level security;
create policy tenant on documents.counter using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on documents.document using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on documents.rendering using (organization_id = public.tenant()) with check (organization_id = public.tenant());

-- Whose a document is, before anybody's right to see it is known. Only ids leave these functions.
create function documents.owner_of(document uuid, document_shard int) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select d.organization_id from documents.document d where d.shard = document_shard and d.id = document
$$;
-- What a public link leads to: the link's 128 random bits are the right to see it. Sets the session to that tenant.
create function documents.enter_shared(link text) returns table (organization_id uuid, document_id uuid)
language plpgsql security definer set search_path = pg_catalog as $$
begin
  select d.organization_id, d.id into organization_id, document_id
    from documents.document d where d.shareable_id = link and d.deleted_at is null;
  perform set_config('billhook.organization', coalesce(organization_id::text, ''), false);
  if organization_id is not null then return next; end if;
end $$;
grant execute on all functions in schema documents to billhook_app;

create function clients.owner_of(client uuid, client_shard int) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select c.organization_id from clients.client c where c.shard = client_shard and c.id = client
$$;
create function catalog.owner_of_tax(tax uuid, tax_shard int) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select t.organization_id from catalog.tax t where t.shard = tax_shard and t.id = tax
$$;
create function catalog.owner_of_item(item uuid, item_shard int) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select i.organization_id from catalog.item i where i.shard = item_shard and i.id = item
$$;
create function organizations.owner_of_setting(setting uuid, setting_shard int) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select s.organization_id from organizations.setting s where s.shard = setting_shard and s.id = setting
$$;
grant execute on all functions in schema clients, catalog, organizations to billhook_app;
