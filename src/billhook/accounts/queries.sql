-- name: is_taken
-- Whether an address belongs to an account.
select exists (select from accounts.account where email = :email);

-- name: insert_account
-- A root account is its own root. A child needs no confirmation where its root says so, whose word is all there is then; nor
-- does who came by a mailed token.
insert into accounts.account
  (id, root_id, parent_id, email, password_hash, email_verified, email_assumed, locale, profile, custom, created_at, updated_at)
select :id, :root, :parent, :email, :password_hash,
       :verified or said.so, said.so and not :verified, :locale, :profile, :custom, :now, :now
  from (select coalesce((select (r.profile ->> 'skip_child_account_verification')::boolean
                           from accounts.account r where r.id = :root), false) as so) said
returning id, root_id, parent_id, email, email_verified, email_assumed, locale, profile, custom, created_at, updated_at;

-- name: find
-- An account by its id, whoever asks.
select id, root_id, parent_id, email, email_verified, email_assumed, locale, profile, custom, created_at, updated_at
  from accounts.account where id = :account;

-- name: find_by_email
-- An account by its address, whoever asks.
select id, root_id, parent_id, email, email_verified, email_assumed, locale, profile, custom, created_at, updated_at
  from accounts.account where email = :email;

-- name: find_reachable
-- An account the actor may act for: itself, or a child of its tree when it is the root.
select id, root_id, parent_id, email, email_verified, email_assumed, locale, profile, custom, created_at, updated_at
  from accounts.account where id = :account and (id = :actor or root_id = :actor);

-- name: find_child
-- A child of a root account, by id or by address.
select id, root_id, parent_id, email, email_verified, email_assumed, locale, profile, custom, created_at, updated_at
  from accounts.account where root_id = :root and id <> :root and (id = :child or email = :email);

-- name: children
-- The children of a root account ($1); the filter language goes on from here.
select a.id, a.root_id, a.parent_id, a.email, a.email_verified, a.email_assumed, a.locale, a.profile, a.custom, a.created_at, a.updated_at
  from accounts.account a where a.root_id = $1 and a.id <> $1

-- name: count_children
-- How many children of a root account ($1) a filter finds.
select count(*) from accounts.account a where a.root_id = $1 and a.id <> $1

-- name: amend
-- Set what is given. A null within the profile takes a value away; another address has to be confirmed again.
with before as (select id, email from accounts.account where id = :account for update)
update accounts.account a
   set email = coalesce(:email, a.email),
       email_verified = a.email_verified and coalesce(:email, a.email) = a.email,
       locale = coalesce(:locale, a.locale),
       profile = jsonb_strip_nulls(a.profile || :profile),
       custom = coalesce(:custom, a.custom),
       updated_at = :now
  from before
 where a.id = before.id
returning a.id, a.root_id, a.parent_id, a.email, a.email_verified, a.email_assumed, a.locale, a.profile, a.custom, a.created_at, a.updated_at,
          a.email <> before.email as email_changed;

-- name: candidate
-- All that a login has to know, in one look: the account behind an address and how long guessing has to wait (0: not).
select a.id, a.password_hash, counted.wait_seconds, counted.has_failures
  from (select coalesce(max(ceil(extract(epoch from f.until - :now))) filter (where f.failures >= k.allowed), 0)::int as wait_seconds,
               count(*) > 0 as has_failures
          from unnest(:keys::bytea[], :allowed::int[]) as k (key, allowed)
          join accounts.login_failure f on f.key = k.key and f.until > :now) as counted
  left join accounts.account a on a.email = :email;

-- name: note_attempt
-- Count an attempt under each key, all at once and in one order, so that parallel ones neither get lost nor deadlock.
-- Returns how long the keys that are over their limit have to wait (0: none is). Counters long past go on the way.
with swept as (
  delete from accounts.login_failure where key in (
    select key from accounts.login_failure where until < :now and key <> all (:keys::bytea[]) limit 10 for update skip locked)
), counted as (
  insert into accounts.login_failure as f (key, failures, until)
  select k.key, 1, :now::timestamptz + make_interval(secs => :window_seconds::int) from unnest(:keys::bytea[]) as k (key) order by k.key
  on conflict (key) do update
     set failures = case when f.until <= :now then 1 else f.failures + 1 end,
         until = case when f.until <= :now then excluded.until else f.until end
  returning key, failures, until
)
select coalesce(max(ceil(extract(epoch from c.until - :now))) filter (where c.failures > k.allowed), 0)::int
  from counted c join unnest(:keys::bytea[], :allowed::int[]) as k (key, allowed) using (key);

-- name: forgive
-- Begin counting anew for a key that has proved itself.
delete from accounts.login_failure where key = :key;

