-- What people have let programs do in their name: a code to be exchanged once, and the tokens that it was exchanged for.
create table credentials.code (
  hash         bytea       primary key,
  client_id    uuid        not null references credentials.api_client on delete cascade,
  account_id   uuid        not null references accounts.account on delete cascade,
  redirect_uri text        not null,
  scopes       text[]      not null,
  challenge    text,
  used         boolean     not null default false,
  expires_at   timestamptz not null
);
create index code_expires on credentials.code (expires_at);

create table credentials.permission (
  id                uuid        primary key,
  client_id         uuid        not null references credentials.api_client on delete cascade,
  account_id        uuid        not null references accounts.account on delete cascade,
  scopes            text[]      not null,
  code_hash         bytea       not null,
  refresh_hash      bytea       not null unique,
  access_hash       bytea       not null unique,
  access_scopes     text[]      not null,
  access_expires_at timestamptz not null,
  created_at        timestamptz not null
);
create index permission_of_code on credentials.permission (code_hash);
create index permission_of_account on credentials.permission (account_id, id);
grant select, insert, update, delete on credentials.code, credentials.permission to billhook_app;
