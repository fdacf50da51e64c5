-- name: enter_webhook
-- The door of a tenant, found from a webhook's id.
select e.organization_id, e.role, e.active
  from organizations.enter(webhooks.owner_of(:webhook, :webhook_shard), :webhook_shard, :actor) e;

-- name: insert_webhook
-- A webhook, at the end of the feed; no row when there are too many. The note lets it catch up with what is being written now.
with place as (select era, xid::text::xid8 as xid, sequence from events.latest(array[:shard::int], array[:organization_id::uuid])),
noted as (
  insert into webhooks.pending (shard, organization_id, era, xid)
  select :shard, :organization_id, max(a.era), pg_current_xact_id() from events.era a)
insert into webhooks.endpoint (shard, id, organization_id, url, events, enabled, secret, hint, era, xid, sequence, created_at, updated_at)
select :shard, :id, :organization_id, :url, :events, :enabled, :secret, :hint, coalesce(p.era, 0), coalesce(p.xid, '0'),
       coalesce(p.sequence, 0), :now, :now
  from (select) as one left join place p on true
 where (select count(*) from webhooks.endpoint e
         where e.shard = :shard and e.organization_id = :organization_id and e.deleted_at is null) < :most::int
returning id, organization_id, url, events, enabled, hint, previous_until, failing_since, paused_at, deleted_at, created_at, updated_at;

-- name: select_webhook
select id, organization_id, url, events, enabled, hint, previous_until, failing_since, paused_at, deleted_at, created_at, updated_at
  from webhooks.endpoint where shard = :shard and organization_id = :organization_id and id = :webhook and (:deleted or deleted_at is null);

-- name: update_webhook
-- The webhook as it is to be. One that was off, or was paused, goes on at the end of the feed.
with place as (select era, xid::text::xid8 as xid, sequence from events.latest(array[:shard::int], array[:organization_id::uuid]))
update webhooks.endpoint e
   set url = :url, events = :events, enabled = :enabled, updated_at = :now,
       era = case when resumed.yes then coalesce(p.era, e.era) else e.era end,
       xid = case when resumed.yes then coalesce(p.xid, e.xid) else e.xid end,
       sequence = case when resumed.yes then coalesce(p.sequence, e.sequence) else e.sequence end,
       paused_at = case when :enabled::boolean then null else e.paused_at end,
       failing_since = case when resumed.yes then null else e.failing_since end,
       due_at = case when resumed.yes and e.due_at is not null then :now else e.due_at end
  from (select) as one left join place p on true
 cross join lateral (select :enabled::boolean and exists (select from webhooks.endpoint o
                       where o.shard = :shard and o.id = :webhook and (not o.enabled or o.paused_at is not null)) as yes) resumed
 where e.shard = :shard and e.organization_id = :organization_id and e.id = :webhook and e.deleted_at is null
returning e.id, e.organization_id, e.url, e.events, e.enabled, e.hint, e.previous_until, e.failing_since, e.paused_at, e.deleted_at,
          e.created_at, e.updated_at;

-- name: rotate
-- A new secret; the old one stays good for a while.
update webhooks.endpoint
   set previous_secret = secret, previous_until = :until, secret = :secret, hint = :hint, updated_at = :now
 where shard = :shard and organization_id = :organization_id and id = :webhook and deleted_at is null
returning id, organization_id, url, events, enabled, hint, previous_until, failing_since, paused_at, deleted_at, created_at, updated_at;

-- name: delete_webhook
update webhooks.endpoint set deleted_at = :now, updated_at = :now
 where shard = :shard and organization_id = :organization_id and id = :webhook and deleted_at is null;

-- name: list_webhooks
-- The filter language completes it.
select id, organization_id, url, events, enabled, hint, previous_until, failing_since, paused_at, deleted_at, created_at, updated_at
  from webhooks.endpoint where shard = $1 and organization_id = $2;

-- name: count_webhooks
select count(*) from webhooks.endpoint where shard = $1 and organization_id = $2;

-- name: deliveries
-- The log of a webhook, newest event first.
select era, xid::text::bigint as xid, sequence, type, state, attempts, run_at, created_at, delivered_at
  from webhooks.delivery
 where shard = :shard and organization_id = :organization_id and endpoint_id = :webhook
   and (era, xid, sequence) < (:era::int, (:xid::bigint)::text::xid8, :sequence::bigint) and (:state::text is null or state = :state)
 order by era desc, xid desc, sequence desc limit :most::int;

-- name: delivery
select era, xid::text::bigint as xid, sequence, type, state, attempts, run_at, created_at, delivered_at
  from webhooks.delivery
 where shard = :shard and organization_id = :organization_id and endpoint_id = :webhook
   and era = :era and xid = (:xid::bigint)::text::xid8 and sequence = :sequence;

