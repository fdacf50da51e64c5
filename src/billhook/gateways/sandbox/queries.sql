-- The sandbox is somebody else's system: it reads and writes its own tables only, and puts its own work into the outbox.

-- name: insert_object
insert into sandbox.object (id, kind, token, body, created_at) values (:id, :kind, :token, :body, :now);

-- name: lock_object
-- An object, held until the transaction ends.
select body from sandbox.object where id = :id and kind = :kind for update;

-- name: select_object
select body from sandbox.object where id = :id and kind = :kind;

-- name: object_of_token
-- What a page's address leads to.
select id from sandbox.object where token = :token and kind = :kind;

-- name: save_object
update sandbox.object set body = :body where id = :id;

-- name: claim_key
-- Take an idempotency key for a subject; no row when it is taken. Who comes second waits until the first has ended.
insert into sandbox.request (platform, key, fingerprint, subject) values (:platform, :key, :fingerprint, :subject)
on conflict do nothing
returning subject;

-- name: select_key
select fingerprint, subject from sandbox.request where platform = :platform and key = :key;

-- name: later
-- Put a piece of the sandbox's own work into the outbox.
insert into jobs.job (kind, payload, run_at, created_at) values (:kind, :payload, :run_at, :now);
