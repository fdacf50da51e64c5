-- Webhooks: whom an organization wants to be told of its events, and what became of telling them. An endpoint keeps its place
-- in the feed; what is behind it is fanned out into deliveries, one for each endpoint and event, and a delivery is tried until
-- it is taken or given up. Turns are given to endpoints, not to deliveries: one that hangs holds up its own and nobody else's.
create schema webhooks;
grant usage on schema webhooks to billhook_app;

create table webhooks.endpoint (
  shard           int         not null,
  id              uuid        not null,
  organization_id uuid        not null,
  url             text        not null,
  events          text[]      not null,
  enabled         boolean     not null,
  secret          bytea       not null,                  -- sealed
  hint            text        not null,
  previous_secret bytea,                                 -- sealed; good until the other one is in use everywhere
  previous_until  timestamptz,
  era             int         not null,                  -- its place in the feed
  xid             xid8        not null,
  sequence        bigint      not null,
  due_at          timestamptz,                           -- when it wants its next turn; null: nothing waits
  leased_until    timestamptz,
  unreached       int         not null default 0,        -- how often in a row it could not be reached at all
  is_slow         boolean     not null default false,    -- it failed last, or took its time: slow ones never take all the room
  failing_since   timestamptz,
  paused_at       timestamptz,
  deleted_at      timestamptz,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  primary key (shard, id)
);
create index endpoint_of_organization on webhooks.endpoint (shard, organization_id, id);
create index endpoint_due on webhooks.endpoint (is_slow, due_at)
  where due_at is not null and enabled and paused_at is null and deleted_at is null;

create table webhooks.delivery (
  shard           int         not null,
  organization_id uuid        not null,
  endpoint_id     uuid        not null,
  era             int         not null,
  xid             xid8        not null,
  sequence        bigint      not null,
  type            text        not null,
  state           text        not null check (state in ('waiting', 'delivered', 'failed')),
  attempts        int         not null default 0,
  run_at          timestamptz not null,
  created_at      timestamptz not null,
  delivered_at    timestamptz,
  primary key (shard, endpoint_id, era, xid, sequence),
  foreign key (shard, endpoint_id) references webhooks.endpoint
);
create index delivery_waiting on webhooks.delivery (shard, endpoint_id, run_at) where state = 'waiting';
create index delivery_old on webhooks.delivery (created_at) where state <> 'waiting';

create table webhooks.attempt (
  shard           int         not null,
  id              bigint      not null generated always as identity,
  organization_id uuid        not null,
  endpoint_id     uuid        not null,
  era             int         not null,
  xid             xid8        not null,
  sequence        bigint      not null,
  url             text        not null,
  at              timestamptz not null,
  milliseconds    int         not null,
  status          int,
  answer          text,
  error           text,
  primary key (shard, endpoint_id, era, xid, sequence, id),
  foreign key (shard, endpoint_id, era, xid, sequence) references webhooks.delivery on delete cascade
);

-- Organizations with news for their endpoints.
create table webhooks.pending (
  shard           int         not null,
  organization_id uuid        not null,
  era             int         not null,
  xid             xid8        not null
);

grant select, insert, update on webhooks.endpoint, webhooks.delivery to billhook_app;
grant select, insert on webhooks.attempt to billhook_app;
grant insert on webhooks.pending to billhook_app;
alter table webhooks.endpoint enable row level security;
alter table webhooks.delivery enable row level security;
alter table webhooks.attempt enable row level security;
alter table webhooks.pending enable row level security;
create policy tenant on webhooks.endpoint using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on webhooks.delivery using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on webhooks.attempt using (organization_id = public.tenant()) with check (organization_id = public.tenant());
create policy tenant on webhooks.pending using (organization_id = public.tenant()) with check (organization_id = public.tenant());

create function webhooks.owner_of(endpoint uuid, endpoint_shard int) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select e.organization_id from webhooks.endpoint e where e.shard = endpoint_shard and e.id = endpoint
$$;

create function webhooks.note_event() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if exists (select from webhooks.endpoint e
              where e.shard = new.shard and e.organization_id = new.organization_id
                and e.enabled and e.paused_at is null and e.deleted_at is null)
  then
    insert into webhooks.pending values (new.shard, new.organization_id, new.era, new.xid);
  end if;
  return null;
end $$;
create trigger webhook after insert on events.event for each row execute function webhooks.note_event();

create function webhooks.wants(wishes text[], type text, change text) returns boolean language sql immutable parallel safe as $$
  select wishes && array['*', type, split_part(type, '.', 1) || '.*', split_part(type, '.', 1) || '/*',
                         split_part(type, '.', 1) || '/' || change]
$$;

-- Make deliveries of what is new: for every endpoint with news, of what is behind its place in the feed and can be read by now.
-- Returns how many organizations were looked at. Whoever comes second waits for the endpoint, and finds it further on.
create function webhooks.fan_out(moment timestamptz, most int) returns int
language plpgsql security definer set search_path = pg_catalog as $$
declare
  horizon constant xid8 := pg_snapshot_xmin(pg_current_snapshot());
  present constant int := (select max(a.era) from events.era a);
  shards int[];
  organizations uuid[];
  one record;
  reached record;
  made bigint;
