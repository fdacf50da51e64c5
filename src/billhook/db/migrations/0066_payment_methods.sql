-- What clients can be charged by again: the payment whose payer agreed to that, and whether an invoice is charged as soon as
-- it is issued. Of a client one at most.
create table processing.method (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  client_id       uuid        not null,
  automatic       boolean     not null,
  created_at      timestamptz not null,
  primary key (shard, id)
);
create index method_of_client on processing.method (shard, client_id, id);
create unique index method_charged_by_itself on processing.method (shard, client_id) where automatic;
grant select, insert, update, delete on processing.method to billhook_app;
alter table processing.method enable row level security;
create policy tenant on processing.method using (organization_id = public.tenant()) with check (organization_id = public.tenant());

create index intent_of_any_document on processing.intent (shard, document_id, id) where document_id is not null;
