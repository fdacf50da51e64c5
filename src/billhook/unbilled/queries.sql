-- name: enter_item
-- The door of a tenant, found from an item's id.
select e.organization_id, e.role, e.active
  from organizations.enter(unbilled.owner_of(:item, :item_shard), :item_shard, :actor) e;

-- name: insert_item
insert into unbilled.item (shard, id, organization_id, client_id, title, quantity, unit_amount, tax_rate, created_at)
values (:shard, :id, :organization_id, :client, :title, :quantity, :unit_amount, :tax_rate, :now)
returning id, organization_id, client_id, title, quantity, unit_amount, tax_rate, created_at;

-- name: select_item
select id, organization_id, client_id, title, quantity, unit_amount, tax_rate, created_at
  from unbilled.item
 where shard = :shard and organization_id = :organization_id and id = :item and document_id is null;

-- name: items_of
-- What a client is to be charged for, oldest first.
select id, organization_id, client_id, title, quantity, unit_amount, tax_rate, created_at
  from unbilled.item
 where shard = :shard and organization_id = :organization_id and client_id = :client and document_id is null
 order by id limit :most;

-- name: update_item
update unbilled.item
   set title = coalesce(:title, title), quantity = coalesce(:quantity, quantity),
       unit_amount = coalesce(:unit_amount, unit_amount)
 where shard = :shard and organization_id = :organization_id and id = :item and document_id is null;

-- name: delete_item
delete from unbilled.item
 where shard = :shard and organization_id = :organization_id and id = :item and document_id is null;

-- name: take_items
-- Let a draft have what its client is to be charged for; who comes second finds it taken.
with taken as (
  update unbilled.item set document_id = :document
   where shard = :shard and organization_id = :organization_id and client_id = :client and document_id is null
  returning id, organization_id, client_id, title, quantity, unit_amount, tax_rate, created_at)
select id, organization_id, client_id, title, quantity, unit_amount, tax_rate, created_at from taken order by id;
