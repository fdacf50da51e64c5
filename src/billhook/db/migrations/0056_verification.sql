-- Who runs an account's payment processing, as it said itself; empty until its form was sent.
alter table processing.platform add column verification jsonb not null default '{}';
