-- name: enter_organization
-- The door of a tenant: no row when the account may not act for it, whether it exists or not.
select e.organization_id, e.role, e.active from organizations.enter(:organization, :organization_shard, :actor) e;

-- name: enter_of_setting
-- The same door, found from a setting's id.
select e.organization_id, e.role, e.active
  from organizations.enter(organizations.owner_of_setting(:setting, :setting_shard), :setting_shard, :actor) e;

-- name: insert_organization
-- The organization, its creator's access and its first settings, together.
with organization as (
  insert into organizations.organization (shard, id, account_id, root_account_id, name, country_code, locale, timezone,
    currency, rounding, activated_at, identity, custom, data, created_at, updated_at)
  values (:new_shard, :id, :owner, :root, :name, :country_code, :locale, :timezone,
    :currency, :rounding, :now, :identity, :custom, :data, :now, :now)
  returning *),
access as (
  insert into organizations.access (shard, id, organization_id, account_id, role, created_at, updated_at)
  values (:new_shard, :access, :id, :owner, 'admin', :now, :now)),
settings as (
  insert into organizations.setting (shard, id, organization_id, name, value, created_at, updated_at)
  select :new_shard, ids.id, :id, s.key, s.value, :now, :now
    from jsonb_each(:settings) with ordinality s(key, value, position)
    join unnest(:setting_ids::uuid[]) with ordinality ids(id, position) using (position))
select id, account_id, root_account_id, locale, timezone, currency, rounding, active, activated_at, deactivated_at,
       identity, custom, data, created_at, updated_at
  from organization;

-- name: select_organization
select id, account_id, root_account_id, locale, timezone, currency, rounding, active, activated_at, deactivated_at,
       identity, custom, data, created_at, updated_at
  from organizations.organization where shard = :shard and id = :organization_id;

-- name: update_organization
update organizations.organization
   set name = :name, country_code = :country_code, locale = :locale, timezone = :timezone, identity = :identity,
       custom = :custom, data = :data, updated_at = :now
 where shard = :shard and id = :organization_id
returning id, account_id, root_account_id, locale, timezone, currency, rounding, active, activated_at, deactivated_at,
       identity, custom, data, created_at, updated_at;

-- name: set_active
update organizations.organization
   set active = :active, activated_at = case when :active then :now else activated_at end,
       deactivated_at = case when :active then null else :now end, updated_at = :now
 where shard = :shard and id = :organization_id and active <> :active;

-- name: list_reachable
-- Organizations an account may act for; the filter language completes it.
select id, account_id, root_account_id, locale, timezone, currency, rounding, active, activated_at, deactivated_at,
       identity, custom, data, created_at, updated_at
  from organizations.reachable($1) where true;

-- name: count_reachable
select count(*) from organizations.reachable($1) where true;

-- name: list_settings
select id, organization_id, name, value, description, l10n, created_at, updated_at
  from organizations.setting where shard = :shard and organization_id = :organization_id order by name;

-- name: select_setting
select id, organization_id, name, value, description, l10n, created_at, updated_at
  from organizations.setting where shard = :shard and id = :setting;

-- name: insert_setting
insert into organizations.setting (shard, id, organization_id, name, value, description, l10n, created_at, updated_at)
values (:shard, :id, :organization_id, :name, :value, :description, :l10n, :now, :now)
returning id, organization_id, name, value, description, l10n, created_at, updated_at;

-- name: update_setting
update organizations.setting set value = :value, description = :description, l10n = :l10n, updated_at = :now
 where shard = :shard and id = :setting
returning id, organization_id, name, value, description, l10n, created_at, updated_at;

-- name: follow_setting
-- The organization's own columns follow the settings that mean them.
update organizations.organization
   set currency = coalesce(:currency, currency), rounding = coalesce(:rounding, rounding), updated_at = :now
 where shard = :shard and id = :organization_id;

-- name: delete_setting
delete from organizations.setting where shard = :shard and id = :setting;

-- name: put_image
-- The picture and the setting that says there is one.
with image as (
  insert into organizations.image (shard, organization_id, kind, sha256, updated_at)
  values (:shard, :organization_id, :kind, :sha256, :now)
  on conflict (shard, organization_id, kind) do update set sha256 = excluded.sha256, updated_at = excluded.updated_at)
insert into organizations.setting (shard, id, organization_id, name, value, created_at, updated_at)
values (:shard, :id, :organization_id, 'image_' || :kind::text, 'true', :now, :now)
on conflict (shard, organization_id, name) do update set value = 'true', updated_at = excluded.updated_at;

-- name: delete_image
with image as (
  delete from organizations.image where shard = :shard and organization_id = :organization_id and kind = :kind)
update organizations.setting set value = 'false', updated_at = :now
 where shard = :shard and organization_id = :organization_id and name = 'image_' || :kind::text;

-- name: image_hash
select sha256 from organizations.image where shard = :shard and organization_id = :organization_id and kind = :kind;
