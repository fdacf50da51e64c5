-- An address that nobody has confirmed but the root account of one's tree, which wants no confirmation. That is good enough
-- within the tree; to others it shows nothing: whoever opens a root account could have anybody's invitations else.
alter table accounts.account add column email_assumed boolean not null default false;
update accounts.account a set email_assumed = true
  from accounts.account r
 where r.id = a.root_id and r.id <> a.id and a.email_verified and (r.profile ->> 'skip_child_account_verification')::boolean;

create or replace function organizations.enter_invitation(access uuid, access_shard int, actor uuid)
returns table (organization_id uuid, role text, active boolean)
language plpgsql security definer set search_path = pg_catalog as $$
declare found record;
begin
  select o.id, o.active, a.role into found
    from organizations.access a
    join organizations.organization o on o.shard = a.shard and o.id = a.organization_id
    join accounts.account p on p.id = actor
   where a.shard = access_shard and a.id = access
     and (a.account_id = actor
          or (a.account_id is null and p.email = a.invitation_email and p.email_verified
              and (not p.email_assumed or p.root_id = a.inviter_root_id)));
  if found.id is null then
    perform set_config('billhook.organization', '', false);
    return;
  end if;
  perform set_config('billhook.organization', found.id::text, false);
  organization_id := found.id; role := found.role; active := found.active;
  return next;
end $$;

create or replace function organizations.link_invitations() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
  update organizations.access a set account_id = new.id, updated_at = new.updated_at
   where a.account_id is null and a.invitation_email = new.email
     and (not new.email_assumed or a.inviter_root_id = new.root_id)
     and not exists (select from organizations.access b
                      where b.shard = a.shard and b.organization_id = a.organization_id and b.account_id = new.id);
  return null;
end $$;
