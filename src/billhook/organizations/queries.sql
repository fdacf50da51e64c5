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

-- name: enter_of_access
-- The same door, found from the id of an access row.
select e.organization_id, e.role, e.active
  from organizations.enter(organizations.owner_of_access(:access, :access_shard), :access_shard, :actor) e;

-- name: enter_invitation
-- The door for whom an invitation is meant.
select e.organization_id, e.role, e.active from organizations.enter_invitation(:access, :access_shard, :actor) e;

-- name: enter_by_letter
-- The door for who comes with the token of an invitation's mail.
select e.organization_id, e.role, e.active from organizations.enter_by_letter(:access, :access_shard, :hash) e;

-- name: lock_access
-- Changes of who may act for the organization happen one after the other: what the next statement reads then stands.
select id from organizations.organization where shard = :shard and id = :organization_id for no key update;

-- name: invitee
-- Whom an invitation means: an account of the inviter's tree, or one whose address was confirmed by mail. Locked, so that it
-- is confirmed before (and found here) or after (and then finds the invitation).
select id, email, (email_verified and not email_assumed) or root_id = :root as is_known
  from accounts.account where (id = :account and root_id = :root) or email = :email
   for share;

-- name: access_of
-- What an account or an address already has.
select id from organizations.access
 where shard = :shard and organization_id = :organization_id
   and (account_id = :account or (account_id is null and invitation_email = :email))
 order by account_id is null limit 1;

-- name: waiting_invitations
select count(*) from organizations.access
 where shard = :shard and organization_id = :organization_id and not active and not rejected;

-- name: insert_access
insert into organizations.access (shard, id, organization_id, account_id, role, active, invitation_email, inviter_id,
  inviter_root_id, created_at, updated_at)
values (:shard, :id, :organization_id, :account, :role, :active, :email, :inviter, :inviter_root, :now, :now);

-- name: select_access
select a.id, a.organization_id, a.account_id, a.role, a.active, a.disabled, a.rejected, a.invitation_email, a.inviter_id,
       a.inviter_root_id, a.custom, a.created_at, a.updated_at, p.email, p.profile ->> 'firstname' as firstname,
       p.profile ->> 'lastname' as lastname, null::text as organization_name
  from organizations.access a left join accounts.account p on p.id = a.account_id
 where a.shard = :shard and a.organization_id = :organization_id and a.id = :access;

-- name: list_access
-- Who may act for an organization ($1 its shard, $2 itself) or is invited to; the filter language completes it.
select a.id, a.organization_id, a.account_id, a.role, a.active, a.disabled, a.rejected, a.invitation_email, a.inviter_id,
       a.inviter_root_id, a.custom, a.created_at, a.updated_at, p.email, p.profile ->> 'firstname' as firstname,
       p.profile ->> 'lastname' as lastname, null::text as organization_name
  from organizations.access a left join accounts.account p on p.id = a.account_id
 where a.shard = $1 and a.organization_id = $2

-- name: count_access
select count(*) from organizations.access a where a.shard = $1 and a.organization_id = $2

-- name: list_accesses_of
-- What an account ($1) may act for and is invited to; the filter language completes it.
select a.id, a.organization_id, a.account_id, a.role, a.active, a.disabled, a.rejected, a.invitation_email, a.inviter_id,
       a.inviter_root_id, a.custom, a.created_at, a.updated_at, a.email, a.firstname, a.lastname, a.organization_name
  from organizations.accesses_of($1) a where true

-- name: count_accesses_of
select count(*) from organizations.accesses_of($1) a where true

-- name: other_admins
-- How many may manage the organization besides the one in question.
select count(*) from organizations.access
 where shard = :shard and organization_id = :organization_id and id <> :access
   and role = 'admin' and account_id is not null and active and not disabled and not rejected;

-- name: set_access
update organizations.access
   set role = :role, active = :active, disabled = :disabled, rejected = :rejected, account_id = :account,
       inviter_id = :inviter, inviter_root_id = :inviter_root, updated_at = :now
 where shard = :shard and organization_id = :organization_id and id = :access;

-- name: delete_access
delete from organizations.access where shard = :shard and organization_id = :organization_id and id = :access;

-- name: put_invitation_hash
-- The token of a mail that is about to go out; the mail before it then opens nothing.
update organizations.access set invitation_hash = :hash
 where shard = :shard and organization_id = :organization_id and id = :access;