-- name: admit
-- A token for a password that was just found right. The row lock makes this and a change of the password one after the
-- other: a password that has been changed meanwhile admits nobody. Tokens of the account that have expired go on the way.
with swept as (
  delete from accounts.access_token where account_id = :account and expires_at <= :now
), proved as (
  select id from accounts.account where id = :account and password_hash = :password_hash for share
)
insert into accounts.access_token (id, account_id, hash, hint, ttl_seconds, created_at, expires_at)
select :id, id, :hash, :hint, :ttl_seconds::bigint, :now,
       case when :ttl_seconds::bigint >= 0 then :now::timestamptz + make_interval(secs => :ttl_seconds::bigint) end
  from proved
returning id, account_id, hint, ttl_seconds, scopes, created_at, expires_at;

-- name: grant
-- A token asked for with another one (`by`), which must still be there: no token outlives its own revocation this way.
with proved as (
  select a.id from accounts.account a join accounts.access_token t on t.id = :by where a.id = :account for share of a, t
)
insert into accounts.access_token (id, account_id, hash, hint, ttl_seconds, scopes, created_at, expires_at)
select :id, id, :hash, :hint, :ttl_seconds::bigint, :scopes, :now,
       case when :ttl_seconds::bigint >= 0 then :now::timestamptz + make_interval(secs => :ttl_seconds::bigint) end
  from proved
returning id, account_id, hint, ttl_seconds, scopes, created_at, expires_at;

-- name: insert_letter_token
-- A token that goes out by mail and opens one thing only. Those that have expired go on the way.
with swept as (
  delete from accounts.access_token where account_id = :account and expires_at <= :now
)
insert into accounts.access_token (id, account_id, hash, hint, purpose, ttl_seconds, created_at, expires_at)
values (:id, :account, :hash, :hint, :purpose, :ttl_seconds::bigint, :now, :now::timestamptz + make_interval(secs => :ttl_seconds::bigint));

-- name: bearer
-- Whom a live token stands for.
select t.id as token_id, t.account_id, a.root_id, t.purpose, t.expires_at
  from accounts.access_token t join accounts.account a on a.id = t.account_id
 where t.hash = :hash and (t.expires_at is null or t.expires_at > :now);

-- name: tokens
-- The live access tokens of an account ($1) at an instant ($2); the filter language goes on from here.
select t.id, t.account_id, t.hint, t.ttl_seconds, t.scopes, t.created_at, t.expires_at
  from accounts.access_token t
 where t.account_id = $1 and t.purpose = 'access' and (t.expires_at is null or t.expires_at > $2)

-- name: count_tokens
-- How many live access tokens of an account ($1) at an instant ($2) a filter finds.
select count(*) from accounts.access_token t
 where t.account_id = $1 and t.purpose = 'access' and (t.expires_at is null or t.expires_at > $2)

-- name: revoke
-- Take one token away, by its row or by itself, and tell every process that keeps tokens in memory.
with gone as (
  delete from accounts.access_token where account_id = :account and (id = :token or hash = :hash) returning account_id
)
select pg_notify('billhook_tokens', account_id::text) is null from gone;

-- name: revoke_all
-- Take all tokens of an account away but one (or none), and tell every process that keeps tokens in memory. A link that
-- waits in the mail to confirm the address opens nothing else, and stays.
with gone as (
  delete from accounts.access_token
   where account_id = :account and id is distinct from :kept and purpose <> 'confirm' returning account_id
)
select pg_notify('billhook_tokens', account_id::text) is null from gone;

-- name: revoke_letters
-- Links that were mailed to an address the account no longer has open nothing.
delete from accounts.access_token where account_id = :account and purpose <> 'access';

-- name: change_password
-- Set the password; with `seen` only if it is still the one that was proved, so that of two changes one wins. Without, it
-- is set by a link that was mailed: who has opened it has the address too.
update accounts.account
   set password_hash = :password_hash, email_verified = email_verified or :seen::text is null,
       email_assumed = email_assumed and :seen::text is not null, updated_at = :now
 where id = :account and (:seen::text is null or password_hash = :seen);

-- name: renew_hash
-- Keep the same password under today's hashing parameters.
update accounts.account set password_hash = :renewed where id = :account and password_hash = :seen;

-- name: confirmation
-- Where the holder of a live confirmation token may be led afterwards: what its account or its root has set.
select array_remove(array[a.profile ->> 'activate_redirect', r.profile ->> 'activate_redirect'], null)
  from accounts.access_token t
  join accounts.account a on a.id = t.account_id
  join accounts.account r on r.id = a.root_id
 where t.hash = :hash and t.account_id = :account and t.purpose = 'confirm' and t.expires_at > :now;

-- name: confirm
-- The address is the account's. The token stays until it expires: mail programs open links before people do.
update accounts.account a
   set email_verified = true, email_assumed = false,
       updated_at = case when a.email_verified and not a.email_assumed then a.updated_at else :now end
  from accounts.access_token t
 where t.hash = :hash and t.account_id = :account and t.purpose = 'confirm' and t.expires_at > :now and a.id = t.account_id;
