-- name: enter_client
-- The door of a tenant, found from a client's id.
select e.organization_id, e.role, e.active
  from organizations.enter(clients.owner_of(:client, :client_shard), :client_shard, :actor) e;

-- name: insert_client
insert into clients.client (shard, id, organization_id, name, email, country_code, identity, type, contact, note,
  is_end_customer, details, checks, custom, data, created_at, updated_at)
values (:shard, :id, :organization_id, :name, :email, :country_code, :identity, :type, :contact, :note,
  :is_end_customer, :details, :checks, :custom, :data, :now, :now)
returning id, organization_id, identity, type, contact, note, is_end_customer, details, checks, custom, data, deleted_at,
          created_at, updated_at;

-- name: select_client
select id, organization_id, identity, type, contact, note, is_end_customer, details, checks, custom, data, deleted_at,
       created_at, updated_at
  from clients.client where shard = :shard and id = :client and (:deleted or deleted_at is null);

-- name: lock_client
-- The same, held until the transaction ends: a change is put on top of what is there.
select id, organization_id, identity, type, contact, note, is_end_customer, details, checks, custom, data, deleted_at,
       created_at, updated_at
  from clients.client where shard = :shard and id = :client and deleted_at is null for update;

-- name: update_client
-- The client as it is to be; documents keep the copy they were made with.
update clients.client
   set name = :name, email = :email, country_code = :country_code, identity = :identity, type = :type, contact = :contact,
       note = :note, is_end_customer = :is_end_customer, details = :details, checks = :checks, custom = :custom,
       data = :data, updated_at = :now
 where shard = :shard and id = :client and deleted_at is null
returning id, organization_id, identity, type, contact, note, is_end_customer, details, checks, custom, data, deleted_at,
          created_at, updated_at;

-- name: delete_client
-- The row stays, marked: documents and the journal name it.
update clients.client set deleted_at = :now, updated_at = :now
 where shard = :shard and id = :client and deleted_at is null;

-- name: list_clients
-- The filter language completes it.
select id, organization_id, identity, type, contact, note, is_end_customer, details, checks, custom, data, deleted_at,
       created_at, updated_at
  from clients.client where shard = $1 and organization_id = $2;

-- name: count_clients
select count(*) from clients.client where shard = $1 and organization_id = $2;

-- name: search_clients
-- Clients of which the words of a term begin words; those that are `sort`, or that nobody has said the sort of. Of a term that
-- fits very many, `most_sorted` are put in order.
select id, organization_id, identity, type, contact, note, is_end_customer, details, checks, custom, data, deleted_at,
       created_at, updated_at
  from clients.client
 where shard = :shard and organization_id = :organization_id
   and id = any(array(select clients.found(:term, :shard, :sort, :most_sorted)))
 order by lower(name), id limit :most;
