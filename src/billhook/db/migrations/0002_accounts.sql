-- People and platforms. A root account (root_id = id) owns its child accounts; a child's child belongs to the root.
create table accounts.account (
  id             uuid        primary key,
  root_id        uuid        not null references accounts.account,
  parent_id      uuid        references accounts.account,
  email          text        not null check (email = lower(email)),
  password_hash  text        not null,
  email_verified boolean     not null default false,
  locale         text        not null default 'en',
  profile        jsonb       not null default '{}',
  custom         jsonb       not null default '{}',
  created_at     timestamptz not null,
  updated_at     timestamptz not null
);
create unique index account_email on accounts.account (email);
create index account_root on accounts.account (root_id, id);
grant select, insert, update on accounts.account to billhook_app;

-- Tokens are stored hashed (SHA-256 of 64 random characters). purpose: what the token opens.
create table accounts.access_token (
  id          uuid        primary key,
  account_id  uuid        not null references accounts.account,
  hash        bytea       not null unique,
  hint        text        not null,
  purpose     text        not null default 'access' check (purpose in ('access', 'reset', 'confirm')),
  ttl_seconds bigint      not null,
  scopes      text[]      not null default '{}',
  created_at  timestamptz not null,
  expires_at  timestamptz
);
create index access_token_account on accounts.access_token (account_id, id);
grant select, insert, update, delete on accounts.access_token to billhook_app;

-- Failed logins, to slow down guessing: one counter per e-mail address and per client address, both hashed. A window
-- begins with its first failure; when it is over, the counter begins anew.
create table accounts.login_failure (
  key      bytea       primary key,
  failures int         not null,
  until    timestamptz not null
);
create index login_failure_until on accounts.login_failure (until);
grant select, insert, update, delete on accounts.login_failure to billhook_app;
