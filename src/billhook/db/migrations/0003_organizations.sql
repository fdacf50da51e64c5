-- Tenants. `identity` holds the address block and what else the papers print; columns are what is searched or decided on.
create table organizations.organization (
  shard             int         not null,
  id                uuid        not null,
  account_id        uuid        not null,
  root_account_id   uuid        not null,
  name              text        not null,
  country_code      text,
  locale            text        not null,
  timezone          text        not null,
  currency          text        not null,
  rounding          text        not null check (rounding in ('document', 'line')),
  active            boolean     not null default true,
  activated_at      timestamptz,
  deactivated_at    timestamptz,
  identity          jsonb       not null,
  custom            jsonb       not null default '{}',
  data              jsonb       not null default '[]',
  created_at        timestamptz not null,
  updated_at        timestamptz not null,
  primary key (shard, id)
);
create index organization_root on organizations.organization (root_account_id, id);

-- Who may act for an organization. Whoever created it has the role admin.
create table organizations.access (
  shard             int         not null,
  id                uuid        not null,
  organization_id   uuid        not null,
  account_id        uuid        not null,
  role              text        not null default 'default' check (role in ('default', 'admin', 'readonly')),
  active            boolean     not null default true,
  disabled          boolean     not null default false,
  rejected          boolean     not null default false,
  inviter_id        uuid,
  created_at        timestamptz not null,
  updated_at        timestamptz not null,
  primary key (shard, id),
  unique (shard, organization_id, account_id)
);
create index access_account on organizations.access (account_id, organization_id);

-- Settings of an organization ("Defaults" on the wire); any name may be stored.
create table organizations.setting (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  name            text        not null,
  value           jsonb,
  description     text,
  l10n            jsonb       not null default '{}',
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  primary key (shard, id),
  unique (shard, organization_id, name)
);

create table organizations.image (
  shard           int         not null,
  organization_id uuid        not null,
  kind            text        not null check (kind in ('logo', 'signature')),
  sha256          bytea       not null references files.blob,
  updated_at      timestamptz not null,
  primary key (shard, organization_id, kind)
);

grant select, insert, update, delete on organizations.organization, organizations.access, organizations.setting,
  organizations.image to billhook_app;

alter table organizations.organization enable row level security;
alter table organizations.access enable row level security;
alter table organizations.setting enable row level security;
alter table organizations.image enable row level security;
create policy tenant on organizations.organization using (id = public.tenant()) with check (id = public.tenant());
create policy tenant on organizations.access using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on organizations.setting using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on organizations.image using (organization_id = public.tenant()) with check (organization_id = public.tenant());

-- The door of a tenant: sets the session to the organization if the account may act for it, and says in which role.
-- An account may: through an access row that is live, or as the root account of the tree the organization belongs to.
-- No row: there is no such organization for this account, whether it exists or not.
create function organizations.enter(organization uuid, organization_shard int, actor uuid)
returns table (organization_id uuid, role text, active boolean)
language plpgsql security definer set search_path = pg_catalog as $$
declare found record;
begin
  select o.id, o.active,
         case when o.root_account_id = actor then 'admin' else a.role end as role
    into found
    from organizations.organization o
    left join organizations.access a
      on a.shard = o.shard and a.organization_id = o.id and a.account_id = actor
     and a.active and not a.disabled and not a.rejected
   where o.shard = organization_shard and o.id = organization
     and (o.root_account_id = actor or a.id is not null);
  if found.id is null then
    perform set_config('billhook.organization', '', false);
    return;
  end if;
  perform set_config('billhook.organization', found.id::text, false);
  organization_id := found.id; role := found.role; active := found.active;
  return next;
end $$;

-- The organizations an account may act for: the one place that reads across tenants on purpose.
create function organizations.reachable(actor uuid) returns setof organizations.organization
language sql stable security definer rows 100 set search_path = pg_catalog as $$
  select o.* from organizations.organization o where o.root_account_id = actor
  union all
  select o.* from organizations.access a
    join organizations.organization o on o.shard = a.shard and o.id = a.organization_id
   where a.account_id = actor and a.active and not a.disabled and not a.rejected and o.root_account_id <> actor
$$;
grant execute on all functions in schema organizations to billhook_app;
