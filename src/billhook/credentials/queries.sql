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
