-- name: keep
-- Keep rates; what was published anew replaces what was there. Returns how many are new or other ones.
with kept as (
  insert into exchange.rate as r (currency, day, source, rate, imported_at)
  select u.currency, u.day, :source, u.rate, :now
    from unnest(:currencies::text[], :days::date[], :rates::numeric[]) as u(currency, day, rate)
   order by u.currency, u.day
  on conflict (currency, day, source) do update set rate = excluded.rate, imported_at = excluded.imported_at
   where r.rate <> excluded.rate
  returning 1)
select count(*) from kept;

-- name: enter_alternative
-- The door of a tenant, found from the id of one of its alternative currencies.
select e.organization_id, e.role, e.active
  from organizations.enter(exchange.owner_of(:alternative, :alternative_shard), :alternative_shard, :actor) e;

-- name: main_currency
-- What an organization keeps its books in.
select currency from organizations.organization where shard = :shard and id = :organization_id;

-- name: newest_rates
-- The newest published rates of a currency and of the organization's own, by its business day.
select p.one_rate, p.other_rate
  from organizations.organization o,
       exchange.pairs(:currency, o.currency, (:now::timestamptz at time zone o.timezone)::date) p
 where o.shard = :shard and o.id = :organization_id and p.source = :source
 order by p.day desc limit 1;

-- name: insert_alternative
-- Nothing comes back when the organization has the currency already.
insert into exchange.alternative as a
       (shard, id, organization_id, base, currency, provider, rate, created_at, updated_at)
select :shard, :id, :organization_id, o.currency, :currency, :provider, :rate, :now, :now
  from organizations.organization o
 where o.shard = :shard and o.id = :organization_id
on conflict (shard, organization_id, base, currency) do nothing
returning a.id;

-- name: update_alternative
update exchange.alternative set provider = :provider, rate = :rate, updated_at = :now
 where shard = :shard and organization_id = :organization_id and id = :alternative;

-- name: alternatives
-- The currencies an organization sells in beside its own, oldest first: one of them, or those behind an id.
select a.id, a.organization_id, a.currency, a.provider, a.rate as kept_rate, r.one_rate, r.other_rate, a.created_at
  from exchange.alternative a
  join organizations.organization o on o.shard = a.shard and o.id = a.organization_id and o.currency = a.base
  left join lateral (
    select p.one_rate, p.other_rate
      from exchange.pairs(a.currency, a.base, (:now::timestamptz at time zone o.timezone)::date) p
     where p.source = :source order by p.day desc limit 1) r on a.provider is not null
 where a.shard = :shard and a.organization_id = :organization_id
   and (:alternative::uuid is null or a.id = :alternative) and (:after::uuid is null or a.id > :after)
 order by a.id limit :most;

-- name: hold_alternative
-- A currency that a draft is about to be made in: it cannot be removed before that draft is there to be seen.
select a.id from exchange.alternative a
  join organizations.organization o on o.shard = a.shard and o.id = a.organization_id and o.currency = a.base
 where a.shard = :shard and a.organization_id = :organization_id and a.currency = :currency for key share of a;

-- name: lock_alternative
select currency from exchange.alternative
 where shard = :shard and organization_id = :organization_id and id = :alternative for update;

-- name: has_drafts
-- Whether drafts wait to be issued, and converted at the rate of an alternative currency then; at one of a base that the
-- organization no longer has, nothing is.
select exists (select from exchange.alternative a
                 join organizations.organization o on o.shard = a.shard and o.id = a.organization_id and o.currency = a.base
                 join documents.document d on d.shard = a.shard and d.organization_id = a.organization_id
                  and d.currency = a.currency and d.draft and d.deleted_at is null
                where a.shard = :shard and a.organization_id = :organization_id and a.id = :alternative);

-- name: delete_alternative
delete from exchange.alternative
 where shard = :shard and organization_id = :organization_id and id = :alternative;
