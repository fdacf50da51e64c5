-- A blob goes when the last who meant it has gone. Whoever keeps a hash therefore refers to the blob by a foreign key: the
-- key, and nothing else, says whether it is still wanted. A blob that is stored again is held until the transaction that
-- stored it ends (hence the update of its date), so that it cannot go between being stored and being referred to.
create function files.forget(hash bytea) returns boolean
language plpgsql security definer set search_path = pg_catalog as $$
begin
  delete from files.blob where sha256 = hash;
  return found;
exception when foreign_key_violation then return false;
end $$;
grant execute on function files.forget(bytea) to billhook_app;
grant update (created_at) on files.blob to billhook_app;
create index rendering_blob on documents.rendering (sha256);
create index image_blob on organizations.image (sha256);

-- Files that go with a document. They are no fiscal content: they come and go on issued documents too.
create schema attachments;
grant usage on schema attachments to billhook_app;
create table attachments.attachment (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  account_id      uuid        not null,
  document_id     uuid        not null,
  name            text        not null,
  media_type      text        not null,
  size            bigint      not null,
  sha256          bytea       not null references files.blob,
  created_at      timestamptz not null,
  primary key (shard, id),
  foreign key (shard, document_id) references documents.document
);
create index attachment_of_document on attachments.attachment (shard, document_id, id);
create index attachment_blob on attachments.attachment (sha256);
grant select, insert, delete on attachments.attachment to billhook_app;
alter table attachments.attachment enable row level security;
create policy tenant on attachments.attachment using (organization_id = public.tenant()) with check (organization_id = public.tenant());

-- Whose an attachment is, before anybody's right to see it is known. Only ids leave this function.
create function attachments.owner_of(attachment uuid, attachment_shard int) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select a.organization_id from attachments.attachment a where a.shard = attachment_shard and a.id = attachment
$$;
grant execute on all functions in schema attachments to billhook_app;

-- What income and expenses are sorted by for the books, and how much of a document belongs where.
create schema categories;
grant usage on schema categories to billhook_app;
create table categories.category (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  name            text        not null,
  alias           text        not null,
  description     text,
  custom          jsonb       not null default '{}',
  deleted_at      timestamptz,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  primary key (shard, id)
);
create index category_of_organization on categories.category (shard, organization_id, id);
create unique index category_alias on categories.category (shard, organization_id, alias) where deleted_at is null;

-- A share of a document in a category: an amount in the document's currency, and the day it counts for.
create table categories.share (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  document_id     uuid        not null,
  category_id     uuid        not null,
  amount          bigint      not null,
  currency        text        not null,
  exponent        smallint    not null,
  date            timestamptz not null,
  custom          jsonb       not null default '{}',
  deleted_at      timestamptz,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  primary key (shard, id),
  foreign key (shard, document_id) references documents.document,
  foreign key (shard, category_id) references categories.category
);
create index share_of_organization on categories.share (shard, organization_id, id);
create index share_of_document on categories.share (shard, document_id, id);
create index share_of_category on categories.share (shard, category_id, date, id);
grant select, insert, update on categories.category, categories.share to billhook_app;
alter table categories.category enable row level security;
alter table categories.share enable row level security;
create policy tenant on categories.category using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on categories.share using (organization_id = public.tenant()) with check (organization_id = public.tenant());

create function categories.owner_of(category uuid, category_shard int) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select c.organization_id from categories.category c where c.shard = category_shard and c.id = category
$$;
create function categories.owner_of_share(share uuid, share_shard int) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select s.organization_id from categories.share s where s.shard = share_shard and s.id = share
$$;
grant execute on all functions in schema categories to billhook_app;
