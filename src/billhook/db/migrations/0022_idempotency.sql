-- The answers of requests that came with a key, by account: what a repetition is told. A row without a status stands for a
-- request that is under way and is no single transaction; all others are written with what they did.
create schema idempotency;
grant usage on schema idempotency to billhook_app;
create table idempotency.answer (
  account_id   uuid        not null,
  key          text        not null,
  fingerprint  bytea       not null,
  operation_id uuid        not null,
  status       smallint,
  media_type   text        not null,
  body         bytea       not null,
  made         boolean     not null,
  leased_until timestamptz,
  created_at   timestamptz not null,
  primary key (account_id, key),
  check ((status is null) = (leased_until is not null))
);
create index answer_of_nothing on idempotency.answer (created_at) where not made;
grant select, insert, update, delete on idempotency.answer to billhook_app;