begin
  with gone as (
    delete from webhooks.pending p
     where p.ctid = any(array(select q.ctid from webhooks.pending q
                               where (q.era, q.xid) < (present, horizon) limit most for update skip locked))
    returning p.shard, p.organization_id)
  select array_agg(g.shard), array_agg(g.organization_id) into shards, organizations from (select distinct * from gone) g;
  for one in
    select e.* from unnest(shards, organizations) o(shard, id)
      join webhooks.endpoint e on e.shard = o.shard and e.organization_id = o.id
     where e.enabled and e.paused_at is null and e.deleted_at is null
     order by e.shard, e.id for update of e
  loop
    with seen as (
      select v.* from events.event v
       where v.shard = one.shard and v.organization_id = one.organization_id
         and (v.era, v.xid, v.sequence) > (one.era, one.xid, one.sequence) and (v.era, v.xid) < (present, horizon)
       order by v.era, v.xid, v.sequence limit 2000),
    made as (
      insert into webhooks.delivery (shard, organization_id, endpoint_id, era, xid, sequence, type, state, run_at, created_at)
      select s.shard, s.organization_id, one.id, s.era, s.xid, s.sequence, s.type, 'waiting', moment, moment
        from seen s where webhooks.wants(one.events, s.type, s.change)
      on conflict do nothing
      returning 1)
    select s.era, s.xid, s.sequence, (select count(*) from seen) as scanned, (select count(*) from made) as made
      into reached from seen s order by s.era desc, s.xid desc, s.sequence desc limit 1;
    continue when reached.era is null;
    made := reached.made;
    update webhooks.endpoint e
       set era = reached.era, xid = reached.xid, sequence = reached.sequence,
           due_at = case when made > 0 then coalesce(e.due_at, moment) else e.due_at end
     where e.shard = one.shard and e.id = one.id;
    if reached.scanned = 2000 then
      insert into webhooks.pending values (one.shard, one.organization_id, 0, '0');
    end if;
  end loop;
  return coalesce(cardinality(organizations), 0);
end $$;

-- What was missed: an endpoint that was made while an event was being written. Looked for now and then.
create function webhooks.look_for_missed() returns void language sql security definer set search_path = pg_catalog as $$
  insert into webhooks.pending
  select distinct e.shard, e.organization_id, 0, '0'::xid8 from webhooks.endpoint e
   where e.enabled and e.paused_at is null and e.deleted_at is null
     and exists (select from events.event v
                  where v.shard = e.shard and v.organization_id = e.organization_id
                    and (v.era, v.xid, v.sequence) > (e.era, e.xid, e.sequence)
                    and (v.era, v.xid) < ((select max(a.era) from events.era a), pg_snapshot_xmin(pg_current_snapshot())))
$$;

-- Give turns to endpoints that want one, whose turn was longest ago first; slow ones or the others.
create function webhooks.take_turns(moment timestamptz, slow boolean, most int, lease_seconds int)
returns table (organization_id uuid, endpoint_id uuid, url text, secret bytea, previous_secret bytea, unreached int,
               leased_until timestamptz)
language sql security definer set search_path = pg_catalog as $$
  update webhooks.endpoint e set leased_until = moment + make_interval(secs => lease_seconds)
    from (select w.shard, w.id from webhooks.endpoint w
           where w.is_slow = slow and w.due_at <= moment and w.enabled and w.paused_at is null and w.deleted_at is null
             and (w.leased_until is null or w.leased_until <= moment)
           order by w.due_at limit most for update skip locked) taken
   where e.shard = taken.shard and e.id = taken.id
  returning e.organization_id, e.id, e.url, e.secret, case when e.previous_until > moment then e.previous_secret end,
            e.unreached, e.leased_until
$$;

-- End a turn: when the next one is due follows from what waits. The endpoint is held first, so that what is fanned out meanwhile
-- is seen. Where it can be reached again, what waits is tried at once, whenever it was to be tried.
create function webhooks.end_turn(of_shard int, endpoint uuid, lease timestamptz, moment timestamptz, slow boolean,
  unreached_now int, hold timestamptz, succeeded boolean, failed boolean, recovered boolean, patience interval) returns boolean
language plpgsql set search_path = pg_catalog as $$
begin
  perform from webhooks.endpoint e where e.shard = of_shard and e.id = endpoint and e.leased_until = lease for update;
  if not found then return false; end if;
  if recovered then
    update webhooks.delivery d set run_at = moment
     where d.shard = of_shard and d.endpoint_id = endpoint and d.state = 'waiting' and d.run_at > moment;
  end if;
  update webhooks.endpoint e
     set leased_until = null, is_slow = slow, unreached = unreached_now,
         failing_since = case when succeeded then null when failed then coalesce(e.failing_since, moment) else e.failing_since end,
         paused_at = case when failed and not succeeded and e.failing_since < moment - patience then moment else e.paused_at end,
         due_at = (select greatest(min(d.run_at), hold) from webhooks.delivery d
                    where d.shard = of_shard and d.endpoint_id = endpoint and d.state = 'waiting')
   where e.shard = of_shard and e.id = endpoint;
  return true;
end $$;

create function webhooks.forget(before timestamptz, most int) returns bigint
language sql security definer set search_path = pg_catalog as $$
  with gone as (
    delete from webhooks.delivery d
     where (d.shard, d.endpoint_id, d.era, d.xid, d.sequence) in (
           select o.shard, o.endpoint_id, o.era, o.xid, o.sequence from webhooks.delivery o
            where o.state <> 'waiting' and o.created_at < before limit most)
    returning 1)
  select count(*) from gone
$$;
revoke execute on all functions in schema webhooks from public;
grant execute on all functions in schema webhooks to billhook_app;
revoke execute on function webhooks.note_event() from billhook_app;