-- name: attempts_of
-- What was tried to deliver an event, and what was answered; oldest first.
select url, at, milliseconds, status, answer, error
  from webhooks.attempt
 where shard = :shard and organization_id = :organization_id and endpoint_id = :webhook
   and era = :era and xid = (:xid::bigint)::text::xid8 and sequence = :sequence
 order by id;

-- name: event
-- An event of the feed.
select era, xid::text::bigint as xid, sequence, type, change, organization_id, at, data
  from events.event
 where shard = :shard and organization_id = :organization_id
   and era = :era and xid = (:xid::bigint)::text::xid8 and sequence = :sequence;

-- name: redeliver
-- Deliver events of a range anew, or for the first time where they were missed; those the webhook wants. Returns how many.
with wanted as (
  select v.* from webhooks.endpoint e
    join events.event v on v.shard = e.shard and v.organization_id = e.organization_id
   where e.shard = :shard and e.organization_id = :organization_id and e.id = :webhook and e.deleted_at is null
     and (v.era, v.xid, v.sequence) > (:era::int, (:xid::bigint)::text::xid8, :sequence::bigint)
     and (:to_era::int is null or (v.era, v.xid, v.sequence) <= (:to_era::int, (:to_xid::bigint)::text::xid8, :to_sequence::bigint))
     and (v.era, v.xid) < ((select max(a.era) from events.era a), pg_snapshot_xmin(pg_current_snapshot()))
     and v.at >= coalesce(:since::timestamptz, '-infinity') and v.at <= coalesce(:until::timestamptz, 'infinity')
     and webhooks.wants(e.events, v.type, v.change)
     and (not :failed or exists (select from webhooks.delivery d
           where d.shard = v.shard and d.endpoint_id = :webhook and d.era = v.era and d.xid = v.xid and d.sequence = v.sequence
             and d.state = 'failed'))
   order by v.era, v.xid, v.sequence limit :most::int),
made as (
  insert into webhooks.delivery as d (shard, organization_id, endpoint_id, era, xid, sequence, type, state, run_at, created_at)
  select w.shard, w.organization_id, :webhook, w.era, w.xid, w.sequence, w.type, 'waiting', :now, :now from wanted w
  on conflict (shard, endpoint_id, era, xid, sequence)
  do update set state = 'waiting', attempts = 0, run_at = excluded.run_at, delivered_at = null
  returning 1),
due as (
  update webhooks.endpoint e set due_at = least(coalesce(e.due_at, :now), :now)
   where e.shard = :shard and e.organization_id = :organization_id and e.id = :webhook and exists (select from wanted))
select count(*) from made;

-- name: fan_out
-- Make deliveries of what is new.
select webhooks.fan_out(:now, :most::int);

-- name: look_for_missed
select true from (select webhooks.look_for_missed()) as looked;

-- name: forget
-- The log, after a while; so many at a time.
select webhooks.forget(:before, :most::int);

-- name: take_turns
-- Endpoints that something is due for.
select organization_id, endpoint_id, url, secret, previous_secret, unreached, leased_until
  from webhooks.take_turns(:now, :slow::boolean, :most::int, :lease_seconds::int);

-- name: waiting
-- What is due for an endpoint, in order.
select v.era, v.xid::text::bigint as xid, v.sequence, v.type, v.change, v.organization_id, v.at, v.data, d.attempts
  from webhooks.delivery d
  join events.event v on v.shard = d.shard and v.organization_id = d.organization_id and v.era = d.era and v.xid = d.xid
                     and v.sequence = d.sequence
 where d.shard = :shard and d.organization_id = :organization_id and d.endpoint_id = :endpoint and d.state = 'waiting'
   and d.run_at <= :now
 order by d.era, d.xid, d.sequence limit :most::int;

-- name: note
-- An attempt, and where it leaves the delivery.
with attempt as (
  insert into webhooks.attempt (shard, organization_id, endpoint_id, era, xid, sequence, url, at, milliseconds, status, answer, error)
  values (:shard, :organization_id, :endpoint, :era, (:xid::bigint)::text::xid8, :sequence, :url, :at, :milliseconds, :status,
          :answer, :error))
update webhooks.delivery
   set state = :state, attempts = attempts + 1, run_at = :run_at,
       delivered_at = case when :state = 'delivered' then :now::timestamptz end
 where shard = :shard and organization_id = :organization_id and endpoint_id = :endpoint
   and era = :era and xid = (:xid::bigint)::text::xid8 and sequence = :sequence;

-- name: end_turn
-- What a turn came to; when the next one is due follows from what waits. False when the lease was lost.
select webhooks.end_turn(:shard, :endpoint, :lease, :now, :slow, :unreached::int, :hold, :succeeded, :failed, :recovered,
                         make_interval(hours => :patience_hours::int));

-- name: paused_now
-- Where a webhook leads that was paused in this unit of work.
select url from webhooks.endpoint
 where shard = :shard and organization_id = :organization_id and id = :endpoint and paused_at = :now;
