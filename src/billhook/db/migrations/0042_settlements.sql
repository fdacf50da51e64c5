-- How often an intent was changed by what a gateway said. Who asked the gateway before somebody else has settled sees by it
-- that the answer may be the older one.
alter table processing.intent add column settlements int not null default 0;
-- A refund is asked for by the payment that it gives back.
create index intent_of_payment on processing.intent (shard, payment_id) where payment_id is not null;
