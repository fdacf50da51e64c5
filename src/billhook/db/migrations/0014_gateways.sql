-- The sandbox gateway's own store. It stands for an outside provider: nothing of ours refers to it and no statement joins it
-- with our tables. It knows platforms, merchants, payments and saved methods, each as one JSON object.
create schema sandbox;
grant usage on schema sandbox to billhook_app;
create table sandbox.object (
  id         text        primary key,
  kind       text        not null check (kind in ('platform', 'merchant', 'payment', 'method')),
  token      text        unique, -- what opens its page: 128 random bits
  body       jsonb       not null,
  created_at timestamptz not null
);
-- What was asked under an idempotency key, and which object it led to.
create table sandbox.request (
  platform    text  not null,
  key         text  not null,
  fingerprint bytea not null,
  subject     text  not null,
  primary key (platform, key)
);
grant select, insert, update on sandbox.object to billhook_app;
grant select, insert on sandbox.request to billhook_app;
