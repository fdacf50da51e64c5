-- name: enter_unit
-- The door of a tenant, found from a unit's id.
select e.organization_id, e.role, e.active
  from organizations.enter(units.owner_of(:unit, :unit_shard), :unit_shard, :actor) e;

-- name: lock_units
-- Units of an organization are made one after the other: their automatic prefixes are counted.
select (select count(*) from units.unit u where u.shard = :shard and u.organization_id = :organization_id)
  from organizations.organization where shard = :shard and id = :organization_id for no key update;

-- name: prefix_in_use
-- Whether numbers with a prefix were given already: by another unit, or by hand. Compared as `document_by_number` has them in
-- order: row security keeps `starts_with` out of an index condition, and all documents would be read. After `-` comes `.`.
select exists (select from units.unit where shard = :shard and organization_id = :organization_id and prefix = :prefix)
    or exists (select from documents.document
                where shard = :shard and organization_id = :organization_id and deleted_at is null
                  and ((case when number is null then '' else number end) collate "C") >= :prefix || '-'
                  and ((case when number is null then '' else number end) collate "C") < :prefix || '.');

-- name: insert_unit
insert into units.unit (shard, id, organization_id, name, prefix, identity, custom, created_at, updated_at)
values (:shard, :id, :organization_id, :name, :prefix, :identity, :custom, :now, :now)
returning id, organization_id, prefix, identity, custom, deleted_at, created_at, updated_at;

-- name: select_unit
select id, organization_id, prefix, identity, custom, deleted_at, created_at, updated_at
  from units.unit where shard = :shard and id = :unit and (:deleted or deleted_at is null);

-- name: update_unit
-- The unit as it is to be; documents keep the copy they were made with.
update units.unit set name = :name, identity = :identity, custom = :custom, updated_at = :now
 where shard = :shard and id = :unit and deleted_at is null
returning id, organization_id, prefix, identity, custom, deleted_at, created_at, updated_at;

-- name: delete_unit
-- The row stays, marked: documents name it, and its prefix is never given again.
update units.unit set deleted_at = :now, updated_at = :now
 where shard = :shard and id = :unit and deleted_at is null;

-- name: list_units
-- The filter language completes it.
select id, organization_id, prefix, identity, custom, deleted_at, created_at, updated_at
  from units.unit where shard = $1 and organization_id = $2;

-- name: count_units
select count(*) from units.unit where shard = $1 and organization_id = $2;

-- name: put_image
insert into units.image (shard, organization_id, unit_id, kind, sha256, updated_at)
values (:shard, :organization_id, :unit, :kind, :sha256, :now)
on conflict (shard, unit_id, kind) do update set sha256 = excluded.sha256, updated_at = excluded.updated_at;

-- name: delete_image
delete from units.image where shard = :shard and unit_id = :unit and kind = :kind;

-- name: image_hash
select sha256 from units.image where shard = :shard and unit_id = :unit and kind = :kind;
