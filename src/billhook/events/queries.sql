-- name: feed
-- Events behind a position, in order, as far as nothing can come in front of them any more. It looks at a window of the
-- feed: its last row comes in any case, for the reader to go on behind it.
select era, xid::text::bigint as xid, sequence, type, change, organization_id, at, data, scanned
  from (select e.*, count(*) over () as scanned, lead(e.sequence) over (order by e.era, e.xid, e.sequence) is null as is_last
          from (select * from events.event e
                 where e.shard = :shard and e.organization_id = :organization_id
                   and (e.era, e.xid, e.sequence) > (:era::int, (:xid::bigint)::text::xid8, :sequence::bigint)
                   and (e.era, e.xid) < ((select max(a.era) from events.era a), pg_snapshot_xmin(pg_current_snapshot()))
                 order by e.era, e.xid, e.sequence limit :window::int) e) e
 where is_last or :types::text[] is null or type = any(:types)
 order by era, xid, sequence limit :most::int;

-- name: latest
-- How far the feeds of organizations have come.
select organization_id, era, xid, sequence from events.latest(:shards::int[], :organizations::uuid[]);
