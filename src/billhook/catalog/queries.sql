-- name: stock_taxes
-- The taxes a new organization starts with.
insert into catalog.tax (shard, id, organization_id, name, abbreviation, classification, country_code, recoverable,
  compound, rates, created_at, updated_at)
select :shard, ids.id, :organization_id, t.name, t.abbreviation, t.classification, :country_code, t.recoverable,
       t.compound, t.rates, :now, :now
  from jsonb_to_recordset(:taxes) as t(position int, name text, abbreviation text, classification text,
         recoverable boolean, compound boolean, rates jsonb)
  join unnest(:tax_ids::uuid[]) with ordinality ids(id, position) on ids.position = t.position;

-- name: enter_tax
-- The door of a tenant, found from a tax's id.
select e.organization_id, e.role, e.active
  from organizations.enter(catalog.owner_of_tax(:tax, :tax_shard), :tax_shard, :actor) e;

-- name: enter_item
-- The same door, found from an item's id.
select e.organization_id, e.role, e.active
  from organizations.enter(catalog.owner_of_item(:item, :item_shard), :item_shard, :actor) e;

-- name: insert_tax
insert into catalog.tax (shard, id, organization_id, name, abbreviation, classification, country, country_code,
  tax_number, recoverable, compound, rates, custom, created_at, updated_at)
values (:shard, :id, :organization_id, :name, :abbreviation, :classification, :country, :country_code,
  :tax_number, :recoverable, :compound, :rates, :custom, :now, :now)
returning id, organization_id, name, abbreviation, classification, country, country_code, tax_number, recoverable, compound,
          rates, used, custom, deleted_at, created_at, updated_at;

-- name: select_tax
select id, organization_id, name, abbreviation, classification, country, country_code, tax_number, recoverable, compound,
       rates, used, custom, deleted_at, created_at, updated_at
  from catalog.tax where shard = :shard and id = :tax and (:deleted or deleted_at is null);

-- name: lock_tax
-- The same, held until the transaction ends: a change is put on top of what is there.
select id, organization_id, name, abbreviation, classification, country, country_code, tax_number, recoverable, compound,
       rates, used, custom, deleted_at, created_at, updated_at
  from catalog.tax where shard = :shard and id = :tax and deleted_at is null for update;

-- name: update_tax
-- The tax as it is to be; documents keep the rate they were made with.
update catalog.tax
   set name = :name, abbreviation = :abbreviation, classification = :classification, country = :country,
       country_code = :country_code, tax_number = :tax_number, recoverable = :recoverable, compound = :compound,
       rates = :rates, custom = :custom, updated_at = :now
 where shard = :shard and id = :tax and deleted_at is null
returning id, organization_id, name, abbreviation, classification, country, country_code, tax_number, recoverable, compound,
          rates, used, custom, deleted_at, created_at, updated_at;

-- name: delete_tax
-- Only a tax that no document and no item names. Documents a floor up mark what they use; `tax_id` is the id as JSON has it.
update catalog.tax t set deleted_at = :now, updated_at = :now
 where t.shard = :shard and t.id = :tax and t.deleted_at is null and not t.used
   and not exists (select from catalog.item i
                    where i.shard = :shard and i.organization_id = :organization_id and i.deleted_at is null
                      and (:tax = any(i.tax_ids) or i.details -> 'purchase_tax_ids' ? :tax_id));

-- name: every_tax
-- All of them: an organization has a handful.
select id, organization_id, name, abbreviation, classification, country, country_code, tax_number, recoverable, compound,
       rates, used, custom, deleted_at, created_at, updated_at
  from catalog.tax where shard = :shard and organization_id = :organization_id and deleted_at is null order by id;

-- name: list_taxes
-- The filter language completes it.
select id, organization_id, name, abbreviation, classification, country, country_code, tax_number, recoverable, compound,
       rates, used, custom, deleted_at, created_at, updated_at
  from catalog.tax where shard = $1 and organization_id = $2;

-- name: count_taxes
select count(*) from catalog.tax where shard = $1 and organization_id = $2;

-- name: insert_item
insert into catalog.item (shard, id, organization_id, name, type, description, price, price_gross, purchase_price,
  purchase_price_gross, classification, unit, sku, ean, tax_ids, details, custom, l10n, data, created_at, updated_at)
values (:shard, :id, :organization_id, :name, :type, :description, :price, :price_gross, :purchase_price,
  :purchase_price_gross, :classification, :unit, :sku, :ean, :tax_ids, :details, :custom, :l10n, :data, :now, :now)
returning id, organization_id, name, type, description, price, price_gross, purchase_price, purchase_price_gross, classification,
          unit, sku, ean, tax_ids, details, custom, l10n, data, deleted_at, created_at, updated_at;

-- name: select_item
select id, organization_id, name, type, description, price, price_gross, purchase_price, purchase_price_gross, classification,
       unit, sku, ean, tax_ids, details, custom, l10n, data, deleted_at, created_at, updated_at
  from catalog.item where shard = :shard and id = :item and (:deleted or deleted_at is null);

-- name: lock_item
-- The same, held until the transaction ends: a change is put on top of what is there.
select id, organization_id, name, type, description, price, price_gross, purchase_price, purchase_price_gross, classification,
       unit, sku, ean, tax_ids, details, custom, l10n, data, deleted_at, created_at, updated_at
  from catalog.item where shard = :shard and id = :item and deleted_at is null for update;

-- name: update_item
-- The item as it is to be; documents keep the copy they were made with.
update catalog.item
   set name = :name, type = :type, description = :description, price = :price, price_gross = :price_gross,
       purchase_price = :purchase_price, purchase_price_gross = :purchase_price_gross, classification = :classification,
       unit = :unit, sku = :sku, ean = :ean, tax_ids = :tax_ids, details = :details, custom = :custom, l10n = :l10n,
       data = :data, updated_at = :now
 where shard = :shard and id = :item and deleted_at is null
returning id, organization_id, name, type, description, price, price_gross, purchase_price, purchase_price_gross, classification,
          unit, sku, ean, tax_ids, details, custom, l10n, data, deleted_at, created_at, updated_at;

-- name: delete_item
-- The row stays, marked: documents name it.
update catalog.item set deleted_at = :now, updated_at = :now
 where shard = :shard and id = :item and deleted_at is null;

-- name: list_items
-- The filter language completes it.
select id, organization_id, name, type, description, price, price_gross, purchase_price, purchase_price_gross, classification,
       unit, sku, ean, tax_ids, details, custom, l10n, data, deleted_at, created_at, updated_at
  from catalog.item where shard = $1 and organization_id = $2;

-- name: count_items
select count(*) from catalog.item where shard = $1 and organization_id = $2;

-- name: search_items
-- Items of which the words of a term begin words; those that are `sort`, or that nobody has said the sort of. Of a term that
-- fits very many, `most_sorted` are put in order.
select id, organization_id, name, type, description, price, price_gross, purchase_price, purchase_price_gross,
       classification, unit, sku, ean, tax_ids, details, custom, l10n, data, deleted_at, created_at, updated_at
  from catalog.item
 where shard = :shard and organization_id = :organization_id
   and id = any(array(select catalog.found(:term, :shard, :sort, :most_sorted)))
 order by lower(name), id limit :most;
