-- What programs show to be let in: clients with a secret, of which a hash and the last characters are kept.
create schema credentials;
grant usage on schema credentials to billhook_app;

create table credentials.api_client (
  id            uuid        primary key,
  account_id    uuid        not null references accounts.account on delete cascade,
  label         text        not null default '',
  secret_hash   bytea       not null,
  hint          text        not null,
  redirect_uris text[]      not null default '{}',
  created_at    timestamptz not null
);
create index api_client_of_account on credentials.api_client (account_id, id);
grant select, insert, delete on credentials.api_client to billhook_app;
