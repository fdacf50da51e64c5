-- name: insert_client
-- A client of an account; no row when it has as many as it may have. The account's row keeps two of them apart.
with owner as (
  select a.id, a.root_id from accounts.account a where a.id = :owner for update),
made as (
  insert into credentials.api_client (id, account_id, label, secret_hash, hint, redirect_uris, created_at)
  select :id, o.id, :label, :secret_hash, :hint, :redirect_uris, :now
    from owner o
   where (select count(*) from credentials.api_client c where c.account_id = o.id) < :most
  returning id, account_id, label, hint, redirect_uris, created_at)
select m.id, m.account_id, o.root_id, m.label, m.hint, m.redirect_uris, m.created_at
  from made m cross join owner o;

-- name: clients_of
-- The clients of an account, oldest first.
select c.id, c.account_id, a.root_id, c.label, c.hint, c.redirect_uris, c.created_at
  from credentials.api_client c join accounts.account a on a.id = c.account_id
 where c.account_id = :owner order by c.id;

-- name: delete_client
delete from credentials.api_client where account_id = :owner and id = :client;

-- name: proof
-- Who a client is, and what its secret is compared with.
select c.id, c.account_id, a.root_id, c.secret_hash
  from credentials.api_client c join accounts.account a on a.id = c.account_id
 where c.id = :client;

-- name: known_client
-- A client as those see it who are asked to let it in, and what its secret is compared with.
select c.id, c.label, c.redirect_uris, c.secret_hash from credentials.api_client c where c.id = :client;

-- name: keep_code
-- A code that somebody's consent is exchanged by; codes that have expired go on the way.
with swept as (
  delete from credentials.code where expires_at < :now)
insert into credentials.code (hash, client_id, account_id, redirect_uri, scopes, challenge, expires_at)
values (:hash, :client, :owner, :redirect_uri, :scopes, :challenge, :expires_at);

-- name: use_code
-- A code that is exchanged: once. Whoever shows it again has stolen it, or was robbed: what was granted by it goes.
with found as (
  select hash, used from credentials.code where hash = :hash and client_id = :client and expires_at > :now for update),
taken as (
  delete from credentials.permission p using found f where f.used and p.code_hash = f.hash),
marked as (
  update credentials.code c set used = true from found f where c.hash = f.hash and not f.used
  returning c.hash, c.client_id, c.account_id, c.redirect_uri, c.scopes, c.challenge)
select hash, client_id, account_id, redirect_uri, scopes, challenge from marked;

-- name: permit
-- What a program may do in somebody's name from now on, and the tokens that show it.
insert into credentials.permission (id, client_id, account_id, scopes, code_hash, refresh_hash, access_hash, access_scopes,
  access_expires_at, created_at)
values (:id, :client, :owner, :scopes, :code_hash, :refresh_hash, :access_hash, :scopes, :access_expires_at, :now);

-- name: permission_of_refresh
select id, client_id, account_id, scopes from credentials.permission where client_id = :client and refresh_hash = :hash;

-- name: renew
-- Another access token; the one before opens nothing any more.
update credentials.permission
   set access_hash = :access_hash, access_scopes = :scopes, access_expires_at = :access_expires_at
 where id = :permission;

-- name: withdraw
-- Take back what a token of a client shows, whichever of the two it is.
delete from credentials.permission where client_id = :client and (refresh_hash = :hash or access_hash = :hash);

-- name: permitted
-- Whom a live access token stands for, and for what.
select p.client_id, p.account_id, a.root_id, p.access_scopes
  from credentials.permission p join accounts.account a on a.id = p.account_id
 where p.access_hash = :hash and p.access_expires_at > :now;

-- name: permissions_of
-- What an account has let programs do, oldest first.
select p.id, c.label, p.scopes, p.created_at
  from credentials.permission p join credentials.api_client c on c.id = p.client_id
 where p.account_id = :owner order by p.id limit :most;

-- name: drop_permission
delete from credentials.permission where account_id = :owner and id = :permission;
