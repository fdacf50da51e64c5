-- name: insert_requests
-- A batch of the log. What was written already (a batch whose answer got lost) stays as it is.
insert into usage.request (id, account_id, method, host, origin, url, ip, query, status, code, duration_ms, created_at)
select r.id, r.account_id, r.method, r.host, r.origin, r.url, r.ip, r.query, r.status, r.code, r.duration_ms, r.created_at
  from jsonb_to_recordset(:requests) r(id uuid, account_id uuid, method text, host text, origin text, url text, ip text,
         query jsonb, status int, code text, duration_ms int, created_at timestamptz)
    on conflict do nothing;

-- name: list_requests
-- What an account ($1) asked for; the filter language completes it.
select r.id, r.account_id, r.method, r.host, r.origin, r.url, r.ip, r.query, r.status, r.code, r.duration_ms, r.created_at
  from usage.request r where r.account_id = $1

-- name: count_requests
select count(*) from usage.request r where r.account_id = $1

-- name: list_months
-- The months of an account ($1) from an instant on ($2); the filter language completes it.
select m.year, m.month, m.documents_count, m.organizations_count, m.organizations, m.totals
  from usage.months($1, $2) m where true

-- name: count_months
select count(*) from usage.months($1, $2) m where true

-- name: forget_requests
-- The oldest of what is too old, some at a time.
delete from usage.request where (account_id, id) in (
  select account_id, id from usage.request where created_at < :before order by created_at limit :most);
