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
