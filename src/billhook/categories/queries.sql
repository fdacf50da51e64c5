-- name: enter_category
-- The door of a tenant, found from a category's id.
select e.organization_id, e.role, e.active
  from organizations.enter(categories.owner_of(:category, :category_shard), :category_shard, :actor) e;

-- name: enter_share
-- The same door, found from the id of a share.
select e.organization_id, e.role, e.active
  from organizations.enter(categories.owner_of_share(:share, :share_shard), :share_shard, :actor) e;

-- name: insert_category
insert into categories.category (shard, id, organization_id, name, alias, description, custom, created_at, updated_at)
values (:shard, :id, :organization_id, :name, :alias, :description, :custom, :now, :now)
returning id, organization_id, name, alias, description, custom, deleted_at, created_at, updated_at;

-- name: select_category
select id, organization_id, name, alias, description, custom, deleted_at, created_at, updated_at
  from categories.category
 where shard = :shard and organization_id = :organization_id and id = :category and (:deleted or deleted_at is null);

-- name: lock_category
-- The same, held until the transaction ends: a change is put on top of what is there.
select id, organization_id, name, alias, description, custom, deleted_at, created_at, updated_at
  from categories.category
 where shard = :shard and organization_id = :organization_id and id = :category and deleted_at is null for update;

-- name: update_category
update categories.category
   set name = :name, alias = :alias, description = :description, custom = :custom, updated_at = :now
 where shard = :shard and organization_id = :organization_id and id = :category and deleted_at is null
returning id, organization_id, name, alias, description, custom, deleted_at, created_at, updated_at;

-- name: delete_category
-- The row stays, marked: shares name it. Its alias is free again.
update categories.category set deleted_at = :now, updated_at = :now
 where shard = :shard and organization_id = :organization_id and id = :category and deleted_at is null;

-- name: list_categories
-- The filter language completes it.
select id, organization_id, name, alias, description, custom, deleted_at, created_at, updated_at
  from categories.category where shard = $1 and organization_id = $2;

-- name: count_categories
select count(*) from categories.category where shard = $1 and organization_id = $2;

-- name: ground
-- What a new share stands on. The document is held, so that what is left to share out is known.
select d.currency, d.exponent, d.total_with_tax, d.date,
       (select c.id from categories.category c
         where c.shard = :shard and c.organization_id = :organization_id and c.deleted_at is null
           and case when :category::uuid is not null then c.id = :category else c.alias = :alias end) as category,
       coalesce((select sum(s.amount) from categories.share s
                  where s.shard = :shard and s.document_id = :document and s.deleted_at is null), 0)::bigint as shared,
       (select count(*) from categories.share s
         where s.shard = :shard and s.document_id = :document and s.deleted_at is null) as shares
  from documents.document d
 where d.shard = :shard and d.organization_id = :organization_id and d.id = :document and d.deleted_at is null;

-- name: hold_document
select true from documents.document
 where shard = :shard and organization_id = :organization_id and id = :document and deleted_at is null
   for no key update;

-- name: insert_share
insert into categories.share (shard, id, organization_id, document_id, category_id, amount, currency, exponent, date, custom,
  created_at, updated_at)
values (:shard, :id, :organization_id, :document, :category, :amount, :currency, :exponent, :date, :custom, :now, :now)
returning id, organization_id, document_id, category_id, amount, currency, exponent, date, custom, deleted_at, created_at,
          updated_at;

-- name: select_share
select id, organization_id, document_id, category_id, amount, currency, exponent, date, custom, deleted_at, created_at,
       updated_at
  from categories.share
 where shard = :shard and organization_id = :organization_id and id = :share and (:deleted or deleted_at is null);

-- name: update_share
update categories.share
   set category_id = :category, amount = :amount, date = :date, custom = :custom, updated_at = :now
 where shard = :shard and organization_id = :organization_id and id = :share and deleted_at is null
returning id, organization_id, document_id, category_id, amount, currency, exponent, date, custom, deleted_at, created_at,
          updated_at;

-- name: delete_share
update categories.share set deleted_at = :now, updated_at = :now
 where shard = :shard and organization_id = :organization_id and id = :share and deleted_at is null;

-- name: of_documents
-- The shares of some documents: one round trip for a page.
select id, organization_id, document_id, category_id, amount, currency, exponent, date, custom, deleted_at, created_at,
       updated_at
  from categories.share where shard = :shard and document_id = any(:documents) and deleted_at is null order by id;

-- name: list_shares
-- The filter language completes it.
select id, organization_id, document_id, category_id, amount, currency, exponent, date, custom, deleted_at, created_at,
       updated_at
  from categories.share where shard = $1 and organization_id = $2;

-- name: count_shares
select count(*) from categories.share where shard = $1 and organization_id = $2;
