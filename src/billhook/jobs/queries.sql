-- name: enqueue
-- Write a job with what happened now. No NOTIFY: it takes one lock for all commits of the database.
insert into jobs.job (kind, organization_id, payload, run_at, created_at)
values (:kind, :organization_id, :payload, coalesce(:run_at::timestamptz, :now), :now)
returning id;

-- name: claim
-- Take due jobs and those whose lease has run out. Attempts are counted here: a job that kills its worker ends too.
with due as (
  select id from jobs.job where state = 'due' and run_at <= :now::timestamptz
   order by run_at limit :batch::int for update skip locked),
abandoned as (
  select id from jobs.job where state = 'running' and leased_until < :now::timestamptz and attempts < max_attempts
   limit :batch::int for update skip locked)
update jobs.job
   set state = 'running', attempts = attempts + 1,
       leased_until = :now::timestamptz + make_interval(secs => :lease_seconds::int)
 where id in (select id from due union all select id from abandoned limit :batch::int)
returning id, kind, organization_id, payload, attempts, max_attempts;

-- name: tick
-- Put into the outbox what the clock asks for: each task once a slot, however many workers ask and whoever starts anew. A
-- worker whose clock lags behind puts nothing. What was noted more than a day ahead is of a clock that was wrong: it holds up
-- nobody, and goes. Returns how many tasks it was.
with ticked as (
  insert into jobs.tick (task, at)
  select t.task, t.at from unnest(:tasks::text[], :slots::timestamptz[]) t(task, at)
   where not exists (select from jobs.tick k
                      where k.task = t.task and k.at >= t.at and k.at < :now::timestamptz + interval '1 day')
  on conflict do nothing
  returning task, at),
past as (delete from jobs.tick k using ticked t where k.task = t.task and k.at <> t.at)
insert into jobs.job (kind, run_at, created_at) select task, :now, :now from ticked;

-- name: finish
-- A done job leaves the table. Attempts count the claims: who has lost the lease to another run acknowledges nothing.
delete from jobs.job where id = :job and attempts = :attempts and state = 'running';

-- name: fail
-- Try again after 2, 4, 8 … seconds, at most an hour; give up after max_attempts and keep the row for `doctor`.
-- Only for the run that holds the lease, as above.
update jobs.job
   set state = case when attempts >= max_attempts then 'dead' else 'due' end,
       run_at = :now::timestamptz + make_interval(secs => least(2 ^ attempts, 3600)),
       leased_until = null,
       last_error = :error
 where id = :job and attempts = :attempts and state = 'running';

-- name: bury
-- Jobs whose last attempt took the worker with it.
update jobs.job set state = 'dead', leased_until = null, last_error = coalesce(last_error, 'the worker stopped in the middle')
 where state = 'running' and leased_until < :now and attempts >= max_attempts;

-- name: next_due
-- When the next job wants to run; null when none waits.
select min(at) from (
  select min(run_at) as at from jobs.job where state = 'due'
  union all
  select min(leased_until) from jobs.job where state = 'running') as wanted;

-- name: queued
-- How many jobs are in which state: for `doctor` and for tests that wait for the queue to drain.
select count(*) filter (where state <> 'dead') as waiting, count(*) filter (where state = 'dead') as dead from jobs.job;
