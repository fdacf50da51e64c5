-- A second set-up of an account: with keys of its own at Stripe (connect), beside the one that is ready made (processing).
alter table processing.platform add column face text not null default 'processing' check (face in ('processing', 'connect'));
alter table processing.platform drop constraint platform_account_id_gateway_key;
alter table processing.platform add constraint platform_of_account unique (account_id, face);

-- embedded: paid in a form of the seller's own page. revision counts what it was changed to at the gateway, begun_at is when
-- the attempt was decided on: what may have been asked for longer ago than the gateway remembers keys is looked for first.
alter table processing.intent add column embedded boolean not null default false;
alter table processing.intent add column revision int not null default 0;
alter table processing.intent add column begun_at timestamptz;
update processing.intent set begun_at = created_at where attempt > 0;

-- What a notice is about is not always said in our words.
alter table processing.notice alter column reference drop not null;
