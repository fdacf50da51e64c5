-- Access by invitation. An invitation to an address names no account until the address is one's: an account that was
-- confirmed, or one of the inviter's own tree. invitation_hash: of the token in the mail, which shows it and answers it.
alter table organizations.access
  alter column account_id drop not null,
  add column invitation_email text check (invitation_email = lower(invitation_email)),
  add column invitation_hash bytea,
  add column inviter_root_id uuid,
  add column custom jsonb not null default '{}',
  add constraint access_names_somebody check (account_id is not null or invitation_email is not null);
create unique index access_invited on organizations.access (shard, organization_id, invitation_email) where account_id is null;
create index access_waiting on organizations.access (invitation_email) where account_id is null;

create function organizations.owner_of_access(access uuid, access_shard int) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select a.organization_id from organizations.access a where a.shard = access_shard and a.id = access
$$;

-- The door for whom an invitation is meant, who may not enter yet: sets the session to the organization.
create function organizations.enter_invitation(access uuid, access_shard int, actor uuid)
returns table (organization_id uuid, role text, active boolean)
language plpgsql security definer set search_path = pg_catalog as $$
declare found record;
begin
  select o.id, o.active, a.role into found
    from organizations.access a
    join organizations.organization o on o.shard = a.shard and o.id = a.organization_id
    join accounts.account p on p.id = actor
   where a.shard = access_shard and a.id = access
     and (a.account_id = actor or (a.account_id is null and p.email_verified and p.email = a.invitation_email));
  if found.id is null then
    perform set_config('billhook.organization', '', false);
    return;
  end if;
  perform set_config('billhook.organization', found.id::text, false);
  organization_id := found.id; role := found.role; active := found.active;
  return next;
end $$;

-- The same door for who comes with the token of the mail, account or none.
create function organizations.enter_by_letter(access uuid, access_shard int, hash bytea)
returns table (organization_id uuid, role text, active boolean)
language plpgsql security definer set search_path = pg_catalog as $$
declare found record;
begin
  select o.id, o.active, a.role into found
    from organizations.access a
    join organizations.organization o on o.shard = a.shard and o.id = a.organization_id
   where a.shard = access_shard and a.id = access and a.invitation_hash = hash;
  if found.id is null then
    perform set_config('billhook.organization', '', false);
    return;
  end if;
  perform set_config('billhook.organization', found.id::text, false);
  organization_id := found.id; role := found.role; active := found.active;
  return next;
end $$;

-- What an account may act for and is invited to: like `reachable`, it reads across tenants on purpose.
create function organizations.accesses_of(actor uuid)
returns table (id uuid, organization_id uuid, account_id uuid, role text, active boolean, disabled boolean,
  rejected boolean, invitation_email text, inviter_id uuid, inviter_root_id uuid, custom jsonb, created_at timestamptz,
  updated_at timestamptz, email text, firstname text, lastname text, organization_name text)
language sql stable security definer rows 100 set search_path = pg_catalog as $$
  select a.id, a.organization_id, a.account_id, a.role, a.active, a.disabled, a.rejected, a.invitation_email, a.inviter_id,
         a.inviter_root_id, a.custom, a.created_at, a.updated_at, p.email, p.profile ->> 'firstname',
         p.profile ->> 'lastname', o.name
    from organizations.access a
    join organizations.organization o on o.shard = a.shard and o.id = a.organization_id
    join accounts.account p on p.id = a.account_id
   where a.account_id = actor
$$;

-- Whoever confirms an address is who was invited under it, from that very moment on: in the same transaction, so that
-- no crash parts the two. Where the account has access already, the invitation stays as it is.
create function organizations.link_invitations() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
  update organizations.access a set account_id = new.id, updated_at = new.updated_at
   where a.account_id is null and a.invitation_email = new.email
     and not exists (select from organizations.access b
                      where b.shard = a.shard and b.organization_id = a.organization_id and b.account_id = new.id);
  return null;
end $$;
create trigger link_invitations after insert or update of email, email_verified on accounts.account
  for each row when (new.email_verified) execute function organizations.link_invitations();

grant execute on all functions in schema organizations to billhook_app;
