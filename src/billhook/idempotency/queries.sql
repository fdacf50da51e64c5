-- name: lock
-- Hold a key until the transaction ends; false when somebody holds it.
select pg_try_advisory_xact_lock(:lock::bigint);

-- name: find
-- What is known of a key. A statement of its own: it sees what who held the lock before has committed.
select fingerprint, operation_id, status, media_type, body, coalesce(leased_until > :now, false) as is_leased
  from idempotency.answer where account_id = :account and key = :key;

-- name: note
-- The answer of a request, with what it did.
insert into idempotency.answer (account_id, key, fingerprint, operation_id, status, media_type, body, made, created_at)
values (:account, :key, :fingerprint, :operation, :status, :media_type, :body, :made, :now);

-- name: reserve
-- A request that is no single transaction has begun; who takes it over goes on with the same operation id. Null when
-- somebody else was quicker.
insert into idempotency.answer as a
  (account_id, key, fingerprint, operation_id, media_type, body, made, leased_until, created_at)
values (:account, :key, :fingerprint, :operation, '', '', false, :until, :now)
on conflict (account_id, key) do update set leased_until = excluded.leased_until
 where a.status is null and a.fingerprint = excluded.fingerprint and a.leased_until <= :now
returning operation_id;

-- name: complete
-- Its answer.
update idempotency.answer
   set status = :status, media_type = :media_type, body = :body, made = :made, leased_until = null
 where account_id = :account and key = :key and status is null;

-- name: release
-- It was refused, and did nothing: the key is free again.
delete from idempotency.answer where account_id = :account and key = :key and status is null;

-- name: yield_lease
-- Nobody knows how it ended: a repetition takes it over at once.
update idempotency.answer set leased_until = :now where account_id = :account and key = :key and status is null;

-- name: forget_old
-- Answers that made nothing, after a while; so many at a time.
delete from idempotency.answer where (account_id, key) in (
  select account_id, key from idempotency.answer where created_at < :before and not made limit 1000);
